"""Coming in: born, moved, or found to live here already; and coming back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Errors, Invalid, Stale
from linli.register.people.actions import fields, spells, tags
from linli.register.people.actions.events.base import (
    DISTRICT_DIGITS,
    checked_code,
    may_edit,
    one_of,
    record,
)
from linli.register.people.actions.events.places import Home, Place, placed
from linli.register.people.actions.identities import KnownAlready, not_known_already
from linli.register.people.actions.spells import Life
from linli.register.people.models import Person, Spell
from linli.register.people.models.event import EventKind

ARRIVALS = (EventKind.ENTRY, EventKind.BIRTH, EventKind.MOVE_IN, EventKind.FLOW_IN)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Somebody who is new to the register, and how they live. `given` holds the fields of `fields.EDITABLE`."""

    given: Mapping[str, Any]
    home: Home
    kind: str = "registered"
    relation: str = ""
    marital: str = ""
    match: str = ""
    event: str = EventKind.ENTRY
    happened_on: date | None = None
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def enter(*, by: Actor, arrival: Arrival, now: datetime) -> Person:
    """Enter somebody new: already living here (entry), born, or come from outside the district.

    Raises KnownAlready when the district has a person with this document: then it is a move, not a new person.
    """
    may_edit(by)
    today = timezone.localdate(now)
    given, kind, day, codes = checked(arrival, today)
    home = placed(arrival.home, by, on=day, relation=arrival.relation)
    if kind == EventKind.BIRTH:
        not_born_already(given, home)
    person = Person(
        district_id=home.area_id[:DISTRICT_DIGITS], area_id=home.area_id, created_at=now, updated_at=now, version=0
    )
    for name in sorted(given, key=lambda one: one != "identity_kind"):
        fields.set_plain(person, name, given[name])
    not_known_already(person, by)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        not_known_already(person, by)
        raise
    life = Life(
        area_id=home.area_id,
        household_id=home.household_id,
        dwelling_id=home.dwelling_id,
        relation=home.relation,
        **codes,
    )
    event = record(person, kind, day, by=by, now=now, life=life, reason=arrival.reason, data=arrival.data)
    spells.begin(event=event, person=person, life=life, now=now)
    tags.refresh(households=[life.household_id], people=[person.pk], on=today, now=now)
    return person


def checked(arrival: Arrival, today: date) -> tuple[dict[str, Any], EventKind, date, dict[str, str]]:
    """What an arrival says, as the register keeps it: fields, event, day, and the codes of how they live.

    Raises Invalid with everything that cannot be, in one round.
    """
    errors = Errors()
    given = errors.of(fields.clean, {"name": "", **arrival.given}, today=today)
    kind = EventKind(arrival.event)
    if kind not in ARRIVALS:
        errors.add({"event": _("This event does not bring anybody in.")})
    born = (given or {}).get("born")
    day = arrival.happened_on or (born if kind == EventKind.BIRTH else None) or today
    errors.of(spells.checked_day, day, today=today, born=born)
    errors.of(checked_code, "relation", "relation", arrival.relation, day)
    tables = {"kind": "population_kind", "marital": "marital", "match": "residence_match"}
    codes = {
        name: errors.of(checked_code, name, table, getattr(arrival, name), today) or ""
        for name, table in tables.items()
    }
    errors.end()
    return given or {}, kind, day, codes


@transaction.atomic
def come_back(*, by: Actor, person_id: int, version: int, arrival: Arrival, now: datetime) -> Person:
    """Somebody whom the register knows, and who was gone, lives here again. `arrival.given` may correct fields."""
    may_edit(by)
    person = _returning(person_id, by, version, arrival)
    if person.status != Person.Status.GONE:
        raise Stale(_("This person is not gone. Reload the page."))
    today = timezone.localdate(now)
    last = Spell.objects.filter(person=person).order_by("-valid_from", "-pk").first()
    kind = EventKind(arrival.event)
    if kind not in (EventKind.MOVE_IN, EventKind.FLOW_IN, EventKind.ENTRY):
        raise Invalid(fields={"event": _("This event does not bring anybody in.")})
    day = spells.checked_day(arrival.happened_on or today, today=today, born=person.born_from)
    if last is not None and last.valid_to is not None and day < last.valid_to:
        raise Invalid(
            fields={
                "happened_on": _("The person still lived elsewhere: until %(day)s.")
                % {"day": last.valid_to.isoformat()}
            }
        )
    if arrival.given:
        fields.apply(person=person, given=arrival.given, by=by, reason=arrival.reason, now=now)
    home = placed(arrival.home, by, on=day, relation=arrival.relation)
    life = Life(
        area_id=home.area_id,
        household_id=home.household_id,
        dwelling_id=home.dwelling_id,
        kind=checked_code("kind", "population_kind", arrival.kind, today),
        relation=home.relation,
        marital=checked_code("marital", "marital", arrival.marital, today) or person.marital,
        match=checked_code("match", "residence_match", arrival.match, today),
    )
    event = record(person, kind, day, by=by, now=now, life=life, reason=arrival.reason, data=arrival.data)
    spells.begin(event=event, person=person, life=life, now=now)
    tags.refresh(households=[life.household_id], people=[person.pk], on=today, now=now)
    return person


def not_born_already(given: Mapping[str, Any], home: Place) -> None:
    """Raise KnownAlready when the household has a child of this name and birthday: a birth is often told twice.

    A newborn has no document yet, so the number cannot tell. The household is locked by then (`placed`).
    """
    if given.get("born") is None or home.household_id is None:
        return
    twin = Person.objects.filter(
        household_id=home.household_id, name=given["name"], born=given["born"], status=Person.Status.HERE
    ).first()
    if twin is not None:
        raise KnownAlready(_("This birth is in the register already: the household has this child."), twin.pk)


def _returning(person_id: int, by: Actor, version: int | None, arrival: Arrival) -> Person:
    """Who comes back, locked: of the actor's area, or gone from elsewhere in the district, known by document and name.

    Somebody who is gone lives with nobody, so no other community has to agree.
    """
    person = spells.locked([person_id]).get(person_id)
    if person is None or by.covers(person.area_id) or person.status != Person.Status.GONE:
        return one_of(person_id, by, version)
    kind, number = str(arrival.given.get("identity_kind") or ""), str(arrival.given.get("identity") or "")
    known = number != "" and person.identity_index == fields.identity_index(kind, number)
    if not known or arrival.given.get("name") != person.name:
        raise Invalid(_("There is no such person in your area."))
    return person
