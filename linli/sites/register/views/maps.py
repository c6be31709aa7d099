"""Buildings on the grid map, with the list beneath it for those without a script or a mouse."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.areas.queries import grid_shapes
from linli.lib.codes import level_of
from linli.register.homes import queries
from linli.register.homes.models import Building
from linli.register.people.queries import homes as living
from linli.sites.register.edge import page
from linli.sites.register.filters import choosable_areas

LISTED = 60
#: What is outlined on the map of each level; a finer level would hide the buildings.
OUTLINES = {
    Level.DISTRICT: Level.COMMUNITY,
    Level.STREET: Level.COMMUNITY,
    Level.COMMUNITY: Level.SUBGRID,
    Level.GRID: Level.SUBGRID,
}


def area_of(request: ActorRequest) -> str:
    """The area of the page: asked for and inside the post's area, otherwise the post's own."""
    wanted = request.GET.get("area", "")
    fits = wanted.isascii() and wanted.isdigit() and len(wanted) <= 18
    return wanted if fits and request.actor.covers(wanted) else request.actor.area_id


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def building_map(request: ActorRequest) -> TemplateResponse:
    """The map of an area, and its first buildings as a list. Six statements."""
    actor, area_id = request.actor, area_of(request)
    rows = Building.objects.visible_to(actor).within(area_id).order_by("area_id", "pk")
    found = list(rows[: LISTED + 1])
    listed = found[:LISTED]
    counts = living.counts_of_buildings(actor, listed)
    context = {
        "area": Area.objects.filter(pk=area_id).first(),
        "area_id": area_id,
        "top": area_id == actor.area_id,
        "areas": choosable_areas(actor, timezone.localdate(), area_id),
        "rows": [{"building": one, "counts": counts[one.pk]} for one in listed],
        "more_url": f"{reverse('register:homes')}?area={area_id}" if len(found) > LISTED else "",
        "points_url": f"{reverse('register:building_points')}?area={area_id}",
        "shapes_url": f"{reverse('register:map_shapes')}?area={area_id}",
        "most": queries.MOST_POINTS,
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
    }
    return page(request, "map.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def building_points(request: ActorRequest) -> HttpResponse:
    """The buildings of an area as GeoJSON points, at most 2,000; each leads to its page. One statement."""
    rows = queries.points(request.actor, area_of(request))
    pattern = reverse("register:building", args=[0])
    return geojson(
        [
            {
                "type": "Feature",
                "properties": {"name": one.address, "url": pattern.replace("/0/", f"/{one.pk}/")},
                "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
            }
            for one in rows
        ]
    )


@requires(Permission.PEOPLE_READ)
@require_safe
def map_shapes(request: ActorRequest) -> HttpResponse:
    """The outlines below an area as GeoJSON, kept by the browser for an hour; each leads to its own map."""
    area_id = area_of(request)
    own = Level(level_of(area_id))
    here = reverse("register:map")
    features = [
        {
            "type": "Feature",
            "properties": {"id": one.id, "name": one.name, "url": f"{here}?area={one.id}"},
            "geometry": one.geometry,
        }
        for one in grid_shapes(area_id, OUTLINES.get(own, own), timezone.localdate())
    ]
    response = geojson(features)
    patch_cache_control(response, private=True, max_age=3600)
    return response


def geojson(features: Sequence[Mapping[str, object]]) -> JsonResponse:
    """A GeoJSON answer."""
    body = {"type": "FeatureCollection", "features": list(features)}
    return JsonResponse(body, content_type="application/geo+json")
