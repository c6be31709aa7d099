"""One search of addresses for every box, form and list: what one of them finds, each of them finds.

An address is taken apart first (`lib.addresses`), so that 1栋1801, 1号楼1801, 1-1-1801 and 和顺名府1幢1801 mean the
same door. Words that name no door are looked for in the standard address, each on its own: 莫愁 新寓.
"""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import F, Q, QuerySet, Value

from linli.foundation.accounts.actors import Actor
from linli.lib import addresses
from linli.lib.chinese import clip, fold
from linli.lib.prefix import within
from linli.register.homes.models import Building, Dwelling, Estate

MOST_FOUND = 12
#: An estate has tens of buildings; an address that means more than these means nothing in particular.
MOST_BUILDINGS = 500
LONGEST_WORDS = 60
COMMUNITY_DIGITS = 12

Doors = TypeVar("Doors", bound=QuerySet[Dwelling])


def names_a_door(text: str) -> bool:
    """Whether an address names more than words: a building, an entrance or a room."""
    door = addresses.parse(text)
    return bool(door.building or door.entrance or door.room)


def names_a_room(text: str) -> bool:
    """Whether an address names a room."""
    return bool(addresses.parse(text).room)


def doors_meant(rows: Doors, text: str, *, area_id: str) -> Doors:
    """Those of `rows` that an address means, in whatever form it was written. One or two statements are run at once.

    `area_id`: where to look for buildings; a door may lie in another grid of the same community. Nothing for nothing.
    """
    words = clip(fold(text), LONGEST_WORDS)
    door = addresses.parse(words)
    if not (door.building or door.entrance or door.room):
        return _said(rows, words)
    if door.estate or door.building:
        # The few buildings first: their doors are found by an index, whatever the size of the register.
        buildings = _buildings(door, area_id)
        if not buildings:
            return _said(rows, words)
        rows = rows.filter(building_id__in=buildings)
    if door.entrance:
        rows = rows.filter(entrance=door.entrance)
    return rows.filter(room=door.room) if door.room else rows


def _said(rows: Doors, words: str) -> Doors:
    """The doors whose standard address, or whose estate's other name, holds each of the words."""
    if len(words.replace(" ", "")) < 2:
        return rows.none()
    for word in words.split():
        rows = rows.filter(Q(address__contains=word) | Q(building__estate__aliases__icontains=word))
    return rows


def buildings_meant(text: str, area_id: str) -> Collection[int]:
    """The ids of the buildings that an address means in an area; none where it names no building."""
    door = addresses.parse(clip(fold(text), LONGEST_WORDS))
    return _buildings(door, area_id) if door.building else []


def _buildings(door: addresses.Door, area_id: str) -> Collection[int]:
    """The buildings that an address means in an area; estates by their words, their other names, or as a part of what
    was written (兴隆大街31号和顺名府)."""
    rows = Building.objects.filter(**within("area_id", area_id)) if area_id else Building.objects.all()
    if door.building:
        rows = rows.filter(name__in=same_building(door.building))
    rows = rows.order_by("pk")
    if not door.estate:
        return list(rows.values_list("pk", flat=True)[:MOST_BUILDINGS])
    named = rows.filter(
        Q(estate__name__icontains=door.estate)
        | Q(estate__aliases__icontains=door.estate)
        | Q(address__icontains=door.estate)
    )
    found = list(named.values_list("pk", flat=True)[:MOST_BUILDINGS])
    if found:
        return found
    estates = _estates_in(door.estate, area_id)
    return list(rows.filter(estate__in=estates).values_list("pk", flat=True)[:MOST_BUILDINGS]) if estates else []


def _estates_in(words: str, area_id: str) -> list[int]:
    """The estates whose name or other name is a part of the words."""
    rows = Estate.objects.filter(**within("area_id", area_id)) if area_id else Estate.objects.all()
    named = rows.annotate(said=Value(words)).filter(said__contains=F("name")).values_list("pk", flat=True)
    found = list(named[:MOST_BUILDINGS])
    if found:
        return found
    others = rows.exclude(aliases=[]).values_list("pk", "aliases")
    return [pk for pk, aliases in others if any(alias and alias in words for alias in aliases)]


def same_building(name: str) -> list[str]:
    """The names under which a building may stand in the register: 3幢 and 3号 count as the same."""
    number = name[:-1]
    return [name, f"{number}幢", f"{number}号"]


def find_dwellings(actor: Actor, text: str, *, most: int = MOST_FOUND) -> list[Dwelling]:
    """The dwellings within the actor's scope that an address means, in the order of their doors."""
    rows = doors_meant(Dwelling.objects.visible_to(actor), text, area_id=actor.area_id[:COMMUNITY_DIGITS])
    return list(rows.select_related("building").order_by("building_id", "entrance", "room")[:most])


def find_buildings(actor: Actor, text: str, *, most: int = 2) -> list[Building]:
    """The buildings within the actor's scope that an address means. Two statements at most."""
    door = addresses.parse(text)
    whole = f"{door.estate}{door.building}"
    if len(whole) < 2:
        return []
    rows = Building.objects.visible_to(actor)
    if door.building:
        rows = rows.filter(pk__in=_buildings(door, actor.area_id[:COMMUNITY_DIGITS]))
    else:
        rows = rows.filter(Q(address=whole) | Q(name=whole))
    return list(rows.order_by("pk")[:most])
