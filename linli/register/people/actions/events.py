"""The events of a life: each one use case, one transaction, one row of `PopulationEvent` for each person.

Every function asks for the right, locks the people, closes and opens spells (`spells`), ends what hangs on who leaves
(`stops`), and brings the computed tags of the households up to date. `happened_on` is the day it became true; `now` is
when it is told. Raises NotAllowed, Invalid (a sentence for each field), Stale, spells.TooEarly; nothing is kept then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.register.homes.models import Dwelling
from linli.register.people import codes, stops
from linli.register.people.actions import fields, spells, tags
from linli.register.people.actions.spells import Life
from linli.register.people.models import Household, Person, PopulationEvent, Spell
from linli.register.people.models.event import EventKind

HEAD = Spell.HEAD
ARRIVALS = (EventKind.ENTRY, EventKind.BIRTH, EventKind.MOVE_IN, EventKind.FLOW_IN)
DEPARTURES = (EventKind.MOVE_OUT, EventKind.FLOW_OUT)
COMMUNITY_DIGITS = 12
DISTRICT_DIGITS = 6
MARRIED = frozenset({"20", "21", "22", "23"})


class KnownAlready(Refusal):
    """The district knows somebody with this document; `person_id` says whom, if the actor may see."""

    code = "person_known"

    def __init__(self, message: object, person_id: int | None) -> None:
        super().__init__(message, fields={"identity": message})
        self.person_id = person_id


class NewerEvents(Refusal):
    """Something newer happened to these people; the newest event is taken back first."""

    code = "newer_events"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where somebody comes to live: a household that is there, a new one in a dwelling, or only an area."""

    household_id: int | None = None
    dwelling_id: int | None = None
    area_id: str = ""


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


