"""What the check of a sheet needs to know of the register, gathered once: plain data for all processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.areas.models import Area
from linli.foundation.imports import queries as imports
from linli.foundation.imports.models import Batch
from linli.foundation.rules import queries as rules
from linli.lib import addresses
from linli.lib.prefix import within
from linli.lib.sealing import Keyring
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people import groups
from linli.register.people.importing.cells import Remembered
from linli.register.people.importing.memory import without_collector

COMMUNITY_DIGITS = 12
TABLES = (
    "sex", "ethnic", "education", "political", "employment", "identity_kind", "inflow_reason",
    "marital", "relation", "residence_match", "population_kind", "nationality",
)  # fmt: skip


class Place(NamedTuple):
    """A building (and, where it is known, the dwelling in it) of the register. Light: a city has a million."""

    building_id: int
    dwelling_id: int | None
    area_id: str


@dataclass(frozen=True)
class Facts:
    """Everything a row is checked against. `mapping` is column → field, in the order of the columns."""

    mapping: tuple[tuple[int, str], ...]
    today: date
    area_id: str
    tables: Mapping[str, tuple[tuple[str, str], ...]]
    #: word → (code, computed, restricted), and code → levels
    groups: Mapping[str, tuple[str, bool, bool]]
    levels: Mapping[str, tuple[str, ...]]
    #: grids by code and by name; a name that several have stands for None
    grids: Mapping[str, str | None]
    estates: Mapping[str, str]
    buildings: Mapping[tuple[str, str], Place]
    dwellings: Mapping[tuple[str, str, str, str], Place]
    #: None in a rehearsal, whose rows nobody keeps: sealed columns and their indexes then stay empty.
    keyring: Keyring | None
    event_on: date
    target: str = ""
    may_create: bool = True
    above: tuple[str, ...] = field(default=())
    #: Whether the book counts its days from 1904.
    epoch_1904: bool = False
    #: What the community has said of words: table → word → meaning (`saved_words`).
    saved: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@without_collector()
def gather(batch: Batch, today: date | None = None) -> Facts:
    """Ask the database for all of it: some dozen statements, however long the sheet is."""
    day = today or timezone.localdate()
    options, area_id = batch.options, batch.area_id
    buildings, dwellings = _homes(area_id)
    kinds = _groups(area_id, day)
    return Facts(
        mapping=tuple(sorted((int(column), name) for column, name in batch.mapping.items() if name)),
        today=day,
        area_id=area_id,
        tables={name: _entries(name, area_id, day) for name in TABLES},
        groups=kinds,
        levels={group.code: group.levels for group in groups.groups(area_id=area_id, on=day).values()},
        grids=_grids(area_id),
        estates=_estates(area_id),
        buildings=buildings,
        dwellings=dwellings,
        keyring=vault.keyring(),
        event_on=date.fromisoformat(options["day"]) if options.get("day") else day,
        target=str(options.get("target") or (area_id if len(area_id) >= COMMUNITY_DIGITS else "")),
        may_create=bool(options.get("create", True)),
        above=_above(area_id),
        epoch_1904=bool(batch.book.get("epoch_1904")),
        saved=imports.saved_words(area_id, batch.kind),
    )


def _entries(table: str, area_id: str, on: date) -> tuple[tuple[str, str], ...]:
    return tuple((code, name) for code, name in rules.params(f"codes.{table}", area_id, on)["entries"])


def _groups(area_id: str, on: date) -> dict[str, tuple[str, bool, bool]]:
    found: dict[str, tuple[str, bool, bool]] = {}
    for restricted in (True, False):
        for group in groups.groups(area_id=area_id, on=on, restricted=restricted).values():
            short = group.label.removesuffix("对象").removesuffix("家庭").removesuffix("人员").removesuffix("患者")
            for word in (group.code, group.label, short, f"{short}人员", f"{short}户", f"{short}人", f"{short}对象"):
                found[word] = (group.code, group.computed, group.restricted)
    return found


def _grids(area_id: str) -> dict[str, str | None]:
    rows = Area.objects.filter(**within("id", area_id)).exclude(pk=area_id).values_list("pk", "name", "valid_to")
    found: dict[str, str | None] = {}
    for pk, name, gone in rows:
        if gone is not None or len(pk) < COMMUNITY_DIGITS:
            continue
        found[pk] = pk
        found[name] = None if name in found else pk
    if len(area_id) >= COMMUNITY_DIGITS:
        found[area_id] = area_id
    return found


def _estates(area_id: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, aliases in Estate.objects.filter(**within("area_id", area_id)).values_list("name", "aliases"):
        for word in (name, *aliases):
            found[addresses.parse(word).estate or word] = name
    return found


def _homes(
    area_id: str,
) -> tuple[dict[tuple[str, str], Place], dict[tuple[str, str, str, str], Place]]:
    buildings: dict[tuple[str, str], Place] = {}
    names: dict[int, tuple[str, str]] = {}
    rows = Building.objects.filter(**within("area_id", area_id)).values_list("pk", "area_id", "name", "estate__name")
    for pk, area, name, estate in rows.iterator(5000):
        key = (estate or "", addresses.building_name(name))
        names[pk] = key
        buildings[key] = Place(pk, None, area)
    dwellings: dict[tuple[str, str, str, str], Place] = {}
    # A million doors have a few hundred names of entrances and rooms.
    entrance_name, room_name = Remembered(addresses.entrance_name), Remembered(addresses.room_name)
    doors = Dwelling.objects.filter(**within("area_id", area_id)).values_list(
        "pk", "building_id", "area_id", "entrance", "room"
    )
    for pk, building, area, entrance, room in doors.iterator(10_000):
        if building in names:
            estate, name = names[building]
            dwellings[(estate, name, entrance_name[entrance], room_name[room])] = Place(building, pk, area)
    return buildings, dwellings


def _above(area_id: str) -> tuple[str, ...]:
    """The names that addresses begin with: province, city, district, street, community."""
    codes = [area_id[:length] for length in (2, 4, 6, 9, 12) if len(area_id) >= length]
    rows = Area.objects.filter(Q(pk__in=codes) | (Q(**within("id", area_id)) & Q(level__in=("street", "community"))))
    return tuple(sorted(set(rows.values_list("name", flat=True)), key=len, reverse=True))
