"""The rows of groups that follow from facts: written anew, for all days, when the facts of a door change (ADR 0022).

What holds on which day is derived from the spells (`people.living`); the rows of `Tag` with the source "computed" only
repeat it, so that lists, ledgers, figures and visits ask one table. Nothing else writes them; `differences` proves it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.imports.models import Batch
from linli.foundation.rules import queries as rules
from linli.lib.prefix import within
from linli.lib.spans import ALWAYS, FOREVER, Span
from linli.register.people.living import Door, Living, Rules, Stay, birthday
from linli.register.people.models import Change, Person, Spell, Tag

CHUNK = 2000
DOMAIN = "tags.computed"
COLUMNS = (
    "person_id", "area_id", "dwelling_id", "household_id", "match", "valid_from", "valid_to", "person__born",
    "person__political",
)  # fmt: skip
#: How long the worker may have slept and still see every birthday.
SLEPT = timedelta(days=31)


@dataclass
class _Found:
    """What is known of some people: their stays, those of others behind their doors, and who is in the party now."""

    stays: dict[tuple[int, date, date], Stay] = field(default_factory=dict)
    politics: dict[int, str] = field(default_factory=dict)
    doors: set[Door] = field(default_factory=set)

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for person, area_id, dwelling_id, household_id, match, first, last, born, political in rows:
            stay = Stay(person, area_id, dwelling_id, household_id, match, first, last or FOREVER, born)
            self.stays[stay.person, stay.first, stay.last] = stay
            self.politics[stay.person] = political

    def read_doors(self, doors: set[Door]) -> None:
        """Everybody who ever lived behind these doors. One statement, none for doors that were read."""
        fresh = doors - self.doors
        self.doors |= fresh
        if fresh:
            self.add(_at(fresh).values_list(*COLUMNS))


def refresh(
    *,
    on: date,
    now: datetime,
    households: Iterable[int | None] = (),
    people: Collection[int] = (),
    doors: Collection[Door] = (),
) -> int:
    """Write the computed groups of some people and households anew, and of all who ever lived behind their doors.

    `doors`: those that no spell tells of any more, because what was told of them was taken back (`doors_of`).
    Returns how many rows are new, changed or gone. Called at the end of the transaction that changed the facts.
    """
    wanted = {one for one in households if one is not None}
    lived = Spell.objects.filter(Q(household_id__in=wanted) | Q(person_id__in=list(people)))
    return _bring(set(people), _doors(lived) | set(doors), on, now)


def doors_of(people: Collection[int]) -> set[Door]:
    """The doors behind which people lived at any time. Asked before spells are taken back. One statement."""
    return _doors(Spell.objects.filter(person_id__in=people))


def _doors(spells: Any) -> set[Door]:
    rows = spells.order_by().values_list("dwelling_id", "household_id").distinct()
    return {door for door in map(_door, rows) if door is not None}


def refresh_area(area_id: str, *, on: date, now: datetime) -> int:
    """The same for everybody of an area who has, or may have, a computed group on any day; by chunks."""
    return sum(_chunks(_concerned(area_id, on), on, now))


def refresh_everybody(*, on: date, now: datetime) -> int:
    """The same for everybody, wherever they live: after an upgrade whose rules tell more than the rows say."""
    return sum(_chunks(Person.objects.filter(_may_be_in(on)), on, now))


def refresh_birthdays(*, on: date, now: datetime) -> int:
    """The same for those whom a birthday of the last month may bring into a group, and after a change of the rules."""
    if any(on - SLEPT < first <= on for first in _rule_days()):
        return refresh_everybody(on=on, now=now)
    birthdays = Q(pk__in=())
    for years in sorted({years for rule in _every_rule() for years in _ages(rule)}):
        birthdays |= Q(born__gt=birthday(on - SLEPT, -years), born__lte=birthday(on, -years))
    return sum(_chunks(Person.objects.filter(birthdays, status=Person.Status.HERE), on, now))


def differences(area_id: str = "") -> Iterator[tuple[int, str, list[Span], list[Span]]]:
    """Person, kind, the spans kept and those that the spells tell, where they differ: the proof of the rows."""
    on = timezone.localdate()
    people = Person.objects.filter(_may_be_in(on))
    for part in _parts(people.filter(**within("area_id", area_id)) if area_id else people):
        kept, told = _kept_and_told(set(part), on)
        for person, kind in sorted({*kept, *told}):
            if kept.get((person, kind), []) != told.get((person, kind), []):
                yield person, kind, kept.get((person, kind), []), told.get((person, kind), [])


# --- whom it may concern


def _concerned(area_id: str, on: date) -> Any:
    return Person.objects.filter(_may_be_in(on), **within("area_id", area_id))


def _may_be_in(on: date) -> Q:
    """Those who are old enough by the lowest age of any rule, are (or were) in the party, or have a computed group."""
    youngest = min(years for rule in _every_rule() for years in _ages(rule))
    codes = {code for rule in _every_rule() for code in rule["party_codes"]}
    have = Tag.objects.filter(source=Tag.Source.COMPUTED).values("person")
    return Q(born__lte=birthday(on, -youngest)) | Q(political__in=codes) | Q(pk__in=have)


def _ages(rule: Mapping[str, Any]) -> tuple[int, ...]:
    return int(rule["aged_from"]), int(rule["alone_from"]), int(rule["empty_nest_from"])


def _every_rule() -> list[Mapping[str, Any]]:
    return [_whole(params) for _first, params in rules.versions(DOMAIN)]


def _rule_days() -> list[date]:
    return [first for first, _params in rules.versions(DOMAIN)]


def _whole(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of a rule; a place that says nothing of a parameter has the general one."""
    return {**rules.params(DOMAIN, "", date(2020, 1, 1)), **params}


