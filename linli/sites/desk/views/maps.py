"""The grid map: where the open cases lie, as a coloured drawing, and as data for the live maps."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.areas.queries import Shape, grid_shapes
from linli.sites.desk import queries
from linli.sites.desk.edge import page
from linli.ui.svgmap import GridMap, choropleth, project

# The level that a map of each level shows first: a district by its communities, a community by its sub-grids.
USUAL = {Level.DISTRICT: Level.COMMUNITY, Level.STREET: Level.COMMUNITY, Level.COMMUNITY: Level.SUBGRID}
# A drawing with a label in each area is readable up to about this many.
MOST_DRAWN = 100


def area_of(request: ActorRequest) -> str:
    """The area of the page: asked for and inside the post's area, otherwise the post's own."""
    wanted = request.GET.get("area", "")
    fits = wanted.isascii() and wanted.isdigit() and len(wanted) <= 18
    return wanted if fits and request.actor.covers(wanted) else request.actor.area_id


def level_for(area_id: str, wanted: str) -> str:
    """The level to draw: the one asked for if it lies below the area, otherwise the usual one."""
    below = queries.finer(area_id)
    own = queries.level_of(area_id)
    if wanted == "self" or not below:
        return own
    if wanted in below:
        return wanted
    usual = USUAL.get(Level(own))
    return usual.value if usual else below[0]


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def grid_map(request: ActorRequest) -> HttpResponse:
    """The areas below the post's, coloured by the number of open cases; each leads to its list."""
    now, actor = timezone.now(), request.actor
    area_id = area_of(request)
    level = level_for(area_id, request.GET.get("level", ""))
    shapes = grid_shapes(area_id, level, timezone.localdate(now))
    counts = queries.open_counts(actor, area_id, level)
    on_map = sum(counts.get(shape.id, 0) for shape in shapes)
    single = request.GET.get("show") == "points"
    context = {
        "area": Area.objects.filter(pk=area_id).first(),
        "top": area_id == actor.area_id,
        "map": None if single or len(shapes) > MOST_DRAWN else drawing(shapes, counts, level),
        "too_many": not single and len(shapes) > MOST_DRAWN,
        "single": single,
        "levels": [
            {"label": Level(one).label, "url": f"?area={area_id}&level={one}", "current": one == level and not single}
            for one in queries.finer(area_id)
            if one != Level.GRID or level == Level.GRID
        ],
        "points_url": f"{reverse('desk:points')}?area={area_id}",
        # Single cases stand out only over few outlines: those of the next level.
        "shapes_url": f"{reverse('desk:shapes')}?area={area_id}&level={(queries.finer(area_id) or ['self'])[0]}",
        "single_url": f"?area={area_id}&level={level}&show=points",
        "total": sum(counts.values()),
        "elsewhere": sum(counts.values()) - on_map,
        "drawn": bool(shapes),
    }
    return page(request, "map.html", context)


def drawing(shapes: list[Shape], counts: dict[str, int], level: str) -> GridMap:
    """The coloured drawing; an area leads to its own open cases."""
    features = [{"properties": {"id": shape.id, "name": shape.name}, "geometry": shape.geometry} for shape in shapes]
    queue = reverse("desk:queue")
    urls = {shape.id: f"{queue}?view=open&area={shape.id}" for shape in shapes}
    return choropleth(project(features), counts, title=_("Open cases by area"), unit=_("open"), urls=urls)


@requires(Permission.CASE_READ)
@require_safe
def shapes(request: ActorRequest) -> HttpResponse:
    """The outlines below an area (`?level=`; `self` for the area's own) as GeoJSON, kept by the browser for an hour."""
    area_id = area_of(request)
    level = level_for(area_id, request.GET.get("level", ""))
    queue = reverse("desk:queue")
    features = [
        {
            "type": "Feature",
            "properties": {"id": shape.id, "name": shape.name, "url": f"{queue}?view=open&area={shape.id}"},
            "geometry": shape.geometry,
        }
        for shape in grid_shapes(area_id, level, timezone.localdate())
    ]
    return geojson(features, keep=3600)


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def points(request: ActorRequest) -> HttpResponse:
    """The open cases in scope as GeoJSON points, at most 2,000, each with its number and matter; `?number=`: one."""
    number = request.GET.get("number", "")[:16]
    rows = queries.points(request.actor, area_of(request), timezone.now(), number)
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": f"{row['matter_name']} {row['number']}",
                "url": reverse("desk:case", args=[row["number"]]),
                "late": row["late"],
            },
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        }
        for row in rows
    ]
    return geojson(features)


def geojson(features: list[dict[str, Any]], keep: int = 0) -> HttpResponse:
    """A GeoJSON answer; `keep` seconds in the reader's own browser."""
    body = {"type": "FeatureCollection", "features": features}
    response = JsonResponse(body, content_type="application/geo+json")
    if keep:
        patch_cache_control(response, private=True, max_age=keep)
    return response
