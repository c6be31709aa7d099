"""Opening, closing, splitting and merging first- and second-level grids. A code, once given, is never given again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from linli.foundation.areas import geometry as geo
from linli.foundation.areas.actions.boundaries import DrawnLater, existing, place
from linli.foundation.areas.actions.versions import touch
from linli.foundation.areas.models import Area, AreaQuerySet, Boundary, GridKind, Level, Lineage, LineageKind
from linli.lib.chinese import tidy
from linli.lib.coordinates import Crs
from linli.lib.errors import Refusal

LONGEST_NAME = 60
MOST_PARTS = 50
LAST_NUMBER = 999
GRID_UNDER = {Level.COMMUNITY: Level.GRID, Level.GRID: Level.SUBGRID}


class BadName(Refusal):
    """The name is empty, too long, or taken by a neighbour."""

    code = "bad_area_name"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"name": message})


class WrongLevel(Refusal):
    """Grids lie in communities and sub-grids in grids; nothing else can hold, be or become one."""

    code = "wrong_area_level"


class NoCodeLeft(Refusal):
    """All 999 codes under the area have been given away."""

    code = "no_area_code_left"


class StillDivided(Refusal):
    """The grid still has sub-grids."""

    code = "grid_still_divided"


class CannotSplit(Refusal):
    """The parts do not make up the grid."""

    code = "cannot_split"


class CannotMerge(Refusal):
    """The grids do not make up one."""

    code = "cannot_merge"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the grids that a split makes: its name and GeoJSON boundary."""

    name: str
    geometry: object
    kind: GridKind = GridKind.BASIC


@dataclass(frozen=True, slots=True)
class _Ground:
    """An area with its open boundary, if it is drawn."""

    area: Area
    boundary: Boundary | None

    @property
    def geometry(self) -> BaseGeometry | None:
        return None if self.boundary is None else geo.stored(self.boundary.geometry)


@transaction.atomic
def open_grid(
    *,
    parent: Area,
    name: str,
    on: date,
    kind: GridKind = GridKind.BASIC,
    geometry: object | None = None,
    source: str = "",
    crs: Crs = "wgs84",
) -> Area:
    """Open a grid in a community, or a sub-grid in a grid, from the day `on`, and draw it if `geometry` is given.

    Raises WrongLevel, AreaEnded, BadName, NoCodeLeft, and what `draw` raises.
    """
    touch()
    existing(parent, on)
    grid = _new(parent, name, kind, on)
    if geometry is not None:
        place(area=grid, geometry=geo.read(geometry, crs), on=on, source=source)
    return grid


@transaction.atomic
def close_grid(*, grid: Area, on: date) -> None:
    """End a grid without sub-grids, and its boundary, on the day `on`. Raises WrongLevel, AreaEnded, StillDivided."""
    touch()
    _check_grid(grid, on)
    if _unended(grid.children.all(), on):
        raise StillDivided(_("%(name)s still has sub-grids. Close them first.") % {"name": grid.name})
    _end([grid], on)


@transaction.atomic
def rename(*, area: Area, name: str, on: date) -> None:
    """Give an area that exists on the day `on` another name. Raises AreaEnded, BadName."""
    touch()
    existing(area, on)
    area.name = _free_name(area.parent_id, name, on, besides=[area.id])
    area.save(update_fields=["name"])


@transaction.atomic
def split(*, grid: Area, parts: Sequence[Part], on: date, source: str, crs: Crs = "wgs84") -> tuple[Area, ...]:
    """End a grid on the day `on` and open its parts, which must fill it; sub-grids follow the ground they lie on.

    Every grid and sub-grid involved gets a new code, and a lineage row to its successor. Raises CannotSplit, BadName,
    WrongLevel, AreaEnded, NoCodeLeft, and what `draw` raises.
    """
    touch()
    _check_grid(grid, on)
    if not 2 <= len(parts) <= MOST_PARTS:
        raise CannotSplit(_("Give between 2 and %(most)s parts.") % {"most": MOST_PARTS})
    whole = _grounds([grid])[0].geometry
    if whole is None:
        raise CannotSplit(_("%(name)s has no boundary yet. Draw it first.") % {"name": grid.name})
    geometries = [geo.read(part.geometry, crs) for part in parts]
    _check_filled(grid, whole, geometries)
    inside = _grounds(_unended(grid.children.all(), on))
    _end([grid, *(ground.area for ground in inside)], on)
    heirs = []
    for part, geometry in zip(parts, geometries, strict=True):
        area = _new(_parent(grid), part.name, part.kind, on)
        heirs.append(_Ground(area, place(area=area, geometry=geometry, on=on, source=source)))
    _record([grid], [heir.area for heir in heirs], on, LineageKind.SPLIT)
    _rehome(inside, heirs, on, LineageKind.SPLIT)
    return tuple(heir.area for heir in heirs)


