"""Where people live: estates, buildings inside their grids, doors, and organisations on the ground floors."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import shapely

from linli.project.demo.population import numbers
from linli.project.demo.population.rows import Sheet
from linli.project.demo.population.tables import Chances, society, table
from linli.register.homes.models import Building, Dwelling, Estate, Organisation

#: Entrances, floors and doors on each floor, with how often such a building is built.
SHAPES: Chances[tuple[int, int, int]] = Chances.of(
    {
        (2, 6, 2): 10,
        (3, 6, 2): 30,
        (4, 6, 2): 14,
        (2, 11, 2): 16,
        (3, 11, 2): 8,
        (1, 18, 4): 10,
        (2, 18, 2): 6,
        (1, 33, 4): 6,
    }
)
NEAR = 0.0022  # degrees: how far the buildings of an estate stand from its middle
TRIES = 12


@dataclass(frozen=True, slots=True)
class Leaf:
    """A finest area of a community, and its ground where it is drawn."""

    area_id: str
    ground: shapely.Geometry | None


@dataclass(slots=True)
class Door:
    """A dwelling that is there to be lived in."""

    id: int
    area_id: str
    address: str
    row: dict[str, Any]


@dataclass
class Homes:
    """The tables of `homes`, filling."""

    estates: Sheet = field(default_factory=lambda: Sheet(Estate))
    buildings: Sheet = field(default_factory=lambda: Sheet(Building))
    dwellings: Sheet = field(default_factory=lambda: Sheet(Dwelling))
    organisations: Sheet = field(default_factory=lambda: Sheet(Organisation))

    def flush(self) -> None:
        """Write what has gathered."""
        for sheet in (self.estates, self.buildings, self.dwellings, self.organisations):
            sheet.flush()


class Neighbourhood:
    """Builds one community, door after door, as many as are asked for."""

    def __init__(
        self, community: str, leaves: list[Leaf], homes: Homes, rng: random.Random, today: date, first_code: int
    ) -> None:
        self.community, self.leaves, self.homes, self.rng, self.today = community, leaves, homes, rng, today
        self.serial = first_code
        self.names = self._estate_names()
        self.kinds: Chances[tuple[str, str]] = Chances.of(
            {(kind, name): weight for kind, name, weight in table("places")["organisations"]}
        )
        self.local = community[:4]
        #: Whether the door given out last was the last of its building.
        self.is_complete = False

    def doors(self, homes_left: "Left") -> Iterator[Door]:
        """Doors without end; a building is never much larger than what is still wanted."""
        while True:
            estate = self._estate()
            end = self.serial + max(3, society()["homes"]["per_estate"] // 60)
            number = 0
            while self.serial < end:
                number += 1
                yield from self._building(estate, number, homes_left())

    def _estate_names(self) -> Iterator[str]:
        firsts, lasts = table("places")["estate_first"].split(), table("places")["estate_last"].split()
        order = [first + last for last in lasts for first in firsts]
        self.rng.shuffle(order)
        yield from order
        number = 1
        while True:
            number += 1
            yield from (f"{name}{number}期" for name in order)

    def _estate(self) -> dict[str, Any]:
        rng, name = self.rng, next(self.names)
        leaf = rng.choice(self.leaves)
        road = rng.choice(table("places")["roads"].split())
        address = f"{road}{rng.randrange(1, 300)}号"
        year = rng.randrange(1984, self.today.year - 9)
        management = rng.choices(("property", "owners", "street"), (82, 4, 14))[0] if year > 1996 else "street"
        estate: dict[str, Any] = {
            "name": name,
            "address": address,
            "built_year": year,
            "leaf": leaf,
            "middle": _inside(leaf.ground, rng),
        }
        estate["id"] = self.homes.estates.add(
            area_id=self.community, name=name, address=address, management=management, built_year=year
        )
        return estate

    def _building(self, estate: dict[str, Any], number: int, left: int) -> Iterator[Door]:
        entrances, floors, doors = SHAPES.draw(self.rng)
        while entrances * floors * doors > max(left, 8) and (entrances, floors) != (1, 3):
            entrances, floors, doors = (
                (max(1, entrances - 1), floors, doors) if entrances > 1 else (1, max(3, floors - 3), 2)
            )
        leaf: Leaf = estate["leaf"]
        lon, lat = _near(leaf.ground, estate["middle"], self.rng)
        name = f"{number}幢"
        place = f"{estate['address']}{estate['name']}{name}"
        building = self.homes.buildings.add(
            area_id=leaf.area_id,
            estate_id=estate["id"],
            code=f"{self.community}{self.serial:05d}",
            name=name,
            address=place,
            floors=floors,
            built_year=estate["built_year"],
            lon=lon,
            lat=lat,
        )
        self.serial += 1
        self._organisations(building, leaf.area_id, place)
        size = self.rng.choice((58, 68, 76, 89, 105, 128))
        for entrance in range(1, entrances + 1):
            for floor in range(1, floors + 1):
                for place_on_floor in range(1, doors + 1):
                    room = f"{floor}{place_on_floor:02d}"
                    row: dict[str, Any] = {
                        "id": self.homes.dwellings.key(),
                        "building_id": building,
                        "area_id": leaf.area_id,
                        "entrance": f"{entrance}单元",
                        "floor": floor,
                        "room": room,
                        "address": f"{place}{entrance}单元{room}室",
                        "floor_area": size + place_on_floor * 3,
                    }
                    self.is_complete = (entrance, floor, place_on_floor) == (entrances, floors, doors)
                    yield Door(row["id"], leaf.area_id, row["address"], row)

    def _organisations(self, building: int, area_id: str, place: str) -> None:
        rng = self.rng
        count = int(society()["homes"]["organisations_per_building"] + rng.random())
        for number in range(count):
            kind, name = self.kinds.draw(rng)
            serial = self.serial * 10 + number + int(self.community[6:12]) * 100_000
            of_person = kind == "02"
            owner = next(iter(rng.choices(table("places")["estate_first"].split())))
            self.homes.organisations.add(
                area_id=area_id,
                building_id=building,
                name=f"{owner}{name}",
                kind=kind,
                credit_code=numbers.credit_code(self.local, serial, of_person=of_person),
                address=f"{place}底商{number + 1}号",
                staff_count=rng.randrange(1, 7) if of_person else rng.randrange(3, 40),
                opened_on=self.today - timedelta(days=rng.randrange(60, 4000)),
            )


class Left:
    """How many homes are still wanted in a community, asked for by whoever builds."""

    def __init__(self, people: int) -> None:
        self.people = people

    def __call__(self) -> int:
        return int(self.people / 2.4 / (1 - society()["homes"]["vacant"])) + 1


def _inside(ground: shapely.Geometry | None, rng: random.Random) -> tuple[float, float] | None:
    """Any point of the ground (WGS-84)."""
    if ground is None:
        return None
    west, south, east, north = ground.bounds
    for _try in range(200):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(ground, lon, lat):
            return lon, lat
    point = ground.representative_point()
    return point.x, point.y


def _near(
    ground: shapely.Geometry | None, middle: tuple[float, float] | None, rng: random.Random
) -> tuple[float | None, float | None]:
    """A point of the ground near the middle of the estate."""
    if ground is None or middle is None:
        return None, None
    for _try in range(TRIES):
        lon, lat = middle[0] + rng.uniform(-NEAR, NEAR), middle[1] + rng.uniform(-NEAR, NEAR)
        if shapely.contains_xy(ground, lon, lat):
            return round(lon, 6), round(lat, 6)
    found = _inside(ground, rng) or middle
    return round(found[0], 6), round(found[1], 6)
