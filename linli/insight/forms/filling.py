"""A form filled: the rows in scope that it is about, under its own headings, on all of its sheets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from openpyxl.utils import get_column_letter

from linli.apps.admission.models import Handing
from linli.foundation.accounts.actors import Actor
from linli.foundation.files.documents import whole
from linli.foundation.files.models import StoredFile
from linli.insight.forms import cases
from linli.insight.forms.cases import CaseSource
from linli.insight.forms.column import NUMBER, AskedColumn
from linli.insight.forms.reading import TABLE, Form, Page
from linli.insight.forms.rosters import (
    CASE,
    FILTERS,
    HOUSEHOLD,
    TENANCY,
    VISIT,
    VISITS_FROM,
    VISITS_TO,
)
from linli.insight.forms.sources.figures import FigureSource
from linli.insight.forms.sources.people import HouseholdSource, PeopleSource
from linli.insight.forms.sources.tenancies import TenancySource
from linli.insight.forms.sources.visits import VisitSource
from linli.insight.forms.telling import origin, roster_words
from linli.lib.filling import Block, Cells, Filled, Value, fill

#: What one request writes itself: a quarter of a minute at most, and more people than a community has.
AT_ONCE: Final = 50_000
ABOUT: Final = "数据来源"
#: What becomes of the value of a column before it goes to others.
Change = Callable[[AskedColumn, Value], Value]
#: Told of every row that is written: the key of what it is about ("person:12"), and its values.
Seen = Callable[[str, Sequence[Value]], None]
#: Told of the filled form: its notes say what is to be looked at.
Noted = Callable[[Filled], None]
ListSource = PeopleSource | CaseSource


@dataclass(frozen=True)
class Sources:
    """Where the rows of each sheet of a form come from: its pages with something that is held."""

    pages: tuple[tuple[Page, ListSource | FigureSource], ...]
    chosen: Mapping[str, str]
    day: date

    def count(self, most: int) -> int:
        """How many rows on all sheets, counted up to `most`."""
        found = 0
        for _page, source in self.pages:
            found += source.count(most - found) if found < most else 0
        return found


def source_of(handing: Handing, form: Form, *, actor: Actor, area_id: str, today: date) -> Sources:
    """What the form is about, in an area, as the actor may see it."""
    return sources_of(handing.roster, form, actor=actor, area_id=area_id, today=today)


def sources_of(roster: Mapping[str, object], form: Form, *, actor: Actor, area_id: str, today: date) -> Sources:
    """The same for a roster that nobody has handed down yet."""
    chosen = {"area": area_id, **{name: str(value) for name, value in roster.items() if name in FILTERS}}
    pages = tuple(
        (page, _source(page, actor, area_id, chosen, today))
        for page in form.pages
        if page.is_filled and _has_rows_of(page, chosen)
    )
    return Sources(pages, chosen, today)


def _has_rows_of(page: Page, chosen: Mapping[str, str]) -> bool:
    """Whether it is said which rows a page has: cases and visits are those of a period."""
    if page.unit == VISIT:
        return VISITS_FROM in chosen and VISITS_TO in chosen
    return page.unit != CASE or cases.is_about_cases(chosen)


def _source(page: Page, actor: Actor, area_id: str, chosen: dict[str, str], today: date) -> ListSource | FigureSource:
    if page.unit == TABLE and page.table is not None:
        return FigureSource(actor, area_id, chosen, today, page.table)
    if page.unit == CASE:
        return CaseSource(actor, area_id, chosen, today)
    kind = {HOUSEHOLD: HouseholdSource, TENANCY: TenancySource, VISIT: VisitSource}.get(page.unit, PeopleSource)
    return kind(actor, area_id, chosen, today, page.held)


def write(
    path: Path,
    *,
    file: StoredFile,
    form: Form,
    source: Sources,
    about: Mapping[str, str],
    whole_values: bool = False,
    change: Change | None = None,
    seen: Seen | None = None,
    noted: Noted | None = None,
) -> int:
    """Fill the form with all of `source`; returns how many rows. Sensitive columns are masked.

    `whole_values`: sensitive columns in full, for a caller that has asked for the right and writes it down.
    `change`: what becomes of each value on the way. `seen`: is told every row as it is written.
    `noted`: is told what of the layout could not be kept.
    `about`: what stands above the list of columns on the sheet of the source. Raises NotAForm.
    """
    blocks: list[Block] = []
    cells: list[Cells] = []
    for page, one in source.pages:
        told = _page_rows(page, one, _first(form) != page, whole_values, change)
        if isinstance(one, FigureSource):
            room, single = _figures(page, one, told, seen)
            blocks += room
            cells.append(single)
        else:
            blocks.append(Block(page.sheet, page.data_from, _of_sheet(page, _told(told, seen))))
    filled = fill(
        whole(file),
        path,
        name=file.original_name or "form.xlsx",
        blocks=blocks,
        cells=cells,
        about=_about(form, source, about, whole_values=whole_values),
        about_name=ABOUT,
    )
    if noted is not None:
        noted(filled)
    return filled.count + sum(len(one.values) > 0 for one in cells)


def rows(
    form: Form, source: Sources, *, whole_values: bool = False, change: Change | None = None
) -> Iterator[tuple[str, list[Value]]]:
    """Every row as `write` writes it: the key of what it is about, and a value for each column up to the last.

    Keys of further sheets begin with the name of the sheet: “附件2/person:12”.
    """
    for page, one in source.pages:
        yield from _page_rows(page, one, _first(form) != page, whole_values, change)


def rows_of(form: Form, page: Page, source: ListSource | FigureSource) -> Iterator[tuple[str, list[Value]]]:
    """The rows of one sheet, sensitive columns masked."""
    return _page_rows(page, source, _first(form) != page, whole_values=False, change=None)


def _first(form: Form) -> Page:
    return form.pages[0]


def _page_rows(
    page: Page, source: ListSource | FigureSource, is_later: bool, whole_values: bool, change: Change | None
) -> Iterator[tuple[str, list[Value]]]:
    width, begin = page.width, page.offset
    prefix = f"{page.sheet}/" if is_later else ""
    if isinstance(source, FigureSource):
        for row in source.rows:
            line: list[Value] = [None] * max(width, begin + max(row.values, default=0))
            for at, value in row.values.items():
                line[begin + at - 1] = value
            yield f"{prefix}{row.key}", _changed(page, line, change)
        return
    readers: list[tuple[int, Callable[[Any], Value]]] = [
        (column.at, source.reader(column, whole=whole_values)) for column in page.held
    ]
    for chunk in source.chunks():
        for one in chunk:
            line = [None] * width
            for at, read in readers:
                line[at] = read(one)
            yield f"{prefix}{one.key}", _changed(page, line, change)


def _changed(page: Page, line: list[Value], change: Change | None) -> list[Value]:
    if change is None:
        return line
    for column in page.held:
        line[column.at] = change(column, line[column.at])
    return line


def _told(lines: Iterator[tuple[str, list[Value]]], seen: Seen | None) -> Iterator[list[Value]]:
    for key, line in lines:
        if seen is not None:
            seen(key, line)
        yield line


def _of_sheet(page: Page, lines: Iterator[list[Value]]) -> Iterator[list[Value]]:
    """Rows as their sheet has them, from its first column on; the numbers that the form has printed stay."""
    printed = {column.at for column in page.columns if column.key == NUMBER} if page.is_numbered else set()
    for line in lines:
        yield [None if at in printed else line[at] for at in range(page.offset, len(line))]


def _figures(
    page: Page, source: FigureSource, lines: Iterator[tuple[str, list[Value]]], seen: Seen | None
) -> tuple[list[Block], Cells]:
    """The figures of a table: named areas as rows in its empty room, everything else in its own cells."""
    assert page.table is not None
    table = page.table
    room: list[list[Value]] = []
    single: dict[str, Value] = {}
    for row, line in zip(source.rows, _told(lines, seen), strict=True):
        if row.at == 0:
            room.append(line[page.offset :])
            continue
        single |= {
            f"{get_column_letter(at)}{row.at}": line[page.offset + at - 1]
            for at in row.values
            if line[page.offset + at - 1] is not None
        }
    blocks = [Block(page.sheet, table.blank_from, room)] if room else []
    return blocks, Cells(page.sheet, single)


def _about(form: Form, source: Sources, about: Mapping[str, str], *, whole_values: bool) -> list[list[str]]:
    """Where each cell of a column came from, and as of which day: domain texts, so in Chinese."""
    lines = [[label, value] for label, value in about.items()]
    lines += [["截至日期", f"{source.day:%Y-%m-%d}"], ["范围", roster_words(source.chosen)], []]
    lines.append(["表中栏目", "来源", "说明"])
    for page in form.pages:
        if len(form.pages) > 1:
            lines.append([f"【{page.sheet}】"])
        for column in page.columns:
            where, note = origin(column, form)
            lines.append([column.name, where, "" if whole_values else note])
    return lines