@transaction.atomic
def merge(*, grids: Sequence[Area], name: str, on: date, source: str, kind: GridKind = GridKind.BASIC) -> Area:
    """End two or more neighbouring grids on the day `on` and open one in their place; sub-grids move into it.

    The new grid and the sub-grids get new codes, and lineage rows from the old ones. Raises CannotMerge, BadName,
    WrongLevel, AreaEnded, NoCodeLeft, and what `draw` raises.
    """
    touch()
    grids = sorted({grid.id: grid for grid in grids}.values(), key=lambda grid: grid.id)
    if not 2 <= len(grids) <= MOST_PARTS:
        raise CannotMerge(_("Give between 2 and %(most)s grids.") % {"most": MOST_PARTS})
    for grid in grids:
        _check_grid(grid, on)
    if len({grid.parent_id for grid in grids}) > 1:
        raise CannotMerge(_("Only grids of one level and of the same area can become one."))
    whole = _joined(_grounds(grids))
    inside = _grounds(_unended(Area.objects.filter(parent__in=grids), on))
    _end([*grids, *(ground.area for ground in inside)], on)
    area = _new(_parent(grids[0]), name, kind, on)
    boundary = None if whole is None else place(area=area, geometry=whole, on=on, source=source)
    _record(grids, [area], on, LineageKind.MERGE)
    _rehome(inside, [_Ground(area, boundary)], on, LineageKind.MERGE)
    return area


def _check_grid(grid: Area, on: date) -> None:
    existing(grid, on)
    if not grid.is_grid:
        raise WrongLevel(_("%(name)s is not a grid.") % {"name": grid.name})


def _parent(grid: Area) -> Area:
    if grid.parent is None:
        raise WrongLevel(_("%(name)s is not a grid.") % {"name": grid.name})
    return grid.parent


def _unended(areas: AreaQuerySet, on: date) -> list[Area]:
    """Those that have not ended by the day `on`, each checked to have begun by then."""
    found = list(areas.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)))
    for area in found:
        existing(area, on)
    return found


def _grounds(areas: Sequence[Area]) -> list[_Ground]:
    boundaries = {row.area_id: row for row in Boundary.objects.filter(area__in=areas, valid_to__isnull=True)}
    return [_Ground(area, boundaries.get(area.id)) for area in areas]


def _new(parent: Area, name: str, kind: GridKind, on: date) -> Area:
    """A grid under `parent` with a checked name and the next code."""
    return _coded(parent, _free_name(parent.id, name, on), kind, on)


def _coded(parent: Area, name: str, kind: str, on: date) -> Area:
    """A grid under `parent` with the next code; ended grids count, so no code comes twice."""
    level = GRID_UNDER.get(Level(parent.level))
    if level is None:
        raise WrongLevel(
            _("A grid lies in a community, a sub-grid in a grid; %(name)s is neither.") % {"name": parent.name}
        )
    last = Area.objects.filter(parent=parent).order_by("-id").values_list("id", flat=True).first()
    number = int(last[len(parent.id) :]) + 1 if last else 1
    if number > LAST_NUMBER:
        raise NoCodeLeft(_("All 999 grid codes of %(name)s have been used.") % {"name": parent.name})
    return Area.objects.create(
        id=f"{parent.id}{number:03d}", name=name, level=level, parent=parent, kind=kind, valid_from=on
    )


def _free_name(parent_id: str | None, name: str, on: date, besides: Sequence[str] = ()) -> str:
    """The name as it is kept. Raises BadName."""
    name = " ".join(tidy(name).split())
    if not name:
        raise BadName(_("Give the area a name."))
    if len(name) > LONGEST_NAME:
        raise BadName(_("The name is too long. At most %(most)s characters fit.") % {"most": LONGEST_NAME})
    taken = Area.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), parent_id=parent_id, name=name)
    if taken.exclude(id__in=besides).exists():
        raise BadName(_("Another area here is already called %(name)s.") % {"name": name})
    return name


