"""A department's empty form: its sheet, its header, and which of its columns are held."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from linli.apps.admission.held import Asked
from linli.foundation.files.documents import XLSX, whole
from linli.foundation.files.models import StoredFile
from linli.insight.forms import cases
from linli.insight.ledgers import definitions
from linli.lib.sheets import Workbook, open_sheet
from linli.lib.sheets.headers import MOST_LOOKED_AT, find_header, plain_name
from linli.lib.sheets.refusing import SheetRefused
from linli.register.people import headings


@dataclass(frozen=True)
class AskedColumn:
    """A column of a form: its place (from 0), its heading, and the key under which it is held ("" for what is not)."""

    at: int
    name: str
    key: str

    @property
    def is_held(self) -> bool:
        """Whether nobody need type it."""
        return bool(self.key)


@dataclass(frozen=True)
class Form:
    """What a form asks for, and from which row (counted from 1) its answers stand; of people, or of cases.

    `has_rows`: it is not empty, so that nobody could tell its own rows from what is filled in.
    """

    sheet: str
    data_from: int
    columns: tuple[AskedColumn, ...]
    about_cases: bool = False
    has_rows: bool = False

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
        """How many of a hundred columns are held, rounded down."""
        return 100 * len(self.held) // len(self.columns) if self.columns else 0


#: Never held for a form: a remark is the form's own column, and what colleagues note of a person is not for others.
_OWN: Final = frozenset({"note"})


def key_of(name: str) -> str:
    """Under which key a heading is held; "" for what the register does not hold."""
    heading = headings.read([name])[0]
    found = definitions.key_of(heading) if heading.sure else ""
    return "" if found in _OWN else found


@cache
def _case_words() -> Mapping[str, str]:
    return {plain_name(word): key for key, words in cases.HEADINGS.items() for word in words}


def case_key_of(name: str) -> str:
    """Under which key a heading is held of cases; "" for what they do not hold."""
    return _case_words().get(plain_name(name.rpartition("/")[2]), "")


def read(file: StoredFile, *, about_cases: bool = False) -> Form | None:
    """The form in a stored workbook; None for what is no workbook, or has no header of at least two columns."""
    if file.media_type != XLSX:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(whole(file))
        try:
            book = open_sheet(path, original_name=file.original_name or "form.xlsx")
            shown = (info.name for info in book.sheets if not info.hidden)
            return next((form for name in shown if (form := _form(book, name, about_cases))), None)
        except SheetRefused:
            return None


def _form(book: Workbook, sheet: str, about_cases: bool) -> Form | None:
    known = case_key_of if about_cases else key_of
    rows = list(islice(book.rows(sheet), MOST_LOOKED_AT))
    header = find_header(rows, lambda name: bool(known(name)))
    columns = tuple(AskedColumn(at, name, known(name)) for at, name in enumerate(header.names) if name)
    if len(columns) < 2 or not any(one.key for one in columns):
        return None
    return Form(sheet, header.data_from, columns, about_cases, _has_rows(rows, header.data_from, columns))


def _has_rows(rows: list[tuple[int, list[str]]], data_from: int, columns: tuple[AskedColumn, ...]) -> bool:
    """Whether a row below the header says as much as a row of answers: half of the columns, their number aside."""
    asked_at = [column.at for column in columns if column.key != "number"]
    return any(
        2 * sum(1 for at in asked_at if at < len(cells) and cells[at]) >= len(asked_at)
        for number, cells in rows
        if number >= data_from and len(set(cells) - {""}) > 1
    )


def asked(file: StoredFile, roster: Mapping[str, str]) -> Asked:
    """How many columns a form asks for, and how many are held; nothing for what is no form."""
    form = read(file, about_cases=cases.is_about_cases(roster))
    # The number of the line is nobody's answer.
    columns = [column for column in form.columns if column.key != "number"] if form else []
    has_rows = form is not None and form.has_rows
    return Asked(len(columns), sum(column.is_held for column in columns), has_rows)