def _rules_of(area_id: str) -> Rules:
    return [(first, last, _whole(params)) for first, last, params in rules.periods(DOMAIN, area_id)]


# --- reading


def _door(row: tuple[int | None, int | None]) -> Door | None:
    dwelling_id, household_id = row
    return Stay(0, "", dwelling_id, household_id, "", ALWAYS, FOREVER, None).door


def _at(doors: Iterable[Door]) -> Any:
    dwellings = [pk for what, pk in doors if what == "dwelling"]
    households = [pk for what, pk in doors if what == "household"]
    there = Q(dwelling_id__in=dwellings)
    if households:
        there |= Q(dwelling_id__isnull=True, household_id__in=households)
    return Spell.objects.filter(there)


def _gathered(people: set[int], doors: set[Door], on: date) -> tuple[_Found, set[int], list[Tag]]:
    """What is known, about whom the rows may change, and their rows. Three statements, four where somebody moved."""
    found = _Found()
    found.read_doors(doors)
    youngest = birthday(on, -min(years for rule in _every_rule() for years in _ages(rule)))
    codes = {code for rule in _every_rule() for code in rule["party_codes"]}
    everybody = people | {stay.person for stay in found.stays.values()}
    rows = list(Tag.objects.filter(person_id__in=everybody, source=Tag.Source.COMPUTED).order_by("since", "pk"))
    born = {stay.person: stay.born for stay in found.stays.values()}
    concerned = people | {tag.person_id for tag in rows}
    concerned |= {pk for pk, day in born.items() if (day and day <= youngest) or found.politics[pk] in codes}
    found.add(Spell.objects.filter(person_id__in=concerned).values_list(*COLUMNS))
    own = [stay for stay in found.stays.values() if stay.person in concerned]
    found.read_doors({stay.door for stay in own if stay.door is not None})
    return found, concerned, rows


def _told(found: _Found, people: Collection[int], rows: Iterable[Tag], on: date) -> dict[tuple[int, str], list[Span]]:
    """(person, kind) → the spans that the facts tell, as far as they have begun by a day."""
    living = Living(found.stays.values(), cache(_rules_of))
    codes = {code for rule in _every_rule() for code in rule["party_codes"]}
    party = {tag.person_id for tag in rows if tag.kind == "party_member"}
    party |= {pk for pk in people if found.politics.get(pk) in codes}
    politics = _politics(party, found.politics)
    told = {}
    for person in people:
        for kind, spans in living.groups(person, politics.get(person, ())).items():
            begun = [(first, FOREVER if last > on else last) for first, last in spans if first <= on]
            if begun:
                told[person, kind] = begun
    return told


