"""A small made-up district on flat ground: distances in metres east and north of one point near the Yangtze."""

from datetime import date

import shapely

from linli.foundation.areas import geometry as geo
from linli.foundation.areas.actions import draw, open_grid
from linli.foundation.areas.models import Area

FROM = date(2026, 1, 1)
PLANE = geo.Plane.around(118.7, 32.0)
CHAIN = [
    ("32", "江苏省", "province"),
    ("3201", "南京市", "city"),
    ("320105", "建邺区", "district"),
    ("320105001", "莫愁湖街道", "street"),
    ("320105001001", "凤栖苑社区居委会", "community"),
    ("320105001004", "北圩路社区居委会", "community"),
]
FIRST, SECOND = "320105001001", "320105001004"
HEADER = "code,name,level,parent_code"


def box(west, south, east, north):
    """A GeoJSON rectangle; metres."""
    return geo.write(PLANE.round(shapely.box(west, south, east, north)))


def polygon(*corners):
    """A GeoJSON polygon through corners in metres."""
    ring = [PLANE.round(shapely.Point(corner)).coords[0] for corner in (*corners, corners[0])]
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in ring]]}


def at(x, y):
    """(lon, lat) of a point in metres."""
    return PLANE.round(shapely.Point(x, y)).coords[0]


def make_chain():
    """One province down to two communities, without boundaries."""
    for code, name, level in CHAIN:
        parent_id = max(
            (other for other, *_ in CHAIN if code.startswith(other) and other != code), key=len, default=None
        )
        Area.objects.create(id=code, name=name, level=level, parent_id=parent_id, valid_from=FROM)
    return Area.objects.get(id=FIRST), Area.objects.get(id=SECOND)


def make_map():
    """The chain with boundaries: two communities of 1 km × 1 km side by side, filling street and district."""
    first, second = make_chain()
    for code in ("320105", "320105001"):
        draw(area=Area.objects.get(id=code), geometry=box(0, 0, 2000, 1000), on=FROM, source="test")
    draw(area=first, geometry=box(0, 0, 1000, 1000), on=FROM, source="test")
    draw(area=second, geometry=box(1000, 0, 2000, 1000), on=FROM, source="test")
    return first, second


def make_grid(community, name, shape=None, on=FROM):
    """A grid, drawn if a shape is given."""
    return open_grid(parent=community, name=name, on=on, geometry=shape, source="test")


def divisions(*lines):
    """A list of divisions as bytes, with header."""
    return "\n".join([HEADER, *lines, ""]).encode()
