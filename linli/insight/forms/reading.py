"""A department's empty form: all of its sheets, what each asks for, and which of that is held.

A sheet is a list (a row for each person, household, tenancy, visit or case) or a table of figures (counts of rows by
columns). A sheet that asks for nothing which is held stays as it is, and brings the whole form to the community.
"""

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import openpyxl

from linli.apps.admission.held import Asked
from linli.foundation.files.documents import DOCX, XLSX, whole
from linli.foundation.files.models import StoredFile
from linli.insight.forms import asking, cases, rosters
from linli.insight.forms.column import NUMBER, AskedColumn
from linli.insight.forms.rosters import CASE, PERSON, TENANCY, VISIT, Candidate, Said
from linli.insight.forms.tables import grids
from linli.insight.forms.tables.reading import Table, find, within_months
from linli.lib.filling import NotAForm, WordTables, word_tables
from linli.lib.sheets import Workbook, open_sheet
from linli.lib.sheets.headers import MOST_LOOKED_AT, Header, find_header
from linli.lib.sheets.refusing import SheetRefused
from linli.register.people import headings

TABLE: Final = "table"
#: What stands below the headings and says something of the whole form: a sentence, not the name of a row.
_LEAST_NOTE: Final = 10
_NOTE: Final = re.compile(r"[：:]|说明|对象|范围")


@dataclass(frozen=True)
class Page:
    """One sheet of a form, and from which row (counted from 1) its answers stand. `unit` says what a row is.

    `has_rows`: it is not empty, so that nobody could tell its own rows from what is filled in. `offset`: where its
    columns begin among those of the whole form. `is_numbered`: the form has printed a number in front of its rows.
    """

    sheet: str
    data_from: int
    columns: tuple[AskedColumn, ...]
    unit: str
    has_rows: bool = False
    table: Table | None = None
    offset: int = 0
    is_numbered: bool = False

    @property
    def held(self) -> tuple[AskedColumn, ...]:
        """The columns that are held."""
        return tuple(column for column in self.columns if column.is_held)

    @property
    def width(self) -> int:
        """Where its columns end among those of the whole form."""
        return max(column.at for column in self.columns) + 1

    def after(self, offset: int) -> "Page":
        """The same page, its columns told apart from those of the sheets before it."""
        columns = tuple(replace(column, at=column.at + offset, page=self.sheet) for column in self.columns)
        return replace(self, columns=columns, offset=offset)

    @property
    def is_filled(self) -> bool:
        """Whether anything of it but the numbers of its lines is held."""
        return any(column.is_counted for column in self.held)


@dataclass(frozen=True)
class Form:
    """What a form asks for, on all of its sheets."""

    pages: tuple[Page, ...]
    said: Said = field(default=Said(), compare=False)

    @property
    def columns(self) -> tuple[AskedColumn, ...]:
        """The columns of all sheets."""
        return tuple(column for page in self.pages for column in page.columns)

    @property
    def held(self) -> tuple[AskedColumn, ...]:
        """The columns that are held."""
        return tuple(column for column in self.columns if column.is_held)

    @property
    def missing(self) -> tuple[AskedColumn, ...]:
        """The columns that people have to fill in."""
        return tuple(column for column in self.columns if not column.is_held)

    @property
    def percent(self) -> int:
        """How many of a hundred columns are held, rounded down. How much of them is: `measuring`."""
        return 100 * len(self.held) // len(self.columns) if self.columns else 0

    @property
    def about_cases(self) -> bool:
        """Whether its rows are cases, and no people."""
        return any(page.unit == CASE for page in self.pages)

    @property
    def has_rows(self) -> bool:
        """Whether a sheet of it is not empty."""
        return any(page.has_rows for page in self.pages)

    @property
    def main(self) -> Page:
        """The first sheet with something that is held."""
        return next((page for page in self.pages if page.is_filled), self.pages[0])

    @property
    def sheet(self) -> str:
        """The name of that sheet."""
        return self.main.sheet

    @property
    def data_from(self) -> int:
        """Where the answers of that sheet begin."""
        return self.main.data_from


