"""Counts kept by every move of a task: its difference goes to the row of its community and that of its district."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from linli.apps.admission.flow.task import CONTESTED, CUT
from linli.apps.admission.models import Agreement, Form, Guarantee, Handing, Task
from linli.apps.admission.models.burden import FACETS, TaskTally
from linli.spine.cases.models import Case

Key = tuple[str, date, int]
LATE = ("funds_late", "staff_late", "guidance_late")
DISTRICT = 6


def keys_of(case: Case, handing: Handing) -> tuple[Key, Key]:
    """The two rows that count this task: of its community, and of its district."""
    return _keys(case.area_id, case.opened_at, handing)


def _keys(area_id: str, at: datetime, handing: Handing) -> tuple[Key, Key]:
    month = timezone.localdate(at).replace(day=1)
    return (area_id[:12], month, handing.unit_id), (area_id[:DISTRICT], month, handing.unit_id)


def facets_of(task: Task) -> Mapping[str, int]:
    """What a task adds to its rows now. Needs `case` and `handing` loaded."""
    handing = task.handing
    # A citation that is contested counts as neither until it is judged.
    in_question = task.case.state == CONTESTED
    forms = {f"form_{form}": int(handing.form == form) for form in Form.values}
    return {
        "on_list": int(not task.off_list and not in_question),
        "off_list": int(task.off_list),
        "in_question": int(in_question),
        "cited": int(task.cited),
        "refused": int(bool(task.refused_for) and task.refused_for not in LATE),
        "refused_late": int(task.refused_for in LATE),
        "protested": int(task.protested),
        "corrected": int(task.case.state == "corrected"),
        "finished": int(task.case.state == "finished"),
        "asked_minutes": handing.asked_minutes,
        "spent_minutes": task.spent_minutes or 0,
        "spent_tasks": int(task.spent_minutes is not None),
        **forms,
        "columns": task.columns,
        "columns_held": task.columns_held,
        "cells": task.cells,
        "cells_held": task.cells_held,
        **_spared("answered", 0, handing),
        **_spared("stopped", int(task.is_stopped), handing),
        **_spared("recalled", int(task.is_recalled), handing),
        **_spared("cut", int(task.case.state in CUT), handing),
    }


def _spared(facet: str, n: int, handing: Handing) -> dict[str, int]:
    return {facet: n, f"{facet}_minutes": n * handing.asked_minutes}


def count_new(tasks: Iterable[Task]) -> None:
    """Count tasks that were just opened."""
    sums: dict[Key, list[int]] = {}
    for task in tasks:
        facets = facets_of(task)
        for key in keys_of(task.case, task.handing):
            row = sums.setdefault(key, [0] * len(FACETS))
            for at, facet in enumerate(FACETS):
                row[at] += facets[facet]
    _add(sums)


def count_answered(handing: Handing) -> None:
    """Count the communities for which all that a form asks was held, so that it went to nobody."""
    sums: dict[Key, list[int]] = {}
    for key, facets in _answered(handing):
        row = sums.setdefault(key, [0] * len(FACETS))
        for facet, value in facets.items():
            row[FACETS.index(facet)] += value
    _add(sums)


def _answered(handing: Handing) -> Iterator[tuple[Key, dict[str, int]]]:
    for area_id in handing.answered:
        for key in _keys(area_id, handing.at, handing):
            yield key, _spared("answered", 1, handing)


def count_change(before: Mapping[str, int], task: Task) -> None:
    """Count what a move has changed."""
    after = facets_of(task)
    delta = [after[facet] - before[facet] for facet in FACETS]
    if any(delta):
        _add(dict.fromkeys(keys_of(task.case, task.handing), delta))


def _add(sums: Mapping[Key, list[int]]) -> None:
    """In order of the keys, so that two moves never lock crosswise."""
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, [[len(key[0]), *key, *delta] for key, delta in sorted(sums.items())])


_TABLE = TaskTally._meta.db_table
_UPSERT = (
    f"INSERT INTO {_TABLE} (digits, area_code, month, unit_id, {', '.join(FACETS)})"  # noqa: S608 - no input
    f" VALUES ({', '.join(['%s'] * (4 + len(FACETS)))})"
    " ON CONFLICT (area_code, month, unit_id) DO UPDATE SET "
    + ", ".join(f"{facet} = {_TABLE}.{facet} + excluded.{facet}" for facet in FACETS)
)


def recount() -> dict[Key, dict[str, int]]:
    """Count every task anew, for the proof that the kept rows are right (`linli manage recount`)."""
    rows: dict[Key, dict[str, int]] = {}
    for task in Task.objects.select_related("case", "handing").order_by("pk").iterator(chunk_size=2000):
        facets = facets_of(task)
        for key in keys_of(task.case, task.handing):
            row = rows.setdefault(key, dict.fromkeys(FACETS, 0))
            for facet, value in facets.items():
                row[facet] += value
    for handing in Handing.objects.exclude(answered=[]).order_by("pk").iterator(chunk_size=500):
        for key, spared in _answered(handing):
            row = rows.setdefault(key, dict.fromkeys(FACETS, 0))
            for facet, value in spared.items():
                row[facet] += value
    return rows


def kept() -> dict[Key, dict[str, int]]:
    """The rows as the moves have kept them, without those that count nothing."""
    rows = TaskTally.objects.values_list("area_code", "month", "unit_id", *FACETS)
    found = {(row[0], row[1], row[2]): dict(zip(FACETS, row[3:], strict=True)) for row in rows}
    return {key: row for key, row in found.items() if any(row.values())}


def prove() -> Iterator[str]:
    """Every figure of tasks and guarantees that differs from a full recount. Nothing: all are right."""
    mine, counted = kept(), recount()
    for key in sorted({*mine, *counted}):
        old, new = mine.get(key, {}), counted.get(key, {})
        for facet in FACETS:
            if old.get(facet, 0) != new.get(facet, 0):
                area, month, unit = key
                yield f"{month:%Y-%m} {area} unit {unit} {facet}: kept {old.get(facet, 0)}, counted {new.get(facet, 0)}"
    for row in Guarantee.objects.prefetch_related("arrivals").order_by("pk").iterator(chunk_size=2000):
        received, whole_on = row.arrived, row.whole_on
        if (row.received, row.fulfilled_on) != (received, whole_on):
            yield f"guarantee {row.pk}: kept {row.received} {row.fulfilled_on}, counted {received} {whole_on}"
    settled = Agreement.objects.filter(settled_at__isnull=False).annotate(shared=Sum("clauses__guarantees__settled"))
    for pk, due, shared in settled.order_by("pk").values_list("pk", "settled_amount", "shared"):
        if due != (shared or 0):
            yield f"agreement {pk}: settled {due}, shared out {shared or 0}"
