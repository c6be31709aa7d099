"""Which of several columns that say the same is taken, and a fingerprint of all headings."""

import hashlib
from collections.abc import Iterable, Sequence

from linli.register.people.headings.reading import Heading
from linli.register.people.headings.words import BY_NAME, plain


def chosen(headings: Iterable[Heading]) -> dict[int, Heading]:
    """Column → heading, of those that say anything: each thing once, from the surest column, of equal ones the first.

    Special groups may be in several columns.
    """
    taken: set[str] = set()
    found: dict[int, Heading] = {}
    for heading in sorted(headings, key=lambda one: (not one.sure, -one.score, one.at)):
        key = heading.key
        several = heading.field in BY_NAME and BY_NAME[heading.field].several
        if not key or (key in taken and not several and key != "worker"):
            continue
        taken.add(key)
        found[heading.at] = heading
    return dict(sorted(found.items()))


#: Grows when headings are read differently, so that what was remembered before is asked again.
_READ_AS = "2"


def signature(names: Sequence[str]) -> str:
    """A fingerprint of the headings, in their order, for remembering how they were matched; 64 hexadecimal digits.

    Spaces, stars, width and unnamed columns at the end do not change it. Any column in front does, that of the problems
    in an annotated sheet too: what is remembered goes by the number of the column.
    """
    keys = [plain(name) for name in names]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256("\x1f".join([_READ_AS, *keys]).encode()).hexdigest()
