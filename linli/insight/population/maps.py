"""The map of an area's children: projected once and kept for a while; only the colours are new each time."""

from datetime import date

from django.core.cache import cache

from linli.foundation.areas.models import Level
from linli.foundation.areas.queries import grid_shapes
from linli.lib.codes import level_of
from linli.ui.svgmap import Projection, project

KEPT_SECONDS = 300


def projection(area_id: str, on: date) -> Projection:
    """The areas below, drawn: one level down, or the first further down that has boundaries. Nothing where none has."""
    key = f"population:map:{area_id}:{on}"
    found: Projection | None = cache.get(key)
    if found is None:
        found = _draw(area_id, on)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _draw(area_id: str, on: date) -> Projection:
    level = Level(level_of(area_id)).below
    while level is not None:
        shapes = grid_shapes(area_id, level, on)
        if shapes:
            return project({"properties": {"id": one.id, "name": one.name}, "geometry": one.geometry} for one in shapes)
        level = level.below
    return project([])
