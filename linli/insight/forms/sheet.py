"""The form that people have filled in further: read with care; what leaves of it goes into the sender's empty form.

Nothing of the returned file itself leaves: not what stands beside the form, nor what a program keeps in it unseen.
"""

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import docx
import openpyxl
from django.utils.translation import gettext
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from linli.foundation.files.documents import DOCX, ENDINGS, whole
from linli.foundation.files.models import StoredFile
from linli.insight.forms import filling
from linli.insight.forms.column import NUMBER
from linli.insight.forms.filling import ABOUT
from linli.insight.forms.reading import Page
from linli.insight.forms.returned import TOTALS, Came
from linli.insight.forms.table import Template
from linli.lib.chinese import clip
from linli.lib.errors import Invalid
from linli.lib.filling import Block, Cells, NotAForm, Value, fill, ordinals, word_tables
from linli.lib.sheets import open_sheet
from linli.lib.sheets.headers import MOST_LOOKED_AT, find_header, plain_name
from linli.lib.sheets.refusing import SheetRefused

MOST_ROWS: Final = 50_000
NUMBER_LABEL: Final = "填表编号"
_SIGNED: Final = re.compile("填[表报]|审核|负责人|制表|日期|单位[（(]?盖章|联系人[:：]|备注[:：]|说明[:：]|注[:：]")
_BROKEN: Final = re.compile(r"#(?:REF|N/A|VALUE|NAME|DIV/0|NUM|NULL)[!?]?", re.IGNORECASE)
#: What programs reckon with; numbers of documents and phones are longer, or begin with a nought.
_RECKONED: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?")
_SHARE: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?%")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEVER_NUMBERS: Final = ("identity", "phone", "certificate", "account", "room", "building", "entrance")
_UNFILLED: Final = " _＿　"
Lines = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Part:
    """One list of a returned form: where each of its columns stands in the file, and its rows."""

    page: Page
    places: Mapping[int, int]
    came: Came


@dataclass(frozen=True)
class Sheet:
    """A returned form: its lists and tables, the number under which it was filled, and all of its lines by sheet."""

    template: Template
    parts: tuple[Part, ...]
    tables: tuple[Page, ...]
    number: str
    lines: Mapping[str, Lines]

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """The rows that people have filled in, on all sheets, in the places of the form's own columns."""
        return [cells for part in self.parts for _number, cells in part.came.rows]

    @classmethod
    def of(cls, file: StoredFile, template: Template) -> "Sheet":
        """Read a returned form. Raises Invalid (field "file") when it is not this form any more."""
        if file.media_type != template.file.media_type:
            text = gettext("Upload the filled form itself, in the kind of file in which it was filled (.%(ending)s).")
            raise Invalid(fields={"file": text % {"ending": ENDINGS.get(template.file.media_type, "xlsx")}})
        content = whole(file)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "returned.xlsx"
            path.write_bytes(content)
            try:
                return _read(_open(path, file, content), content, file, template)
            except SheetRefused as refused:
                raise Invalid(fields={"file": gettext(str(refused))}) from None
            except NotAForm:
                raise _not_the_form([template.form.sheet]) from None

    def write(
        self, path: Path, told: Sequence[Sequence[Value]], about: Mapping[str, str], change: filling.Change
    ) -> None:
        """Write only what leaves into the empty form of the sender. Raises NotAForm.

        `told` are the rows as they leave, in the order of `rows`; `change` says what becomes of a figure of a table.
        """
        waiting = iter(told)
        blocks: list[Block] = []
        cells: list[Cells] = []
        empty = _lines_of(self.template.file)
        for part in self.parts:
            mine = [next(waiting) for _row in part.came.rows]
            blocks.append(Block(part.page.sheet, part.page.data_from, [_typed(part.page, line) for line in mine]))
            withheld = {at for at in part.places if all(line[at] in (None, "") for line in mine)}
            cells.append(_around(part, empty.get(part.page.sheet, ()), self.lines[part.page.sheet], withheld))
        for page in self.tables:
            room, figures = _figures(page, self.lines[page.sheet], change)
            blocks += room
            cells.append(figures)
        fill(
            whole(self.template.file),
            path,
            name=self.template.file.original_name or "form.xlsx",
            blocks=blocks,
            cells=cells,
            about=[[label, value] for label, value in about.items()],
            about_name=ABOUT,
        )


def _typed(page: Page, line: Sequence[Value]) -> list[Value]:
    """A row as its sheet has it: numbers as numbers, so that totals reckon with them; numbers of lines stay printed."""
    by_place = {column.at: column for column in page.columns}
    row: list[Value] = []
    for at in range(page.offset, page.width):
        column = by_place.get(at)
        value = line[at] if column is not None and at < len(line) else None
        if column is not None and column.key == NUMBER and page.is_numbered:
            value = None
        is_text = column is not None and column.attribute.rpartition(".")[2].endswith(_NEVER_NUMBERS)
        row.append(value if is_text or not isinstance(value, str) else _value(value))
    return row


def _value(text: str) -> Value:
    words = text.strip()
    if _RECKONED.fullmatch(words):
        return float(words) if "." in words else int(words)
    if _DAY.fullmatch(words):
        try:
            return date.fromisoformat(words)
        except ValueError:
            return text
    return text or None


