"""The engine of the register: opening and closing spells, with everything that repeats them kept in step.

Nothing else writes `Spell`, `Headcount`, `Household.size` or the repeated columns of `Person`. Every function is called
inside the transaction of its event, with the people locked (`locked`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection
from django.db.models import F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid, Refusal
from linli.register.people.models import Headcount, Household, Person, PopulationEvent, Spell
from linli.register.people.models.event import EventKind

Delta = tuple[str, str, date]


#: A death, a departure or a move may be told late: what is known of later days and stands here is void from its day on.
#: The first entry into the register is void, too, because it only says that a list had somebody that day; what does not
#: say where somebody lived (a marriage) leaves it as it is, and cannot lie before it.
ENDS = (EventKind.DEATH, EventKind.MOVE_OUT, EventKind.FLOW_OUT)
MOVES = (EventKind.MOVE_WITHIN, EventKind.MOVE_IN, EventKind.FLOW_IN, EventKind.SPLIT, EventKind.MERGE)
VOID_BY_END = (EventKind.ENTRY, EventKind.HEAD_CHANGE)
VOID_BY_MOVE = (EventKind.HEAD_CHANGE,)


class TooEarly(Refusal):
    """The event lies before something that the register already knows of this person; `event` is in the way."""

    code = "before_known_event"

    def __init__(self, event: PopulationEvent) -> None:
        if event.kind == EventKind.ENTRY:
            text = _("The register knows this person only since %(day)s. Give that day or a later one.")
        else:
            text = _(
                "On %(day)s the register has: %(event)s (entered on %(told)s)."
                " Take that back first, or correct the day."
            )
        text %= {
            "day": event.happened_on.isoformat(),
            "event": event.get_kind_display(),
            "told": timezone.localdate(event.reported_at).isoformat(),
        }
        super().__init__(text, fields={"happened_on": text})
        self.event = event


@dataclass(frozen=True, kw_only=True)
class Life:
    """How somebody lives: what a spell holds beside its days."""

    area_id: str
    household_id: int | None = None
    dwelling_id: int | None = None
    kind: str = "registered"
    relation: str = ""
    marital: str = ""
    match: str = ""


def life_of(spell: Spell) -> Life:
    """What a spell says of how somebody lived."""
    return Life(**{name: getattr(spell, name) for name in Life.__dataclass_fields__})


def locked_with_homes(people: Iterable[int]) -> dict[int, Person]:
    """The people with these ids and everybody of their households, locked: always people before households.

    Who follows a head, or steps down, is one of them; all are locked at once, in the order of their ids, so that two
    events in one household wait for each other and never lock crosswise.
    """
    ids = list(people)
    take_turns(ids)
    homes = Person.objects.filter(pk__in=ids, household_id__isnull=False).values("household_id")
    rows = (
        Person.objects.select_for_update()
        .filter(Q(pk__in=ids) | Q(household_id__in=homes, status=Person.Status.HERE))
        .order_by("pk")
    )
    return {person.pk: person for person in rows}


def lock_households(households: Iterable[int | None]) -> None:
    """Lock households in the order of their ids, after their people and before a dwelling."""
    ids = sorted({one for one in households if one is not None})
    list(Household.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def locked(people: Iterable[int]) -> dict[int, Person]:
    """The people with these ids, locked in the order of their ids until the transaction ends."""
    ids = list(people)
    take_turns(ids)
    rows = Person.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {person.pk: person for person in rows}


def take_turns(people: Iterable[int] = (), area_id: str = "") -> None:
    """Let events of one community wait for each other, from before anything is locked until the transaction ends.

    The computed groups of somebody change with others who live behind the same door, in another household. Two events
    there that looked at the same moment would each miss the other, or lock crosswise. SQLite has one writer anyway.
    """
    if connection.vendor != "postgresql":
        return
    asked = "SELECT DISTINCT SUBSTR(area_id, 1, 12) AS area FROM people_person WHERE id = ANY(%s)"
    if area_id:
        asked += " UNION SELECT SUBSTR(%s, 1, 12)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT PG_ADVISORY_XACT_LOCK(11, HASHTEXT(area)) FROM ({asked} ORDER BY 1) AS areas",  # noqa: S608
            [list(people), *([area_id] if area_id else [])],
        )


def open_spells(people: Collection[int]) -> dict[int, Spell]:
    """The open spell of each person who has one."""
    return {spell.person_id: spell for spell in Spell.objects.open().filter(person_id__in=list(people))}


def begin(*, event: PopulationEvent, person: Person, life: Life, now: datetime) -> Spell:
    """Open the spell of somebody who has none: born, come, entered."""
    spell = Spell.objects.create(
        person=person,
        **{name: getattr(life, name) for name in Life.__dataclass_fields__},
        valid_from=event.happened_on,
        recorded_at=now,
        opened_by=event,
    )
    _repeat(person, life, now, status=Person.Status.HERE)
    _count(+1, spell, event.happened_on)
    _resize(+1, life.household_id, event.happened_on)
    return spell


def end(*, event: PopulationEvent, person: Person, spell: Spell, status: str, now: datetime) -> None:
    """Close the spell of somebody who dies or leaves. What it said stays with the person as the last known place."""
    deltas = _closed(spell, event, now)
    person.status = status
    if status == Person.Status.DEAD:
        person.died = event.happened_on
    person.version += 1
    person.updated_at = now
    person.save(update_fields=["status", "died", "version", "updated_at"])
    add_counts(deltas)
    _resize(-1, spell.household_id, event.happened_on)


def turn(*, event: PopulationEvent, person: Person, spell: Spell, now: datetime, **changes: object) -> Spell:
    """Close one spell and open the next, which differs in `changes` (fields of `Life`)."""
    before = life_of(spell)
    after = replace(before, **changes)  # type: ignore[arg-type]
    deltas = _closed(spell, event, now)
    following = Spell.objects.create(
        person=person,
        **{name: getattr(after, name) for name in Life.__dataclass_fields__},
        valid_from=event.happened_on,
        recorded_at=now,
        opened_by=event,
    )
    _repeat(person, after, now, status=Person.Status.HERE)
    deltas[after.area_id, after.kind, event.happened_on] += 1
    # In one statement: two moves in opposite directions then take the rows in the same order.
    add_counts(deltas)
    if before.household_id != after.household_id:
        _resize(-1, before.household_id, event.happened_on)
        _resize(+1, after.household_id, event.happened_on)
    return following


def take_back(*, event: PopulationEvent, now: datetime) -> set[int]:
    """Put the spells back to what they were before `event`; returns the people concerned.

    The caller has made sure that nothing newer touches them, and marks the event as undone. The spells that the event
    had opened are deleted: they never were.
    """
    opened = list(Spell.objects.filter(opened_by=event).select_related("person"))
    closed = list(Spell.objects.filter(closed_by=event).select_related("person", "opened_by"))
    people = {spell.person_id: spell.person for spell in (*opened, *closed)}
    for spell in opened:
        _count(-1, spell, event.happened_on)
        _resize(-1, spell.household_id, event.happened_on)
    Spell.objects.filter(opened_by=event).delete()
    Spell.objects.filter(closed_by=event).update(valid_to=None, closed_at=None, closed_by=None)
    for spell in closed:
        _count(+1, spell, event.happened_on)
        _resize(+1, spell.household_id, event.happened_on)
        person = people.pop(spell.person_id)
        person.died = None
        _repeat(person, life_of(spell), now, status=Person.Status.HERE, also=["died"])
        if spell.opened_by.happened_on > event.happened_on:
            _grow_again(spell.person_id)
    for person in people.values():
        # Nothing was open before: the event had brought them in.
        person.status = Person.Status.GONE
        person.version += 1
        person.updated_at = now
        person.save(update_fields=["status", "version", "updated_at"])
    return {spell.person_id for spell in (*opened, *closed)}


def regrid(*, building_id: int, area_id: str) -> int:
    """A building counts for another grid of its community; returns how many spells came along.

    This is no event: nobody moved, and nobody's life has another line. A grid says how the community is cut, not how
    people live; so every spell in the building, closed ones too, is told anew in today's cut, with the headcounts of
    the days on which they began and ended. The community's figures stay what they were on every day; those of the two
    grids change for the past as well, because half a building's history in either grid would add up in neither, and
    because a spell that an event reopens (`take_back`) has to lie where its dwelling lies. The caller has locked the
    building and the people; the events of these spells count where the spells do.
    """
    there = Spell.objects.filter(dwelling__building_id=building_id).exclude(area_id=area_id)
    deltas: Counter[Delta] = Counter()
    count = 0
    for old, kind, first, last in there.values_list("area_id", "kind", "valid_from", "valid_to").iterator(10_000):
        count += 1
        deltas[old, kind, first] -= 1
        deltas[area_id, kind, first] += 1
        if last is not None:
            deltas[old, kind, last] += 1
            deltas[area_id, kind, last] -= 1
    add_counts(deltas)
    ends = (EventKind.DEATH, EventKind.MOVE_OUT, EventKind.FLOW_OUT)
    PopulationEvent.objects.filter(pk__in=there.values("opened_by")).update(area_id=area_id)
    PopulationEvent.objects.filter(kind__in=ends, pk__in=there.values("closed_by")).update(area_id=area_id)
    there.update(area_id=area_id)
    Household.objects.filter(dwelling__building_id=building_id).update(area_id=area_id)
    Person.objects.filter(dwelling__building_id=building_id).update(area_id=area_id)
    return count


def checked_day(
    day: date, *, today: date, spell: Spell | None = None, born: date | None = None, kind: str = ""
) -> date:
    """The day of an event, or why it cannot be: in the future, before birth, before what contradicts it.

    It may be told late. A day before `spell`, the open one, is refused only when something lies in the way that an
    event of this `kind` does not make void. Raises Invalid, TooEarly.
    """
    if day > today:
        raise Invalid(
            fields={"happened_on": _("This day lies in the future. An event is entered once it has happened.")}
        )
    if born is not None and day < born:
        raise Invalid(fields={"happened_on": _("This day lies before the person was born.")})
    if spell is not None and day < spell.valid_from:
        for event in _after(spell.person_id, day, kind):
            raise TooEarly(event)
    return day


def _after(person_id: int, day: date, kind: str) -> Iterator[PopulationEvent]:
    """What the register knows of somebody after a day and an event of this kind does not make void, the first first."""
    void = VOID_BY_END if kind in ENDS else VOID_BY_MOVE if kind in MOVES else ()
    left_by = None
    for spell in chain(person_id):
        is_first_entry = spell.opened_by.kind == EventKind.ENTRY and spell.opened_by_id != left_by
        is_void = spell.opened_by.kind in void or (is_first_entry and kind in (*ENDS, *MOVES))
        if spell.valid_from > day and not is_void:
            yield spell.opened_by
        left_by = spell.closed_by_id
        if spell.closed_by is not None and spell.closed_by.kind in ENDS and spell.valid_to and spell.valid_to > day:
            yield spell.closed_by


def chain(person_id: int) -> list[Spell]:
    """Every spell of somebody, in the order in which one followed the other, with the events between them."""
    rows = Spell.objects.filter(person_id=person_id).select_related("opened_by", "closed_by")
    return sorted(rows, key=lambda one: (one.valid_from, one.valid_to or date.max, one.pk))


def _closed(spell: Spell, event: PopulationEvent, now: datetime) -> Counter[Delta]:
    """Close a spell with an event; returns the differences for the headcounts.

    What was told late lies before spells that are known already: these have held for no day, and shrink to nothing on
    the day of the event. Their events keep their own days, so that taking the late one back can let them grow again.
    """
    day, deltas = event.happened_on, Counter[Delta]()
    if day < spell.valid_from:
        for one in Spell.objects.filter(person_id=spell.person_id, valid_to__gt=day):
            _redate(one, min(one.valid_from, day), day, deltas)
            one.save(update_fields=["valid_from", "valid_to"])
    spell.closed_at, spell.closed_by = now, event
    _redate(spell, min(spell.valid_from, day), day, deltas)
    spell.save(update_fields=["valid_from", "valid_to", "closed_at", "closed_by"])
    return deltas


def _grow_again(person_id: int) -> None:
    """Give the spells of somebody the days of their events again, as far as none that follows is earlier."""
    deltas, latest = Counter[Delta](), date.max
    for spell in reversed(chain(person_id)):
        until = None
        if spell.closed_by is not None:
            until = latest = min(latest, spell.closed_by.happened_on)
        latest = min(latest, spell.opened_by.happened_on)
        if (spell.valid_from, spell.valid_to) != (latest, until):
            _redate(spell, latest, until, deltas)
            spell.save(update_fields=["valid_from", "valid_to"])
    add_counts(deltas)


def _redate(spell: Spell, first: date, last: date | None, deltas: Counter[Delta]) -> None:
    """Let a spell hold from another day until another day, and note what that changes in the headcounts."""
    area, kind = spell.area_id, spell.kind
    deltas[area, kind, spell.valid_from] -= 1
    deltas[area, kind, first] += 1
    if spell.valid_to is not None:
        deltas[area, kind, spell.valid_to] += 1
    if last is not None:
        deltas[area, kind, last] -= 1
    spell.valid_from, spell.valid_to = first, last


def _repeat(person: Person, life: Life, now: datetime, *, status: str, also: Iterable[str] = ()) -> None:
    """Write what the open spell says into the columns of the person that lists read."""
    person.area_id, person.household_id, person.dwelling_id = life.area_id, life.household_id, life.dwelling_id
    person.kind, person.relation, person.status = life.kind, life.relation, status
    person.marital, person.match = life.marital, life.match
    person.version += 1
    person.updated_at = now
    names = ["area", "household", "dwelling", "kind", "relation", "status", "marital", "match", "version", "updated_at"]
    person.save(update_fields=[*names, *also])


def _count(n: int, spell: Spell, day: date) -> None:
    add_counts({(spell.area_id, spell.kind, day): n})


def add_counts(deltas: Mapping[Delta, int]) -> None:
    """Add the differences to the headcounts, in one statement and always in the same order of rows."""
    rows = [
        Headcount(area_id=area, kind=kind, day=day, n=n) for (area, kind, day), n in sorted(deltas.items()) if n != 0
    ]
    if not rows:
        return
    table = connection.ops.quote_name(Headcount._meta.db_table)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), 200):
            part = rows[start : start + 200]
            marks = ", ".join("(%s, %s, %s, %s)" for _row in part)
            values = [value for row in part for value in (row.area_id, row.kind, row.day, row.n)]
            cursor.execute(
                f"INSERT INTO {table} (area_id, kind, day, n) VALUES {marks}"  # noqa: S608 - a table name of ours
                f" ON CONFLICT (area_id, kind, day) DO UPDATE SET n = {table}.n + excluded.n",
                values,
            )


def recount() -> dict[Delta, int]:
    """The headcounts as the spells tell them: what `Headcount` must equal."""
    found: Counter[Delta] = Counter()
    for area, kind, first, last in Spell.objects.values_list("area_id", "kind", "valid_from", "valid_to").iterator(
        10_000
    ):
        found[area, kind, first] += 1
        if last is not None:
            found[area, kind, last] -= 1
    return {key: n for key, n in found.items() if n}


def _resize(n: int, household_id: int | None, day: date) -> None:
    """Count the members of a household; one without members ended that day, one that gets somebody lives on."""
    if household_id is None:
        return
    Household.objects.filter(pk=household_id).update(size=F("size") + n, ended_on=None)
    # Events are told late and out of order: the household ended when the last of them was gone.
    gone = Spell.objects.filter(household=OuterRef("pk")).order_by().values("household")
    last = Subquery(gone.annotate(last=Max("valid_to")).values("last"))
    Household.objects.filter(pk=household_id, size=0).update(ended_on=Coalesce(last, Value(day)))


def checked_household(household_id: int, by: Actor) -> Household:
    """The household, locked, if it lies in the actor's area. Raises Invalid."""
    household = Household.objects.select_for_update().filter(by.within(), pk=household_id).first()
    if household is None:
        raise Invalid(fields={"household": _("There is no such household in your area.")})
    return household
