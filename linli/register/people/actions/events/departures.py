"""Death and leaving the district, and what ends with them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.imports.models import Batch
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Stale
from linli.register.people import stops
from linli.register.people.actions import spells, tags
from linli.register.people.actions.events.base import address_of, fresh, may_edit, one_of, record, several, spell_of
from linli.register.people.actions.events.heads import follow_heads, led_by
from linli.register.people.models import Person, PopulationEvent
from linli.register.people.models.event import EventKind

DEPARTURES = (EventKind.MOVE_OUT, EventKind.FLOW_OUT)


@transaction.atomic
def die(
    *,
    by: Actor,
    person_id: int,
    version: int,
    happened_on: date,
    reason: str,
    now: datetime,
    new_head: int | None = None,
    relations: Mapping[int, str] | None = None,
) -> PopulationEvent:
    """Somebody died. What hung on them ends, and the event says what. A head is followed by `new_head`, if named."""
    may_edit(by)
    person = one_of(person_id, by, version)
    return _end(
        [person],
        EventKind.DEATH,
        happened_on,
        by=by,
        reason=reason,
        now=now,
        heads={person.household_id: new_head},
        relations=relations,
    )[0]


@transaction.atomic
def leave(
    *,
    by: Actor,
    people: Sequence[int],
    kind: str,
    happened_on: date,
    to: str,
    reason: str,
    now: datetime,
    new_head: int | None = None,
    relations: Mapping[int, str] | None = None,
    versions: Mapping[int, int] | None = None,
) -> list[PopulationEvent]:
    """People leave the district for `to` (in words), with their hukou (move_out) or without (flow_out).

    Inside the district a move has two sides: see `transfers`.
    """
    may_edit(by)
    if kind not in DEPARTURES:
        raise Invalid(fields={"kind": _("Choose whether the hukou moves, too.")})
    rows = several(people, by)
    for person in rows:
        fresh(person, (versions or {}).get(person.pk))
    data = {"to": clip(tidy(to), 120)}
    heads = {person.household_id: new_head for person in rows}
    return _end(rows, kind, happened_on, by=by, reason=reason, now=now, data=data, heads=heads, relations=relations)


def end_in_batch(
    *,
    batch: Batch,
    person_ids: Sequence[int],
    kind: str,
    happened_on: date,
    now: datetime,
    to: str = "",
    reason: str = "",
) -> list[PopulationEvent]:
    """People died or left (`kind` of event), as the rows of a batch say; `to` where they went, in words.

    Told by whoever approved the batch, and taken back with it. Called inside the transaction that applies the batch; a
    head is followed by nobody until somebody says who. Raises Invalid, Stale, spells.TooEarly.
    """
    if kind not in (EventKind.DEATH, *DEPARTURES):
        raise Invalid(fields={"event": _("This event does not take anybody away.")})
    by = Actor(user_id=batch.approved_by_id, post_id=batch.made_post_id, area_id=batch.area_id)
    rows = several(person_ids, by)
    data = {"to": clip(tidy(to), 120)} if kind in DEPARTURES else {}
    return _end(rows, kind, happened_on, by=by, reason=reason, now=now, data=data, heads={}, batch=batch)


def _end(
    rows: Sequence[Person],
    kind: str,
    day: date,
    *,
    by: Actor,
    reason: str,
    now: datetime,
    heads: Mapping[int | None, int | None],
    relations: Mapping[int, str] | None = None,
    data: Mapping[str, Any] | None = None,
    batch: Batch | None = None,
) -> list[PopulationEvent]:
    """Close the spells of people who die or leave, and say what ended with them."""
    today = timezone.localdate(now)
    current = spells.open_spells([person.pk for person in rows])
    for person in rows:
        if person.status != Person.Status.HERE:
            raise Stale(_("One of them does not live here any more. Reload the page."))
        spells.checked_day(day, today=today, spell=spell_of(current, person), born=person.born_from, kind=kind)
    led = led_by([person.household_id for person in rows])
    status = Person.Status.DEAD if kind == EventKind.DEATH else Person.Status.GONE
    events: list[PopulationEvent] = []
    for person in rows:
        spell = spell_of(current, person)
        event = record(
            person,
            kind,
            day,
            by=by,
            now=now,
            life=spell,
            reason=reason,
            data={**(data or {}), "from": address_of(spell)},
            act=events[0] if events else None,
            batch=batch,
        )
        spells.end(event=event, person=person, spell=spell, status=status, now=now)
        ended = [*tags.stop([person.pk], event, now), *stops.stop_all([person.pk], event, now)]
        if ended:
            event.stopped = [words for _person, words in ended]
            event.save(update_fields=["stopped"])
        events.append(event)
    follow_heads(led, heads, rows, happened_on=day, by=by, reason=reason, now=now, act=events[0], relations=relations)
    tags.refresh(people=[person.pk for person in rows], on=today, now=now)
    return events
