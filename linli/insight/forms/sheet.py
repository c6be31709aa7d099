"""The sheet that people have filled in further: read with care, and written again with only what leaves."""

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import openpyxl
from django.utils.translation import gettext
from openpyxl.worksheet.worksheet import Worksheet

from linli.foundation.files.documents import whole
from linli.foundation.files.models import StoredFile
from linli.insight.forms import filling
from linli.insight.forms.filling import ABOUT
from linli.insight.forms.reading import Page
from linli.insight.forms.returned import TOTALS, Came
from linli.insight.forms.table import Template
from linli.lib.chinese import clip
from linli.lib.errors import Invalid
from linli.lib.filling import Value, ordinals
from linli.lib.sheets import open_sheet
from linli.lib.sheets.headers import MOST_LOOKED_AT, find_header, plain_name
from linli.lib.sheets.refusing import SheetRefused
from linli.lib.workbooks import clean

MOST_ROWS: Final = 50_000
NUMBER_LABEL: Final = "填表编号"
_SIGNED: Final = re.compile("填[表报]|审核|负责人|制表|日期|单位[（(]?盖章|联系人[:：]|备注[:：]|说明[:：]|注[:：]")
_BROKEN: Final = re.compile(r"#(?:REF|N/A|VALUE|NAME|DIV/0|NUM|NULL)[!?]?", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One list of a returned form: where each of its columns stands in the file, and its rows."""

    page: Page
    places: Mapping[int, int]
    came: Came


@dataclass(frozen=True)
class Sheet:
    """A returned form: its lists, the number under which it was filled, and the sheets that are not the form's."""

    content: bytes
    parts: tuple[Part, ...]
    tables: tuple[Page, ...]
    number: str
    others: tuple[str, ...]

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """The rows that people have filled in, on all sheets, in the places of the form's own columns."""
        return [cells for part in self.parts for _number, cells in part.came.rows]

    @classmethod
    def of(cls, file: StoredFile, template: Template) -> "Sheet":
        """Read a returned form. Raises Invalid (field "file") when it is not this form any more."""
        content = whole(file)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "returned.xlsx"
            path.write_bytes(content)
            try:
                return _read(path, content, file.original_name or "form.xlsx", template)
            except SheetRefused as refused:
                raise Invalid(fields={"file": gettext(str(refused))}) from None

    def write(
        self, path: Path, told: Sequence[Sequence[Value]], about: Mapping[str, str], change: filling.Change
    ) -> None:
        """Write it with only what leaves: no further columns, no sheets of others, no notes of people.

        `told` are the rows as they leave, in the order of `rows`; `change` says what becomes of a figure of a table.
        """
        book = openpyxl.load_workbook(io.BytesIO(self.content))
        for name in self.others:
            if name in book.sheetnames:
                del book[name]
        lines = iter(told)
        for part in self.parts:
            _write_part(book[part.page.sheet], part, [next(lines) for _row in part.came.rows])
        for page in self.tables:
            _write_table(book[page.sheet], page, change)
        _write_about(book, about)
        book.properties.creator = book.properties.lastModifiedBy = ""
        book.save(path)


def _write_part(page: Any, part: Part, told: Sequence[Sequence[Value]]) -> None:
    asked = {place: at for at, place in part.places.items()}
    lines = {number: line for (number, _cells), line in zip(part.came.rows, told, strict=True)}
    empty = {at for at in part.places if all(line[at] in (None, "") for line in told)}
    totals = {number for number, _cells in part.came.totals}
    for row in page.iter_rows():
        for cell in row:
            _write_cell(cell, lines.get(cell.row), asked.get(cell.column - 1), empty, cell.row in totals)


def _write_table(sheet: Any, page: Page, change: filling.Change) -> None:
    """The figures of a table as they leave; its headings stay, and what is reckoned goes as its value."""
    columns = {column.at - page.offset: column for column in page.columns}
    for row in sheet.iter_rows(min_row=page.data_from):
        for cell in row:
            column = columns.get(cell.column - 1)
            if column is None or not hasattr(cell, "column_letter") or not isinstance(cell.value, (int, float)):
                continue
            cell.value = change(column, cell.value)


def _write_cell(cell: Any, line: Sequence[Value] | None, at: int | None, empty: set[int], is_total: bool) -> None:
    if not hasattr(cell, "column_letter"):
        return  # a part of a merged cell: the first holds the value
    cell.comment = None
    if line is not None:
        value = line[at] if at is not None else None
        cell.value = clean(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
    elif is_total and at in empty:
        cell.value = None


def _write_about(book: Any, about: Mapping[str, str]) -> None:
    if ABOUT in book.sheetnames:
        del book[ABOUT]
    page = book.create_sheet(ABOUT)
    for number, pair in enumerate(about.items(), start=1):
        for column, text in enumerate(pair, start=1):
            page.cell(number, column).value = clean(text)
            page.cell(number, column).data_type = "s"


def _read(path: Path, content: bytes, name: str, template: Template) -> Sheet:
    book = open_sheet(path, original_name=name)
    names = [info.name for info in book.sheets]
    lists = [page for page in template.form.pages if page.table is None]
    tables = tuple(page for page in template.form.pages if page.table is not None and page.sheet in names)
    parts = tuple(_part(book, names, content, page) for page in lists)
    kept = openpyxl.load_workbook(io.BytesIO(whole(template.file)), read_only=True).sheetnames
    return Sheet(content, parts, tables, _number(book, names), tuple(one for one in names if one not in kept))


def _part(book: Any, names: Sequence[str], content: bytes, page: Page) -> Part:
    """One list of the form, whichever order its columns have by now."""
    if page.sheet not in names:
        raise _not_the_form([page.sheet])
    wanted = {plain_name(column.name): column.at for column in page.columns}
    rows = list(islice(book.rows(page.sheet), MOST_LOOKED_AT))
    header = find_header(rows, lambda heading: plain_name(heading) in wanted)
    places = {wanted[plain_name(one)]: at for at, one in enumerate(header.names) if one and plain_name(one) in wanted}
    missing = [column.name for column in page.columns if column.at not in places]
    if missing:
        raise _not_the_form(missing)
    broken = _broken(content, page.sheet, places)
    return Part(page, places, _came(book.rows(page.sheet, start=header.data_from), places, broken))


def _not_the_form(missing: Sequence[str]) -> Invalid:
    text = gettext("This is not the form that was filled: %(columns)s is missing. Upload the filled form itself.")
    return Invalid(fields={"file": text % {"columns": clip("、".join(missing), 80)}})


def _came(rows: Any, places: Mapping[int, int], broken: set[tuple[int, int]]) -> Came:
    width = max(places) + 1
    found: list[tuple[int, Sequence[str]]] = []
    totals: list[tuple[int, Sequence[str]]] = []
    for number, cells in islice(rows, MOST_ROWS + 1000):
        line = [""] * width
        for at, place in places.items():
            line[at] = cells[place] if place < len(cells) else ""
        if any(cell.strip().startswith(TOTALS) for cell in cells):
            totals.append((number, line))
        elif _is_row(cells, line):
            found.append((number, line))
    numbers = {number for number, _line in found}
    by_place = {place: at for at, place in places.items()}
    unread = [(row, by_place[place]) for row, place in sorted(broken) if row in numbers]
    return Came(found, totals, tuple(dict.fromkeys(unread)))


def _is_row(cells: Sequence[str], line: Sequence[str]) -> bool:
    """Whether a line says something of somebody: more than its number, and no signature below the form."""
    said = [cell for cell in line if cell.strip()]
    if not said or any(_SIGNED.match(cell.strip()) for cell in cells[:2] if cell.strip()):
        return False
    return len(said) > 1 or ordinals.read(said[0]) is None


def _broken(content: bytes, sheet: str, places: Mapping[int, int]) -> set[tuple[int, int]]:
    """Cells whose value no reader can tell, broken or never computed: (row, column from 0)."""
    formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    computed = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    found: set[tuple[int, int]] = set()
    places_asked = set(places.values())
    pages: list[Worksheet] = [formulas[sheet], computed[sheet]]
    for number, (typed, known) in enumerate(
        zip(
            pages[0].iter_rows(max_row=MOST_ROWS, values_only=True), pages[1].iter_rows(values_only=True), strict=False
        ),
        start=1,
    ):
        for at in places_asked:
            cell = typed[at] if at < len(typed) else None
            value = known[at] if at < len(known) else None
            uncomputed = isinstance(cell, str) and cell.startswith("=") and value is None
            if uncomputed or (isinstance(value, str) and _BROKEN.fullmatch(value.strip())):
                found.add((number, at))
    return found


def _number(book: Any, names: Sequence[str]) -> str:
    """The number under which Linli had filled it, from the sheet about the source; "" where that is gone."""
    if ABOUT not in names:
        return ""
    for _number, cells in islice(book.rows(ABOUT), 40):
        if len(cells) > 1 and cells[0].strip() == NUMBER_LABEL:
            return str(cells[1]).strip()[:32]
    return ""
