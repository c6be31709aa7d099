"""What can be given to a worker: the grids and buildings of a community, with their households; and the workers."""

from dataclasses import dataclass
from datetime import date

from linli.apps.visits.queries.assigned import households_in_buildings
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.queries import holders_within
from linli.foundation.accounts.roles import ROLES, Permission, permissions_of
from linli.foundation.areas.models import Area
from linli.lib.prefix import within
from linli.register.homes.models import Building

VISITING = tuple(role for role in ROLES if Permission.VISIT_WORK in permissions_of(role))
MOST_BUILDINGS = 1500


@dataclass(frozen=True)
class Place:
    """A grid, or a building in one. `value` is what a form sends for it."""

    value: str
    name: str
    area_id: str
    building_id: int | None = None
    households: int = 0


def places_of(area_id: str, on: date) -> list[Place]:
    """The grids of an area, each followed by its buildings. Three statements."""
    grids = list(Area.objects.within(area_id).current(on).grids().order_by("pk"))
    counts = households_in_buildings(area_id)
    buildings: dict[str, list[Place]] = {}
    rows = Building.objects.filter(**within("area_id", area_id)).order_by("code")[:MOST_BUILDINGS]
    for row in rows:
        place = Place(f"b{row.pk}", row.address, row.area_id, row.pk, counts.get(row.pk, 0))
        buildings.setdefault(row.area_id, []).append(place)
    found: list[Place] = list(buildings.pop(area_id, [])) if area_id not in {grid.pk for grid in grids} else []
    everywhere = [row for rows in buildings.values() for row in rows]
    for grid in grids:
        own = buildings.pop(grid.pk, [])
        below = sum(row.households for row in everywhere if row.area_id.startswith(grid.pk))
        found += [Place(f"a{grid.pk}", grid.name, grid.pk, None, below), *own]
    return found


def workers_of(area_id: str, on: date) -> list[Post]:
    """The posts that visit in an area or in the wider one it lies in. Two statements."""
    inside = list(holders_within(area_id=area_id, on=on, roles=VISITING))
    above = [area_id[:size] for size in (9, 12, 15) if size < len(area_id)]
    wider = Post.objects.active(on).filter(role__in=VISITING, user__is_active=True, area_id__in=above)
    return [*inside, *wider.select_related("user", "unit", "area").order_by("area_id", "pk")]
