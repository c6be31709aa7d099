"""Areas: one, those right under it, and the one that contains a point."""

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from linli.foundation.areas import queries
from linli.foundation.areas.locator import locator
from linli.foundation.areas.models import Area
from linli.lib import codes
from linli.lib.coordinates import to_wgs84
from linli.sites.api.door import reads
from linli.sites.api.fields import Answer, AreaId, AreaIdOrNone, Coordinates, Given, Lat, Lon, Size, example
from linli.sites.api.shapes import Named

router = Router(tags=["areas"])


class AreaOut(Answer):
    """An area: its code, its name, and where it hangs in the tree."""

    model_config = example(
        {
            "id": "320105001001",
            "name": "凤栖苑社区居委会",
            "level": "community",
            "parent_id": "320105001",
            "kind": "",
            "path": [{"id": "32", "name": "江苏省"}, {"id": "3201", "name": "南京市"}],
            "valid_from": "2020-01-01",
            "valid_to": None,
        }
    )

    id: AreaId
    name: str
    level: str = Field(description="province, city, district, street, community, grid or subgrid.")
    parent_id: str | None
    kind: str = Field(description="basic or dedicated for grids, empty for others.")
    path: list[Named] = Field(description="From the province down to the area itself.")
    valid_from: str
    valid_to: str | None = Field(description="The first day on which the area no longer exists.")


class ChildOut(Answer):
    """An area in a list."""

    id: AreaId
    name: str
    level: str
    kind: str


class ChildrenOut(Answer):
    """One page of areas."""

    areas: list[ChildOut]
    after: str = Field(description="Ask for the next page with this; empty on the last.")


class PlaceOut(Answer):
    """Where a point is."""

    model_config = example(
        {
            "area": {"id": "320105001001001", "name": "凤栖苑网格"},
            "community": {"id": "320105001001", "name": "凤栖苑社区居委会"},
            "path": ["江苏省", "南京市", "建邺区", "莫愁湖街道", "凤栖苑社区居委会", "凤栖苑网格"],
            "exact": True,
            "covered": True,
            "metres": 0,
            "lon": 118.7459,
            "lat": 32.0329,
        }
    )

    area: Named = Field(description="The finest area that contains the point, or the nearest community.")
    community: Named
    path: list[str]
    exact: bool = Field(description="False where the point lies outside every community; then `metres` is how far.")
    covered: bool = Field(description="False where the community has no grid at this point.")
    metres: int
    lon: float = Field(description="WGS-84.")
    lat: float = Field(description="WGS-84.")


class Where(Given):
    """A point as query parameters."""

    lon: Lon
    lat: Lat
    crs: Coordinates = "wgs84"


@reads(router, "", answer=ChildrenOut, name="list_areas", token=False)
def listed(
    request: HttpRequest,
    parent: AreaIdOrNone = "",
    after: AreaIdOrNone = "",
    size: Size = 50,
) -> ChildrenOut:
    """The areas right under `parent` that exist today, by code; the provinces without one."""
    return _children(parent, after, size)


@reads(router, "/locate", answer=PlaceOut, name="locate_point", token=False)
def located(request: HttpRequest, point: Query[Where]) -> PlaceOut:
    """The grid in which a point lies; outside every community, the nearest one within 20 km."""
    lon, lat = to_wgs84(point.lon, point.lat, point.crs)
    place = locator(timezone.now()).locate(lon, lat)
    names = dict(zip(codes.ancestors(place.area_id), place.names, strict=False))
    return PlaceOut(
        area=Named(id=place.area_id, name=place.names[-1]),
        community=Named(id=place.community_id, name=names.get(place.community_id, "")),
        path=list(place.names),
        exact=place.exact,
        covered=place.covered,
        metres=place.metres,
        lon=round(lon, 6),
        lat=round(lat, 6),
    )


@reads(router, "/{area_id}", answer=AreaOut, name="get_area", problems=(404,), token=False)
def one(request: HttpRequest, area_id: AreaId) -> AreaOut:
    """One area, also when it exists no more."""
    area = _area(area_id)
    above = codes.ancestors(area.pk)
    names = queries.names_of([area.pk])
    return AreaOut(
        id=area.pk,
        name=area.name,
        level=area.level,
        parent_id=area.parent_id,
        kind=area.kind,
        path=[Named(id=code, name=names[code]) for code in above if code in names],
        valid_from=area.valid_from.isoformat(),
        valid_to=area.valid_to.isoformat() if area.valid_to else None,
    )


@reads(router, "/{area_id}/children", answer=ChildrenOut, name="list_area_children", problems=(404,), token=False)
def children(
    request: HttpRequest,
    area_id: AreaId,
    after: AreaIdOrNone = "",
    size: Size = 50,
) -> ChildrenOut:
    """The areas right under this one that exist today, by code."""
    return _children(_area(area_id).pk, after, size)


def _area(area_id: str) -> Area:
    area = Area.objects.filter(pk=area_id).first()
    if area is None:
        raise Http404
    return area


def _children(parent: str, after: str, size: int) -> ChildrenOut:
    rows = queries.children_of(parent, timezone.localdate())
    if after:
        rows = rows.filter(pk__gt=after)
    found = list(rows[: size + 1])
    shown = found[:size]
    return ChildrenOut(
        areas=[ChildOut(id=area.pk, name=area.name, level=area.level, kind=area.kind) for area in shown],
        after=shown[-1].pk if len(found) > size else "",
    )
