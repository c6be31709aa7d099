"""Cutting one polygon into many that fit together exactly: no gap, no overlap, every corner shared.

Pure: shapes and keys, no models. The plane is metres or degrees, as the caller likes.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]

# Directions tried in turn, in degrees off the wished one, until both halves are in one piece.
TURNS = (0, 15, -15, 30, -30, 45, -45, 60, -60, 75, -75, 90)
# Halving the interval this often brings a cut within a micrometre on a district 100 km wide.
HALVINGS = 40


class CannotCut(ValueError):  # noqa: N818 - read aloud it is what is meant
    """No straight line leaves both halves of the polygon in one piece."""


def _clipped(corners: Sequence[Point], nx: float, ny: float, offset: float) -> list[Point]:
    """The corners of the part of a ring where nx·x + ny·y < offset (Sutherland and Hodgman)."""
    kept: list[Point] = []
    heights = [nx * x + ny * y - offset for x, y in corners]
    for i, (x, y) in enumerate(corners):
        (px, py), before, now = corners[i - 1], heights[i - 1], heights[i]
        if (before < 0) != (now < 0):
            t = before / (before - now)
            kept.append((px + t * (x - px), py + t * (y - py)))
        if now < 0:
            kept.append((x, y))
    return kept


def _area(corners: Sequence[Point]) -> float:
    if not corners:
        return 0.0
    x0, y0 = corners[0]
    return abs(
        sum(
            (px - x0) * (y - y0) - (x - x0) * (py - y0)
            for (px, py), (x, y) in zip(corners, [*corners[1:], corners[0]], strict=True)
        )
        / 2
    )


def _half_plane(nx: float, ny: float, offset: float, reach: float) -> Polygon:
    """A square, `reach` wide on each side, covering the near side of the line nx·x + ny·y = offset."""
    x, y = nx * offset, ny * offset
    along = (-ny * reach, nx * reach)
    back = (-nx * 2 * reach, -ny * 2 * reach)
    a, b = (x - along[0], y - along[1]), (x + along[0], y + along[1])
    return Polygon([a, b, (b[0] + back[0], b[1] + back[1]), (a[0] + back[0], a[1] + back[1])])


def cut(polygon: Polygon, share: float, towards: float) -> tuple[Polygon, Polygon]:
    """Cut a polygon without holes by a straight line into a near and a far part.

    The near part holds `share` of the area; `towards` is the direction, in degrees from the x axis, in which the far
    part lies. If that would break a half in two, the line is turned step by step. Raises CannotCut.
    """
    corners = [(float(x), float(y)) for x, y in polygon.exterior.coords[:-1]]
    wanted = share * _area(corners)
    west, south, east, north = polygon.bounds
    reach = 4 * (abs(west) + abs(east) + abs(south) + abs(north))
    for turn in TURNS:
        angle = math.radians(towards + turn)
        nx, ny = math.cos(angle), math.sin(angle)
        heights = [nx * x + ny * y for x, y in corners]
        low, high = min(heights), max(heights)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if _area(_clipped(corners, nx, ny, middle)) < wanted:
                low = middle
            else:
                high = middle
        half_plane = _half_plane(nx, ny, (low + high) / 2, reach)
        near, far = polygon.intersection(half_plane), polygon.difference(half_plane)
        if near.geom_type == far.geom_type == "Polygon":
            return near, far
    raise CannotCut(f"no line cuts this polygon into {share} and the rest")


def _across(polygon: Polygon) -> float:
    """The direction of a polygon's longer axis, turned so that the near part is the western or northern one."""
    box = list(shapely.minimum_rotated_rectangle(polygon).exterior.coords)
    sides = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(box[:3])]
    x, y = max(sides, key=lambda side: math.hypot(*side))
    angle = math.degrees(math.atan2(y, x)) % 180
    # Grids are counted from west to east and from north to south (domain.md §3.1).
    return angle if angle < 45 else angle - 180


def equal_parts(polygon: Polygon, keys: Sequence[str]) -> Iterator[tuple[str, Polygon]]:
    """Cut a polygon into parts of equal area, one for each key, by halving the keys and the ground together."""
    if len(keys) == 1:
        yield keys[0], polygon
        return
    half = len(keys) // 2
    near, far = cut(polygon, half / len(keys), _across(polygon))
    yield from equal_parts(near, keys[:half])
    yield from equal_parts(far, keys[half:])


def fitted(whole: BaseGeometry, parts: Mapping[str, Polygon], grid: float) -> dict[str, Polygon]:
    """Redraw parts that cover `whole` up to rounding so that they fit exactly.

    All edges are laid over each other on one grid, where they meet they get a common corner, and each face of the
    network goes to the part it lies in. Raises ValueError if that is not one face for each part.
    """
    lines = [whole.boundary, *(part.exterior for part in parts.values())]
    network = shapely.union_all(lines, grid_size=grid)
    faces = list(shapely.get_parts(shapely.polygonize([network])))
    keys = list(parts)
    tree = shapely.STRtree([parts[key] for key in keys])
    insides = [face.representative_point() for face in faces]
    found: Any = tree.query(insides, predicate="within")
    redrawn = {keys[part]: faces[face] for face, part in zip(*found.tolist(), strict=True)}
    if len(faces) != len(keys) or len(redrawn) != len(keys):
        raise ValueError(f"{len(keys)} parts became {len(faces)} faces")
    return {key: redrawn[key] for key in keys}
