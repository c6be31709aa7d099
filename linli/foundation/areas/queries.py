"""The read side: the tree, names, coverage and shapes of areas, on one day."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Left

from linli.foundation.areas import geometry as geo
from linli.foundation.areas.models import GRID_LEVELS, Area, AreaQuerySet, Boundary, Level
from linli.lib import codes
from linli.lib.prefix import within

# SQLite refuses a statement with very many values; a page never comes near.
MOST_CODES = 5000


@dataclass(frozen=True, slots=True)
class Coverage:
    """A child area with what lies in it; counts include everything below, to the sub-grids."""

    id: str
    name: str
    level: str
    communities: int
    uncovered: int
    grids: int
    subgrids: int
    area_m2: int | None

    @property
    def drawn(self) -> bool:
        """Whether the area has a boundary."""
        return self.area_m2 is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """An area on a map; `geometry` is GeoJSON in WGS-84 with six decimals."""

    id: str
    name: str
    level: str
    area_m2: int
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """An area in a tree."""

    id: str
    name: str
    level: str
    children: tuple["Node", ...]


def children_of(area_id: str, on: date) -> AreaQuerySet:
    """The areas right under `area_id` that exist on the day `on`; the provinces under the empty code."""
    return Area.objects.current(on).filter(parent_id=area_id or None).order_by("id")


def children_with_coverage(area_id: str, on: date) -> list[Coverage]:
    """The areas right under `area_id` with counts of communities, grids and gaps: three queries."""
    children = list(children_of(area_id, on))
    if not children:
        return []
    areas = {
        row.area_id: row.area_m2
        for row in Boundary.objects.current(on).filter(area__parent_id=area_id or None).only("area_id", "area_m2")
    }
    counts: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    # Siblings may differ in length: Dongguan's streets lie right under the city (linli.lib.codes).
    for digits in sorted({len(child.id) for child in children}):
        rows = (
            (Area.objects.within(area_id) if area_id else Area.objects.all())
            .current(on)
            .filter(Q(level=Level.COMMUNITY) | Q(level__in=GRID_LEVELS))
            .annotate(child=Left("id", digits), gap=~_has_grid(on))
            .order_by()
            .values("child", "level")
            .annotate(n=Count("id"), gaps=Count("id", filter=Q(gap=True)))
            .values_list("child", "level", "n", "gaps")
        )
        for child, level, n, gaps in rows:
            counts[child][level] = (n, gaps)
    return [_coverage(child, counts[child.id], areas.get(child.id)) for child in children]


def _coverage(child: Area, counts: dict[str, tuple[int, int]], area_m2: int | None) -> Coverage:
    communities, uncovered = counts.get(Level.COMMUNITY, (0, 0))
    return Coverage(
        id=child.id,
        name=child.name,
        level=child.level,
        communities=communities,
        uncovered=uncovered,
        grids=counts.get(Level.GRID, (0, 0))[0],
        subgrids=counts.get(Level.SUBGRID, (0, 0))[0],
        area_m2=area_m2,
    )


def _has_grid(on: date) -> Exists:
    return Exists(Area.objects.current(on).filter(parent_id=OuterRef("id"), level=Level.GRID))


def gaps(area_id: str, on: date) -> list[Area]:
    """The communities in `area_id` (all of them for the empty code) without a grid on the day `on`: one query."""
    scope = Area.objects.within(area_id) if area_id else Area.objects.all()
    return list(scope.current(on).filter(~_has_grid(on), level=Level.COMMUNITY).order_by("id"))


def grid_shapes(area_id: str, level: str, on: date) -> list[Shape]:
    """The drawn areas of one level in `area_id`, for a map: one query."""
    rows = (
        Boundary.objects.within(area_id)
        .current(on)
        .filter(area__level=level)
        .order_by("area_id")
        .values_list("area_id", "area__name", "area__level", "area_m2", "geometry")
    )
    return [
        Shape(id=code, name=name, level=found, area_m2=area_m2, geometry=geo.rounded(geometry))
        for code, name, found, area_m2, geometry in rows
    ]


def names_of(area_ids: Iterable[str]) -> dict[str, str]:
    """The names of the areas and of all areas above them, by code: one query for a page of any kind."""
    wanted = sorted({code for area_id in area_ids for code in _path(area_id)})
    names: dict[str, str] = {}
    for start in range(0, len(wanted), MOST_CODES):
        names.update(Area.objects.filter(id__in=wanted[start : start + MOST_CODES]).values_list("id", "name"))
    return names


def path_names(area_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """For each code the names from the province down to it, () when it is unknown: one query for many."""
    names = names_of(area_ids)
    return {
        area_id: tuple(names[code] for code in _path(area_id) if code in names) if area_id in names else ()
        for area_id in area_ids
    }


def _path(area_id: str) -> tuple[str, ...]:
    """The code and those above it; nothing for what cannot be a code."""
    try:
        return codes.ancestors(area_id)
    except codes.BadCode:
        return ()


def tree(area_id: str, on: date, deepest: Level = Level.SUBGRID) -> Node | None:
    """`area_id` with everything in it down to the level `deepest`, in order of code; None if unknown: one query."""
    levels = list(Level.values)
    rows = (
        Area.objects.within(area_id)
        .current(on)
        .filter(level__in=levels[: levels.index(deepest) + 1])
        .order_by("-id")
        .values_list("id", "name", "level", "parent_id")
    )
    below: defaultdict[str, list[Node]] = defaultdict(list)
    top: Node | None = None
    # From the last code to the first, an area comes after everything in it.
    for code, name, level, parent_id in rows:
        top = Node(code, name, level, tuple(reversed(below.pop(code, []))))
        below[parent_id or ""].append(top)
    return top if top is not None and top.id == area_id else None


def drawn_within(area_id: str, on: date) -> bool:
    """Whether any area in `area_id` has a boundary on the day `on`: one query."""
    return Boundary.objects.current(on).filter(**within("area_id", area_id)).exists()