def may_edit(by: Actor) -> None:
    """Raise NotAllowed unless the post includes changing the register."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise NotAllowed(_("Your post does not include changing the register of people."))


@transaction.atomic
def enter(*, by: Actor, arrival: Arrival, now: datetime) -> Person:
    """Enter somebody new: already living here (entry), born, or come from outside the district.

    Raises KnownAlready when the district has a person with this document: then it is a move, not a new person.
    """
    may_edit(by)
    today = timezone.localdate(now)
    given = fields.clean(arrival.given, today=today)
    if "name" not in given:
        raise Invalid(fields={"name": _("A person needs a name. If it is not known, write 不详.")})
    kind = EventKind(arrival.event)
    if kind not in ARRIVALS:
        raise Invalid(fields={"event": _("This event does not bring anybody in.")})
    day = arrival.happened_on or (given.get("born") if kind == EventKind.BIRTH else None) or today
    spells.checked_day(day, today=today, born=given.get("born"))
    home = placed(arrival.home, by, on=day, relation=arrival.relation)
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
        kind=checked_code("kind", "population_kind", arrival.kind, today),
        relation=home.relation,
        marital=checked_code("marital", "marital", arrival.marital, today),
        match=checked_code("match", "residence_match", arrival.match, today),
    )
    event = _record(person, kind, day, by=by, now=now, life=life, reason=arrival.reason, data=arrival.data)
    spells.begin(event=event, person=person, life=life, now=now)
    tags.refresh(households=[life.household_id], people=[person.pk], on=today, now=now)
    return person


@transaction.atomic
def come_back(*, by: Actor, person_id: int, version: int, arrival: Arrival, now: datetime) -> Person:
    """Somebody whom the register knows, and who was gone, lives here again. `arrival.given` may correct fields."""
    may_edit(by)
    person = _one(person_id, by, version, anywhere=True)
    if person.status != Person.Status.GONE:
        raise Stale(_("This person is not gone. Reload the page."))
    today = timezone.localdate(now)
    last = Spell.objects.filter(person=person).order_by("-valid_from", "-pk").first()
    kind = EventKind(arrival.event)
    if kind not in (EventKind.MOVE_IN, EventKind.FLOW_IN, EventKind.ENTRY):
        raise Invalid(fields={"event": _("This event does not bring anybody in.")})
    day = spells.checked_day(arrival.happened_on or today, today=today, born=person.born)
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
    event = _record(person, kind, day, by=by, now=now, life=life, reason=arrival.reason, data=arrival.data)
    spells.begin(event=event, person=person, life=life, now=now)
    tags.refresh(households=[life.household_id], people=[person.pk], on=today, now=now)
    return person


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
) -> PopulationEvent:
    """Somebody died. What hung on them ends, and the event says what. A head is followed by `new_head`, if named."""
    may_edit(by)
    person = _one(person_id, by, version)
    return _end(
        [person], EventKind.DEATH, happened_on, by=by, reason=reason, now=now, heads={person.household_id: new_head}
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
) -> list[PopulationEvent]:
    """People leave the district for `to` (in words), with their hukou (move_out) or without (flow_out).

    Inside the district a move has two sides: see `transfers`.
    """
    may_edit(by)
    if kind not in DEPARTURES:
        raise Invalid(fields={"kind": _("Choose whether the hukou moves, too.")})
    rows = several(people, by)
    data = {"to": clip(tidy(to), 120)}
    heads = {person.household_id: new_head for person in rows}
    return _end(rows, kind, happened_on, by=by, reason=reason, now=now, data=data, heads=heads)


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
        spells.checked_day(happened_on, today=today, spell=_spell(current, person), born=person.born)
        if person.dwelling_id == target.dwelling_id and person.household_id == target.household_id:
            raise Invalid(fields={"home": _("%(name)s lives there already.") % {"name": person.name}})
    led = _led_by(before)
    events = []
    changes = {"area_id": target.area_id, "household_id": target.household_id, "dwelling_id": target.dwelling_id}
    # Who comes as head comes last, when the place of the head is free.
    for person in sorted(rows, key=lambda one: wanted[one.pk] == HEAD):
        spell = _spell(current, person)
        life = Life(
            **{**vars_of(spells.life_of(spell)), **changes, "relation": wanted[person.pk], **more.get("changes", {})}
        )
        data = {"from": _address(spell), "to": target.address}
        event = _record(
            person,
            kind,
            happened_on,
            by=by,
            now=now,
            life=life,
            reason=reason,
            data=data,
            transfer=more.get("transfer"),
        )
        spells.turn(event=event, person=person, spell=spell, now=now, **vars_of(life))
        events.append(event)
    _follow_heads(led, heads, rows, happened_on=happened_on, by=by, reason=reason, now=now)
    tags.refresh(households=[*before, target.household_id], people=[one.pk for one in rows], on=today, now=now)
    return events


@transaction.atomic
def change_marital(
    *,
    by: Actor,
    person_id: int,
    version: int,
    marital: str,
    happened_on: date,
    reason: str,
    now: datetime,
    spouse_id: int | None = None,
) -> list[PopulationEvent]:
    """The marital status changes; for a spouse of the register the same event is entered, too."""
    may_edit(by)
    today = timezone.localdate(now)
    code = checked_code("marital", "marital", marital, today)
    if not code:
        raise Invalid(fields={"marital": _("Choose the new marital status.")})
    if spouse_id == person_id:
        raise Invalid(fields={"spouse": _("Nobody marries themselves.")})
    rows = several([person_id, *([spouse_id] if spouse_id else [])], by)
    person = next(one for one in rows if one.pk == person_id)
    _fresh(person, version)
    current = spells.open_spells([one.pk for one in rows])
    events = []
    for one in rows:
        spell = _spell(current, one)
        spells.checked_day(happened_on, today=today, spell=spell, born=one.born)
        if spell.marital == code:
            raise Invalid(fields={"marital": _("%(name)s already has this status.") % {"name": one.name}})
        other = next((two for two in rows if two.pk != one.pk), None)
        data: dict[str, Any] = {"from": spell.marital, "to": code}
        if other is not None:
            data["spouse"] = other.pk
        life = Life(**{**vars_of(spells.life_of(spell)), "marital": code})
        event = _record(one, EventKind.MARRIAGE, happened_on, by=by, now=now, life=life, reason=reason, data=data)
        spells.turn(event=event, person=one, spell=spell, now=now, marital=code)
        events.append(event)
    return events


@transaction.atomic
def change_head(
    *,
    by: Actor,
    household_id: int,
    new_head: int,
    relations: Mapping[int, str],
    happened_on: date,
    reason: str,
    now: datetime,
) -> list[PopulationEvent]:
    """Another member becomes the head; `relations` says what each of the others is to the new head."""
    may_edit(by)
    household = spells.checked_household(household_id, by)
    return _head(household, new_head, relations, happened_on=happened_on, by=by, reason=reason, now=now)


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
    old = spells.checked_household(household_id, by)
    rows = several(people, by)
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
    # Locked in the order of their numbers, so that two merges at the same moment do not wait for each other.
    both = {pk: spells.checked_household(pk, by) for pk in sorted((into_id, from_id))}
    into = both[into_id]
    rows = several(
        Person.objects.filter(household_id=from_id, status=Person.Status.HERE).values_list("pk", flat=True), by
    )
    if not rows:
        raise Invalid(fields={"household": _("Nobody lives in this household any more.")})
    if into.area_id[:COMMUNITY_DIGITS] != rows[0].area_id[:COMMUNITY_DIGITS]:
        raise Invalid(fields={"household": _("This household lies in another community.")})
    place = placed(Home(household_id=into.pk), by, on=happened_on, relation="")
    rehouse(
        rows, place, relations, kind=EventKind.MERGE, happened_on=happened_on, by=by, reason=reason, now=now, heads={}
    )
    return into


@transaction.atomic
def take_back(*, by: Actor, event_id: int, reason: str, now: datetime) -> PopulationEvent:
    """Take back an event that was entered by mistake: its spells go back to what they were, what it stopped goes on.

    Only the newest event of each person concerned; events of a batch are taken back with the batch, accepted moves by
    another move. Raises NewerEvents.
    """
    may_edit(by)
    event = PopulationEvent.objects.select_related("person").filter(by.within(), pk=event_id).first()
    if event is None:
        raise Invalid(_("There is no such event in your area."))
    spells.locked([event.person_id])
    event = PopulationEvent.objects.select_for_update().get(pk=event_id)
    if event.undone_at is not None:
        raise Stale(_("This event was taken back already."))
    if event.batch_id or event.transfer_id:
        raise Invalid(_("This event came with an import or a move between communities; it is taken back there."))
    if PopulationEvent.objects.filter(person_id=event.person_id, pk__gt=event.pk, undone_at__isnull=True).exists():
        raise NewerEvents(_("Something newer is known of this person. Take that back first."))
    if len(clip(tidy(reason), 300)) < 2:
        raise Invalid(fields={"reason": _("Say why it is taken back.")})
    household = event.person.household_id
    people = spells.take_back(event=event, now=now)
    event.undone_at, event.undone_by_id = now, by.user_id
    event.data = {**event.data, "undone_because": clip(tidy(reason), 300)}
    event.save(update_fields=["undone_at", "undone_by", "data"])
    tags.restart(people, event, now)
    stops.restart_all(people, event, now)
    after = set(Person.objects.filter(pk__in=people).values_list("household_id", flat=True))
    tags.refresh(households=[household, *after], people=list(people), on=timezone.localdate(now), now=now)
    return event


# ---------------------------------------------------------------------------------------------------- inside


@dataclass(frozen=True)
class Place:
    """A home that was checked: where it is, which household, and the relation that was asked for."""

    area_id: str
    household_id: int | None
    dwelling_id: int | None
    relation: str
    address: str
    is_new: bool


def placed(home: Home, by: Actor, *, on: date, relation: str) -> Place:
    """Find the home inside the actor's area, or make the new household in it. Raises Invalid."""
    relation = checked_code("relation", "relation", relation, on)
    if home.household_id:
        household = spells.checked_household(home.household_id, by)
        if household.ended_on is not None and household.size == 0:
            raise Invalid(fields={"home": _("This household has ended. Choose the dwelling instead.")})
        if relation == HEAD and _head_of(household.pk) is not None:
            raise Invalid(
                fields={
                    "relation": _(
                        "This household has a head already. Choose another relation, or change the head first."
                    )
                }
            )
        address = household.dwelling.address if household.dwelling else ""
        return Place(household.area_id, household.pk, household.dwelling_id, relation, address, False)
    found = placed_area(home, by)
    household = Household.objects.create(area_id=found.area_id, dwelling_id=found.dwelling_id, began_on=on)
    return replace(found, household_id=household.pk, relation=relation or HEAD, is_new=True)