def _around(part: Part, empty: Lines, lines: Lines, withheld: set[int]) -> Cells:
    """What people wrote behind the form's own words above and below the rows: who filled it in, when, the totals."""
    page = part.page
    rows = {number for number, _cells in part.came.rows}
    first, last = min(rows, default=page.data_from), max(rows, default=page.data_from)
    found: dict[str, Value] = {}
    for number, words in empty:
        is_above = number < page.data_from
        said = [word.rstrip(_UNFILLED) for word in words]
        is_heading = is_above and number >= page.data_from - 1
        if is_heading or not any(said) or _is_number_alone(said):
            continue
        for other, cells in lines:
            if other in rows or (other < first) != is_above or (other > last) == is_above:
                continue
            if all(cells[at].startswith(word) for at, word in enumerate(said) if word and at < len(cells)):
                is_total = any(word.startswith(TOTALS) for word in said)
                found |= _written(part, number, words, cells, withheld if is_total else set())
                break
    return Cells(page.sheet, found)


def _written(
    part: Part, number: int, words: Sequence[str], cells: Sequence[str], withheld: set[int]
) -> dict[str, Value]:
    own = {place: at for at, place in part.places.items()}
    width = max(part.places.values()) + 1
    found: dict[str, Value] = {}
    for at, text in enumerate(cells[:width]):
        before = words[at] if at < len(words) else ""
        if text and text != before and own.get(at) not in withheld:
            found[f"{get_column_letter(at + 1)}{number}"] = text if before else _value(text)
    return found


def _is_number_alone(words: Sequence[str]) -> bool:
    said = [word for word in words if word]
    return len(said) == 1 and ordinals.read(said[0]) is not None


def _figures(page: Page, lines: Lines, change: filling.Change) -> tuple[list[Block], Cells]:
    """The figures of a table as they leave: the rows that were put into its empty room, and its own cells."""
    assert page.table is not None
    table = page.table
    columns = {column.at - page.offset: column for column in page.columns}
    # In the order of the form: 男 may be a row of several groups.
    named = [(plain_name(row.name.rpartition("/")[2]), row.number) for row in table.rows]
    room: list[list[Value]] = []
    found: dict[str, Value] = {}
    for number, cells in lines:
        if number < page.data_from or len(cells) < table.label_at:
            continue
        values: list[Value] = []
        for at, text in enumerate(cells):
            value = _value(text)
            column = columns.get(at)
            is_figure = isinstance(value, (int, float)) or _SHARE.fullmatch(text.strip()) is not None
            values.append(change(column, value) if column is not None and is_figure else None)
        label = plain_name(cells[table.label_at - 1])
        place = next((at for at, (name, _number) in enumerate(named) if name == label), None)
        if place is not None:
            own = named[place][1]
            named = named[place + 1 :]
            found |= {
                f"{get_column_letter(at + 1)}{own}": value for at, value in enumerate(values) if value is not None
            }
        elif table.blank_from and label and any(value is not None for value in values):
            values[table.label_at - 1] = cells[table.label_at - 1]
            if table.number_at:
                values[table.number_at - 1] = len(room) + 1
            room.append(values)
    blocks = [Block(page.sheet, table.blank_from, room)] if room else []
    return blocks, Cells(page.sheet, found)


def _open(path: Path, file: StoredFile, content: bytes) -> Any:
    """The sheets of a workbook, or the tables of a document. Raises SheetRefused, NotAForm."""
    if file.media_type == DOCX:
        return word_tables(content)
    return open_sheet(path, original_name=file.original_name or "form.xlsx")


def _lines_of(file: StoredFile) -> Mapping[str, Lines]:
    """Every line of an empty form, by sheet."""
    content = whole(file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(content)
        book = _open(path, file, content)
        return {info.name: list(book.rows(info.name)) for info in book.sheets}


def _read(book: Any, content: bytes, file: StoredFile, template: Template) -> Sheet:
    names = [info.name for info in book.sheets]
    lists = [page for page in template.form.pages if page.table is None]
    tables = tuple(page for page in template.form.pages if page.table is not None and page.sheet in names)
    is_document = file.media_type == DOCX
    parts = tuple(_part(book, names, b"" if is_document else content, page) for page in lists)
    number = _number_of_document(content) if is_document else _number(book, names)
    lines = {page.sheet: list(islice(book.rows(page.sheet), MOST_ROWS)) for page in template.form.pages
             if page.sheet in names}  # fmt: skip
    return Sheet(template, parts, tables, number, lines)


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
    # A document reckons nothing that could be broken.
    broken = _broken(content, page.sheet, places) if content else set()
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


def _number_of_document(content: bytes) -> str:
    """The number under which Linli had filled a document, from its last page."""
    words = (
        one.text.partition(NUMBER_LABEL)[2].strip(_UNFILLED) for one in docx.Document(io.BytesIO(content)).paragraphs
    )
    return next((word for word in words if word), "")[:32]


def _number(book: Any, names: Sequence[str]) -> str:
    """The number under which Linli had filled it, from the sheet about the source; "" where that is gone."""
    if ABOUT not in names:
        return ""
    for _number, cells in islice(book.rows(ABOUT), 40):
        if len(cells) > 1 and cells[0].strip() == NUMBER_LABEL:
            return str(cells[1]).strip()[:32]
    return ""
