"""From an address in a cell to a door of the register, or to the parts of a new one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from linli.lib import addresses
from linli.lib.addresses import Door
from linli.lib.chinese import fold
from linli.register.people.importing.cells import Remembered, Why
from linli.register.people.importing.facts import COMMUNITY_DIGITS, Facts


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row stands: the parts of its door, what the register has of it, its area; `why` when it cannot be."""

    area_id: str = ""
    estate: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""
    floor: int | None = None
    building_id: int | None = None
    dwelling_id: int | None = None
    door: str = ""
    # An address without a building: kept as words.
    words: str = ""
    why: Why | None = None
    why_field: str = "address"
    # Cells that are too long to be parts of a door: they wait, and nothing of them is cut.
    unread: tuple[tuple[str, Why], ...] = ()


#: How many characters the parts of a door have at most.
LONGEST: Final = {"estate": 80, "building": 40, "entrance": 20, "room": 20}


class Doors:
    """Finds doors. Remembers addresses, because a household says the same one several times."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.parsed = Remembered(self._parse)
        self.stood: dict[tuple[object, ...], Standing] = {}
        self.known_estates = sorted(facts.estates, key=len, reverse=True)
        self.only_estate = next(iter(set(facts.estates.values()))) if len(set(facts.estates.values())) == 1 else ""

    def stand(self, parts: Mapping[str, str], grid: str) -> Standing:
        """The place of a row with these cells of address and this cell of grid."""
        key = (grid, *parts.items())
        found = self.stood.get(key)
        if found is None:
            if len(self.stood) > 200_000:
                self.stood.clear()
            found = self.stood[key] = self._stand(parts, grid)
        return found

    def _stand(self, parts: Mapping[str, str], grid: str) -> Standing:
        area_id, why = self._grid(grid)
        if why is not None:
            return Standing(why=why, why_field="grid")
        if len(parts.get("address", "")) > addresses.LONGEST:
            too_long = ("too_long", {"n": len(parts["address"]), "most": addresses.LONGEST})
            return Standing(area_id=area_id or self.facts.target, unread=(("address", too_long),))
        door = self._door(parts)
        long = _too_long(door, parts)
        if long:
            return Standing(area_id=area_id or self.facts.target, unread=long)
        standing = self._known(door, area_id)
        if not standing.area_id:
            return replace(standing, why=("grid_missing", {}), why_field="grid")
        if door.building and standing.building_id is None and not self.facts.may_create:
            return replace(standing, why=("building_unknown", {}))
        if door.room and door.building and standing.dwelling_id is None and not self.facts.may_create:
            return replace(standing, why=("dwelling_unknown", {}))
        return standing

    def _grid(self, text: str) -> tuple[str, Why | None]:
        word = fold(text)
        if not word:
            return "", None
        grids = self.facts.grids
        for candidate in (word, f"{word}网格", word.removesuffix("网格"), f"第{word}网格"):
            if candidate in grids:
                found = grids[candidate]
                return (found, None) if found else ("", ("grid_ambiguous", {"text": word[:20]}))
        ends = {pk for name, pk in grids.items() if pk and name.endswith(word) and not name.isdigit()}
        if len(ends) == 1:
            return ends.pop(), None
        if word.isdigit() and (short := [pk for pk in grids if pk.endswith(word.zfill(3)) and pk.isdigit()]):
            return (short[0], None) if len(short) == 1 else ("", ("grid_ambiguous", {"text": word[:20]}))
        return "", ("grid_unknown", {"text": word[:20]})

    def _parse(self, text: str) -> Door:
        door = addresses.parse(text)
        estate = self._estate(door.estate)
        return door if estate == door.estate else replace(door, estate=estate)

    def _estate(self, words: str) -> str:
        """The estate's own name, without what addresses say before it."""
        for known in self.known_estates:
            if words.endswith(known):
                return self.facts.estates[known]
        rest, again = words, True
        while again and rest:
            again = False
            for name in self.facts.above:
                if rest.startswith(name):
                    rest, again = rest[len(name) :], True
                    break
        return rest

    def _door(self, parts: Mapping[str, str]) -> Door:
        door = self.parsed(parts["address"]) if parts.get("address") else Door()
        if parts.get("estate"):
            inner = self.parsed(parts["estate"])
            door = replace(door, estate=inner.estate or door.estate)
        if parts.get("building"):
            door = replace(door, building=addresses.building_name(parts["building"]))
        if parts.get("entrance"):
            door = replace(door, entrance=addresses.entrance_name(parts["entrance"]))
        if parts.get("room"):
            room = addresses.room_name(parts["room"])
            door = replace(door, room=room, floor=addresses.floor_of(room))
        if door.building and not door.estate and self.only_estate:
            door = replace(door, estate=self.only_estate)
        return door

    def _known(self, door: Door, grid: str) -> Standing:
        area_id = grid or self.facts.target
        if not door.building:
            words = door.estate + door.entrance + door.room
            return Standing(
                area_id=area_id, words=words, door=f"{door.estate}||{door.entrance}|{door.room}" if words else ""
            )
        building = self.facts.buildings.get((door.estate, door.building))
        dwelling = None
        if building is not None and door.room:
            dwelling = self.facts.dwellings.get((door.estate, door.building, door.entrance, door.room))
        return Standing(
            area_id=building.area_id if building is not None else area_id,
            estate=door.estate,
            building=door.building,
            entrance=door.entrance,
            room=door.room,
            floor=door.floor,
            building_id=building.building_id if building is not None else None,
            dwelling_id=dwelling.dwelling_id if dwelling is not None else None,
            door=f"{area_id[:COMMUNITY_DIGITS]}|{door.estate}|{door.building}|{door.entrance}|{door.room}",
        )


def _too_long(door: Door, parts: Mapping[str, str]) -> tuple[tuple[str, Why], ...]:
    """The cells from which a part of the door comes that is longer than it may be; none where all fit.

    An address without a building is words, not a door, and may be longer.
    """
    found: dict[str, Why] = {}
    for name, most in LONGEST.items():
        n = len(getattr(door, name))
        if n > most and (door.building or name in parts):
            found[name if parts.get(name) else "address"] = ("too_long", {"n": n, "most": most})
    return tuple(found.items())
