"""Which column of a sheet is which field of a person."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from rapidfuzz import fuzz

from linli.lib.chinese import fold
from linli.lib.sheets.headers import plain_name

Kind = Literal["text", "name", "identity", "code", "day", "phone", "address", "group", "word", "ignored"]
Why = Literal["name", "like", "content"]
DATA: Final = Path(__file__).parent / "data" / "headers.json"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can be. `several`: more than one column may be it; `needed`: no import without it."""

    name: str
    label: str
    synonyms: tuple[str, ...]
    kind: Kind
    needed: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is, why (its name, a similar name, its content), and how sure that is (0 to 100)."""

    field: str
    why: Why
    score: int


def _load() -> tuple[Field, ...]:
    return tuple(
        Field(
            name=row["name"],
            label=row["label"],
            synonyms=tuple(row["synonyms"]),
            kind=row["kind"],
            needed=row.get("needed", False),
            several=row.get("several", False),
        )
        for row in json.loads(DATA.read_text(encoding="utf-8"))["fields"]
    )


FIELDS: Final = _load()
BY_NAME: Final[Mapping[str, Field]] = {field.name: field for field in FIELDS}

SURE: Final = 100
#: The one field whose parts are often columns under it.
REGISTERED: Final = "registered_address"
#: A likeness below this is no likeness.
LEAST_LIKE: Final = 84
#: The share of a column's filled cells that must look like the field.
LEAST_CONTENT: Final = 0.7
#: How far down the sample is looked at.
MOST_SAMPLED: Final = 200
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}|[0-9](?:\.[0-9]+)?E\+17", re.ASCII)
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}", re.ASCII)
_DAY = re.compile(r"(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|(?:19|20)[0-9]{6}", re.ASCII)
_DOOR = re.compile(r".*[0-9一二三四五六七八九十]+(?:幢|栋|号楼|座|单元|#).*[0-9]+.*|.+[0-9]+-(?:[0-9]+-)?[0-9]{3,4}室?")
_SEXES: Final = frozenset({"男", "女", "男性", "女性"})
_MARKS = re.compile(r"[\s\-—_/、,，.。·|()（）\[\]【】]+")


@cache
def _by_synonym() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for field in FIELDS:
        for word in (field.name, field.label, *field.synonyms):
            found.setdefault(_key(word), field.name)
    return found


def _key(name: str) -> str:
    """A heading in one form: without spaces, stars, remarks like “(必填)”, punctuation and case."""
    return _MARKS.sub("", plain_name(name)).lower()


def is_known(name: str) -> bool:
    """Tell whether a heading is one of the synonyms: what `find_header` wants to know."""
    return bool(name) and _exact(name) is not None


def _exact(name: str) -> Guess | None:
    known = _by_synonym()
    whole = known.get(_key(name))
    if whole is not None:
        return Guess(whole, "name", SURE)
    if "/" not in name:
        return None
    # A grouped heading: “户籍地址/街道” is part of 户籍地址, “基本情况/姓名” is 姓名.
    *groups, last = name.split("/")
    if any(known.get(_key(group)) == REGISTERED for group in groups):
        return Guess(REGISTERED, "name", SURE - 10)
    part = known.get(_key(last))
    return None if part is None else Guess(part, "name", SURE - 5)


def guess(names: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[int, Guess]:
    """Guess what each column is from its name, from a similar name, or from what `sample` has in it.

    Fields that one column alone can be go to the surest one, of equal ones to the first. Columns that nobody can tell
    are left out.
    """
    candidates: list[tuple[int, int, Guess]] = []
    for column, name in enumerate(names):
        cells = [row[column] for row in sample[:MOST_SAMPLED] if column < len(row) and row[column]]
        found = _by_name(name) or _by_content(cells)
        if found is not None:
            candidates.append((-found.score, column, found))
    taken: set[str] = set()
    chosen: dict[int, Guess] = {}
    for _score, column, found in sorted(candidates, key=lambda one: one[:2]):
        if found.field in taken and not BY_NAME[found.field].several:
            continue
        taken.add(found.field)
        chosen[column] = found
    return dict(sorted(chosen.items()))


def _by_name(name: str) -> Guess | None:
    if not name:
        return None
    exact = _exact(name)
    if exact is not None:
        return exact
    return _like(_key(name.rpartition("/")[2]))


@cache
def _like(key: str) -> Guess | None:
    if len(key) < 2 or len(key) > 30:
        return None
    best, score = "", 0.0
    for word, field in _by_synonym().items():
        if len(word) < 2:
            continue
        likeness = fuzz.ratio(key, word)
        # “联系电话(手机优先)” contains the whole of a synonym; the longer that is, the surer.
        if len(word) >= 3 and word in key and len(word) * 2 >= len(key):
            likeness = max(likeness, 85.0 + len(word))
        if likeness > score:
            best, score = field, likeness
    return Guess(best, "like", min(round(score), 99)) if score >= LEAST_LIKE else None


def _by_content(cells: Sequence[str]) -> Guess | None:
    if len(cells) < 2:
        return None
    folded = [fold(cell).replace(" ", "").upper() for cell in cells]
    kinds: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("identity", _IDENTITY.fullmatch),
        ("phone", _MOBILE.fullmatch),
        ("sex", _SEXES.__contains__),
        ("born", _DAY.fullmatch),
        ("address", _DOOR.fullmatch),
    )
    for field, fits in kinds:
        share = sum(1 for cell in folded if fits(cell)) / len(folded)
        if share >= LEAST_CONTENT:
            return Guess(field, "content", round(share * 80))
    return None


def signature(names: Sequence[str]) -> str:
    """A fingerprint of the headings, in their order, for remembering how they were matched; 64 hexadecimal digits.

    Spaces, stars, width and unnamed columns at the end do not change it. Any column in front does, that of the problems
    in an annotated sheet too: what is remembered goes by the number of the column.
    """
    keys = [_key(name) for name in names]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256("\x1f".join(keys).encode()).hexdigest()
