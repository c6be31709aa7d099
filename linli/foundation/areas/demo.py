"""The demonstration district: 建邺区 of Nanjing with its real outline and real communities, and drawn grids.

What is real: the district's outline, and the names and codes of its 6 streets and 64 communities (today's list).
What is drawn for the demonstration, and marked so in each boundary's `source`: every line inside the outline. The
grids' number, 55 first-level and 326 second-level, is the district's own (domain.md §1.5, S5-14); the list of
communities is younger than that figure, so 9 communities have no grid, and Linli reports that gap.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path

import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from shapely.geometry import Polygon

from linli.foundation.areas import geometry as geo
from linli.foundation.areas.actions import import_divisions
from linli.foundation.areas.actions.versions import touch
from linli.foundation.areas.models import Area, Boundary, GridKind, Level
from linli.foundation.areas.partition import cut, equal_parts, fitted
from linli.foundation.areas.queries import drawn_within
from linli.lib.errors import Refusal

DISTRICT = "320105"
DRAWN = "演示绘制"
PUBLISHED = "公开行政区划边界"
GRIDS = 55
SUBGRIDS_EACH = 6
# 55 grids of 6 would be 330; four grids have one sub-grid less.
WITH_ONE_LESS = 4
NUMERALS = "一二三四五六"

MOCHOUHU, SHAZHOU, SHUANGZHA = "320105001", "320105002", "320105003"
JIANGXINZHOU, XINGLONG, NANYUAN = "320105004", "320105006", "320105007"

Progress = Callable[[int, int], None]


class AlreadyDrawn(Refusal):
    """The demonstration district has boundaries or grids already; nothing is drawn over them."""

    code = "demo_already_drawn"
    message = _("The demonstration district already has boundaries or grids.")


@dataclass(frozen=True, slots=True)
class Drawn:
    """How much was drawn."""

    streets: int
    communities: int
    grids: int
    subgrids: int
    uncovered: tuple[str, ...]


def shipped_divisions() -> Path:
    """The list of divisions that comes with Linli: four districts with everything above and in them."""
    return _shipped("divisions.csv")


def _shipped(name: str) -> Path:
    return Path(str(resources.files("linli.foundation.areas") / "data" / name))


@transaction.atomic
def draw_demo_district(*, now: datetime, on: date | None = None, progress: Progress | None = None) -> Drawn:
    """Import the shipped divisions and draw 建邺区, valid from the day `on` (today if not given).

    The same lines come out each time. `progress` is told (steps done, steps in all). Raises AlreadyDrawn.
    """
    on = on or timezone.localdate(now)
    tell = progress or (lambda done, total: None)
    import_divisions(source=shipped_divisions(), now=now, on=on)
    tell(1, 4)
    grids = Area.objects.within(DISTRICT).grids()
    if drawn_within(DISTRICT, on) or grids.exists():
        raise AlreadyDrawn
    codes = list(Area.objects.within(DISTRICT).filter(level=Level.COMMUNITY).order_by("id").values_list("id", "name"))
    uncovered = without_grid([code for code, _name in codes])
    new = _grid_areas([(code, name) for code, name in codes if code not in uncovered], on)
    outline = _outline()
    leaves = _leaves(outline, [code for code, _name in codes], [area.id for area in new])
    tell(2, 4)
    touch()
    # The checks of `draw` hold by construction here, and a test makes them all again.
    Area.objects.bulk_create(new)
    Boundary.objects.bulk_create(
        Boundary(
            area_id=code,
            valid_from=on,
            geometry=geo.write(shape),
            area_m2=round(geo.area_m2(shape)),
            source=PUBLISHED if code == DISTRICT else DRAWN,
        )
        for code, shape in [(DISTRICT, outline), *sorted(_with_everything_above(leaves).items())]
    )
    tell(4, 4)
    return Drawn(
        streets=len({code[: Level.STREET.digits] for code, _name in codes}),
        communities=len(codes),
        grids=sum(area.level == Level.GRID for area in new),
        subgrids=sum(area.level == Level.SUBGRID for area in new),
        uncovered=tuple(sorted(uncovered)),
    )


def without_grid(communities: Sequence[str]) -> frozenset[str]:
    """The communities that stay without a grid in the demonstration, so that 55 are left.

    The streets with most communities have grown since the figure was published: again and again, the street with most
    communities left gives its highest, that is youngest, code; of equal streets the one with the lower code.
    """
    left: dict[str, list[str]] = {}
    for code in sorted(communities):
        left.setdefault(code[: Level.STREET.digits], []).append(code)
    return frozenset(
        max(left.values(), key=lambda codes: (len(codes), [-int(digit) for digit in codes[0]])).pop()
        for _time in range(len(communities) - GRIDS)
    )


def _grid_areas(communities: Sequence[tuple[str, str]], on: date) -> list[Area]:
    """One grid for each community, with its sub-grids; the last grids of the four largest streets have one less."""
    streets: dict[str, list[str]] = {}
    for code, _name in communities:
        streets.setdefault(code[: Level.STREET.digits], []).append(code)
    largest = sorted(streets, key=lambda street: (-len(streets[street]), street))[:WITH_ONE_LESS]
    less = {streets[street][-1] for street in largest}
    grids: list[Area] = []
    for code, name in communities:
        short = name.removesuffix("居委会").removesuffix("社区")
        grid = Area(
            id=f"{code}001",
            name=f"{short}网格",
            level=Level.GRID,
            parent_id=code,
            kind=GridKind.BASIC,
            valid_from=on,
        )
        grids.append(grid)
        grids += [
            Area(
                id=f"{grid.id}{number:03d}",
                name=f"{short}第{NUMERALS[number - 1]}网格",
                level=Level.SUBGRID,
                parent_id=grid.id,
                kind=GridKind.BASIC,
                valid_from=on,
            )
            for number in range(1, SUBGRIDS_EACH + 1 - (code in less))
        ]
    return grids


def _outline() -> Polygon:
    features = json.loads(_shipped("district-boundaries.geojson").read_text(encoding="utf-8"))["features"]
    found = next(one for one in features if one["properties"]["code"].startswith(DISTRICT))
    return geo.parts_of(geo.read(found))[0]


def _streets(flat: Polygon) -> dict[str, Polygon]:
    """The six streets where they lie to each other, with shares of the ground that look like theirs.

    The island 江心洲 along the river in the west; of the mainland 莫愁湖 in the north, 双闸 in the south-west, 沙洲
    before it, and between them 兴隆 by the river and 南苑 in the east. Angles point at the far part.
    """
    island, mainland = cut(flat, 0.312, towards=-46)
    mochouhu, south = cut(mainland, 0.115, towards=-105)
    middle, shuangzha = cut(south, 0.58, towards=-125)
    heart, shazhou = cut(middle, 0.53, towards=-110)
    xinglong, nanyuan = cut(heart, 0.52, towards=-10)
    return {
        MOCHOUHU: mochouhu,
        SHAZHOU: shazhou,
        SHUANGZHA: shuangzha,
        JIANGXINZHOU: island,
        XINGLONG: xinglong,
        NANYUAN: nanyuan,
    }


def _leaves(outline: Polygon, communities: Sequence[str], grids: Sequence[str]) -> dict[str, Polygon]:
    """The finest areas with their ground, fitted to each other: sub-grids, and communities without a grid."""
    plane = geo.Plane.of(outline)
    rough: dict[str, Polygon] = {}
    for street, ground in _streets(plane.flat(outline)).items():
        for community, part in equal_parts(ground, [code for code in communities if code.startswith(street)]):
            inside = [code for code in grids if code.startswith(community) and len(code) == Level.SUBGRID.digits]
            rough.update(equal_parts(part, inside or [community]))
    return fitted(outline, {code: plane.round(part) for code, part in rough.items()}, geo.GRID_DEGREES)


def _with_everything_above(leaves: dict[str, Polygon]) -> dict[str, Polygon]:
    """The leaves with the grids, communities and streets that they make up, corner for corner."""
    shapes = dict(leaves)
    for level in (Level.GRID, Level.COMMUNITY, Level.STREET):
        groups: dict[str, list[Polygon]] = {}
        for code, shape in leaves.items():
            if len(code) >= level.digits:
                groups.setdefault(code[: level.digits], []).append(shape)
        shapes.update((code, shapely.coverage_union_all(group)) for code, group in groups.items())
    return shapes