def read(file: StoredFile, roster: Mapping[str, object] | None = None, *, about_cases: bool = False) -> Form | None:
    """The form in a stored workbook; None for what is none, or asks for nothing that is held."""
    looked = _looked(file)
    if looked is None:
        return None
    told = {name: str(value) for name, value in (roster or {}).items()}
    said = _said(file.original_name or "", looked)
    is_of_cases = about_cases or cases.is_about_cases(told)
    found = [page for one in looked if (page := _page(one, told, is_of_cases)) is not None]
    # Columns of further sheets say which sheet is theirs, and stand behind those before them.
    pages: list[Page] = []
    for page in found:
        pages.append(page.after(pages[-1].width) if pages else page)
    return Form(tuple(pages), said) if any(page.is_filled for page in pages) else None


@dataclass(frozen=True)
class _Looked:
    """The first rows of a sheet, its header, and the table of figures that it is, if it is one.

    `above`: what stands in front of a table of a document.
    """

    name: str
    rows: Sequence[tuple[int, list[str]]]
    header: Header
    table: Table | None = None
    above: Sequence[str] = ()


def _looked(file: StoredFile) -> list[_Looked] | None:
    """The sheets of a workbook, or the tables of a document; None for anything else, and for what cannot be read."""
    if file.media_type == DOCX:
        return _of_document(whole(file))
    if file.media_type != XLSX:
        return None
    content = whole(file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(content)
        try:
            book = open_sheet(path, original_name=file.original_name or "form.xlsx")
            tables = _tables(content)
            return [_look(book, info.name, tables.get(info.name)) for info in book.sheets if not info.hidden]
        except SheetRefused:
            return None


def _of_document(content: bytes) -> list[_Looked] | None:
    try:
        book = word_tables(content)
        return [
            _look(book, info.name, _figures(book, info.name), book.titles.get(info.name, ())) for info in book.sheets
        ]
    except NotAForm:
        return None


def _figures(book: WordTables, name: str) -> Table | None:
    table = find(grids.of_rows(name, list(book.rows(name))))
    title = " ".join(book.titles.get(name, ()))
    return replace(within_months(table), title=title or table.title) if table is not None else None


def _look(book: Workbook | WordTables, sheet: str, table: Table | None, above: Sequence[str] = ()) -> _Looked:
    rows = list(islice(book.rows(sheet), MOST_LOOKED_AT))
    return _Looked(sheet, rows, find_header(rows, _is_known), table, above)


def _is_known(name: str) -> bool:
    return headings.is_known(name) or bool(cases.key_of(name)) or asking.is_own(name)


def _tables(content: bytes) -> Mapping[str, Table]:
    """The tables of figures, by sheet. The book was checked before; a form is small."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception:  # noqa: BLE001 - openpyxl raises anything
        # What this reader cannot open has no tables for us; whoever fills it says why not.
        return {}
    found = {sheet.title: find(grids.of_sheet(sheet)) for sheet in book.worksheets}
    return {name: within_months(table) for name, table in found.items() if table is not None}


def _page(one: _Looked, roster: Mapping[str, str], is_of_cases: bool) -> Page | None:
    table = one.table
    if table is not None:
        return Page(one.name, table.data_from, _of_table(table), TABLE, table=table)
    names = one.header.names
    if len([name for name in names if name]) < 2 or (one.header.first and not _asks(one)):
        return None
    unit = CASE if is_of_cases else roster.get("unit") or _unit(names, roster)
    columns = cases.columns_of(names) if is_of_cases else asking.columns_of(names, unit=unit, tag=roster.get("tag", ""))
    begin = one.header.data_from
    return Page(
        *(one.name, begin, columns, unit, _has_rows(one.rows, begin, columns)),
        is_numbered=_is_numbered(one.rows, begin, columns),
    )


def _is_numbered(rows: Sequence[tuple[int, list[str]]], begin: int, columns: Sequence[AskedColumn]) -> bool:
    """Whether the first row of answers has its number already."""
    first = next((cells for number, cells in rows if number == begin), [])
    return any(column.key == NUMBER and column.at < len(first) and first[column.at].strip() for column in columns)


def _unit(names: Sequence[str], roster: Mapping[str, str]) -> str:
    """What a row is where nobody has said it: by the headings, unless people are what was asked for."""
    unit = rosters.unit_of(names)
    is_of_people = any(name in roster for name in ("all", "tag", "kind", "sex", "age_from", "age_to"))
    is_other = unit == TENANCY or (unit == VISIT and rosters.VISITS_FROM not in roster)
    return PERSON if is_of_people and is_other else unit


def _asks(one: _Looked) -> bool:
    """Whether the first row of a header is one: two headings at least, and not a line of notes."""
    return len({name for name in one.header.names if name}) >= 2


def _of_table(table: Table) -> tuple[AskedColumn, ...]:
    """The columns of a table of figures, and those of its rows that nothing can count."""
    columns = [
        AskedColumn(column.at - 1, column.name, key, attribute=key)
        for column in table.columns
        for key in ("" if column.spec is None else "share" if column.spec.share else "count",)
    ]
    label = table.label_at - 1
    unheld = [] if table.digits is not None else [row for row in table.rows if row.spec is None]
    return tuple(columns + [AskedColumn(label, row.name, "") for row in unheld])


def _has_rows(rows: Sequence[tuple[int, list[str]]], data_from: int, columns: tuple[AskedColumn, ...]) -> bool:
    """Whether a row below the header says as much as a row of answers: half of the columns, their number aside."""
    asked_at = [column.at for column in columns if column.is_counted]
    return any(
        2 * sum(1 for at in asked_at if at < len(cells) and cells[at]) >= len(asked_at)
        for number, cells in rows
        if number >= data_from and len(set(cells) - {""}) > 1
    )


def _said(file_name: str, looked: Sequence[_Looked]) -> Said:
    """What stands on the form beside its headings: what is above them is the title, what is below, notes."""
    above: list[str] = []
    below: list[str] = []
    names: list[str] = []
    for one in looked:
        first = one.header.first or 1
        above += one.above
        above += [word for number, cells in one.rows if number < first for word in dict.fromkeys(cells) if word]
        below += [
            word
            for number, cells in one.rows
            if number >= one.header.data_from
            for word in dict.fromkeys(cells)
            if len(word) > _LEAST_NOTE and _NOTE.search(word)
        ]
        names += [name for name in one.header.names if name]
    stem = file_name.rsplit(".", 1)[0]
    return Said(" ".join(above), stem, tuple(one.name for one in looked), " ".join(below), tuple(names))


def first_look(file: StoredFile) -> Form | None:
    """The form before anybody has said whom it is about: its rows are people, or cases where more of that is held."""
    people, of_cases = read(file), read(file, about_cases=True)
    if people is None or of_cases is None:
        return people or of_cases
    return of_cases if _held(of_cases) > _held(people) else people


def _held(form: Form) -> int:
    return sum(column.is_counted for column in form.held)


def whom(form: Form, today: date) -> list[Candidate]:
    """Whom the form is about, by what stands on it."""
    found = rosters.guess(form.said, today)
    if form.about_cases and not any(cases.is_about_cases(one.roster) for one in found):
        found = [*found[:3], Candidate(rosters.cases_of(form.said, today))]
    return found


def asked(file: StoredFile, roster: Mapping[str, str]) -> Asked:
    """How many columns a form asks for, and how many are held; nothing for what is no form."""
    form = read(file, roster)
    if form is None:
        return Asked()
    columns = [column for column in form.columns if column.is_counted]
    return Asked(len(columns), sum(column.is_held for column in columns), form.has_rows)
