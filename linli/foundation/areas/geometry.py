"""Polygons on the ground: reading GeoJSON that strangers wrote, metres and square metres, and writing it out again.

Degrees are WGS-84, longitude first. Pure: no models.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from linli.lib.coordinates import Crs, to_wgs84
from linli.lib.errors import Refusal

# WGS-84.
AXIS_M = 6_378_137.0
ECCENTRICITY_SQUARED = 0.00669437999014
ECCENTRICITY = math.sqrt(ECCENTRICITY_SQUARED)

# A tenth of a millimetre: fine enough to be exact on the ground, coarse enough to compare and to write short.
GRID_DEGREES = 1e-9
DECIMALS = 9
# Ten centimetres: enough for a map on a screen, a third of the bytes.
MAP_DECIMALS = 6

MAX_TEXT = 8_000_000
MAX_VERTICES = 50_000
# China's land and sea, with a margin.
WEST, SOUTH, EAST, NORTH = 73.0, 3.0, 136.0, 54.0

#: Edges drawn twice by hand never meet exactly; half a metre is less than a doorstep.
NESTING_TOLERANCE_M = 0.5
OVERLAP_TOLERANCE_M2 = 1.0


class BadGeometry(Refusal):
    """The boundary is not a GeoJSON polygon that can be used; the message says why."""

    code = "bad_geometry"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"geometry": message})


def read(value: object, crs: Crs = "wgs84") -> BaseGeometry:
    """Read a Polygon or MultiPolygon, given as GeoJSON text or object, alone or as the one Feature.

    The answer is a valid geometry in WGS-84 degrees, rounded to a tenth of a millimetre. Raises BadGeometry.
    """
    rings = [
        [[_position(position, crs) for position in ring] for ring in polygon]
        for polygon in _polygons(_unwrapped(_parsed(value)))
    ]
    if sum(len(ring) for polygon in rings for ring in polygon) > MAX_VERTICES:
        raise BadGeometry(_("The boundary has more than %(most)s corners. Simplify it first.") % {"most": MAX_VERTICES})
    if any(len(ring) < 4 for polygon in rings for ring in polygon):
        raise BadGeometry(_("A boundary ring needs at least three corners, and ends where it begins."))
    polygons = [Polygon(polygon[0], polygon[1:]) for polygon in rings]
    geometry = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    if not geometry.is_valid:
        raise BadGeometry(_invalidity(geometry))
    geometry = shapely.normalize(shapely.set_precision(geometry, GRID_DEGREES))
    if geometry.is_empty or area_m2(geometry) < OVERLAP_TOLERANCE_M2:
        raise BadGeometry(_("The boundary encloses less than one square metre."))
    return geometry


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    if len(value) > MAX_TEXT:
        raise BadGeometry(_("The boundary is too long to read."))
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise BadGeometry(_("The boundary is not valid JSON.")) from None


def _unwrapped(value: object) -> dict[str, Any]:
    """The geometry inside a Feature or inside a FeatureCollection of one."""
    for _depth in range(2):
        if not isinstance(value, dict):
            break
        if value.get("type") == "FeatureCollection":
            features = value.get("features")
            if not isinstance(features, list) or len(features) != 1:
                raise BadGeometry(_("The file must hold exactly one shape."))
            value = features[0]
        elif value.get("type") == "Feature":
            value = value.get("geometry")
    if not isinstance(value, dict) or value.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadGeometry(_("The boundary must be a GeoJSON Polygon or MultiPolygon."))
    return value


def _polygons(geometry: dict[str, Any]) -> list[list[list[object]]]:
    """The coordinates as polygons of rings of positions, with the nesting checked."""
    coordinates: Any = geometry.get("coordinates")
    polygons: Any = [coordinates] if geometry["type"] == "Polygon" else coordinates
    if not _lists(polygons) or not all(_lists(polygon) for polygon in polygons):
        raise BadGeometry(_("The coordinates of the boundary are not nested as GeoJSON wants it."))
    found: list[list[list[object]]] = polygons
    return found


def _lists(value: Any) -> bool:
    """Whether the value is a list of one or more lists."""
    return isinstance(value, list) and bool(value) and all(isinstance(part, list) for part in value)


def _position(position: object, crs: Crs) -> tuple[float, float]:
    if (
        not isinstance(position, list | tuple)
        or len(position) < 2
        or not all(isinstance(part, int | float) for part in position[:2])
    ):
        raise BadGeometry(_("Each corner of the boundary must be a longitude and a latitude."))
    lon, lat = position[0], position[1]
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        if WEST <= lat <= EAST and SOUTH <= lon <= NORTH:
            raise BadGeometry(_("The boundary lies outside China. The longitude comes first, then the latitude."))
        raise BadGeometry(_("The boundary lies outside China."))
    return to_wgs84(float(lon), float(lat), crs)


def _invalidity(geometry: BaseGeometry) -> str:
    reason = shapely.is_valid_reason(geometry)
    where = reason[reason.find("[") + 1 : reason.find("]")].replace(" ", ", ") if "[" in reason else ""
    if reason.startswith(("Self-intersection", "Ring Self-intersection")):
        return _("The boundary crosses itself at %(place)s.") % {"place": where}
    return _("The boundary is not a proper polygon near %(place)s.") % {"place": where}


def write(geometry: BaseGeometry, decimals: int = DECIMALS) -> dict[str, Any]:
    """The GeoJSON object of a Polygon or MultiPolygon, rounded."""
    polygons = [
        [[[round(x, decimals), round(y, decimals)] for x, y in ring.coords] for ring in rings_of(polygon)]
        for polygon in parts_of(geometry)
    ]
    if geometry.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def rounded(geojson: dict[str, Any], decimals: int = MAP_DECIMALS) -> dict[str, Any]:
    """Stored GeoJSON with fewer decimals, for a map."""

    def thin(value: Any) -> Any:
        return round(value, decimals) if isinstance(value, float | int) else [thin(part) for part in value]

    return {"type": geojson["type"], "coordinates": thin(geojson["coordinates"])}


def stored(geojson: dict[str, Any]) -> BaseGeometry:
    """The geometry of GeoJSON that this app wrote itself, without checks."""
    if geojson["type"] == "Polygon":
        rings = geojson["coordinates"]
        return Polygon(rings[0], rings[1:])
    return MultiPolygon([(rings[0], rings[1:]) for rings in geojson["coordinates"]])


def parts_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons of a Polygon, MultiPolygon or mixed collection; lines and points are left out."""
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"] + [
        polygon
        for part in shapely.get_parts(geometry)
        if part.geom_type in ("MultiPolygon", "GeometryCollection")
        for polygon in parts_of(part)
    ]


