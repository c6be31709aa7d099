"""Workbooks (xlsx) written row by row in bounded memory, with cells that no spreadsheet takes for a formula.

Text always goes in as text: a document number stays what it is, and “=1+1” stays three characters. The first sheet
holds the rows; a hidden one the entries of drop-downs; the last one says who made the file, when and why, and the same
stands in the header and footer of every printed page.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "number", "day", "code"]

# A spreadsheet takes a cell that begins so for a formula, and runs it.
# Those of full width count where the spreadsheet was made for Chinese.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Rows of data in one sheet (the format ends at 1,048,576); what is more goes into a further sheet.
MOST_ROWS: Final = 1_000_000
#: Characters of one cell.
LONGEST: Final = 32_000
#: Rows below the last one that still offer the drop-downs, for people who add rows.
SPARE_ROWS: Final = 200
#: The name of the hidden first column by which an import knows its own rows.
KEY: Final = "_linli"
# What XML cannot hold: control characters, halves of surrogate pairs, and two that are no characters.
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS: Final[Mapping[Kind, float]] = {"text": 16, "number": 10, "day": 12, "code": 12}
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `choices` are the entries of the drop-down of a code column; `width` is in characters."""

    label: str
    kind: Kind = "text"
    width: float | None = None
    choices: Sequence[str] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who took the file out and why: the pairs of the last sheet, and the line on every printed page."""

    title: str
    sheet: str
    pairs: Sequence[tuple[str, str]]
    line: str
    codes_sheet: str = "代码"


def safe(cell: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula (workbooks need none: their cells know their type)."""
    return f"'{cell}" if cell.lstrip(" \u00a0\u3000").startswith(FORMULA) else cell


def clean(text: str) -> str:
    """The text without what the format cannot hold, clipped at `LONGEST` characters."""
    return text if text.isprintable() and len(text) <= LONGEST else _BAD.sub("", text)[:LONGEST]


def write(path: Path, *, columns: Sequence[Column], rows: Iterable[Sequence[Any]], stamp: Stamp) -> int:
    """Write a workbook and return how many rows it has. Memory does not grow with the rows.

    A cell is text, a number, a date or datetime, or None; what does not fit its column is written as text. The number
    of rows is added to the pairs of the last sheet as the caller gives it, since these are read after the last row.
    Raises what `rows` raises; the file is then not whole, and the caller deletes it.
    """
    options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        book.set_properties({"title": stamp.title[:200], "comments": stamp.line[:200]})
        count = _Sheets(book, columns, stamp).fill(rows)
        _codes(book, columns, stamp)
        _about(book, stamp)
    finally:
        # Also after a failure: the temporary file of each sheet is closed and removed here.
        book.close()
    return count


