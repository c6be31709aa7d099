"""Who lives in homes: counts for lists, doors of a building, the life of a dwelling, members of a household."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Sum

from linli.foundation.accounts.actors import Actor
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people import groups
from linli.register.people.models import Household, Person, PopulationEvent, Spell, Tag, Tenure

MOST_PAST = 50
MOST_EVENTS = 50
MOST_MEMBERS = 300


@dataclass(frozen=True)
class Counts:
    """What stands and lives in an estate or building."""

    buildings: int = 0
    dwellings: int = 0
    households: int = 0
    people: int = 0


@dataclass
class Living:
    """Who lives behind a door: households with their heads."""

    households: list[Household] = field(default_factory=list)
    heads: dict[int, Person] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many people live here."""
        return sum(one.size for one in self.households)


def counts_of_estates(actor: Actor, estates: Collection[Estate]) -> dict[int, Counts]:
    """Counts of the estates of a page, inside the actor's area. Three statements."""
    ids = [one.pk for one in estates]
    if not ids:
        return {}
    buildings = _grouped(Building.objects.filter(actor.within(), estate_id__in=ids), "estate_id")
    dwellings = _grouped(Dwelling.objects.filter(actor.within(), building__estate_id__in=ids), "building__estate_id")
    living = _living(actor, "dwelling__building__estate_id", ids)
    return {pk: Counts(buildings.get(pk, 0), dwellings.get(pk, 0), *living.get(pk, (0, 0))) for pk in ids}


def counts_of_buildings(actor: Actor, buildings: Collection[Building]) -> dict[int, Counts]:
    """Counts of the buildings of a page. Two statements."""
    ids = [one.pk for one in buildings]
    if not ids:
        return {}
    dwellings = _grouped(Dwelling.objects.filter(building_id__in=ids), "building_id")
    living = _living(actor, "dwelling__building_id", ids)
    return {pk: Counts(1, dwellings.get(pk, 0), *living.get(pk, (0, 0))) for pk in ids}


def _grouped(rows: Any, name: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk")))


def _living(actor: Actor, name: str, ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Households and people by a column. `Household.size` counts the people, so no person is read."""
    rows = Household.objects.filter(actor.within(), size__gt=0, **{f"{name}__in": ids}).order_by()
    return {
        key: (households, people or 0)
        for key, households, people in rows.values_list(name).annotate(n=Count("pk"), members=Sum("size"))
    }


def living_in(building: Building) -> dict[int, Living]:
    """Who lives behind each door of a building, by dwelling. Two statements, however many doors."""
    return _by_dwelling(Household.objects.filter(dwelling__building=building))


def living_behind(dwellings: Iterable[Dwelling]) -> dict[int, Living]:
    """The same for some dwellings."""
    return _by_dwelling(Household.objects.filter(dwelling__in=list(dwellings)))


def _by_dwelling(rows: Any) -> dict[int, Living]:
    found: defaultdict[int, Living] = defaultdict(Living)
    households = {one.pk: one for one in rows.filter(size__gt=0).order_by("pk")}
    for household in households.values():
        found[household.dwelling_id].households.append(household)
    heads = Person.objects.filter(
        household_id__in=list(households), relation=Spell.HEAD, status=Person.Status.HERE
    ).only("pk", "name", "household_id")
    for head in heads:
        found[households[head.household_id or 0].dwelling_id].heads[head.household_id or 0] = head
    return dict(found)


def members(household: Household) -> list[Person]:
    """Who belongs to a household now, the head first. One statement."""
    rows = Person.objects.filter(household=household, status=Person.Status.HERE)
    return sorted(rows[:MOST_MEMBERS], key=lambda one: (one.relation != Spell.HEAD, one.relation or "~", one.pk))


def members_on(household: Household, day: date) -> list[Spell]:
    """Who belonged to a household on a day, the head first. One statement."""
    rows = Spell.objects.on(day).filter(household=household).select_related("person")
    return sorted(rows[:MOST_MEMBERS], key=lambda one: (one.relation != Spell.HEAD, one.relation or "~", one.person_id))


def people_of(dwelling: Dwelling) -> list[Person]:
    """Everybody who lives in a dwelling now, by household. One statement."""
    rows = Person.objects.filter(dwelling=dwelling, status=Person.Status.HERE)
    return sorted(rows[:MOST_MEMBERS], key=lambda one: (one.household_id or 0, one.relation != Spell.HEAD, one.pk))


def lived_before(dwelling: Dwelling) -> list[Spell]:
    """Who lived in a dwelling before: the last spell of each, newest first, without those who live there now."""
    rows = (
        Spell.objects.filter(dwelling=dwelling, valid_to__isnull=False, valid_to__gt=F("valid_from"))
        .exclude(Q(person__dwelling=dwelling) & Q(person__status=Person.Status.HERE))
        .select_related("person")
        .order_by("-valid_to", "-pk")[: 4 * MOST_PAST]
    )
    found: dict[int, Spell] = {}
    for spell in rows:
        known = found.get(spell.person_id)
        if known is None:
            found[spell.person_id] = spell
        elif known.valid_from == spell.valid_to:
            # Only something else changed: one stay, told as one.
            known.valid_from = spell.valid_from
    return list(found.values())[:MOST_PAST]


def tenures_of(dwelling: Dwelling) -> list[Tenure]:
    """Owners and tenants, those of now first. One statement."""
    rows = Tenure.objects.filter(dwelling=dwelling).select_related("person")
    return sorted(rows, key=lambda one: (one.until is not None, one.part, one.pk))


def tags_of(people: Collection[Person]) -> dict[int, list[Tag]]:
    """The groups that people are in now. One statement."""
    found: defaultdict[int, list[Tag]] = defaultdict(list)
    for tag in Tag.objects.filter(person__in=people, until__isnull=True).order_by("kind"):
        found[tag.person_id].append(tag)
    return found


def events_of_household(household: Household) -> list[PopulationEvent]:
    """What happened in a household, newest first. One statement."""
    spells = Spell.objects.filter(household=household)
    mine = Q(household=household) | Q(pk__in=spells.values("closed_by"))
    rows = PopulationEvent.objects.filter(mine).select_related("person", "by", "undone_by")
    return list(rows.order_by("-happened_on", "-pk")[:MOST_EVENTS])


def would_stop(people: Collection[Person]) -> list[str]:
    """What hangs on people and ends when they die or leave, in words. Restricted groups end unnamed."""
    named = groups.groups()
    rows = Tag.objects.filter(person__in=people, until__isnull=True).exclude(source=Tag.Source.COMPUTED)
    return [named[tag.kind].label if tag.kind in named else tag.kind for tag in rows.order_by("person_id", "kind")]
