"""The reports of the demo: what, where and by whom."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import shapely

from linli.apps.incidents import actions, places
from linli.foundation.accounts.actors import ANONYMOUS, Actor
from linli.foundation.accounts.demo import SURNAMES
from linli.foundation.areas.models import Level
from linli.foundation.areas.queries import names_of
from linli.project.demo.pictures import BEFORE_AFTER
from linli.project.demo.story import World
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Matter

# A number of the demo's resident, and how many of the home community's reports are theirs.
RESIDENT_PHONE: Final = "19900000001"
RESIDENT_CASES: Final = 7

# How often each class is reported, out of a hundred: streets, property and daily life lead.
WEIGHTS: Final = {
    "dispute": 9,
    "hazard": 15,
    "livelihood": 17,
    "special_groups": 6,
    "environment": 20,
    "property": 17,
    "policy": 6,
    "emergency": 3,
    "opinion": 7,
}
# What a grid worker puts right alone, with broom and screwdriver.
ON_THE_SPOT: Final = ("hazard", "environment", "livelihood", "property")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A finest area, its ground, and how often something is reported there."""

    area_id: str
    ground: shapely.Geometry
    weight: float

    def point(self, rng: random.Random) -> tuple[float, float]:
        """A point inside (WGS-84)."""
        west, south, east, north = self.ground.bounds
        while True:
            lon, lat = rng.uniform(west, east), rng.uniform(south, north)
            if shapely.contains_xy(self.ground, lon, lat):
                return round(lon, 6), round(lat, 6)


class Reports:
    """Makes reports one after the other."""

    def __init__(self, world: World, spots: Sequence[Spot]) -> None:
        self._world = world
        self._spots = list(spots)
        self._weights = [spot.weight for spot in spots]
        self._names = names_of({spot.area_id[: Level.COMMUNITY.digits] for spot in spots})
        self._at_home = [spot for spot in spots if spot.area_id.startswith(world.home)]
        self._of_demo_department = [
            matter for matter in world.matters if matter.lead_unit is not None and matter.lead_unit.code == "dept-urban"
        ]
        self._of_resident = 0

    def make(self, number: int, opened: datetime, rng: random.Random, *, posed: bool = False) -> Case:
        """Report something as somebody would have at that moment, through the real action.

        `posed`: where the demo accounts work, by a resident, and for the department with a demo account.
        """
        spot = rng.choice(self._at_home) if posed else rng.choices(self._spots, self._weights)[0]
        matter = rng.choice(self._of_demo_department) if posed else self._matter(rng)
        where = self._where(rng)
        by, reporter, on_spot = self._reporter(spot, matter, rng)
        if posed:
            by, reporter, on_spot = ANONYMOUS, self._somebody(rng), False
        community = places.short_name(self._names[spot.area_id[: Level.COMMUNITY.digits]])
        lon, lat = spot.point(rng)
        by_point = rng.random() < 0.85
        given = places.Given(lon=lon, lat=lat) if by_point else places.Given(area_id=spot.area_id)
        before, after = BEFORE_AFTER[matter.event_class]
        photos = (self._world.photos[after if on_spot else before],) if on_spot or rng.random() < 0.5 else ()
        receipt = actions.report(
            by=by,
            given=actions.Report(
                text=self._text(matter, where, rng),
                matter=matter,
                found=places.find(given, opened),
                submission_key=f"demo-{number}",
                place=f"{community}{where}",
                reporter=reporter,
                photos=photos,
                on_spot=on_spot,
            ),
            now=opened,
        )
        return receipt.case

    def _matter(self, rng: random.Random) -> Matter:
        event_class = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        return rng.choice([matter for matter in self._world.matters if matter.event_class == event_class])

    def _where(self, rng: random.Random) -> str:
        pattern: str = rng.choice(self._world.words["where"])
        return pattern.format(
            n=rng.randrange(1, 31), m=rng.randrange(31, 45), u=rng.randrange(1, 5), f=rng.randrange(2, 7)
        )

    def _text(self, matter: Matter, where: str, rng: random.Random) -> str:
        said: str = rng.choice(self._world.words["matters"][matter.code]).format(p=where)
        tail: str = rng.choice(self._world.words["tail"]).format(d=rng.randrange(2, 15))
        return f"{said}。{tail}"

    def _reporter(self, spot: Spot, matter: Matter, rng: random.Random) -> tuple[Actor, actions.Reporter, bool]:
        """Who reports, how to reach them, and whether it was put right on the spot."""
        chance, nobody = rng.random(), actions.Reporter()
        has_grid = len(spot.area_id) > Level.COMMUNITY.digits
        if has_grid and chance < 0.26:
            on_spot = matter.event_class in ON_THE_SPOT and rng.random() < 0.45
            return self._world.cast.grid_worker(spot.area_id), nobody, on_spot
        if has_grid and chance < 0.34:
            return self._world.cast.community_worker(spot.area_id), self._somebody(rng), False
        if chance < 0.55:
            return ANONYMOUS, nobody, False
        at_home = spot.area_id.startswith(self._world.home)
        if at_home and self._of_resident < RESIDENT_CASES and rng.random() < 0.25:
            self._of_resident += 1
            return ANONYMOUS, actions.Reporter(phone=RESIDENT_PHONE, name="演示居民"), False
        return ANONYMOUS, self._somebody(rng), False

    def _somebody(self, rng: random.Random) -> actions.Reporter:
        title = rng.choice(("女士", "先生", "阿姨", "师傅"))
        phone = f"1990000{rng.randrange(2, 10_000):04d}"
        return actions.Reporter(phone=phone, name=f"{rng.choice(SURNAMES)}{title}")