class _Sheets:
    """The sheets with the rows: usually one."""

    def __init__(self, book: xlsxwriter.Workbook, columns: Sequence[Column], stamp: Stamp) -> None:
        self.book, self.columns, self.stamp = book, columns, stamp
        self.head: Format = book.add_format(
            {"bold": True, "bg_color": "#E6EEF8", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.text: Format = book.add_format({"num_format": "@"})
        # The apostrophe that a person would type: a copy of the cell stays text, too.
        self.quoted: Format = book.add_format({"num_format": "@", "quote_prefix": True})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.number = 0

    def fill(self, rows: Iterable[Sequence[Any]]) -> int:
        """Write every row; a new sheet begins where one is full."""
        sheet, writers = self._next()
        count = at = 0
        for row in rows:
            if at == MOST_ROWS:
                self._end(sheet, at)
                sheet, writers = self._next()
                at = 0
            at += 1
            for column, (put, value) in enumerate(zip(writers, row, strict=True)):
                if value is not None and value != "":
                    put(at, column, value)
            count += 1
        self._end(sheet, at)
        return count

    def _next(self) -> tuple[Worksheet, list[Callable[[int, int, Any], Any]]]:
        self.number += 1
        name = _SHEET_NAME.sub(" ", self.stamp.title)[:26].strip() or "1"
        sheet = self.book.add_worksheet(name if self.number == 1 else f"{name} {self.number}")
        for index, column in enumerate(self.columns):
            width = column.width or _WIDTHS[column.kind]
            sheet.set_column(index, index, width, self.text, {"hidden": True} if column.hidden else {})
        _paper(sheet, self.stamp, landscape=True)
        for index, column in enumerate(self.columns):
            sheet.write_string(0, index, clean(column.label), self.head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        return sheet, [self._writer(sheet, column.kind) for column in self.columns]

    def _writer(self, sheet: Worksheet, kind: Kind) -> Callable[[int, int, Any], Any]:
        string, number, moment = sheet.write_string, sheet.write_number, sheet.write_datetime
        text, quoted = self.text, self.quoted

        def put_text(row: int, column: int, value: Any) -> None:
            cell = value if type(value) is str and value.isprintable() else clean(str(value))
            string(row, column, cell[:LONGEST], quoted if cell.startswith(FORMULA) else text)

        def put_number(row: int, column: int, value: Any) -> None:
            if isinstance(value, (int, float)) and abs(value) < 10**15:
                number(row, column, value)
            else:
                put_text(row, column, value)

        def put_day(row: int, column: int, value: Any) -> None:
            # Spreadsheets count days from 1900 on; what lies before is text to them.
            if isinstance(value, datetime) and value.year >= 1900:
                moment(row, column, value.replace(tzinfo=None), self.moment)
            elif isinstance(value, date) and value.year >= 1900:
                moment(row, column, value, self.day)
            else:
                put_text(row, column, value)

        return put_number if kind == "number" else put_day if kind == "day" else put_text

    def _end(self, sheet: Worksheet, last: int) -> None:
        if self.columns:
            sheet.autofilter(0, 0, max(last, 1), len(self.columns) - 1)
        for index, column in enumerate(self.columns):
            if column.choices:
                where = _range(self.stamp, self.columns, index)
                # A hint, not a lock: a code that the table no longer has must still be readable.
                rule = {"validate": "list", "source": where, "error_type": "warning"}
                sheet.data_validation(1, index, last + SPARE_ROWS, index, rule)


def _range(stamp: Stamp, columns: Sequence[Column], index: int) -> str:
    """Where the entries of a drop-down stand on the hidden sheet."""
    place = sum(1 for column in columns[:index] if column.choices)
    letter = xlsxwriter.utility.xl_col_to_name(place)
    return f"='{stamp.codes_sheet}'!${letter}$1:${letter}${len(columns[index].choices)}"


def _codes(book: xlsxwriter.Workbook, columns: Sequence[Column], stamp: Stamp) -> None:
    chosen = [column.choices for column in columns if column.choices]
    if not chosen:
        return
    sheet = book.add_worksheet(stamp.codes_sheet)
    for row in range(max(len(entries) for entries in chosen)):
        for place, entries in enumerate(chosen):
            if row < len(entries):
                sheet.write_string(row, place, clean(entries[row]))
    sheet.hide()


def _about(book: xlsxwriter.Workbook, stamp: Stamp) -> None:
    sheet = book.add_worksheet(_SHEET_NAME.sub(" ", stamp.sheet)[:31])
    label, value = book.add_format({"bold": True}), book.add_format({"num_format": "@", "text_wrap": True})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 70)
    _paper(sheet, stamp, landscape=False)
    for row, (name, text) in enumerate(stamp.pairs):
        sheet.write_string(row, 0, clean(name), label)
        sheet.write_string(row, 1, clean(text), value)


def _paper(sheet: Worksheet, stamp: Stamp, *, landscape: bool) -> None:
    """A4, as wide as it is, with the stamp on top and below (`&` is a command there, and 255 characters the limit)."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{_mark(stamp.title, 60)}&R{_mark(stamp.line, 120)}")
    sheet.set_footer(f"&L{_mark(stamp.line, 120)}&R&P/&N")


def _mark(text: str, most: int) -> str:
    return clean(text)[:most].replace("&", "&&").replace("\n", " ")
