"""Where the header of a sheet ends and the data begin, and which rows are neither."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from linli.lib.chinese import fold

#: Rows looked at from the top: titles, notes and a header of several rows are above the data, not below.
MOST_LOOKED_AT: Final = 40
#: Rows that a header may have above and below its row with the most known headings.
_MOST_ABOVE, _MOST_BELOW = 3, 2
#: How often a header may come again among these rows, two rows of it each time.
_MOST_REPEATED: Final = 4
_LONGEST_NAME: Final = 40
_LONGEST_NOTE: Final = 500
_FEW_CELLS: Final = 8
_FILLING = re.compile(r"[\s*＊:：]+|[(（](?:必填|选填|可选|可不填|必填项)[)）]")
_TOTAL = re.compile(
    r"(?:本页|本组|本栋|本网格)?(?:合计|小计|总计|共计|累计|总人数|总户数)(?:人数|户数)?[(（:：)）]*[0-9户人个名条元,.、共]*"
)
_WHO = (
    "填表人|填报人|填表日期|填报日期|填表时间|填报时间|填表单位|填报单位|填写说明|填表说明|制表|制表人|制表单位|制表日期|审核|审核人|复核|"
    "复核人|负责人|单位负责人|分管领导|分管负责人|经办人|联系人|统计人|采集人|上报人|上报时间|上报单位|打印时间|打印日期|备注|说明|注|单位|"
    "单位名称|社区|社区名称|街道|盖章|签字|签章|日期|截止日期|统计时间"
)
_NOTE = re.compile(
    rf"(?:{_WHO})(?:[(（][^)）]{{0,8}}[)）])?[:：].*|注[0-9]?[、.].*|第[0-9]+页.*|.*[(（](?:盖章|签章|公章|签字)[)）].*|"
    r"[（(]?以下(?:空白|无正文).*",
    re.DOTALL,
)
_NOTE_SIGNS: Final = frozenset(":：(（")
_TOTAL_BEGINS: Final = frozenset("合小总共累本")
_NOTE_BEGINS: Final = frozenset("注第以")
_DATA = re.compile(r"[0-9]{6,}[Xx]?|[0-9.]+|[0-9]{4}[-/.年].*|[0-9.]+E\+[0-9]+|是|否|√|男|女")


@dataclass(frozen=True, slots=True)
class Header:
    """The header: rows `first` to `last` (as numbered in the file), the name of each column, and the first row of data.

    Grouped headings are joined with “/”, “户籍地址/街道”; a column without a heading has the name "".
    """

    first: int
    last: int
    names: tuple[str, ...]
    data_from: int


def plain_name(text: str) -> str:
    """A heading without spaces, stars, colons and “(必填)”, in one form for comparing."""
    return _FILLING.sub("", fold(text))


_OF_A_PERSON: Final = re.compile("[1-9][0-9]{16}[0-9Xx]", re.ASCII)


def find_header(rows: Sequence[tuple[int, list[str]]], known: Callable[[str], bool]) -> Header:
    """Find the header among the first rows of a sheet; `known` tells whether a heading is one that is understood.

    The row with the most known headings is the header or a part of one; rows above and below that group or divide its
    headings belong to it, titles do not. Where fewer than two headings are known, the header is the first row with at
    least two different cells that is no title or note. A sheet without rows has an empty header.
    """
    looked = [(number, cells) for number, cells in rows[:MOST_LOOKED_AT] if any(cells)]
    if not looked:
        return Header(0, 0, (), 1)
    at = _best(looked, known)
    top, bottom = _top(looked, at), at
    while bottom + 1 < len(looked) and bottom - at < _MOST_BELOW and _divides(looked[bottom], looked[bottom + 1]):
        bottom += 1
    names = _names([cells for _number, cells in looked[top : bottom + 1]])
    return Header(looked[top][0], looked[bottom][0], names, looked[bottom][0] + 1)


def header_ending_at(rows: Sequence[tuple[int, list[str]]], last: int) -> Header:
    """The header whose last row somebody named: with the rows above that group or are divided by it."""
    looked = [(number, cells) for number, cells in rows if any(cells) and number <= last]
    if not looked or looked[-1][0] != last:
        return Header(last, last, (), last + 1)
    top = at = len(looked) - 1
    while top > 0 and at - top < _MOST_ABOVE and _divides(looked[top - 1], looked[top]):
        top -= 1
    top = _top(looked, top)
    return Header(looked[top][0], last, _names([cells for _number, cells in looked[top:]]), last + 1)


def _top(looked: Sequence[tuple[int, list[str]]], at: int) -> int:
    """Where a header begins whose row `at` has headings."""
    top = at
    while top > 0 and at - top < _MOST_ABOVE and _groups(looked[top - 1], looked[top]):
        top -= 1
    return top


def _has_number_of_a_person(cells: Sequence[str]) -> bool:
    return any(_OF_A_PERSON.fullmatch(cell) for cell in cells if len(cell) == 18)


def _best(looked: Sequence[tuple[int, list[str]]], known: Callable[[str], bool]) -> int:
    often = Counter((column, cell) for _number, cells in looked for column, cell in enumerate(cells) if cell)
    # A word that a column says again and again (户主, 党员) is data, though a heading may be called so.
    most_often = max(_MOST_REPEATED, len(looked) // 8)
    scores = [
        len(
            {
                cell
                for column, cell in enumerate(cells)
                if cell and len(cell) <= _LONGEST_NAME and often[column, cell] <= most_often and known(cell)
            }
        )
        if not _has_data(cells)
        else 0
        for _number, cells in looked
    ]
    # Below the first person there are no headings any more, only such that come again.
    people = next((at for at, (_number, cells) in enumerate(looked) if _has_number_of_a_person(cells)), len(looked))
    if people and max(scores[:people]) >= 2:
        scores = scores[:people]
    most = max(scores)
    if most >= 2:
        return scores.index(most)
    plain = (at for at, (_number, cells) in enumerate(looked) if len(_distinct(cells)) > 1 and not is_noise(cells))
    return next(plain, scores.index(most))


def _distinct(cells: Sequence[str]) -> set[str]:
    return {cell for cell in cells if cell}


def _has_data(cells: Sequence[str]) -> bool:
    """Tell whether a row has cells that no heading is: numbers, days, answers."""
    return any(_DATA.fullmatch(cell) for cell in cells if cell)


def _is_title(cells: Sequence[str]) -> bool:
    said = _distinct(cells)
    return len(said) < 2 or is_noise(cells) or any(len(cell) > _LONGEST_NAME for cell in said)


def _groups(upper: tuple[int, list[str]], lower: tuple[int, list[str]]) -> bool:
    """Tell whether a row right above groups the headings of the one below: it spans some, or has them as well."""
    if upper[0] != lower[0] - 1 or _is_title(upper[1]) or _has_data(upper[1]):
        return False
    pairs = list(zip(upper[1], lower[1], strict=False))
    same = sum(1 for above, below in pairs if above and above == below)
    spans = any(
        below and below != pairs[at - 1][1] and above in ("", pairs[at - 1][0]) and pairs[at - 1][0]
        for at, (above, below) in enumerate(pairs)
        if at
    )
    return same > 0 or spans


def _divides(upper: tuple[int, list[str]], lower: tuple[int, list[str]]) -> bool:
    """Tell whether a row right below divides headings of the one above: it repeats some, or is blank beneath most."""
    if lower[0] != upper[0] + 1 or _has_data(lower[1]) or is_noise(lower[1]):
        return False
    pairs = list(zip(upper[1], lower[1], strict=False))
    under = [at for at, (_above, below) in enumerate(pairs) if below]
    same = sum(1 for at in under if pairs[at][0] == pairs[at][1])
    if not under or (not same and len(under) * 2 > len(pairs)):
        return False
    return all(pairs[at][0] == pairs[at][1] or _is_spanned(upper[1], lower[1], at) for at in under)


def _is_spanned(upper: Sequence[str], lower: Sequence[str], at: int) -> bool:
    """Tell whether a heading reaches over several columns, of which this is one, and its first one is divided too."""
    if upper[at]:
        right = upper[at + 1] if at + 1 < len(upper) else None
        return right in ("", upper[at]) or (at > 0 and upper[at - 1] == upper[at])
    first = next((left for left in range(at - 1, -1, -1) if upper[left]), None)
    return first is not None and bool(lower[first])


def _names(block: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max(len(cells) for cells in block)
    full = [[*cells, *[""] * (width - len(cells))] for cells in block]
    for upper, lower in pairwise(full):
        for at in range(1, width):
            # A group written once, over its first column: the next ones belong to it.
            if not upper[at] and lower[at] and lower[at - 1] and upper[at - 1] and lower[at - 1] != upper[at - 1]:
                upper[at] = upper[at - 1]
    names: list[str] = []
    for column in zip(*full, strict=True):
        parts = dict.fromkeys(" ".join(part.split()) for part in column if part)
        names.append("/".join(parts))
    while names and not names[-1]:
        names.pop()
    return tuple(names)


@lru_cache(maxsize=64)
def _said(names: tuple[str, ...]) -> frozenset[str]:
    """Everything that a cell of the header can say."""
    parts = [part for name in names if name for part in (name, *name.split("/"))]
    return frozenset(parts)


def is_header_again(cells: Sequence[str], header: Header | Sequence[str], name_at: int = -1) -> bool:
    """Tell whether a row of data repeats the header, or one row of it, as printed lists do on every page.

    Every cell has to say the heading of its own column. `name_at` is the column with the name of a person, when it is
    known: a heading there settles it, and somebody's name there is somebody, whatever the other columns say.
    """
    names = header.names if isinstance(header, Header) else tuple(header)
    said = _said(names)
    if said.isdisjoint(cells) and said.isdisjoint([" ".join(cell.split()) for cell in cells if " " in cell]):
        return False
    own = {
        at: (plain_name(cell), plain_name(name))
        for at, (cell, name) in enumerate(zip(cells, names, strict=False))
        if cell
    }
    same = [at for at, (cell, name) in own.items() if cell and (cell == name or cell in name.split("/"))]
    if len(same) < 2:
        return False
    if 0 <= name_at < len(names):
        if name_at in own:
            return name_at in same and len(same) * 2 > len(own)
        # Without a name: the lower row of a header of two, which has no heading of its own there.
        return len(same) == len(own) and any("/" in names[at] for at in same)
    return len(same) == len(own)


def is_noise(cells: Sequence[str]) -> bool:
    """Tell whether a row says nothing about a person: blank, a total, who filled it in, a note."""
    return noise_of(cells) != ""


def noise_of(cells: Sequence[str]) -> Literal["", "blank", "total", "note"]:
    """What a row is that says nothing about a person; "" where it may be about one.

    Only the first two different cells are looked at, for a note only in rows with few cells; people are called by
    neither.
    """
    said: list[str] = []
    for cell in cells:
        if cell and cell not in said:
            said.append(cell)
            if len(said) > _FEW_CELLS:
                break
    if not said:
        return "blank"
    if any(cell[0] in _TOTAL_BEGINS and _TOTAL.fullmatch(fold(cell).replace(" ", "")) for cell in said[:2]):
        return "total"
    return "note" if len(said) <= _FEW_CELLS and _is_note(said[0]) else ""


def _is_note(cell: str) -> bool:
    if _NOTE_SIGNS.isdisjoint(cell) and cell[0] not in _NOTE_BEGINS:
        return False
    return _NOTE.fullmatch(fold(cell[:_LONGEST_NOTE]).replace(" ", "")) is not None
