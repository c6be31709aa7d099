"""Open a file that somebody uploaded, or refuse it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import python_calamine

from linli.lib.sheets.cells import text_of
from linli.lib.sheets.refusing import SheetRefused

Kind = Literal["xlsx", "xls", "ods", "csv"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a file may be."""

    file_bytes: int = 64 * 1024 * 1024
    rows: int = 1_000_000
    columns: int = 200
    cells: int = 8_000_000
    cell_characters: int = 32_767


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet: its name, how many rows and columns it uses, and whether it is hidden."""

    name: str
    rows: int
    columns: int
    hidden: bool


class Workbook:
    """An opened file."""

    def __init__(self, path: Path, kind: Kind, sheets: tuple[SheetInfo, ...]) -> None:
        self.path, self.kind, self.sheets = path, kind, sheets

    def rows(self, sheet: str, *, start: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Yield (number of the row in the file, counted from 1; cells as text) from row `start` on."""
        if self.kind == "csv":
            with self.path.open(encoding="utf-8-sig", newline="") as lines:
                for number, row in enumerate(csv.reader(lines), 1):
                    if number >= start:
                        yield number, [text_of(cell) for cell in row]
            return
        found = python_calamine.load_workbook(str(self.path)).get_sheet_by_name(sheet)
        for number, cells in enumerate(found.iter_rows(), 1):
            if number >= start:
                yield number, [text_of(cell) for cell in cells]


def open_sheet(path: Path, *, original_name: str, limits: Limits = Limits()) -> Workbook:  # noqa: B008 - frozen
    """Open an uploaded file; raises `SheetRefused`."""
    if path.stat().st_size > limits.file_bytes:
        raise SheetRefused("too_large")
    if path.read_bytes()[:2] != b"PK":
        return Workbook(path, "csv", (SheetInfo("CSV", 0, 0, False),))
    book = python_calamine.load_workbook(str(path))
    return Workbook(path, "xlsx", tuple(SheetInfo(name, 0, 0, False) for name in book.sheet_names))
