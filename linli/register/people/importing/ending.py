"""Deaths and departures that a sheet tells: of people whom the register knows, as events of their days."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.foundation.imports.models import Batch
from linli.lib.errors import Refusal, Stale
from linli.register.people.actions import events
from linli.register.people.importing.happening import DEATH, ENDS, MOVE_WITHIN
from linli.register.people.models import Person, PopulationEvent, Staged

CHUNK = 1000
State, Decision = Staged.State, Staged.Decision
#: How the errors begin that follow from the register, not from the cells.
OURS: Final = '{"event": ["ended_'
NOBODY: Final = json.dumps({"event": ["ended_nobody", {}]})
DEAD: Final = '{"name": ["dead", {}]}'


def reset(batch: Batch) -> None:
    """Forget what was found of ends, to find it anew."""
    Staged.objects.filter(batch=batch, state=State.ERROR, errors__startswith=OURS).update(state=State.OK, errors="{}")


def find(batch: Batch) -> list[int]:
    """Say of every row that takes somebody away whether it can; returns the rows that are found otherwise than before.

    Who is in nobody's register is an error of the row, and so is whoever died or left on another day already; who died
    or left on that day is unchanged.
    """
    found: list[int] = []
    rows = Staged.objects.filter(batch=batch, event__in=(*ENDS, MOVE_WITHIN)).filter(
        Q(state__in=(State.OK, State.UNCHANGED)) | Q(state=State.ERROR, errors__startswith=OURS) | Q(errors=DEAD)
    )
    for part in _chunks(rows):
        people = Person.objects.in_bulk([row.person_id for row in part if row.person_id])
        left = _left([person.pk for person in people.values() if person.status == Person.Status.GONE])
        changed = []
        for row in part:
            before = (row.state, row.errors, row.differs, row.moves, row.decision)
            _judge(row, people.get(row.person_id or 0), left)
            if (row.state, row.errors, row.differs, row.moves, row.decision) != before:
                changed.append(row)
        Staged.objects.bulk_update(changed, ["state", "errors", "differs", "moves", "decision"], batch_size=200)
        found += [row.row for row in changed]
    return found


def _chunks(rows: QuerySet[Staged]) -> Iterator[list[Staged]]:
    last = 0
    while part := list(rows.filter(row__gt=last).order_by("row")[:CHUNK]):
        yield part
        last = part[-1].row


def _left(people: list[int]) -> Mapping[int, date]:
    """When people who are gone left, by the event that took them away last."""
    rows = PopulationEvent.objects.filter(person_id__in=people, kind__in=ENDS, undone_at__isnull=True)
    return dict(rows.order_by("pk").values_list("person_id", "happened_on"))


def _judge(row: Staged, person: Person | None, left: Mapping[int, date]) -> None:
    if person is None or row.decision == Decision.DIFFERENT:
        row.state, row.errors = State.ERROR, NOBODY
        return
    if row.event == MOVE_WITHIN:
        return
    row.differs, row.moves, row.errors = "", False, "{}"
    row.state, row.decision = State.OK, Decision.SAME
    ended = person.died if person.status == Person.Status.DEAD else left.get(person.pk)
    if person.status == Person.Status.HERE:
        return
    same_kind = (person.status == Person.Status.DEAD) == (row.event == DEATH)
    if same_kind and ended == row.event_on:
        row.state = State.UNCHANGED
        return
    code = "ended_dead" if person.status == Person.Status.DEAD else "ended_gone"
    row.state, row.decision = State.ERROR, Decision.NONE
    row.errors = json.dumps({"event": [code, {"day": ended.isoformat() if ended else ""}]})


def end(batch: Batch, now: datetime) -> dict[str, int]:
    """Write the events, the earliest first; people of one household who went on one day went together."""
    rows = Staged.objects.filter(batch=batch, state=State.OK, decision=Decision.SAME, event__in=ENDS)
    people = dict(Person.objects.filter(pk__in=rows.values("person_id")).values_list("pk", "household_id"))
    counts = {"deaths": 0, "left": 0}

    def act(row: Staged) -> tuple[Any, ...]:
        return (row.event_on, row.event, people.get(row.person_id or 0) or 0)

    for (day, kind, _home), part in groupby(sorted(rows, key=lambda row: (*act(row), row.row)), key=act):
        together = list(part)
        _end_together(batch, together, kind, day, now)
        counts["deaths" if kind == DEATH else "left"] += len(together)
    return counts


def _end_together(batch: Batch, rows: list[Staged], kind: str, day: date, now: datetime) -> None:
    first = rows[0]
    try:
        events.end_in_batch(
            batch=batch,
            person_ids=[row.person_id for row in rows if row.person_id],
            kind=kind,
            happened_on=day,
            now=now,
        )
    except Refusal as refusal:
        why = "; ".join(str(text) for text in refusal.fields.values()) or str(refusal)
        raise Stale(_("Row %(row)s: %(why)s") % {"row": first.row, "why": why}) from refusal
