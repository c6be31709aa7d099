"""What an uploaded book holds, counted once when it arrives: every sheet, its rows, and what is hidden in it."""

from collections.abc import Mapping
from itertools import islice
from operator import add
from typing import Any, Final, TypedDict

from linli.foundation.imports.models import Batch
from linli.lib.sheets import Header, SheetInfo, Workbook, find_header, header_ending_at
from linli.lib.sheets.headers import MOST_LOOKED_AT
from linli.lib.workbooks import KEY
from linli.register.people.headings import is_known

#: The sheet that an annotated book has beside its rows; it is ours, and holds no people.
BALANCE_SHEET: Final = "导入核对"
#: Those that an own export has beside its rows. Other books may call a sheet so, and mean it.
BESIDE_EXPORTS: Final = frozenset({"代码", "导出说明"})
SAMPLE: Final = 200
Rows = list[tuple[int, list[str]]]


class Sheet(TypedDict):
    """One sheet: `whole` rows that say anything, `rows` of them below the header (which ends in row `header`), and
    `concealed` of these are hidden or filtered away; `filled` are the cells that each column has below the header,
    `uncomputed` the formulas whose value was never computed."""

    name: str
    hidden: bool
    whole: int
    rows: int
    header: int
    concealed: int
    filled: list[int]
    uncomputed: int


class Book(TypedDict):
    """A file. `opened` are lines of a CSV with a quotation mark that is never closed; `epoch_1904`: its days are
    counted from 1904."""

    sheets: list[Sheet]
    opened: list[int]
    epoch_1904: bool


def top_of(book: Workbook, sheet: str) -> Rows:
    """The first rows of a sheet: enough to find its header and to tell what its columns are."""
    return list(islice(book.rows(sheet), MOST_LOOKED_AT + SAMPLE))


def header_of(rows: Rows, last: int = 0) -> Header:
    """The header among the first rows, or the one that ends in the row that somebody named."""
    if last and any(number == last for number, _cells in rows):
        return header_ending_at(rows, last)
    return find_header(rows[:MOST_LOOKED_AT], is_known)


def count(book: Workbook) -> Book:
    """Go through every sheet of a book once. Raises SheetRefused. One sheet is in memory at a time."""
    ours = {BALANCE_SHEET}
    if any(_is_export(book, info) for info in book.sheets if info.name not in BESIDE_EXPORTS):
        ours |= BESIDE_EXPORTS
    sheets = [_sheet(book, info) for info in book.sheets if info.name not in ours]
    return {"sheets": sheets, "opened": list(book.opened), "epoch_1904": book.epoch_1904}


def _is_export(book: Workbook, info: SheetInfo) -> bool:
    """Tell whether a sheet has the column of hidden keys that only our own exports have."""
    return KEY in header_of(top_of(book, info.name)).names


def _sheet(book: Workbook, info: SheetInfo) -> Sheet:
    header = header_of(top_of(book, info.name))
    whole = rows = concealed = 0
    filled: list[int] = []
    for number, cells in book.rows(info.name):
        whole += 1
        if number < header.data_from:
            continue
        rows += 1
        concealed += number in info.hidden_rows
        if len(cells) > len(filled):
            filled += [0] * (len(cells) - len(filled))
        filled[: len(cells)] = map(add, filled, map(bool, cells))
    while filled and not filled[-1]:
        filled.pop()
    return {
        "name": info.name,
        "hidden": info.hidden,
        "whole": whole,
        "rows": rows,
        "header": header.last,
        "concealed": concealed,
        "filled": filled,
        "uncomputed": info.uncomputed,
    }


def of(batch: Batch, book: Workbook) -> Book:
    """What the book of a batch holds: as it was counted, or counted now and kept with the batch."""
    if not batch.book:
        batch.book = dict(count(book))
        Batch.objects.filter(pk=batch.pk).update(book=batch.book)
    holds: Book = batch.book
    return holds


def sheet_of(batch: Batch, name: str = "") -> Sheet | None:
    """What one sheet holds (that of the batch); None where nobody counted it."""
    found: Mapping[str, Any] = batch.book
    return next((one for one in found.get("sheets", ()) if one["name"] == (name or batch.sheet)), None)
