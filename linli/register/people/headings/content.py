"""What a column without a heading is, told by what is in it; and what the rows of a sheet have in a column."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from linli.lib.chinese import fold

#: The share of a column's filled cells that must look like the field.
LEAST_CONTENT: Final = 0.7
#: How far down the sample is looked at.
MOST_SAMPLED: Final = 200
#: Headings that ask for a side of the group they stand under: 残疾情况/等级.
SIDES: Final[Mapping[str, str]] = {
    "tag_level": "level",
    "tag_since": "since",
    "fact:category": "kind",
    "fact:type": "kind",
    "fact:certificate": "certificate",
    "fact:amount": "amount",
    "fact:monthly": "amount",
}
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}|[0-9](?:\.[0-9]+)?E\+17", re.ASCII)
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}", re.ASCII)
_DAY = re.compile(r"(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|(?:19|20)[0-9]{6}", re.ASCII)
_DOOR = re.compile(r".*[0-9一二三四五六七八九十]+(?:幢|栋|号楼|座|单元|#).*[0-9]+.*|.+[0-9]+-(?:[0-9]+-)?[0-9]{3,4}室?")
_SEXES: Final = frozenset({"男", "女", "男性", "女性"})
_KINDS: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    ("identity", _IDENTITY.fullmatch),
    ("phone", _MOBILE.fullmatch),
    ("sex", _SEXES.__contains__),
    ("born", _DAY.fullmatch),
    ("address", _DOOR.fullmatch),
)


def cells(sample: Sequence[Sequence[str]], at: int) -> list[str]:
    """What the rows of the sample have in a column, without the blank."""
    return [row[at] for row in sample[:MOST_SAMPLED] if at < len(row) and row[at]]


def guess(name: str, said: Sequence[str]) -> tuple[str, int] | None:
    """The field of a column by what is in it, and how sure that is (0 to 100).

    A heading that nobody understands means something: beneath it only numbers and phones are known, and asked about.
    """
    if len(said) < 2:
        return None
    folded = [fold(cell).replace(" ", "").upper() for cell in said]
    for field, fits in _KINDS[:2] if name else _KINDS:
        share = sum(1 for cell in folded if fits(cell)) / len(folded)
        if share >= LEAST_CONTENT:
            return field, round(share * 80)
    return None
