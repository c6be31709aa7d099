"""Who looks after whom: the most precise assignment wins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from linli.apps.visits.models import Assignment
from linli.lib.prefix import within
from linli.register.people.models import Household, Person

COMMUNITY_DIGITS = 12


@dataclass(frozen=True)
class Roster:
    """The assignments of a place on a day, by what they name."""

    households: Mapping[int, Assignment]
    buildings: Mapping[int, Assignment]
    areas: Mapping[str, Assignment]

    def worker_of(self, household_id: int | None, building_id: int | None, area_id: str) -> Assignment | None:
        """The assignment that holds for a household: its own, its building's, or that of the finest grid."""
        if household_id in self.households:
            return self.households[household_id]  # type: ignore[index]
        if building_id in self.buildings:
            return self.buildings[building_id]  # type: ignore[index]
        sizes = sorted({len(code) for code in self.areas}, reverse=True)
        return next((self.areas[area_id[:size]] for size in sizes if area_id[:size] in self.areas), None)


def roster(area_id: str, on: date) -> Roster:
    """The assignments of an area and of the wider ones it lies in. One statement."""
    above = [area_id[:size] for size in (12, 15, 18) if size < len(area_id)]
    scope = Q(**within("area_id", area_id)) | Q(area_id__in=above)
    rows = list(Assignment.objects.on(on).filter(scope).select_related("post__user").order_by("pk"))
    return made_of(rows)


def made_of(rows: Iterable[Assignment]) -> Roster:
    """A roster of these rows."""
    households, buildings, areas = {}, {}, {}
    for row in rows:
        if row.household_id is not None:
            households[row.household_id] = row
        elif row.building_id is not None:
            buildings[row.building_id] = row
        else:
            areas[row.area_id] = row
    return Roster(households, buildings, areas)


def reach_of(user_id: int, book: Roster) -> Q:
    """The people whom this worker's assignments may reach; a more precise one of a colleague still takes some away."""
    found = Q(pk__in=[])
    households = [pk for pk, row in book.households.items() if row.post.user_id == user_id]
    buildings = [pk for pk, row in book.buildings.items() if row.post.user_id == user_id]
    if households:
        found |= Q(household_id__in=households)
    if buildings:
        found |= Q(dwelling__building_id__in=buildings)
    for code, row in book.areas.items():
        if row.post.user_id == user_id:
            found |= Q(**within("area_id", code))
    return found


@dataclass(frozen=True)
class Load:
    """How many households a worker looks after: what the work is, not how it is done."""

    user_id: int
    name: str
    households: int
    assignments: int


def loads(area_id: str, on: date) -> tuple[list[Load], int]:
    """Households per worker of an area, by name, and how many households nobody looks after. Two statements."""
    book = roster(area_id, on)
    rows = (
        Household.objects.filter(**within("area_id", area_id), size__gt=0)
        .order_by()
        .values_list("pk", "dwelling__building_id", "area_id")
    )
    counts: dict[int, int] = {}
    nobody = 0
    for pk, building_id, code in rows.iterator():
        row = book.worker_of(pk, building_id, code)
        if row is None:
            nobody += 1
        else:
            counts[row.post.user_id] = counts.get(row.post.user_id, 0) + 1
    workers: dict[int, tuple[str, int]] = {}
    for row in (*book.households.values(), *book.buildings.values(), *book.areas.values()):
        workers[row.post.user_id] = (row.post.user.name, workers.get(row.post.user_id, ("", 0))[1] + 1)
    found = [Load(pk, name, counts.get(pk, 0), n) for pk, (name, n) in workers.items()]
    return sorted(found, key=lambda one: (one.name, one.user_id)), nobody


def households_in_buildings(area_id: str) -> dict[int, int]:
    """Households per building of an area. One statement."""
    rows = (
        Household.objects.filter(**within("area_id", area_id), size__gt=0, dwelling__isnull=False)
        .order_by()
        .values_list("dwelling__building_id")
        .annotate(n=Count("pk"))
    )
    return {building: n for building, n in rows if building is not None}


def worker_of_person(person: Person, on: date) -> Assignment | None:
    """Who looks after somebody. One statement; needs `dwelling` loaded."""
    building_id = person.dwelling.building_id if person.dwelling is not None else None
    return roster(person.area_id, on).worker_of(person.household_id, building_id, person.area_id)
