"""A sheet as a grid of words, with merged cells spread out and formulas marked: what tables of figures are found in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl.worksheet.worksheet import Worksheet

from linli.lib.chinese import fold

#: A table of figures has some dozens of rows and columns; what is larger is a list.
MOST_ROWS: Final = 400
MOST_COLUMNS: Final = 120


@dataclass
class Grid:
    """(row, column), both from 1 → the words; of a merged area every cell says what the first one says."""

    name: str
    words: Mapping[tuple[int, int], str]
    rows: int
    columns: int
    formulas: frozenset[tuple[int, int]] = frozenset()
    covered: frozenset[tuple[int, int]] = field(default=frozenset())

    def row(self, number: int) -> list[str]:
        """The words of a row, from the first column on."""
        return [self.words.get((number, column), "") for column in range(1, self.columns + 1)]


def of_sheet(sheet: Worksheet) -> Grid:
    """The grid of a sheet."""
    words: dict[tuple[int, int], str] = {}
    formulas: set[tuple[int, int]] = set()
    rows, columns = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    for cells in sheet.iter_rows(max_row=rows, max_col=columns):
        for cell in cells:
            if cell.data_type == "f":
                formulas.add((cell.row, cell.column))
            elif cell.value is not None:
                words[cell.row, cell.column] = _words(cell.value)
    covered: set[tuple[int, int]] = set()
    for area in sheet.merged_cells.ranges:
        first = words.get((area.min_row, area.min_col), "")
        for row in range(area.min_row, min(area.max_row, rows) + 1):
            for column in range(area.min_col, min(area.max_col, columns) + 1):
                if (row, column) != (area.min_row, area.min_col):
                    covered.add((row, column))
                    if first:
                        words[row, column] = first
    return Grid(sheet.title, words, rows, columns, frozenset(formulas), frozenset(covered))


def of_rows(name: str, lines: Sequence[tuple[int, list[str]]]) -> Grid:
    """The grid of rows that were read already, merged cells spread out; it has no formulas."""
    words = {
        (number, column): " ".join(fold(word).split())
        for number, cells in lines[:MOST_ROWS]
        for column, word in enumerate(cells[:MOST_COLUMNS], start=1)
        if word
    }
    rows = max((number for number, _cells in lines), default=0)
    return Grid(name, words, rows, max((len(cells) for _number, cells in lines), default=0))


def _words(value: Any) -> str:
    return " ".join(fold(str(value)).split())
