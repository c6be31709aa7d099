"""Where the header of a sheet ends and the data begin, and which rows are neither."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linli.lib.chinese import fold

#: Rows looked at from the top: titles, notes and a header of several rows are above the data, not below.
MOST_LOOKED_AT = 40
_FILLING = re.compile(r"[\s*＊:：]+|[(（](?:必填|选填|可选|可不填|必填项)[)）]")
_TOTAL = re.compile(
    r"(?:合计|小计|总计|共计|累计|本页合计|本页小计|总人数|总户数|合计人数|合计户数)[^0-9]{0,6}[0-9]*[户人个名条元.]*"
)
_NOTE = re.compile(
    r"(?:填表人|填报人|填表日期|填报日期|填表时间|填报时间|填表单位|填报单位|填写说明|填表说明|制表人?|制表单位|制表日期|审核人?|复核人?|"
    r"负责人|单位负责人|分管领导|经办人|联系人|统计人|采集人|上报人|上报时间|打印时间|打印日期|备注|说明|注|单位|社区|街道|盖章|签字|签章)"
    r"(?:[(（][^)）]{0,6}[)）])?[:：].*|注[0-9]?[、.:：].*|第[0-9]+页.*|.*[(（](?:盖章|签章|公章|签字)[)）].*|以下空白|以下无正文",
    re.DOTALL,
)


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


def find_header(rows: Sequence[tuple[int, list[str]]], known: Callable[[str], bool]) -> Header:
    """Find the header among the first rows of a sheet; `known` tells whether a heading is one that is understood.

    The row with the most known headings is the header, or the lower part of one. Without any, it is the first row that
    has at least two cells and is no title. A sheet without rows has an empty header.
    """
    looked = [(number, cells) for number, cells in rows[:MOST_LOOKED_AT] if any(cells)]
    if not looked:
        return Header(0, 0, (), 1)
    scores = [sum(1 for cell in set(cells) if cell and known(cell)) for _number, cells in looked]
    best = max(range(len(looked)), key=lambda at: (scores[at], -at))
    number, cells = looked[best]
    return Header(number, number, tuple(cells), number + 1)


def is_header_again(cells: Sequence[str], header: Header | Sequence[str]) -> bool:
    """Tell whether a row of data repeats the header, as printed lists do on every page."""
    names = header.names if isinstance(header, Header) else header
    own = [(plain_name(cell), plain_name(name)) for cell, name in zip(cells, names, strict=False) if cell]
    if not own:
        return False
    same = sum(1 for cell, name in own if cell and (cell == name or cell in name.split("/")))
    return same >= 2 and same * 2 > len(own)


def is_noise(cells: Sequence[str]) -> bool:
    """Tell whether a row says nothing about a person: blank, a total, who filled it in, a note."""
    said = [cell for cell in cells if cell]
    if not said:
        return True
    distinct = list(dict.fromkeys(fold(cell) for cell in said))
    first = distinct[0].replace(" ", "")
    if _TOTAL.fullmatch(first):
        return True
    return len(distinct) <= 8 and _NOTE.fullmatch(first) is not None
