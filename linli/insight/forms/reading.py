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
from linli.insight.ledgers import definitions
from linli.insight.ledgers.models import Subject
from linli.lib.sheets import Workbook, open_sheet
from linli.lib.sheets.headers import MOST_LOOKED_AT, find_header, plain_name
from linli.lib.sheets.refusing import SheetRefused
from linli.register.people.importing import columns as importing

#: Where the words of the import and the columns of the ledgers call the same thing by two names.
_SAME: Final[Mapping[str, str]] = {"serial": "number", "head_name": "head", "worker": "grid_worker"}
#: Headings that departments use for what can be reckoned.
_MORE: Final[Mapping[str, str]] = {
    "年龄": "age",
    "周岁": "age",
    "年龄段": "age_band",
    "家庭人口数": "household_size",
    "家庭人口": "household_size",
    "户主": "head",
    "居住地址": "address",
    "现居住地址": "address",
    "家庭住址": "address",
    "是否高龄": "tags",
}


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
    """What a form asks for, and from which row (counted from 1) its answers stand."""

    sheet: str
    data_from: int
    columns: tuple[AskedColumn, ...]

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


@cache
def _labels() -> Mapping[str, str]:
    return {plain_name(field.label): key for key, field in definitions.fields(Subject.PEOPLE).items()}


def key_of(name: str) -> str:
    """Under which key a heading is held; "" for what the register does not hold."""
    last = plain_name(name.rpartition("/")[2])
    known = definitions.fields(Subject.PEOPLE)
    if found := _MORE.get(last) or _labels().get(last):
        return found
    guess = importing.guess([name], [])
    if 0 not in guess or guess[0].why == "content":
        return ""
    field = _SAME.get(guess[0].field, guess[0].field)
    return field if field in known or field.startswith("tag:") else ""


def read(file: StoredFile) -> Form | None:
    """The form in a stored workbook; None for what is no workbook, or has no header of at least two columns."""
    if file.media_type != XLSX:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(whole(file))
        try:
            book = open_sheet(path, original_name=file.original_name or "form.xlsx")
            return next((form for info in book.sheets if not info.hidden and (form := _form(book, info.name))), None)
        except SheetRefused:
            return None


def _form(book: Workbook, sheet: str) -> Form | None:
    rows = list(islice(book.rows(sheet), MOST_LOOKED_AT))
    header = find_header(rows, lambda name: bool(key_of(name)))
    columns = tuple(AskedColumn(at, name, key_of(name)) for at, name in enumerate(header.names) if name)
    return Form(sheet, header.data_from, columns) if len(columns) >= 2 and any(one.key for one in columns) else None


def asked(file: StoredFile) -> Asked:
    """How many columns a form asks for, and how many are held; nothing for what is no form."""
    form = read(file)
    # The number of the line is nobody's answer.
    columns = [column for column in form.columns if column.key != "number"] if form else []
    return Asked(len(columns), sum(column.is_held for column in columns))