def placed_area(home: Home, by: Actor) -> Place:
    """The place of a home inside the actor's area, before any household is made in it."""
    dwelling = None
    area_id = home.area_id
    if home.dwelling_id:
        dwelling = Dwelling.objects.filter(by.within(), pk=home.dwelling_id).first()
        if dwelling is None:
            raise Invalid(fields={"home": _("There is no such dwelling in your area.")})
        area_id = dwelling.area_id
    known = by.covers(area_id) and len(area_id) >= COMMUNITY_DIGITS and Area.objects.filter(pk=area_id).exists()
    if not known:
        raise Invalid(fields={"home": _("Choose the home, or at least the grid, inside your area.")})
    return Place(area_id, None, dwelling.pk if dwelling else None, "", dwelling.address if dwelling else "", False)


def checked_code(name: str, table: str, value: str, on: date) -> str:
    """A code of a table, or nothing; raises Invalid for the field `name`."""
    text = str(value or "").strip()
    if not text:
        return ""
    code = codes.code_of(table, text, on=on)
    if code is None:
        raise Invalid(
            fields={name: _("“%(text)s” is not in the table. Choose one of its entries.") % {"text": text[:30]}}
        )
    return code


def not_known_already(person: Person, by: Actor) -> None:
    """Raise KnownAlready when the district has somebody else with this document."""
    if not person.identity_index:
        return
    rows = Person.objects.filter(district_id=person.district_id, identity_index=person.identity_index)
    other = (
        rows.exclude(pk=person.pk).select_related("area").first() if person.pk else rows.select_related("area").first()
    )
    if other is None:
        return
    if by.covers(other.area_id):
        raise KnownAlready(_("The register knows this person already. Open the page of the person instead."), other.pk)
    community = Area.objects.filter(pk=other.area_id[:COMMUNITY_DIGITS]).values_list("name", flat=True).first() or ""
    text = _("This person is registered in %(community)s. Ask that community for the move; nobody is entered twice.")
    raise KnownAlready(text % {"community": community}, None)


