"""The sheet that goes back to the clerk: what they sent, with what is wrong beside it and in the cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import xlsxwriter

from linli.lib.workbooks import FORMULA, clean

#: The heading of the first column. Uploading the corrected sheet again ignores that column.
PROBLEM: Final = "问题"
_LONGEST_COMMENT: Final = 1_000
_MOST_COMMENTS: Final = 20_000
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def write(
    rows: Iterable[tuple[int, Sequence[str]]],
    *,
    header: Sequence[str],
    errors: Mapping[int, Mapping[int, str]],
    out: Path,
    notes: Mapping[int, str] | None = None,
    sheet: str = "Sheet1",
    only_wrong: bool = False,
) -> int:
    """Write `rows` (number in the file, cells) under `header` and return how many were written.

    `errors` are sentences by row number and column (counted from 0; -1 is the row as a whole); `notes` are remarks by
    row number that mark no cell. Every cell is text, so numbers keep their digits and no formula can run. With
    `only_wrong`, rows without errors and notes are left out. Memory does not grow with the rows.
    """
    said = notes or {}
    book = xlsxwriter.Workbook(
        str(out), {"constant_memory": True, "tmpdir": str(out.parent), "strings_to_formulas": False}
    )
    try:
        page = book.add_worksheet(_SHEET_NAME.sub(" ", sheet)[:31].strip() or "Sheet1")
        text = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        red = book.add_format({"num_format": "@", "bg_color": "#FFC7CE", "font_color": "#9C0006"})
        red_quoted = book.add_format(
            {"num_format": "@", "bg_color": "#FFC7CE", "font_color": "#9C0006", "quote_prefix": True}
        )
        why = book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#9C0006", "valign": "top"})
        head = book.add_format({"bold": True, "bg_color": "#E6EEF8", "bottom": 1, "text_wrap": True})
        page.set_column(0, 0, 48, text)
        page.set_column(1, max(len(header), 1), 16, text)
        for column, name in enumerate((PROBLEM, *header)):
            page.write_string(0, column, clean(name), head)
        page.freeze_panes(1, 1)
        count = comments = 0
        for number, cells in rows:
            wrong = errors.get(number, {})
            sentences = list(dict.fromkeys([*wrong.values(), *([said[number]] if number in said else [])]))
            if only_wrong and not sentences:
                continue
            count += 1
            if sentences:
                page.write_string(count, 0, clean("\n".join(sentences)), why)
            for column in range(max(len(cells), max(wrong, default=-1) + 1)):
                cell = clean(cells[column]) if column < len(cells) else ""
                if column in wrong:
                    page.write_string(count, column + 1, cell, red_quoted if cell.startswith(FORMULA) else red)
                    if not cell:
                        page.write_blank(count, column + 1, None, red)
                    if comments < _MOST_COMMENTS:
                        comments += 1
                        page.write_comment(count, column + 1, clean(wrong[column])[:_LONGEST_COMMENT])
                elif cell:
                    page.write_string(count, column + 1, cell, quoted if cell.startswith(FORMULA) else text)
    finally:
        book.close()
    return count