def _politics(people: Collection[int], now: Mapping[int, str]) -> dict[int, list[tuple[date, date, str]]]:
    """What was known of the party, by the day it was told: such a field has no day of its own.

    What a batch changed that was undone was never so. One statement, none where nobody was in the party.
    """
    if not people:
        return {}
    undone = (Batch.State.UNDOING, Batch.State.UNDONE)
    changes = Change.objects.filter(person_id__in=people, field="political").exclude(batch__state__in=undone)
    found: dict[int, list[tuple[date, date, str]]] = {pk: [(ALWAYS, FOREVER, now.get(pk, ""))] for pk in people}
    for change in changes.order_by("-pk"):
        # The newest first: before it, the old value held.
        first = found[change.person_id][0]
        day = timezone.localdate(change.at)
        old = vault.unseal(change.old_sealed, vault.CHANGE) if change.old_sealed else ""
        found[change.person_id][:1] = [(ALWAYS, day, old), (day, first[1], first[2])]
    return found


# --- writing


def _chunks(people: Any, on: date, now: datetime) -> Iterator[int]:
    for part in _parts(people):
        with transaction.atomic():
            yield refresh(on=on, now=now, people=part)


def _parts(people: Any) -> Iterator[list[int]]:
    last = 0
    while part := list(people.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield part
        last = part[-1]


def _kept_and_told(people: set[int], on: date) -> tuple[dict[Any, list[Span]], dict[Any, list[Span]]]:
    lived = Spell.objects.filter(person_id__in=people).order_by().values_list("dwelling_id", "household_id").distinct()
    doors = {door for door in map(_door, lived) if door is not None}
    found, _concerned, rows = _gathered(people, doors, on)
    rows = [tag for tag in rows if tag.person_id in people]
    kept: defaultdict[tuple[int, str], list[Span]] = defaultdict(list)
    for tag in rows:
        kept[tag.person_id, tag.kind].append((tag.since, tag.until or FOREVER))
    return kept, _told(found, people, rows, on)


def _bring(people: set[int], doors: set[Door], on: date, now: datetime) -> int:
    found, concerned, rows = _gathered(people, doors, on)
    told = _told(found, concerned, rows, on)
    have: defaultdict[tuple[int, str], list[Tag]] = defaultdict(list)
    for tag in rows:
        have[tag.person_id, tag.kind].append(tag)
    gone: list[int] = []
    changed: list[Tag] = []
    fresh: list[Tag] = []
    for key in {*have, *told}:
        _compare(key, have.get(key, []), told.get(key, []), now, gone, changed, fresh)
    if gone:
        Tag.objects.filter(pk__in=gone).delete()
    # Those that end come first: there is never a moment with two open rows of a kind.
    ending = [tag for tag in changed if tag.until is not None]
    going_on = [tag for tag in changed if tag.until is None]
    for part in (ending, going_on):
        if part:
            Tag.objects.bulk_update(part, ["until", "ended_by", "ended_because"], batch_size=500)
    # Two events behind one door at the same moment may both find a row missing; the constraint keeps one.
    Tag.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    return len(gone) + len(changed) + len(fresh)


def _compare(
    key: tuple[int, str],
    have: list[Tag],
    told: list[Span],
    now: datetime,
    gone: list[int],
    changed: list[Tag],
    fresh: list[Tag],
) -> None:
    """Keep the rows that began on the right day, end them on the right one, and make the rest."""
    person, kind = key
    by_day, right = {tag.since: tag for tag in have}, set()
    for first, last in told:
        until = None if last == FOREVER else last
        tag = by_day.get(first)
        if tag is None:
            computed = Tag.Source.COMPUTED
            fresh.append(Tag(person_id=person, kind=kind, source=computed, since=first, until=until, recorded_at=now))
            continue
        right.add(tag.pk)
        if tag.until != until:
            tag.until, tag.ended_by, tag.ended_because = until, None, ""
            changed.append(tag)
    gone += [tag.pk for tag in have if tag.pk not in right]