def rings_of(polygon: Polygon) -> Iterator[Any]:
    """The outer ring, then the holes."""
    yield polygon.exterior
    yield from polygon.interiors


def _authalic(lat: float) -> float:
    """The function q of latitude whose differences measure area between parallels (Snyder 1987, eq. 3-12)."""
    sine = math.sin(math.radians(lat))
    along = ECCENTRICITY * sine
    return (1 - ECCENTRICITY_SQUARED) * (
        sine / (1 - along * along) - math.log((1 - along) / (1 + along)) / (2 * ECCENTRICITY)
    )


def _ring_m2(coordinates: Sequence[tuple[float, float]]) -> float:
    """Area of a ring in m² on the ellipsoid.

    The integral of q over longitude along edges that are straight in degrees, each by Simpson's rule, so that a
    corner more on an edge changes nothing.
    """
    base = _authalic(coordinates[0][1])
    total = 0.0
    for (lon, lat), (next_lon, next_lat) in pairwise(coordinates):
        mean = (_authalic(lat) + 4 * _authalic((lat + next_lat) / 2) + _authalic(next_lat)) / 6
        total += math.radians(next_lon - lon) * (mean - base)
    return abs(total) * AXIS_M * AXIS_M / 2


def area_m2(geometry: BaseGeometry) -> float:
    """Area in square metres on the WGS-84 ellipsoid."""
    total = 0.0
    for polygon in parts_of(geometry):
        outer, *holes = (_ring_m2(list(ring.coords)) for ring in rings_of(polygon))
        total += outer - sum(holes)
    return total


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a place, true to 0.1 % within some 50 km of its latitude."""

    lon: float
    lat: float
    metres_per_lon: float
    metres_per_lat: float

    @classmethod
    def around(cls, lon: float, lat: float) -> "Plane":
        """The plane that touches the ellipsoid at (lon, lat), in degrees."""
        sine = math.sin(math.radians(lat))
        w = 1 - ECCENTRICITY_SQUARED * sine * sine
        per_lat = math.radians(AXIS_M * (1 - ECCENTRICITY_SQUARED) / (w * math.sqrt(w)))
        per_lon = math.radians(AXIS_M / math.sqrt(w)) * math.cos(math.radians(lat))
        return cls(lon, lat, per_lon, per_lat)

    @classmethod
    def of(cls, geometry: BaseGeometry) -> "Plane":
        """The plane around the middle of a geometry's bounding box."""
        west, south, east, north = geometry.bounds
        return cls.around((west + east) / 2, (south + north) / 2)

    def flat(self, geometry: Any) -> Any:
        """A geometry, or an array of them, from degrees to metres."""
        return shapely.transform(
            geometry, lambda at: (at - (self.lon, self.lat)) * (self.metres_per_lon, self.metres_per_lat)
        )

    def round(self, geometry: Any) -> Any:
        """A geometry, or an array of them, from metres back to degrees."""
        return shapely.transform(
            geometry, lambda at: at / (self.metres_per_lon, self.metres_per_lat) + (self.lon, self.lat)
        )


def widened(flat: BaseGeometry) -> BaseGeometry:
    """A flat geometry grown by the tolerance within which another counts as inside it."""
    return flat.buffer(NESTING_TOLERANCE_M, join_style="mitre")


def stray_m(flat: BaseGeometry, outside_of: BaseGeometry) -> float:
    """How far, in metres, a flat geometry reaches out of another at the most."""
    outside = flat.difference(outside_of)
    if outside.is_empty:
        return 0.0
    corners = shapely.points(shapely.get_coordinates(outside))
    return float(shapely.distance(corners, outside_of).max())


def joined(geometries: Iterable[BaseGeometry]) -> BaseGeometry:
    """The union in degrees, without the pinholes that edges drawn twice leave behind."""
    union = shapely.union_all(list(geometries), grid_size=GRID_DEGREES)
    polygons = [
        Polygon(
            polygon.exterior,
            [hole for hole in polygon.interiors if _ring_m2(list(hole.coords)) > OVERLAP_TOLERANCE_M2],
        )
        for polygon in parts_of(union)
    ]
    return shapely.normalize(polygons[0] if len(polygons) == 1 else MultiPolygon(polygons))
