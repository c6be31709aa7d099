"""The ground that people live on: the finest areas of a district, and grids where there are none yet."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import shape

from linli.foundation.areas.actions.versions import touch
from linli.foundation.areas.models import Area, Boundary, GridKind, Level
from linli.lib.errors import Invalid
from linli.lib.prefix import within
from linli.project.demo.population.places import Leaf
from linli.project.demo.population.tables import society

MOST_GRIDS = 60
PER_HOUSEHOLD = 2.5


def leaves_of(district_id: str, on: date) -> dict[str, list[Leaf]]:
    """Community → its finest areas of today, with their ground where it is drawn. Raises Invalid without any."""
    areas = Area.objects.current(on).filter(**within("id", district_id))
    codes = list(areas.order_by("id").values_list("id", flat=True))
    communities = [code for code in codes if len(code) == Level.COMMUNITY.digits]
    if not communities:
        raise Invalid(
            _("The list of divisions has no communities of %(code)s. Import them first: linli manage areas.")
            % {"code": district_id}
        )
    parents = {code[:-3] for code in codes if len(code) > Level.COMMUNITY.digits}
    finest = [code for code in codes if len(code) >= Level.COMMUNITY.digits and code not in parents]
    rows = Boundary.objects.current(on).filter(**within("area_id", district_id))
    grounds = {code: shape(geometry) for code, geometry in rows.values_list("area_id", "geometry")}
    found: defaultdict[str, list[Leaf]] = defaultdict(list)
    for code in finest:
        found[code[: Level.COMMUNITY.digits]].append(Leaf(code, grounds.get(code)))
    return dict(sorted(found.items()))


@transaction.atomic
def open_grids(district_id: str, residents: Mapping[str, int], now: datetime, since: date) -> int:
    """In a district without any grid: one for about 400 households of each community, without outlines."""
    today = timezone.localdate(now)
    if Area.objects.within(district_id).grids().exists():
        return 0
    names = dict(
        Area.objects.within(district_id)
        .filter(level=Level.COMMUNITY)
        .current(today)
        .order_by("id")
        .values_list("id", "name")
    )
    rows = []
    for code, name in names.items():
        wanted = round(residents.get(code, 0) / PER_HOUSEHOLD / society()["homes"]["per_grid"])
        short = name.removesuffix("居委会").removesuffix("村委会").removesuffix("社区")
        for number in range(1, min(MOST_GRIDS, max(1, wanted)) + 1):
            rows.append(
                Area(
                    id=f"{code}{number:03d}",
                    name=f"{short}第{number}网格",
                    level=Level.GRID,
                    parent_id=code,
                    kind=GridKind.BASIC,
                    valid_from=since,
                )
            )
    touch()
    Area.objects.bulk_create(rows)
    return len(rows)
