"""Polygons in degrees become an SVG map without a map library: about 2 KB, printable, each area a link.

Pure maths: equirectangular projection, scaled by the cosine of the middle latitude. Good to a fraction of a pixel for
anything up to a province.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 440.0
MAX_HEIGHT = 320.0
MARGIN = 4.0
LETTER = 12.0

Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One area: its path, a point well inside it for the label, and how wide and high it is."""

    id: str
    name: str
    d: str
    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Projection:
    """All shapes of one map, and the view box they fill."""

    view_box: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A shape with its figure: `level` 0 to 4 is the depth of colour, `text` the figure as printed.

    `label` and `shows_figure`: what there is room for inside the shape; the tooltip and the table have all of it.
    """

    id: str
    name: str
    d: str
    x: float
    y: float
    value: float
    text: str
    level: int
    url: str = ""
    label: str = ""
    shows_figure: bool = True


@dataclass(frozen=True, slots=True)
class LegendStep:
    """What one depth of colour means."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class GridMap:
    """Everything `{% grid_map %}` prints."""

    title: str
    unit: str
    view_box: str
    regions: tuple[Region, ...]
    legend: tuple[LegendStep, ...]


def _polygons(geometry: Mapping[str, Any]) -> list[list[Ring]]:
    """The polygons (outer ring, holes …) of a GeoJSON Polygon or MultiPolygon.

    Raises ValueError for any other geometry.
    """
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        raise ValueError(f"cannot draw a {kind}")
    return [[[(float(p[0]), float(p[1])) for p in ring] for ring in polygon] for polygon in coordinates]


def _area(ring: Ring) -> float:
    """Twice the signed area of a ring."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


def label_point(ring: Ring) -> tuple[float, float]:
    """A point inside `ring`: the middle of the widest stretch at the height of its centre of mass."""
    doubled = _area(ring)
    if not doubled:
        return ring[0]
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (3 * doubled)
    crossings = sorted(a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in pairs if (a[1] > y) != (b[1] > y))
    stretches = [
        (right - left, (left + right) / 2) for left, right in zip(crossings[::2], crossings[1::2], strict=False)
    ]
    return (max(stretches)[1], y) if stretches else ring[0]


def project(features: Iterable[Mapping[str, Any]]) -> Projection:
    """Draw GeoJSON features (Polygon or MultiPolygon, WGS-84 degrees, `properties.id` and `properties.name`).

    Raises ValueError for other geometries. No features give an empty map.
    """
    parsed = [(feature["properties"], _polygons(feature["geometry"])) for feature in features]
    points = [point for _, polygons in parsed for polygon in polygons for ring in polygon for point in ring]
    if not points:
        return Projection(f"0 0 {WIDTH:g} {WIDTH / 2:g}", ())
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 2 * MARGIN) / wide, (MAX_HEIGHT - 2 * MARGIN) / high)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return MARGIN + (point[0] - west) * squeeze * scale, MARGIN + (north - point[1]) * scale

    shapes = []
    for properties, polygons in parsed:
        placed = [[[place(point) for point in ring] for ring in polygon] for polygon in polygons]
        path = "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (ring[:-1] if ring[0] == ring[-1] else ring)) + "Z"
            for polygon in placed
            for ring in polygon
        )
        x, y = label_point(max((polygon[0] for polygon in placed), key=lambda ring: abs(_area(ring))))
        across = [point[0] for polygon in placed for point in polygon[0]]
        along = [point[1] for polygon in placed for point in polygon[0]]
        shapes.append(
            Shape(
                str(properties["id"]), str(properties["name"]), path, round(x, 1), round(y, 1),
                max(across) - min(across), max(along) - min(along),
            )
        )  # fmt: skip
    view_box = f"0 0 {wide * scale + 2 * MARGIN:.0f} {high * scale + 2 * MARGIN:.0f}"
    return Projection(view_box, tuple(shapes))


def thresholds(values: Iterable[float]) -> tuple[float, ...]:
    """Four lower bounds for the levels 1 to 4: equal steps from zero to the largest value."""
    top = max(values, default=0)
    return tuple(top * part / 5 for part in (1, 2, 3, 4)) if top > 0 else ()


def level(value: float, bounds: Sequence[float]) -> int:
    """The depth of colour, 0 to 4: how many of `bounds` the value exceeds."""
    return sum(value > bound for bound in bounds)


def _whole(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or value >= 10 else f"{value:,.1f}"


def _legend(bounds: Sequence[float], values: Iterable[float]) -> tuple[LegendStep, ...]:
    """The levels with the range each stands for; ranges that hold no whole number are left out of whole figures."""
    known = list(values)
    if not bounds:
        return (LegendStep(0, "0"),)
    edges = [0.0, *bounds, max(known)]
    if not all(float(value).is_integer() for value in known):
        return tuple(LegendStep(index, f"≤ {_whole(edges[index + 1])}") for index in range(5))
    steps = []
    for index in range(5):
        low, high = math.floor(edges[index]) + 1 if index else 0, math.floor(edges[index + 1])
        if low <= high:
            steps.append(LegendStep(index, f"{low:,}" if low == high else f"{low:,}–{high:,}"))
    return tuple(steps)


def _fits(shape: Shape, characters: float, rows: int) -> bool:
    """Whether a label of so many Chinese characters and rows has room in a shape; shapes taper, hence the margin."""
    return shape.wide * 0.8 > characters * LETTER and shape.high * 0.6 > rows * LETTER


def _has_room(shape: Shape, figure: str) -> bool:
    """Whether a figure has room in a shape; it may touch the edges, because it matters more than a name."""
    return shape.wide > len(figure) * LETTER * 0.6 and shape.high > LETTER * 0.9


def choropleth(
    projection: Projection,
    values: Mapping[str, float],
    *,
    title: str,
    unit: str = "",
    urls: Mapping[str, str] | None = None,
) -> GridMap:
    """Colour `projection` by `values` (area id → figure, 0 where missing), each area a link to `urls[id]` if given."""
    bounds = thresholds(values.values())
    links = urls or {}
    regions = []
    for shape in projection.shapes:
        value = values.get(shape.id, 0)
        regions.append(
            Region(
                shape.id, shape.name, shape.d, shape.x, shape.y,
                value, _whole(value), level(value, bounds), links.get(shape.id, ""),
                shape.name if _fits(shape, len(shape.name), rows=2) else "",
                _has_room(shape, _whole(value)) and bool(value or _fits(shape, 2, rows=2)),
            )
        )  # fmt: skip
    return GridMap(title, unit, projection.view_box, tuple(regions), _legend(bounds, values.values()))
