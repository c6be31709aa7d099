"""Public shapes of communities and grids, for choosing a place on the map."""

import hashlib
import json

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from linli.foundation.accounts.access import public
from linli.foundation.areas.models import BoundaryVersion, Level
from linli.foundation.areas.queries import grid_shapes

LEVELS = (Level.STREET, Level.COMMUNITY, Level.GRID, Level.SUBGRID)
#: Shapes of one district at most: the rest of the country is not a map for choosing a place.
SHORTEST_AREA = Level.DISTRICT.digits
HOUR = 3600


def _asked(request: HttpRequest) -> tuple[str, str]:
    area, level = request.GET.get("area", ""), request.GET.get("level", Level.COMMUNITY)
    right = area.isascii() and area.isdigit() and SHORTEST_AREA <= len(area) <= Level.SUBGRID.digits
    if not right or level not in LEVELS:
        raise Http404
    return area, level


def _etag(request: HttpRequest) -> str:
    area, level = _asked(request)
    stamp = BoundaryVersion.objects.values_list("stamp", flat=True).first() or ""
    text = f"{stamp} {area} {level} {timezone.localdate()}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


@public
@require_safe
@condition(etag_func=_etag)
def areas(request: HttpRequest) -> HttpResponse:
    """GeoJSON (WGS-84) of the areas of one level: ?area=320105&level=community. No personal data; may be cached."""
    area, level = _asked(request)
    features = [
        {"type": "Feature", "properties": {"id": one.id, "name": one.name}, "geometry": one.geometry}
        for one in grid_shapes(area, level, timezone.localdate())
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/geo+json")
    response["Cache-Control"] = f"public, max-age={HOUR}"
    return response
