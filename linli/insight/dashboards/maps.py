"""The grid map of a board: shapes are projected once and kept for a while; only the colours are new each time."""

import threading
import time
from collections.abc import Mapping
from datetime import date

from linli.foundation.areas.models import Level
from linli.foundation.areas.queries import gaps, grid_shapes
from linli.ui.svgmap import Projection, project

_FRESH_SECONDS = 300.0
_MOST = 64

_lock = threading.Lock()
_kept: dict[tuple[str, date], tuple[float, Projection]] = {}


def projection(area_id: str, on: date) -> Projection:
    """The grids of an area as paths: first-level grids for a district, second-level ones below it.

    Communities without a grid are drawn whole, so that the gap shows. Three statements, or none when kept.
    """
    key = (area_id, on)
    with _lock:
        found = _kept.get(key)
    if found is not None and time.monotonic() - found[0] < _FRESH_SECONDS:
        return found[1]
    level = Level.GRID if len(area_id) <= 6 else Level.SUBGRID
    shapes = grid_shapes(area_id, level, on)
    uncovered = {area.pk for area in gaps(area_id, on)}
    shapes += [shape for shape in grid_shapes(area_id, Level.COMMUNITY, on) if shape.id in uncovered]
    drawn = project(
        {"properties": {"id": shape.id, "name": shape.name}, "geometry": shape.geometry} for shape in shapes
    )
    with _lock:
        if len(_kept) >= _MOST:
            _kept.clear()
        _kept[key] = (time.monotonic(), drawn)
    return drawn


def forget() -> None:
    """Draw anew at the next question (after grids were changed, and between tests)."""
    with _lock:
        _kept.clear()


def sums(shapes: Projection, open_by_code: Mapping[str, int]) -> dict[str, int]:
    """Open cases by shape: each case counts for the shape whose code its own begins with."""
    values = {shape.id: 0 for shape in shapes.shapes}
    for code, number in open_by_code.items():
        for size in (18, 15, 12):
            if code[:size] in values and len(code) >= size:
                values[code[:size]] += number
                break
    return values
