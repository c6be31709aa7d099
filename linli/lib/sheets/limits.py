"""How much a file may be, so that memory stays bounded whatever somebody uploads."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a file may be.

    A workbook is loaded one sheet at a time, about 100 bytes a cell, so that `cells` (the rectangle from the first to
    the last cell with a value) bounds it at about 600 MB; `unpacked` bounds the text in it. CSV is read line by line
    and needs some MB whatever its size. Every figure is checked before the library that reads the file sees it.
    """

    #: Bytes of a workbook as uploaded, and of a CSV or an HTML page.
    workbook_bytes: int = 64 * MIB
    text_bytes: int = 512 * MIB
    html_bytes: int = 16 * MIB
    #: Bytes of all parts of a workbook, unpacked, and the most times that they are larger than packed.
    unpacked: int = 512 * MIB
    ratio: int = 400
    members: int = 2_000
    sheets: int = 100
    rows: int = 1_000_000
    columns: int = 200
    cells: int = 6_000_000
    #: Characters of a cell: what Excel itself allows.
    cell_characters: int = 32_767
