"""How much a file may be, so that memory stays bounded whatever somebody uploads."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a file may be.

    A workbook is loaded one sheet at a time, about 100 bytes a cell, so that `cells` (the rectangle from the first to
    the last cell with a value) bounds it: 200,000 rows of 15 columns take 320 MB, the largest sheet that is let in
    (399,000 rows of 15) 520 MB; a hostile one adds the text of its cells, at most `unpacked`. CSV is read line by line
    and takes 25 MB whatever its size. All of it is checked before the library that reads the file sees it.
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
