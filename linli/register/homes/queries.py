"""The read side of homes: lists by cursor, doors of a building, points of the map. Counts of people are in `people`."""

from dataclasses import dataclass

from django.db.models import Q

from linli.foundation.accounts.actors import Actor
from linli.lib import addresses
from linli.lib.chinese import clip, fold
from linli.register.homes import address_search
from linli.register.homes.models import Building, Dwelling, Estate, Organisation
from linli.register.homes.models.estate import EstateQuerySet

PAGE = 30
MOST_POINTS = 2000
LONGEST_WORDS = 60


@dataclass(frozen=True)
class HomesPage:
    """Estates first, then buildings that stand alone; `after` is the cursor of the next page, "" at the end."""

    estates: list[Estate]
    buildings: list[Building]
    after: str


@dataclass(frozen=True)
class OrganisationsPage:
    """A page of organisations."""

    rows: list[Organisation]
    after: str


def homes_page(actor: Actor, *, area_id: str = "", q: str = "", after: str = "", size: int = PAGE) -> HomesPage:
    """Estates of an area, then its buildings without an estate, by number. At most two statements.

    A grid's estates are those that have a building in it.
    """
    part, _dash, number = after.partition("-")
    last = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    words = clip(fold(q), LONGEST_WORDS)
    estates: list[Estate] = []
    if part != "b":
        rows = Estate.objects.visible_to(actor) if len(actor.area_id) <= 12 else _estates_of_grid(actor)
        if area_id:
            below = Building.objects.within(area_id).filter(estate__isnull=False).values("estate")
            rows = rows.within(area_id) if len(area_id) <= 12 else rows.filter(pk__in=below)
        if words:
            named = Building.objects.filter(name=addresses.building_name(words), estate__isnull=False).values("estate")
            rows = rows.filter(Q(name__icontains=words) | Q(address__icontains=words) | Q(pk__in=named))
        found = list(rows.filter(pk__gt=last if part == "e" else 0).select_related("area").order_by("pk")[: size + 1])
        estates = found[:size]
        if len(found) > size:
            return HomesPage(estates, [], f"e-{estates[-1].pk}")
    room = size - len(estates)
    alone = Building.objects.visible_to(actor).filter(estate__isnull=True)
    if area_id:
        alone = alone.within(area_id)
    if words:
        alone = alone.filter(Q(address__icontains=words) | Q(name__icontains=words))
    start = last if part == "b" else 0
    # A page full of estates may still be followed by buildings.
    found_alone = list(alone.filter(pk__gt=start).select_related("area").order_by("pk")[: room + 1])
    buildings = found_alone[:room]
    more = len(found_alone) > room
    end = buildings[-1].pk if buildings else start
    return HomesPage(estates, buildings, f"b-{end}" if more else "")


def _estates_of_grid(actor: Actor) -> EstateQuerySet:
    """A grid worker sees the estates that have a building in the grid."""
    own = Building.objects.visible_to(actor).filter(estate__isnull=False).values("estate")
    return Estate.objects.filter(pk__in=own)


def estate_of(actor: Actor, estate_id: int) -> Estate | None:
    """An estate that the actor may see: of the area, or with a building in the actor's grid."""
    rows = Estate.objects.visible_to(actor) if len(actor.area_id) <= 12 else _estates_of_grid(actor)
    return rows.select_related("area").filter(pk=estate_id).first()


def organisations_page(
    actor: Actor, *, area_id: str = "", q: str = "", kind: str = "", closed: bool = False, after: str = ""
) -> OrganisationsPage:
    """Organisations of an area, newest first. One statement."""
    rows = Organisation.objects.visible_to(actor).filter(closed_on__isnull=not closed)
    if area_id:
        rows = rows.within(area_id)
    if q.strip():
        rows = rows.filter(organisation_words(q, area_id or actor.area_id))
    if kind:
        rows = rows.filter(kind=kind)
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("area", "building").order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    return OrganisationsPage(page, str(page[-1].pk) if len(found) > PAGE else "")


def organisation_words(text: str, area_id: str) -> Q:
    """The organisations whose name or address holds what was typed, whose code it is, or that sit where it means."""
    words = clip(fold(text), LONGEST_WORDS)
    found = Q(name__icontains=words) | Q(address__icontains=words) | Q(credit_code=words.replace(" ", "").upper())
    if not address_search.names_a_door(words):
        return found
    doors = address_search.doors_meant(Dwelling.objects.within(area_id), words, area_id=area_id)
    if address_search.names_a_room(words):
        return found | Q(dwelling_id__in=doors.values("pk"))
    return found | Q(building_id__in=address_search.buildings_meant(words, area_id))


def points(actor: Actor, area_id: str) -> list[Building]:
    """The buildings with a point in an area, at most 2,000. One statement."""
    rows = Building.objects.visible_to(actor).within(area_id).filter(lon__isnull=False)
    return list(rows.only("pk", "address", "lon", "lat").order_by("area_id", "pk")[:MOST_POINTS])
