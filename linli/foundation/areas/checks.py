"""What `linli doctor` asks of areas: sentences for what is missing or wrong, none when all is well."""

from datetime import date

import shapely
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.foundation.areas import geometry as geo
from linli.foundation.areas import queries
from linli.foundation.areas.models import Area, Boundary, Level

SHOWN = 5


def problems(on: date) -> list[str]:
    """The problems of areas on the day `on`, in the active language."""
    if not Area.objects.current(on).exists():
        return [_("There are no areas yet. Import a list of divisions.")]
    found = []
    if not Boundary.objects.current(on).exists():
        found.append(_("No area has a boundary yet, so points on the map cannot be placed."))
    found += _gaps(on)
    found += _overlaps(on)
    return found


def _gaps(on: date) -> list[str]:
    """Communities without a grid, only in districts that have begun to draw grids."""
    begun = Area.objects.current(on).filter(level=Level.GRID).order_by()
    districts = begun.values_list(Left("id", Level.DISTRICT.digits), flat=True).distinct()
    missing = [area for district in sorted(districts) for area in queries.gaps(district, on)]
    if not missing:
        return []
    return [
        ngettext(
            "%(count)s community has no grid: %(names)s.",
            "%(count)s communities have no grid: %(names)s.",
            len(missing),
        )
        % {"count": len(missing), "names": _shown([area.name for area in missing])}
    ]


def _overlaps(on: date) -> list[str]:
    """Pairs of areas of one level whose boundaries overlap by more than the tolerance."""
    pairs = [pair for level in Level for pair in overlapping(level, on)]
    if not pairs:
        return []
    return [
        ngettext(
            "%(count)s pair of areas overlaps: %(names)s.",
            "%(count)s pairs of areas overlap: %(names)s.",
            len(pairs),
        )
        % {"count": len(pairs), "names": _shown([f"{one} / {other}" for one, other in pairs])}
    ]


def overlapping(level: Level, on: date) -> list[tuple[str, str]]:
    """The names of the pairs of areas of one level that share more than a square metre."""
    rows = list(
        Boundary.objects.current(on).filter(area__level=level).values_list("area__name", "geometry").order_by("area_id")
    )
    if not rows:
        return []
    geometries = [geo.stored(geometry) for _name, geometry in rows]
    tree = shapely.STRtree(geometries)
    left, right = tree.query(geometries, predicate="intersects").tolist()
    found = []
    for one, other in zip(left, right, strict=True):
        shared = geometries[one].intersection(geometries[other]) if one < other else None
        if shared is not None and geo.area_m2(shared) > geo.OVERLAP_TOLERANCE_M2:
            found.append((rows[one][0], rows[other][0]))
    return found


def _shown(names: list[str]) -> str:
    return "、".join(names[:SHOWN]) + ("…" if len(names) > SHOWN else "")
