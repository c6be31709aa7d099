"""The read side of homes: lists by cursor, doors of a building, points of the map. Counts of people are in `people`."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from linli.foundation.accounts.actors import Actor
from linli.lib import addresses
from linli.lib.chinese import clip, fold
from linli.register.homes.models import Building, Dwelling, Estate, Organisation
from linli.register.homes.models.estate import EstateQuerySet

PAGE = 30
MOST_POINTS = 2000
MOST_FOUND = 12
#: An estate has tens of buildings; an address that means more than these means nothing in particular.
MOST_BUILDINGS = 500
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
    words = clip(fold(q), LONGEST_WORDS)
    if words:
        code = words.replace(" ", "").upper()
        rows = rows.filter(Q(name__icontains=words) | Q(address__icontains=words) | Q(credit_code=code))
    if kind:
        rows = rows.filter(kind=kind)
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("area", "building").order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    return OrganisationsPage(page, str(page[-1].pk) if len(found) > PAGE else "")


def points(actor: Actor, area_id: str) -> list[Building]:
    """The buildings with a point in an area, at most 2,000. One statement."""
    rows = Building.objects.visible_to(actor).within(area_id).filter(lon__isnull=False)
    return list(rows.only("pk", "address", "lon", "lat").order_by("area_id", "pk")[:MOST_POINTS])


def find_dwellings(actor: Actor, text: str, *, most: int = MOST_FOUND) -> list[Dwelling]:
    """Dwellings that an address means, in whatever form it was written. Two statements; none for less than two words.

    Building, entrance and room are compared in normal form; the estate by its words or other names.
    """
    door = addresses.parse(text)
    if not (door.room or door.building or len(door.estate) >= 2):
        return []
    rows = Dwelling.objects.visible_to(actor)
    if door.estate or door.building:
        # The few buildings first: their doors are found by an index, whatever the size of the register.
        rows = rows.filter(building_id__in=list(_buildings(actor, door)[:MOST_BUILDINGS]))
    if door.entrance:
        rows = rows.filter(entrance=door.entrance)
    if door.room:
        rows = rows.filter(room=door.room)
    return list(rows.select_related("building").order_by("building_id", "entrance", "room")[:most])


def _buildings(actor: Actor, door: addresses.Door) -> QuerySet[Building, int]:
    """The buildings that an address means, in the actor's community or wider area: a door may lie in another grid."""
    rows = Building.objects.all() if actor.is_system else Building.objects.within(actor.area_id[:12])
    if door.estate:
        rows = rows.filter(
            Q(estate__name__icontains=door.estate)
            | Q(estate__aliases__icontains=door.estate)
            | Q(address__icontains=door.estate)
        )
    if door.building:
        number = door.building[:-1]
        rows = rows.filter(name__in=[door.building, f"{number}幢", f"{number}号"])
    return rows.order_by("pk").values_list("pk", flat=True)


def has_room(text: str) -> bool:
    """Whether an address names a room."""
    return bool(addresses.parse(text).room)


def find_buildings(actor: Actor, text: str, *, most: int = 2) -> list[Building]:
    """The buildings that an address means. One statement."""
    door = addresses.parse(text)
    whole = f"{door.estate}{door.building}"
    if len(whole) < 2:
        return []
    rows = Building.objects.visible_to(actor)
    if door.building and door.estate:
        number = door.building[:-1]
        named = Q(name__in=[door.building, f"{number}幢", f"{number}号"])
        place = Q(estate__name__icontains=door.estate) | Q(address__icontains=door.estate)
        rows = rows.filter(named, place)
    else:
        rows = rows.filter(Q(address=whole) | Q(name=whole))
    return list(rows.order_by("pk")[:most])
