"""Drawing an area's edge, checked against the area above, its neighbours and what lies inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from linli.foundation.areas import geometry as geo
from linli.foundation.areas.actions.versions import touch
from linli.foundation.areas.models import Area, Boundary, Level
from linli.lib import codes
from linli.lib.chinese import tidy
from linli.lib.coordinates import Crs
from linli.lib.errors import Refusal
from linli.lib.prefix import within

LONGEST_SOURCE = 200


class AreaEnded(Refusal):
    """The area does not exist on the day the change is to take effect."""

    code = "area_ended"


class DrawnLater(Refusal):
    """The edge was already drawn from a later day on; history is not rewritten."""

    code = "boundary_drawn_later"


class OutsideParent(Refusal):
    """The edge reaches out of the area above by more than half a metre."""

    code = "boundary_outside_parent"


class OverlapsNeighbour(Refusal):
    """The edge takes more than a square metre from a neighbour of the same level."""

    code = "boundary_overlaps"


class BadSource(Refusal):
    """The note on where the boundary comes from is too long."""

    code = "bad_boundary_source"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"source": message})


class ChildrenLeftOut(Refusal):
    """An area inside would no longer lie inside."""

    code = "boundary_leaves_children_out"


@dataclass(frozen=True, slots=True)
class Standing:
    """An edge in force, as the checks need it."""

    area_id: str
    level: str
    name: str
    geometry: BaseGeometry


def existing(area: Area, on: date) -> None:
    """Read the area's dates afresh and refuse with AreaEnded unless it exists on the day `on`."""
    area.refresh_from_db(fields=["valid_from", "valid_to"])
    if on < area.valid_from or (area.valid_to is not None and area.valid_to <= on):
        raise AreaEnded(_("%(name)s does not exist on %(day)s.") % {"name": area.name, "day": on.isoformat()})


@transaction.atomic
def draw(*, area: Area, geometry: object, on: date, source: str, crs: Crs = "wgs84") -> Boundary:
    """Set the edge of an area from the day `on`, and end the former edge on that day.

    `geometry` is a GeoJSON Polygon or MultiPolygon as text or object, in degrees of `crs`. Half a metre out of the
    area above and a square metre on a neighbour are let pass. Raises BadGeometry, BadSource, AreaEnded, DrawnLater,
    OutsideParent, OverlapsNeighbour, ChildrenLeftOut.
    """
    touch()
    return place(area=area, geometry=geo.read(geometry, crs), on=on, source=source)


def place(*, area: Area, geometry: BaseGeometry, on: date, source: str) -> Boundary:
    """Check and store an edge that is already read; the caller holds the transaction and has called `touch`."""
    existing(area, on)
    former = Boundary.objects.filter(area=area, valid_to__isnull=True).first()
    if former is not None and former.valid_from > on:
        raise DrawnLater(
            _("The boundary of %(name)s was already drawn from %(day)s on. Choose that day or a later one.")
            % {"name": area.name, "day": former.valid_from.isoformat()}
        )
    check(area, geometry, _standing(area, on))
    if former is not None:
        former.valid_to = on
        former.save(update_fields=["valid_to"])
    return Boundary.objects.create(
        area=area,
        valid_from=on,
        geometry=geo.write(geometry),
        area_m2=round(geo.area_m2(geometry)),
        source=_kept_source(source),
    )


def _kept_source(source: str) -> str:
    source = tidy(source)
    if len(source) > LONGEST_SOURCE:
        raise BadSource(_("The source is too long. At most %(most)s characters fit.") % {"most": LONGEST_SOURCE})
    return source


def _standing(area: Area, on: date) -> list[Standing]:
    """The edges that the new one must agree with: above, beside (same district) and inside; now or from later on."""
    beside = area.id[: codes.LENGTHS["district"]] if len(area.id) > codes.LENGTHS["district"] else area.parent_id or ""
    same_level = Q(area__level=area.level)
    if beside:
        same_level &= Q(**within("area_id", beside))
    rows = (
        Boundary.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .filter(Q(area_id__in=codes.ancestors(area.id)) | same_level | Q(**within("area_id", area.id)))
        .exclude(area_id=area.id)
        .order_by("area_id")
        .values_list("area_id", "area__level", "area__name", "geometry")
    )
    return [Standing(code, level, name, geo.stored(geojson)) for code, level, name, geojson in rows]


def check(area: Area, geometry: BaseGeometry, standing: Sequence[Standing]) -> None:
    """Refuse an edge that leaves the area above, overlaps a neighbour or leaves out what is inside."""
    plane = geo.Plane.of(geometry)
    flat = plane.flat(geometry)
    above = [other for other in standing if area.id.startswith(other.area_id)]
    if above:
        _check_inside(area, flat, max(above, key=lambda other: len(other.area_id)), plane)
    near = [other for other in standing if other.geometry.intersects(geometry)]
    _check_beside(area, flat, [other for other in near if other.level == area.level], plane)
    _check_children(area, flat, [other for other in standing if other.area_id.startswith(area.id)], plane)


def _check_inside(area: Area, flat: BaseGeometry, parent: Standing, plane: geo.Plane) -> None:
    around = plane.flat(parent.geometry)
    if not geo.widened(around).covers(flat):
        raise OutsideParent(
            _("The boundary of %(name)s reaches up to %(metres)s m out of %(parent)s.")
            % {"name": area.name, "parent": parent.name, "metres": f"{geo.stray_m(flat, around):.1f}"}
        )


def _check_beside(area: Area, flat: BaseGeometry, neighbours: Sequence[Standing], plane: geo.Plane) -> None:
    shared = [(flat.intersection(plane.flat(other.geometry)).area, other) for other in neighbours]
    worst, neighbour = max(shared, key=lambda pair: pair[0], default=(0.0, None))
    if neighbour is not None and worst > geo.OVERLAP_TOLERANCE_M2:
        raise OverlapsNeighbour(
            _("The boundary of %(name)s overlaps %(neighbour)s by %(area)s m².")
            % {"name": area.name, "neighbour": neighbour.name, "area": f"{worst:.0f}"}
        )


def _check_children(area: Area, flat: BaseGeometry, children: Sequence[Standing], plane: geo.Plane) -> None:
    if not children:
        return
    wide = geo.widened(flat)
    shapely.prepare(wide)
    outside = [child for child in children if not wide.covers(plane.flat(child.geometry))]
    if outside:
        first = min(outside, key=lambda child: (list(Level.values).index(child.level), child.area_id))
        raise ChildrenLeftOut(
            _("%(child)s would no longer lie inside %(name)s. Redraw it first, or draw around it.")
            % {"name": area.name, "child": first.name}
        )
