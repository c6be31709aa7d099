"""Another home: moves inside the community, and households that split and merge."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid
from linli.register.people.actions import spells, tags
from linli.register.people.actions.events.base import (
    COMMUNITY_DIGITS,
    HEAD,
    address_of,
    checked_code,
    may_edit,
    record,
    several,
    spell_of,
    vars_of,
)
from linli.register.people.actions.events.heads import follow_heads, led_by
from linli.register.people.actions.events.places import Home, Place, head_of, placed
from linli.register.people.actions.spells import Life
from linli.register.people.models import Household, Person, PopulationEvent
from linli.register.people.models.event import EventKind


@transaction.atomic
def move_within(
    *,
    by: Actor,
    people: Sequence[int],
    home: Home,
    relations: Mapping[int, str],
    happened_on: date,
    reason: str,
    now: datetime,
    new_head: int | None = None,
) -> list[PopulationEvent]:
    """People move to another home inside the community: no departure, the same person with another address.

    `relations` gives each one's relation to the head of the household they come to. `new_head` follows a head who
    leaves others behind.
    """
    may_edit(by)
    rows = several(people, by)
    spells.lock_households([*(person.household_id for person in rows), home.household_id])
    target = placed(home, by, on=happened_on, relation=HEAD if not home.household_id else "")
    away = {person.area_id[:COMMUNITY_DIGITS] for person in rows} - {target.area_id[:COMMUNITY_DIGITS]}
    if away:
        raise Invalid(fields={"home": _("This home lies in another community. Ask that community to take them in.")})
    return rehouse(
        rows,
        target,
        relations,
        kind=EventKind.MOVE_WITHIN,
        happened_on=happened_on,
        by=by,
        reason=reason,
        now=now,
        heads={person.household_id: new_head for person in rows},
    )


@transaction.atomic
def split(
    *,
    by: Actor,
    household_id: int,
    people: Sequence[int],
    relations: Mapping[int, str],
    happened_on: date,
    reason: str,
    now: datetime,
    dwelling_id: int | None = None,
    new_head: int | None = None,
) -> Household:
    """Some members form a household of their own (分户), in the same dwelling or in another of the community.

    `relations` holds "02" for the head of the new household. `new_head` follows a head who goes along.
    """
    may_edit(by)
    rows = several(people, by)
    old = spells.checked_household(household_id, by)
    if any(person.household_id != old.pk for person in rows):
        raise Invalid(fields={"people": _("Not all of them belong to this household.")})
    if len(rows) >= old.size:
        raise Invalid(fields={"people": _("Somebody has to stay. When all of them go, it is a move.")})
    place = placed(
        Home(dwelling_id=dwelling_id or old.dwelling_id, area_id=old.area_id), by, on=happened_on, relation=HEAD
    )
    if place.area_id[:COMMUNITY_DIGITS] != old.area_id[:COMMUNITY_DIGITS]:
        raise Invalid(
            fields={"dwelling": _("This home lies in another community. Ask that community to take them in.")}
        )
    rehouse(
        rows,
        place,
        relations,
        kind=EventKind.SPLIT,
        happened_on=happened_on,
        by=by,
        reason=reason,
        now=now,
        heads={old.pk: new_head},
    )
    assert place.household_id is not None
    return Household.objects.get(pk=place.household_id)


@transaction.atomic
def merge(
    *,
    by: Actor,
    into_id: int,
    from_id: int,
    relations: Mapping[int, str],
    happened_on: date,
    reason: str,
    now: datetime,
) -> Household:
    """All members of one household join another (并户); `relations` says what each is to its head."""
    may_edit(by)
    if into_id == from_id:
        raise Invalid(fields={"household": _("Choose another household.")})
    members = list(
        Person.objects.filter(by.within(), household_id=from_id, status=Person.Status.HERE).values_list("pk", flat=True)
    )
    if not members:
        raise Invalid(fields={"household": _("Nobody lives in this household any more.")})
    rows = several(members, by)
    # Locked in the order of their numbers, so that two merges at the same moment do not wait for each other.
    spells.lock_households([into_id, from_id])
    into = spells.checked_household(into_id, by)
    if into.area_id[:COMMUNITY_DIGITS] != rows[0].area_id[:COMMUNITY_DIGITS]:
        raise Invalid(fields={"household": _("This household lies in another community.")})
    place = placed(Home(household_id=into.pk), by, on=happened_on, relation="")
    rehouse(
        rows, place, relations, kind=EventKind.MERGE, happened_on=happened_on, by=by, reason=reason, now=now, heads={}
    )
    return into


def rehouse(
    rows: Sequence[Person],
    target: "Place",
    relations: Mapping[int, str],
    *,
    kind: str,
    happened_on: date,
    by: Actor,
    reason: str,
    now: datetime,
    heads: Mapping[int | None, int | None],
    **more: Any,
) -> list[PopulationEvent]:
    """Turn the spells of locked people to another home. Called by moves, splits, merges and accepted transfers."""
    today = timezone.localdate(now)
    current = spells.open_spells([person.pk for person in rows])
    before = [person.household_id for person in rows]
    wanted = _relations(rows, relations, target, today)
    for person in rows:
        spell = spell_of(current, person)
        spells.checked_day(happened_on, today=today, spell=spell, born=person.born_from, kind=kind)
        if person.dwelling_id == target.dwelling_id and person.household_id == target.household_id:
            raise Invalid(fields={"home": _("%(name)s lives there already.") % {"name": person.name}})
    led = led_by(before)
    events: list[PopulationEvent] = []
    changes = {"area_id": target.area_id, "household_id": target.household_id, "dwelling_id": target.dwelling_id}
    # Who comes as head comes last, when the place of the head is free.
    for person in sorted(rows, key=lambda one: wanted[one.pk] == HEAD):
        spell = spell_of(current, person)
        life = Life(
            **{**vars_of(spells.life_of(spell)), **changes, "relation": wanted[person.pk], **more.get("changes", {})}
        )
        data = {"from": address_of(spell), "to": target.address}
        event = record(
            person,
            kind,
            happened_on,
            by=by,
            now=now,
            life=life,
            reason=reason,
            data=data,
            transfer=more.get("transfer"),
            act=events[0] if events else None,
        )
        spells.turn(event=event, person=person, spell=spell, now=now, **vars_of(life))
        events.append(event)
    follow_heads(led, heads, rows, happened_on=happened_on, by=by, reason=reason, now=now, act=events[0])
    tags.refresh(households=[*before, target.household_id], people=[one.pk for one in rows], on=today, now=now)
    return events


def _relations(rows: Sequence[Person], relations: Mapping[int, str], target: Place, on: date) -> dict[int, str]:
    found = {}
    for person in rows:
        given = relations.get(person.pk, "")
        if not given and target.is_new and len(rows) == 1:
            given = HEAD
        found[person.pk] = checked_code(f"relation_{person.pk}", "relation", given, on)
    heads = [pk for pk, code in found.items() if code == HEAD]
    taken = head_of(target.household_id)
    if len(heads) > 1 or (heads and taken is not None and taken not in found):
        raise Invalid(fields={"relations": _("A household has one head.")})
    if target.is_new and not heads:
        raise Invalid(fields={"relations": _("Say who is the head of the new household.")})
    return found
