"""The rows of a form: all in scope that it is about, under its own headings; and where each column is from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.apps.admission.models import Handing
from linli.foundation.accounts.actors import Actor
from linli.foundation.files.documents import whole
from linli.foundation.files.models import StoredFile
from linli.insight.forms import cases
from linli.insight.forms.cases import CaseSource
from linli.insight.forms.reading import AskedColumn, Form
from linli.insight.ledgers import columns, definitions
from linli.insight.ledgers.models import Subject
from linli.insight.ledgers.rows import Row, Source
from linli.lib.filling import Block, Value, fill
from linli.register.people import groups

#: What one request writes itself: a quarter of a minute at most, and more people than a community has.
AT_ONCE: Final = 50_000
ABOUT: Final = "数据来源"
#: What becomes of the value of a column before it goes to others.
Change = Callable[[AskedColumn, Value], Value]
#: Told of every row that is written: the key of what it is about ("person:12"), and its values.
Seen = Callable[[str, Sequence[Value]], None]
MASKED: Final = "已脱敏，完整数据须另行审批导出"
FILTERS: Final = ("tag", "age_from", CASES_FROM, CASES_TO)


def source_of(handing: Handing, form: Form, *, actor: Actor, area_id: str, today: date) -> Source | CaseSource:
    """What the form is about, in an area, as the actor may see it."""
    chosen = {"area": area_id, **{name: str(value) for name, value in handing.roster.items() if name in FILTERS}}
    if form.about_cases:
        return CaseSource(actor, area_id, chosen, today)
    keys = ["tags" if column.key.startswith("tag:") else column.key for column in form.held]
    return Source(actor, Subject.PEOPLE, chosen, today, keys)


def write(
    path: Path,
    *,
    file: StoredFile,
    form: Form,
    source: Source | CaseSource,
    about: Mapping[str, str],
    whole_values: bool = False,
    change: Change | None = None,
    seen: Seen | None = None,
) -> int:
    """Fill the form with all of `source`; returns how many rows. Sensitive columns are masked.

    `whole_values`: sensitive columns in full, for a caller that has asked for the right and writes it down.
    `change`: what becomes of each value on the way. `seen`: is told every row as it is written.
    `about`: what stands above the list of columns on the sheet of the source. Raises NotAForm.
    """
    lines = rows(form, source, whole_values=whole_values, change=change)
    return fill(
        whole(file),
        path,
        name=file.original_name,
        blocks=[Block(form.sheet, form.data_from, _told(lines, seen))],
        about=_about(form, source, about, whole_values=whole_values),
        about_name=ABOUT,
    ).count


def rows(
    form: Form,
    source: Source | CaseSource,
    *,
    whole_values: bool = False,
    change: Change | None = None,
) -> Iterator[tuple[str, list[Value]]]:
    """Every row as `write` writes it: the key of what it is about, and a value for each column up to the last."""
    width = max(column.at for column in form.columns) + 1
    readers = [(column, _reader(column, source, whole_values)) for column in form.held]
    for chunk in source.chunks():
        for row in chunk:
            line: list[Value] = [None] * width
            for column, read in readers:
                value = read(row)
                line[column.at] = change(column, value) if change is not None else value
            yield _key(row), line


def _told(lines: Iterator[tuple[str, list[Value]]], seen: Seen | None) -> Iterator[list[Value]]:
    for key, line in lines:
        if seen is not None:
            seen(key, line)
        yield line


def _key(row: Any) -> str:
    return f"case:{row.case.pk}" if isinstance(row, cases.CaseRow) else f"person:{row.thing.pk}"


def _reader(column: AskedColumn, source: Source | CaseSource, whole_values: bool) -> Callable[[Any], Value]:
    if isinstance(source, CaseSource):
        return cases.reader(column.key)
    if column.key.startswith("tag:"):
        kind = column.key.removeprefix("tag:")
        return lambda row: _belongs(row, kind)
    unmasked = (column.key,) if whole_values else ()
    return columns.reader(definitions.fields(Subject.PEOPLE)[column.key], source, unmasked)


def _belongs(row: Row, kind: str) -> str:
    return "是" if any(tag.kind == kind for tag in row.tags) else "否"


def _about(form: Form, source: Source | CaseSource, about: Mapping[str, str], *, whole_values: bool) -> list[list[str]]:
    """Where each cell of a column came from, and as of which day: domain texts, so in Chinese."""
    lines = [[label, value] for label, value in about.items()]
    lines += [["截至日期", f"{source.day:%Y-%m-%d}"], ["范围", roster_words(source.chosen)], []]
    lines.append(["表中栏目", "来源", "说明"])
    for column in form.columns:
        where, note = origin(column, form)
        lines.append([column.name, where, "" if whole_values else note])
    return lines


def origin(column: AskedColumn, form: Form) -> tuple[str, str]:
    """Where a column of a form comes from, and what is to be known of it."""
    if not column.is_held:
        return "未掌握，需社区填写", ""
    if form.about_cases:
        return f"办件·{cases.HEADINGS[column.key][0]}", ""
    if column.key.startswith("tag:"):
        kind = column.key.removeprefix("tag:")
        known = groups.groups().get(kind)
        return f"人口登记·特殊类别·{known.label if known else kind}", ""
    field = definitions.fields(Subject.PEOPLE)[column.key]
    return f"人口登记·{field.label}", MASKED if field.level == "sensitive" else ""


def roster_words(chosen: Mapping[str, str]) -> str:
    """Whom or what the form is about, in words."""
    if cases.is_about_cases(chosen):
        return f"{chosen[CASES_FROM]}至{chosen[CASES_TO]}受理的办件"
    if "tag" in chosen:
        known = groups.groups().get(chosen["tag"])
        return f"在册居民中的{known.label if known else chosen['tag']}"
    return f"{chosen['age_from']}岁及以上在册居民" if "age_from" in chosen else "全部在册居民"
