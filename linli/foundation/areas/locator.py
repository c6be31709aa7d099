"""From a point to the finest area that contains it, from memory.

One map for the whole process, built from the boundaries in force and built again when their stamp changes.
"""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import shapely
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from linli.foundation.areas import geometry as geo
from linli.foundation.areas.models import GRID_LEVELS, Area, Boundary, BoundaryVersion, Level
from linli.lib import codes
from linli.lib.errors import Refusal

RECHECK_SECONDS = 2.0
FARTHEST_M = 20_000
#: Candidates in degrees are fetched with this margin over their distance in metres.
MARGIN = 1.02


class TooFar(Refusal):
    """The point is at sea, abroad, or no place on Earth at all."""

    code = "too_far"
    message = _("This point is more than 20 km from every community.")

    def __init__(self) -> None:
        super().__init__(fields={"point": self.message})


class NoMap(Refusal):
    """No community has a boundary yet, so points cannot be placed."""

    code = "no_map"
    message = _("No community has a boundary yet. Choose the community from the list.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point is.

    `exact`: the area contains the point; otherwise it is the nearest community, `metres` away. `covered`: the area is
    a grid or sub-grid; an exact place without cover lies in a community that has no grid there. `names` run from the
    province to the area.
    """

    area_id: str
    community_id: str
    names: tuple[str, ...]
    exact: bool
    covered: bool
    metres: int


class Locator:
    """The boundaries of one day, ready for questions. Safe to share between threads; never changes."""

    def __init__(self, shapes: Sequence[tuple[str, BaseGeometry]], names: dict[str, str]) -> None:
        """`shapes` are (area id, geometry) of communities, grids and sub-grids; `names` those of all areas above."""
        shapes = sorted(shapes, key=lambda shape: (-len(shape[0]), shape[0]))
        divided = {codes.parent_of(area_id) for area_id, _geometry in shapes}
        leaves = [shape for shape in shapes if shape[0] not in divided]
        communities = [shape for shape in shapes if len(shape[0]) == Level.COMMUNITY.digits]
        self._places = {area_id: _place(area_id, names) for area_id, _geometry in shapes}
        # Most points lie in an undivided area, so these are asked first; `_all` catches gaps between sub-grids.
        self._leaves = _Layer(leaves)
        self._all = _Layer(shapes)
        self._communities = _Layer(communities)

    def __len__(self) -> int:
        return len(self._places)

    def locate(self, lon: float, lat: float) -> Place:
        """The finest area that contains the point (WGS-84 degrees); on a shared edge, the one with the lower code.

        Outside every community, the nearest one with `exact=False`. Raises TooFar beyond 20 km, NoMap without any.
        """
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise TooFar
        area_id = self._leaves.containing(lon, lat) or self._all.containing(lon, lat)
        if area_id is not None:
            return self._places[area_id]
        if not self._communities.ids:
            raise NoMap
        area_id, metres = self._communities.nearest(lon, lat)
        if metres > FARTHEST_M:
            raise TooFar
        return replace(self._places[area_id], exact=False, metres=max(1, round(metres)))


class _Layer:
    """Shapes in order of preference, with their tree."""

    def __init__(self, shapes: Sequence[tuple[str, BaseGeometry]]) -> None:
        self.ids = [area_id for area_id, _geometry in shapes]
        self.geometries = [geometry for _area_id, geometry in shapes]
        self._tree = shapely.STRtree(self.geometries)
        # The tree and prepared geometries are finished at first use; doing that here, in one thread, keeps every
        # later call free of writes to shared memory.
        shapely.prepare(self.geometries)
        for geometry in self.geometries:
            x, y = geometry.bounds[:2]
            shapely.intersects_xy(geometry, (x + geometry.bounds[2]) / 2, (y + geometry.bounds[3]) / 2)
        if self.geometries:
            self._tree.query(self.geometries[0])
            self._tree.nearest(self.geometries[0].representative_point())

    def containing(self, lon: float, lat: float) -> str | None:
        """The id of the first shape in order that holds the point or has it on its edge."""
        found: list[int] = self._tree.query(shapely.points(lon, lat)).tolist()
        if len(found) > 1:
            found.sort()
        for index in found:
            if shapely.intersects_xy(self.geometries[index], lon, lat):
                return self.ids[index]
        return None

    def nearest(self, lon: float, lat: float) -> tuple[str, float]:
        """The id of the nearest shape and its distance in metres; infinity when all lie beyond `FARTHEST_M`."""
        plane = geo.Plane.around(lon, lat)
        here = shapely.Point(0, 0)
        # The nearest in degrees need not be the nearest in metres, but bounds how far that can be.
        first = self.geometries[int(self._tree.nearest(shapely.Point(lon, lat)))]
        bound = float(shapely.distance(plane.flat(first), here))
        reach = min(bound, FARTHEST_M) * MARGIN + 1
        dx, dy = reach / plane.metres_per_lon, reach / plane.metres_per_lat
        found = sorted(self._tree.query(shapely.box(lon - dx, lat - dy, lon + dx, lat + dy)).tolist())
        distances: list[float] = [float(shapely.distance(plane.flat(self.geometries[index]), here)) for index in found]
        if not found:
            return self.ids[0], math.inf
        metres, index = min(zip(distances, found, strict=True))
        return self.ids[index], metres


def _place(area_id: str, names: dict[str, str]) -> Place:
    path = codes.ancestors(area_id)
    return Place(
        area_id=area_id,
        community_id=area_id[: Level.COMMUNITY.digits],
        names=tuple(names[code] for code in path if code in names),
        exact=True,
        covered=len(area_id) > Level.COMMUNITY.digits,
        metres=0,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: str
    on: date
    built: Locator


class _Shelf:
    """What the process keeps between calls."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: _Kept | None = None
        self.checked = -math.inf


_shelf = _Shelf()


def locator(now: datetime) -> Locator:
    """The map for the day of `now`, shared by the whole process.

    Whether boundaries changed is asked with one small query, at most every two seconds; inside a transaction every
    time, because the transaction itself may have changed them.
    """
    on = timezone.localdate(now)
    kept = _shelf.kept
    if kept is not None and kept.on == on and not _due():
        return kept.built
    with _shelf.lock:
        stamp = _stamp()
        _shelf.checked = time.monotonic()
        kept = _shelf.kept
        if kept is None or kept.on != on or kept.stamp != stamp:
            kept = _shelf.kept = _Kept(stamp, on, build(on))
        return kept.built


def look_again() -> None:
    """Ask for the stamp at the next call, without waiting for the two seconds to pass."""
    _shelf.checked = -math.inf


def build(on: date) -> Locator:
    """The map of the boundaries in force on the day `on`, from the database: two queries."""
    levels = (Level.COMMUNITY, *GRID_LEVELS)
    rows: Any = Boundary.objects.current(on).filter(area__level__in=levels).values_list("area_id", "geometry")
    shapes = [(area_id, geo.stored(geojson)) for area_id, geojson in rows]
    above = {code for area_id, _geometry in shapes for code in codes.ancestors(area_id)}
    named = Area.objects.filter(id__in=above) if len(above) < 10_000 else Area.objects.all()
    return Locator(shapes, dict(named.values_list("id", "name")))


def _due() -> bool:
    return connection.in_atomic_block or time.monotonic() - _shelf.checked >= RECHECK_SECONDS


def _stamp() -> str:
    return BoundaryVersion.objects.filter(pk=1).values_list("stamp", flat=True).first() or ""
