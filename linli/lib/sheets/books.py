"""An opened file: its sheets, and their rows as text."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import python_calamine as calamine

from linli.lib.sheets import csvs
from linli.lib.sheets.cells import text_of
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused
from linli.lib.sheets.runs import Runs

Kind = Literal["xlsx", "xls", "ods", "csv"]
Row = tuple[int, list[str]]
#: Merged areas of a sheet: more are no layout, and are left as they are.
_MOST_MERGED: Final = 100_000


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet: its name, how many rows and columns it uses, whether it is hidden, which rows and columns are,
    and how many formulas have no value.

    Rows and columns end with the last cell that has a value; formatted empty ones do not count. For CSV `rows` is the
    number of lines, at least as many as rows, and `columns` that of the widest row at the top.
    """

    name: str
    rows: int
    columns: int
    hidden: bool
    hidden_rows: Runs = field(default_factory=Runs, compare=False)
    hidden_columns: Runs = field(default_factory=Runs, compare=False)
    uncomputed: int = 0


class Workbook:
    """An opened file. It keeps the sheet that was read last, so that looking at its top first costs nothing."""

    def __init__(self, path: Path, kind: Kind, sheets: tuple[SheetInfo, ...], limits: Limits) -> None:
        self.path = path
        self.kind: Kind = kind
        self.sheets = sheets
        self.limits = limits
        self.form: csvs.Form | None = None
        self.table: list[list[str]] | None = None
        #: The book written anew (`mending`), or as it was uploaded.
        self.source: Path | bytes = path
        #: Whether days are counted from 1904, so that a day without its format is 1,462 less than elsewhere.
        self.epoch_1904 = False
        #: How its texts are to be understood: those of old files are in a code page that the library cannot read.
        self.decode: Callable[[str], str] | None = None
        self._kept: tuple[str, calamine.CalamineSheet] | None = None
        #: Name → place, where the library has other names.
        self._places: dict[str, int] = {}
        #: Lines of a CSV with a quotation mark that is never closed, as far as the rows were read.
        self.opened: list[int] = []

    def decode_with(self, decode: Callable[[str], str] | None, places: dict[str, int]) -> None:
        """Let all texts be turned by `decode`, and the sheets be found by their place: the library has other names."""
        self.decode, self._places = decode, places

    def rows(self, sheet: str, *, start: int = 0) -> Iterator[Row]:
        """Yield (number of the row in the file, counted from 1; cells as text) from row `start` on.

        Rows without any text are left out. Cells of merged areas all have the text of the area. Rows of a workbook are
        as wide as the sheet, those of CSV as wide as they are. Raises `SheetRefused`, for CSV also midway.
        """
        if self.form is not None:
            self.opened.clear()
            yield from csvs.rows(self.path, self.form, self.limits, start=start, opened=self.opened)
        elif self.table is not None:
            for number, cells in enumerate(self.table, 1):
                if number >= start and any(cells):
                    yield number, list(cells)
        else:
            yield from self._cells(self._sheet(sheet), start)

    def _sheet(self, name: str) -> calamine.CalamineSheet:
        if all(info.name != name for info in self.sheets):
            raise SheetRefused("no_sheet")
        if self._kept is None or self._kept[0] != name:
            self._kept = None
            self._kept = (name, load(self.source, self._places[name] if self._places else name))
        return self._kept[1]

    def _cells(self, sheet: calamine.CalamineSheet, start: int) -> Iterator[Row]:
        origin = sheet.start
        if origin is None:
            return
        left = [""] * origin[1]
        merged = Merged(sheet.merged_cell_ranges or (), rows=sheet.total_height + 1, columns=origin[1] + sheet.width)
        longest = self.limits.cell_characters
        for number, values in enumerate(sheet.iter_rows(), 1):
            if merged.waiting is None and number < start:
                continue
            cells = texts(values if self.decode is None else _decoded(values, self.decode))
            if left:
                cells = left + cells
            if merged.reach(number):
                merged.fill(number, cells)
            together = "".join(cells)
            if not together or number < start:
                continue
            if len(together) > longest and any(len(cell) > longest for cell in cells):
                raise SheetRefused("cell_too_long")
            yield number, cells


def _decoded(values: list[Any], decode: Callable[[str], str]) -> list[Any]:
    return [decode(value) if type(value) is str else value for value in values]


def texts(values: list[Any]) -> list[str]:
    """The cells of a row as text."""
    cells = [value if type(value) is str else text_of(value) for value in values]
    together = "".join(cells)
    if together.isprintable() and " " not in together and "#" not in together:
        return cells
    return [cell if cell.isalnum() or not cell else text_of(cell) for cell in cells]


class Merged:
    """Fills the cells of merged areas with the text of their first one, row by row.

    `waiting` is the row (from 1) where the next area begins or the last one that began ends, None when all are done.
    """

    def __init__(self, areas: Any, *, rows: int, columns: int) -> None:
        found = sorted(areas) if len(areas) <= _MOST_MERGED else []
        self.columns = columns
        self.areas = [area for area in reversed(found) if area[0][0] < rows and area[0][1] < columns]
        self.open: list[tuple[int, int, int, str]] = []
        self.waiting: int | None = self._first()

    def _first(self) -> int | None:
        if self.open:
            return 0
        return self.areas[-1][0][0] + 1 if self.areas else None

    def reach(self, number: int) -> bool:
        """Tell whether some area has cells in this row."""
        return self.waiting is not None and number >= self.waiting

    def fill(self, number: int, cells: list[str]) -> None:
        """Fill the cells of a row."""
        self.open = [area for area in self.open if area[0] >= number]
        for _last, left, right, text in self.open:
            cells[left:right] = [text] * (right - left)
        while self.areas and self.areas[-1][0][0] < number:
            (_top, left), (bottom, right) = self.areas.pop()
            right = min(right + 1, self.columns)
            text = cells[left]
            if text:
                cells[left:right] = [text] * (right - left)
                if bottom + 1 > number:
                    self.open.append((bottom + 1, left, right, text))
        self.waiting = self._first()


def load(source: Path | bytes, sheet: str | int) -> calamine.CalamineSheet:
    """Load a sheet of a file that has been checked, by its name or its place; raises `SheetRefused`."""
    try:
        with _open(source) as file, calamine.CalamineWorkbook.from_filelike(file) as book:
            return book.get_sheet_by_index(sheet) if isinstance(sheet, int) else book.get_sheet_by_name(sheet)
    except BaseException as why:  # noqa: BLE001 - a panic in Rust is no Exception
        raise refused(why) from None


def _open(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def look(source: Path | bytes) -> list[tuple[int, str, bool]]:
    """(place, name, hidden) of the sheets with cells of a file that has been checked; raises `SheetRefused`."""
    try:
        with _open(source) as file, calamine.CalamineWorkbook.from_filelike(file) as book:
            kept = calamine.SheetTypeEnum.WorkSheet
            seen = calamine.SheetVisibleEnum.Visible
            every = enumerate(book.sheets_metadata)
            return [(at, info.name, info.visible != seen) for at, info in every if info.typ == kept]
    except BaseException as why:  # noqa: BLE001 - a panic in Rust is no Exception
        raise refused(why) from None


def refused(why: BaseException) -> BaseException:
    """What a failure of the reading library means: its panics and errors are damaged files, nothing else is."""
    if isinstance(why, calamine.PasswordError):
        return SheetRefused("encrypted")
    if isinstance(why, calamine.CalamineError | ValueError | OSError | OverflowError):
        return SheetRefused("damaged")
    return SheetRefused("damaged") if type(why).__name__ == "PanicException" else why