def vars_of(life: Life) -> dict[str, Any]:
    """The fields of a life by name."""
    return {name: getattr(life, name) for name in Life.__dataclass_fields__}


def _record(
    person: Person,
    kind: str,
    day: date,
    *,
    by: Actor,
    now: datetime,
    life: Life | Spell,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    transfer: Any = None,
) -> PopulationEvent:
    return PopulationEvent.objects.create(
        person=person,
        household_id=life.household_id,
        area_id=life.area_id,
        kind=kind,
        happened_on=day,
        reported_at=now,
        by_id=by.user_id,
        post_id=by.post_id,
        reason=clip(tidy(reason), 300),
        data=dict(data or {}),
        transfer=transfer,
    )


def _one(person_id: int, by: Actor, version: int | None, *, anywhere: bool = False) -> Person:
    person = spells.locked([person_id]).get(person_id)
    if person is None or not by.covers(
        person.area_id if not anywhere else (person.area_id if by.covers(person.area_id) else "")
    ):
        raise Invalid(_("There is no such person in your area."))
    if version is not None:
        _fresh(person, version)
    return person


def _fresh(person: Person, version: int | None) -> None:
    if version is not None and person.version != version:
        raise Stale


def several(people: Iterable[int], by: Actor) -> list[Person]:
    """People of the actor's area who live here, locked, in the order given. Raises Invalid, Stale."""
    wanted = list(dict.fromkeys(people))
    found = spells.locked(wanted)
    if not wanted or any(pk not in found or not by.covers(found[pk].area_id) for pk in wanted):
        raise Invalid(fields={"people": _("Choose people of your area.")})
    if any(found[pk].status != Person.Status.HERE for pk in wanted):
        raise Stale(_("One of them does not live here any more. Reload the page."))
    return [found[pk] for pk in wanted]


def _spell(current: Mapping[int, Spell], person: Person) -> Spell:
    spell = current.get(person.pk)
    if spell is None:
        raise Stale(_("One of them does not live here any more. Reload the page."))
    return spell


def _address(spell: Spell) -> str:
    return spell.dwelling.address if spell.dwelling_id and spell.dwelling else ""