def _end(areas: Sequence[Area], on: date) -> None:
    boundaries = Boundary.objects.filter(area__in=areas, valid_to__isnull=True)
    later = boundaries.filter(valid_from__gt=on).select_related("area").first()
    if later is not None:
        raise DrawnLater(
            _("The boundary of %(name)s was already drawn from %(day)s on. Choose that day or a later one.")
            % {"name": later.area.name, "day": later.valid_from.isoformat()}
        )
    boundaries.update(valid_to=on)
    Area.objects.filter(id__in=[area.id for area in areas]).update(valid_to=on)
    for area in areas:
        area.valid_to = on


def _check_filled(grid: Area, whole: BaseGeometry, parts: Sequence[BaseGeometry]) -> None:
    """Refuse parts that leave ground of the grid to nobody, or reach beyond it."""
    plane = geo.Plane.of(whole)
    flat, union = plane.flat(whole), plane.flat(geo.joined(parts))
    left_over = flat.difference(geo.widened(union)).area
    if left_over > geo.OVERLAP_TOLERANCE_M2:
        raise CannotSplit(
            _("The parts leave %(area)s m² of %(name)s to nobody.")
            % {"name": grid.name, "area": f"{flat.difference(union).area:.0f}"}
        )
    if not geo.widened(flat).covers(union):
        raise CannotSplit(
            _("The parts reach up to %(metres)s m out of %(name)s.")
            % {"name": grid.name, "metres": f"{geo.stray_m(union, flat):.1f}"}
        )


def _joined(grounds: Sequence[_Ground]) -> BaseGeometry | None:
    """The ground of all together; None if none is drawn. Raises CannotMerge when they do not touch."""
    undrawn = [ground for ground in grounds if ground.boundary is None]
    if len(undrawn) == len(grounds):
        return None
    if undrawn:
        raise CannotMerge(_("%(name)s has no boundary yet. Draw it first.") % {"name": undrawn[0].area.name})
    geometries = [ground.geometry for ground in grounds]
    plane = geo.Plane.of(shapely.GeometryCollection(geometries))
    near = shapely.union_all([geo.widened(plane.flat(geometry)) for geometry in geometries])
    apart = [
        ground.area.name
        for ground, geometry in zip(grounds, geometries, strict=True)
        if not _touches_first(plane.flat(geometry), plane.flat(geometries[0]), near)
    ]
    if apart:
        raise CannotMerge(_("%(name)s and %(other)s do not touch.") % {"name": grounds[0].area.name, "other": apart[0]})
    return geo.joined(geometries)


def _touches_first(flat: BaseGeometry, first: BaseGeometry, near: BaseGeometry) -> bool:
    """Whether one piece of the joined ground holds some of both."""
    return any(part.intersects(flat) and part.intersects(first) for part in geo.parts_of(near))


def _rehome(inside: Sequence[_Ground], heirs: Sequence[_Ground], on: date, kind: LineageKind) -> None:
    """Open ended sub-grids again, with their names and edges, under the heir on whose ground they lie."""
    for ground in inside:
        parent = heirs[0].area if len(heirs) == 1 else _heir_of(ground, heirs)
        area = _coded(parent, ground.area.name, ground.area.kind, on)
        if ground.boundary is not None:
            Boundary.objects.create(
                area=area,
                valid_from=on,
                geometry=ground.boundary.geometry,
                area_m2=ground.boundary.area_m2,
                source=ground.boundary.source,
            )
        _record([ground.area], [area], on, kind)


def _heir_of(ground: _Ground, heirs: Sequence[_Ground]) -> Area:
    geometry = ground.geometry
    if geometry is None:
        raise CannotSplit(_("%(name)s has no boundary yet. Draw it first.") % {"name": ground.area.name})
    plane = geo.Plane.of(geometry)
    flat = plane.flat(geometry)
    for heir in heirs:
        if geo.widened(plane.flat(heir.geometry)).covers(flat):
            return heir.area
    raise CannotSplit(_("The line runs through %(name)s. Split that sub-grid first.") % {"name": ground.area.name})


def _record(before: Sequence[Area], after: Sequence[Area], on: date, kind: LineageKind) -> None:
    Lineage.objects.bulk_create([Lineage(before=old, after=new, on=on, kind=kind) for old in before for new in after])
