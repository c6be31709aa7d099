"""A form of a community as a table: its columns, whom it is about, and its rows as they stand in the register."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.models import StoredFile
from linli.insight.forms import cases, filling, ways
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.filling import Seen, Sources
from linli.insight.forms.models import AskedForm, Submission
from linli.insight.forms.reading import Form, read
from linli.insight.forms.uniqueness import Likeness, likeness
from linli.insight.forms.ways import Told, Way
from linli.lib.filling import Value

NUMBER: Final = "number"


@dataclass(frozen=True)
class Template:
    """The empty form of a sender: its file, and what it asks for."""

    file: StoredFile
    form: Form

    @cached_property
    def fingerprint(self) -> str:
        """Of its headings and where they stand: another one is another form."""
        pages = [[page.sheet, page.data_from, page.unit] for page in self.form.pages]
        asked = [pages, [[column.at, column.name] for column in self.form.columns]]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()

    @property
    def headings(self) -> list[str]:
        """Its headings, in order."""
        return [column.name for column in self.form.columns]


def is_about_cases(asked: AskedForm) -> bool:
    """Whether a form is about cases of a period, and not about people."""
    return cases.is_about_cases(asked.handing.roster)


def template_of(asked: AskedForm) -> Template | None:
    """The form as its sender has it now; None where none of its files can be read as one."""
    files = (
        [asked.template]
        if asked.template is not None
        else [one.file for one in asked.handing.files.select_related("file").order_by("pk")]
    )
    for file in files:
        form = read(file, asked.handing.roster)
        if form is not None:
            return Template(file, form)
    return None


def right_of(form: Form) -> Permission:
    """The right to read what a form is about."""
    return Permission.CASE_READ if form.about_cases else Permission.PEOPLE_READ


@dataclass(frozen=True)
class Table:
    """What a submission is filled from, for an actor on a day."""

    template: Template
    submission: Submission
    source: Sources

    @property
    def form(self) -> Form:
        """What it asks for."""
        return self.template.form

    @property
    def columns(self) -> Sequence[AskedColumn]:
        """Its columns, in order."""
        return self.form.columns

    @cached_property
    def is_too_long(self) -> bool:
        """Whether it has more rows than one request writes."""
        return self.source.count(filling.AT_ONCE + 1) > filling.AT_ONCE

    def whole(self) -> Iterator[tuple[str, list[Value]]]:
        """Every row with the key of what it is about, in full."""
        return filling.rows(self.form, self.source, whole_values=True)

    def told(self, chosen: Mapping[str, Told]) -> Iterator[tuple[str, list[Value]]]:
        """Every row as it leaves."""
        return filling.rows(self.form, self.source, whole_values=True, change=teller(chosen))

    def write(
        self, path: Path, about: Mapping[str, str], chosen: Mapping[str, Told] | None, seen: Seen | None = None
    ) -> int:
        """Fill the form: in full without `chosen`, else as it leaves. Returns how many rows. Raises NotAForm."""
        return filling.write(
            path,
            file=self.template.file,
            form=self.form,
            source=self.source,
            about=about,
            whole_values=True,
            change=None if chosen is None else teller(chosen),
            seen=seen,
        )


def teller(chosen: Mapping[str, Told]) -> filling.Change:
    """What becomes of a value on its way out; a column that was not chosen stays empty."""

    def change(column: AskedColumn, value: Value) -> Value:
        told = chosen.get(ways.id_of(column))
        if column.key == NUMBER:
            return value
        return ways.tell(column, value, told.way) if told is not None else None

    return change


def of(submission: Submission, template: Template, *, actor: Actor, today: date) -> Table:
    """What a submission is filled from, as the actor may see it."""
    handing = submission.form.asked.handing
    if submission.roster:
        handing.roster = submission.roster
    area_id = submission.form.area_id
    source = filling.source_of(handing, template.form, actor=actor, area_id=area_id, today=today)
    return Table(template, submission, source)


def digest_of(rows: Iterator[tuple[str, list[Value]]]) -> str:
    """A number for what leaves, so that a press on a button releases what was looked at and nothing else."""
    found = hashlib.sha256()
    for key, values in rows:
        found.update(json.dumps([key, [as_text(value) for value in values]], ensure_ascii=False).encode())
    return found.hexdigest()


def value_of(row: Sequence[Value], column: AskedColumn) -> Value:
    """The value of a column in a row, which may be of another sheet and end before it."""
    return row[column.at] if column.at < len(row) else None


def as_text(value: Value) -> str:
    """A value as text, a day as year-month-day."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def alike(columns: Sequence[AskedColumn], rows: Sequence[Sequence[Value]]) -> Likeness:
    """How alike the rows are that leave, without the number of the line."""
    numbers = {column.at for column in columns if column.key == NUMBER}
    return likeness(rows, numbers)


def suggestions(
    columns: Sequence[AskedColumn], whole: Sequence[Sequence[Value]], chosen: Mapping[str, Told], now: Likeness
) -> list[tuple[AskedColumn, Way, int]]:
    """What would make fewer people stand out: column, its next way, and how many would then be alone; best first."""
    if not now.alone:
        return []
    change = teller(chosen)
    base = [[change(column, value_of(row, column)) for column in columns] for row in whole]
    numbers = {at for at, column in enumerate(columns) if column.key == NUMBER}
    found: list[tuple[AskedColumn, Way, int]] = []
    for at, column in enumerate(columns):
        told = chosen.get(ways.id_of(column))
        if told is None or at in numbers or told.way == Way.BLANK:
            continue
        possible = list(ways.ways_of(column))
        for way in possible[possible.index(told.way) + 1 :] if told.way in possible else []:
            other = [[*line[:at], ways.tell(column, value_of(row, column), way), *line[at + 1 :]]
                     for line, row in zip(base, whole, strict=True)]  # fmt: skip
            alone = likeness(other, numbers).alone
            if alone < now.alone:
                found.append((column, way, alone))
                break
    return sorted(found, key=lambda one: one[2])[:3]
