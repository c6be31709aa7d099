"""Open a file that somebody uploaded, or refuse it: by what is in it, never by its name alone."""

import re
from pathlib import Path, PurePath
from typing import Final

from linli.lib.sheets import books, csvs, ole, pages, xlsx
from linli.lib.sheets.archives import open_archive
from linli.lib.sheets.books import SheetInfo, Workbook
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused
from linli.lib.sheets.runs import Runs

#: How other kinds of files begin.
_OTHERS: Final = (
    b"%PDF", b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh",
    b"\xfd7zXZ", b"{\\rtf", b"SQLite", b"\xca\xfe\xba\xbe", b"#!",
)  # fmt: skip
_PAGE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|table|body|style|div)\b", re.I | re.S
)
_XML_BOOK = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\b.*?urn:schemas-microsoft-com:office:spreadsheet", re.I | re.S)
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<[?!a-z]", re.I)
#: Excel of the years before 1997: a bare stream of records.
_BARE_RECORDS: Final = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
#: Names under which plain text is believed to be a table. Systems save tab-separated text as .xls.
_TEXT_NAMES: Final = frozenset({".csv", ".txt", ".tsv", ".tab", ".xls", ""})
_HEAD: Final = 4096


def open_sheet(
    path: Path,
    *,
    original_name: str,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    formulas: bool = False,
) -> Workbook:
    """Open an uploaded file; raises `SheetRefused`, whatever the bytes are.

    Everything is checked before the file is read as a sheet: what it is, its size packed and unpacked, macros,
    passwords, and how many cells its sheets span. Peak memory is bounded by `limits` (figures there). With `formulas`,
    a formula whose value was never computed says `cells.UNCOMPUTED`; otherwise it is 0 or empty, as it was saved.
    """
    size = path.stat().st_size
    if not size:
        raise SheetRefused("empty")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_OTHERS):
        raise SheetRefused("wrong_type")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", ole.MAGIC)):
        if size > limits.workbook_bytes:
            raise SheetRefused("too_large")
        return _zip(path, limits, formulas) if head.startswith(b"PK") else _ole(path, limits)
    if head.startswith(_BARE_RECORDS) or _XML_BOOK.match(head):
        raise SheetRefused("old_format")
    if _PAGE.match(_narrow(head)):
        return _page(path, limits)
    if _MARKUP.match(head):
        raise SheetRefused("wrong_type")
    return _text(path, original_name, size, limits)


def _narrow(head: bytes) -> bytes:
    """The head of a page in UTF-16 as if it were not."""
    return head[2:].replace(b"\0", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head


def _zip(path: Path, limits: Limits, formulas: bool) -> Workbook:
    found = xlsx.check(open_archive(path, limits), formulas=formulas)
    sheets = []
    for _at, name, hidden in books.look(path)[: limits.sheets]:
        extent = found.extents.get(name)
        if extent is None:
            raise SheetRefused("damaged")
        sheets.append(
            SheetInfo(
                name,
                extent.last_row,
                extent.last_column,
                hidden,
                extent.hidden,
                extent.hidden_columns,
                extent.uncomputed,
            )
        )
    book = Workbook(path, found.kind, tuple(sheets), limits)
    book.source, book.epoch_1904 = found.mended or path, found.epoch_1904
    return _filled(book)


def _ole(path: Path, limits: Limits) -> Workbook:
    old = ole.check(path, limits)
    source = old.copy or path
    sheets = []
    places: dict[str, int] = {}
    for at, name, hidden in books.look(source)[: limits.sheets]:
        end = books.load(source, at if old.copy is not None else name).end
        own = old.names[at] if at < len(old.names) else name
        places[own] = at
        hidden_rows = old.hidden[at] if at < len(old.hidden) else Runs()
        sheets.append(SheetInfo(own, end[0] + 1 if end else 0, end[1] + 1 if end else 0, hidden, hidden_rows))
    book = Workbook(path, "xls", tuple(sheets), limits)
    book.source, book.epoch_1904 = source, old.epoch_1904
    if old.copy is not None:
        book.decode_with(old.decode, places)
    return _filled(book)


def _filled(book: Workbook) -> Workbook:
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetRefused("empty")
    return book


def _page(path: Path, limits: Limits) -> Workbook:
    table = pages.read(path, limits)
    columns = max(len(row) for row in table)
    book = Workbook(path, "xls", (SheetInfo("Sheet1", len(table), columns, False),), limits)
    book.table = table
    return book


def _text(path: Path, original_name: str, size: int, limits: Limits) -> Workbook:
    if PurePath(original_name.replace("\\", "/")).suffix.lower() not in _TEXT_NAMES:
        raise SheetRefused("wrong_name")
    if size > limits.text_bytes:
        raise SheetRefused("too_large")
    form = csvs.form_of(path, limits)
    book = Workbook(path, "csv", (SheetInfo("CSV", form.lines, form.columns, False),), limits)
    book.form = form
    return book