def _end(
    rows: Sequence[Person],
    kind: str,
    day: date,
    *,
    by: Actor,
    reason: str,
    now: datetime,
    heads: Mapping[int | None, int | None],
    data: Mapping[str, Any] | None = None,
) -> list[PopulationEvent]:
    """Close the spells of people who die or leave, and say what ended with them."""
    today = timezone.localdate(now)
    current = spells.open_spells([person.pk for person in rows])
    for person in rows:
        if person.status != Person.Status.HERE:
            raise Stale(_("One of them does not live here any more. Reload the page."))
        spells.checked_day(day, today=today, spell=_spell(current, person), born=person.born)
    led = _led_by([person.household_id for person in rows])
    status = Person.Status.DEAD if kind == EventKind.DEATH else Person.Status.GONE
    events = []
    for person in rows:
        spell = _spell(current, person)
        event = _record(
            person, kind, day, by=by, now=now, life=spell, reason=reason, data={**(data or {}), "from": _address(spell)}
        )
        spells.end(event=event, person=person, spell=spell, status=status, now=now)
        ended = [*tags.stop([person.pk], event, now), *stops.stop_all([person.pk], event, now)]
        if ended:
            event.stopped = [words for _person, words in ended]
            event.save(update_fields=["stopped"])
        events.append(event)
    _follow_heads(led, heads, rows, happened_on=day, by=by, reason=reason, now=now)
    tags.refresh(households=[person.household_id for person in rows], people=[], on=today, now=now)
    return events


def _relations(rows: Sequence[Person], relations: Mapping[int, str], target: Place, on: date) -> dict[int, str]:
    found = {}
    for person in rows:
        given = relations.get(person.pk, "")
        if not given and target.is_new and len(rows) == 1:
            given = HEAD
        found[person.pk] = checked_code(f"relation_{person.pk}", "relation", given, on)
    heads = [pk for pk, code in found.items() if code == HEAD]
    taken = _head_of(target.household_id)
    if len(heads) > 1 or (heads and taken is not None and taken not in found):
        raise Invalid(fields={"relations": _("A household has one head.")})
    if target.is_new and not heads:
        raise Invalid(fields={"relations": _("Say who is the head of the new household.")})
    return found


def _head_of(household_id: int | None) -> int | None:
    if household_id is None:
        return None
    return (
        Spell.objects.open()
        .filter(household_id=household_id, relation=HEAD)
        .values_list("person_id", flat=True)
        .first()
    )


def _led_by(households: Iterable[int | None]) -> dict[int, int]:
    """The head of each household that has one, before anybody goes."""
    rows = Spell.objects.open().filter(household_id__in=[one for one in households if one], relation=HEAD)
    return {household: person for household, person in rows.values_list("household_id", "person_id") if household}


def _follow_heads(
    led: Mapping[int, int],
    heads: Mapping[int | None, int | None],
    gone: Collection[Person],
    *,
    happened_on: date,
    by: Actor,
    reason: str,
    now: datetime,
) -> None:
    """A head has gone: hand the household to whom is named. Without a name it has no head until somebody says who."""
    left = {person.pk for person in gone}
    for household_id, head in led.items():
        new_head = heads.get(household_id)
        if head not in left or new_head is None:
            continue
        if new_head in left:
            raise Invalid(fields={"new_head": _("The new head has to stay.")})
        household = spells.checked_household(household_id, by)
        _head(household, new_head, {}, happened_on=happened_on, by=by, reason=reason, now=now)


def _head(
    household: Household,
    new_head: int,
    relations: Mapping[int, str],
    *,
    happened_on: date,
    by: Actor,
    reason: str,
    now: datetime,
) -> list[PopulationEvent]:
    today = timezone.localdate(now)
    members = {spell.person_id: spell for spell in Spell.objects.open().filter(household_id=household.pk)}
    people = spells.locked(members)
    if new_head not in members:
        raise Invalid(fields={"new_head": _("The new head has to be a member of the household.")})
    if members[new_head].relation == HEAD:
        raise Invalid(fields={"new_head": _("This person is the head already.")})
    wanted = {
        pk: HEAD if pk == new_head else checked_code(f"relation_{pk}", "relation", relations.get(pk, ""), today)
        for pk in members
    }
    if sum(code == HEAD for code in wanted.values()) > 1:
        raise Invalid(fields={"relations": _("A household has one head.")})
    events = []
    # The old head steps down first: there is never a moment with two.
    for pk in sorted(members, key=lambda one: (members[one].relation != HEAD, one == new_head)):
        spell = members[pk]
        if wanted[pk] == spell.relation:
            continue
        spells.checked_day(happened_on, today=today, spell=spell)
        life = Life(**{**vars_of(spells.life_of(spell)), "relation": wanted[pk]})
        data = {"head": new_head}
        event = _record(
            people[pk], EventKind.HEAD_CHANGE, happened_on, by=by, now=now, life=life, reason=reason, data=data
        )
        spells.turn(event=event, person=people[pk], spell=spell, now=now, relation=wanted[pk])
        events.append(event)
    return events
