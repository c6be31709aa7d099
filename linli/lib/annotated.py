"""The sheet that goes back to the clerk: what they sent, with what is wrong beside it and in the cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import xlsxwriter

from linli.lib.workbooks import FORMULA, clean

#: The heading of the first column. Uploading the corrected sheet again ignores that column.
PROBLEM: Final = "问题"
#: Spreadsheets become slow with more comments; the first column says the same.
MOST_COMMENTS: Final = 20_000
_LONGEST_COMMENT: Final = 1_000
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_RED: Final = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}


def write(
    rows: Iterable[tuple[int, Sequence[str]]],
    *,
    header: Sequence[str],
    errors: Mapping[int, Mapping[int, str]],
    out: Path,
    notes: Mapping[int, str] | None = None,
    sheet: str = "Sheet1",
    only_wrong: bool = False,
    more: tuple[str, Sequence[str]] | None = None,
) -> int:
    """Write `rows` (number in the file, cells) under `header` to `out`, and return how many were written.

    `errors` are sentences by row number and column (counted from 0; -1 means the row as a whole); `notes` are remarks
    by row number that mark no cell. With `only_wrong`, rows without either are left out. `more` is a second sheet: its
    name, and lines of text. Every cell is text: numbers
    keep their digits, and no formula can run. Memory does not grow with the rows, only with the comments.
    Raises what `rows` raises; the file is then not whole, and the caller deletes it.
    """
    said = notes or {}
    options = {"constant_memory": True, "tmpdir": str(out.parent), "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(out), options)
    try:
        page = _Page(book, sheet, header)
        for number, cells in rows:
            wrong = errors.get(number, {})
            sentences = list(dict.fromkeys([*wrong.values(), *([said[number]] if number in said else [])]))
            if sentences or not only_wrong:
                page.add(cells, wrong, sentences)
        if more is not None:
            _lines(book, *more)
    finally:
        # Also after a failure: the temporary file of the sheet is closed and removed here.
        book.close()
    return page.count


def _lines(book: xlsxwriter.Workbook, name: str, lines: Sequence[str]) -> None:
    page, wrapped = book.add_worksheet(name), book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 100, wrapped)
    for row, line in enumerate(lines):
        page.write_string(row, 0, clean(line), wrapped)


class _Page:
    """The sheet, filled row by row."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, header: Sequence[str]) -> None:
        self.page = book.add_worksheet(_SHEET_NAME.sub(" ", name)[:31].strip() or "Sheet1")
        # (begins like a formula, wrong) → format. The prefix keeps a copy of the cell text, too.
        self.formats = {
            (quoted, wrong): book.add_format(
                {"num_format": "@", **({"quote_prefix": True} if quoted else {}), **(_RED if wrong else {})}
            )
            for quoted in (False, True)
            for wrong in (False, True)
        }
        self.why = book.add_format(
            {"num_format": "@", "text_wrap": True, "valign": "top", "font_color": _RED["font_color"]}
        )
        head = book.add_format({"bold": True, "bg_color": "#E6EEF8", "bottom": 1, "text_wrap": True})
        self.count = self.comments = 0
        self.page.set_column(0, 0, 48, self.formats[False, False])
        self.page.set_column(1, max(len(header), 1), 16, self.formats[False, False])
        for column, heading in enumerate((PROBLEM, *header)):
            self.page.write_string(0, column, clean(heading), head)
        self.page.freeze_panes(1, 1)

    def add(self, cells: Sequence[str], wrong: Mapping[int, str], sentences: Sequence[str]) -> None:
        """Write a row with what is wrong in it."""
        self.count += 1
        if sentences:
            self.page.write_string(self.count, 0, clean("\n".join(sentences)), self.why)
        for column in range(max(len(cells), max(wrong, default=-1) + 1)):
            cell = clean(cells[column]) if column < len(cells) else ""
            style = self.formats[cell.startswith(FORMULA), column in wrong]
            if cell:
                self.page.write_string(self.count, column + 1, cell, style)
            elif column in wrong:
                self.page.write_blank(self.count, column + 1, None, style)
            if column in wrong:
                self._comment(column + 1, wrong[column])

    def _comment(self, column: int, sentence: str) -> None:
        if self.comments < MOST_COMMENTS:
            self.comments += 1
            self.page.write_comment(self.count, column, clean(sentence)[:_LONGEST_COMMENT])
