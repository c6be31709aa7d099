"""Buildings (楼栋): enter, change, place in a grid. They are never deleted: their codes are never given again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.locator import NoMap, TooFar, locator
from linli.foundation.areas.models import Area
from linli.lib import addresses
from linli.lib.errors import Errors, Invalid
from linli.register.homes.actions import base
from linli.register.homes.models import Building, Dwelling, Estate, Organisation

SEQUENCE_DIGITS = 5
LAST_SEQUENCE = 10**SEQUENCE_DIGITS - 1
#: So that the addresses of the dwellings fit, too: 40 characters more.
LONGEST_ADDRESS = 150
MOST_FLOORS = 150
#: One less than fits: 3 becomes 3幢.
LONGEST_NAME = 39


@transaction.atomic
def create(*, by: Actor, given: Mapping[str, Any], now: datetime) -> Building:
    """Enter a building. `given`: estate_id or address, name, area_id or lon and lat (WGS-84), use, floors, built_year.

    The grid is the chosen one, otherwise the one that contains the point. The code is the next of the community.
    """
    base.may_edit(by)
    today = timezone.localdate(now)
    errors = Errors()
    estate = errors.of(_estate, by, given.get("estate_id"))
    lon, lat = errors.of(point_of, given) or (None, None)
    place = {"area_id": str(given.get("area_id") or ""), "lon": lon, "lat": lat, "estate": estate}
    area_id = "" if errors.fields else errors.of(found_area, by, **place, now=now) or ""
    building = Building(area_id=area_id or by.area_id, estate=estate, lon=lon, lat=lat)
    errors.of(_set, building, given, today)
    typed = errors.of(base.text_of, given.get("address"), LONGEST_ADDRESS, field="address")
    if typed is not None and not given.get("estate_id"):
        errors.of(address_of, None, building.name, typed)
    errors.end()
    building.address = address_of(estate, building.name, typed or "")
    building.code = next_code(area_id[: base.COMMUNITY_DIGITS])
    _save(building)
    return building


@transaction.atomic
def edit(*, by: Actor, building_id: int, given: Mapping[str, Any], now: datetime) -> Building:
    """Change name, address, use, floors, year or point. A new name goes into the addresses of the dwellings.

    The grid stays: people are counted by it, and `people.actions.regridding` changes it.
    """
    base.may_edit(by)
    building = locked(by, building_id)
    errors = Errors()
    building.lon, building.lat = errors.of(point_of, given) or (None, None)
    errors.of(_set, building, given, timezone.localdate(now))
    before = building.address
    typed = errors.of(base.text_of, given.get("address"), LONGEST_ADDRESS, field="address")
    errors.end()
    typed = typed or ("" if building.estate_id else before)
    after = address_of(building.estate, building.name, typed)
    _save(building)
    if after != before:
        readdress(building, after)
    return building


def locked(by: Actor, building_id: int) -> Building:
    """A building of the actor's area, locked. Raises Invalid."""
    building = Building.objects.visible_to(by).select_for_update().filter(pk=building_id).first()
    if building is None:
        raise Invalid(_("There is no such building in your area."))
    return building


def next_code(community_id: str) -> str:
    """The next building code of a community: its 12 digits and 5 more, counted up (DB6101/T 3185-2024).

    Locks the row of the community until the transaction ends, so that two at once get two codes (but still lets others
    write rows that point to it: no key is changed). Raises Invalid when all 99999 are given.
    """
    list(Area.objects.select_for_update(no_key=True).filter(pk=community_id).values_list("pk"))
    last = Building.objects.filter(code__startswith=community_id).aggregate(last=Max("code"))["last"]
    number = int(last[base.COMMUNITY_DIGITS :]) + 1 if last else 1
    if number > LAST_SEQUENCE:
        raise Invalid(_("This community has given all 99999 building codes."))
    return f"{community_id}{number:0{SEQUENCE_DIGITS}d}"


def found_area(
    by: Actor, *, area_id: str, lon: float | None, lat: float | None, estate: Estate | None, now: datetime
) -> str:
    """The area of a building: chosen, or the one around its point; in the actor's area and the estate's community."""
    today = timezone.localdate(now)
    field = "area_id"
    if not area_id and lon is not None and lat is not None:
        field = "point"
        try:
            area_id = locator(now).locate(lon, lat).area_id
        except (TooFar, NoMap) as refusal:
            raise Invalid(fields={"point": refusal.message}) from None
    if not area_id and estate is not None:
        area_id = estate.area_id
    base.area_in_reach(by, area_id, field=field, on=today)
    if estate is not None and area_id[: base.COMMUNITY_DIGITS] != estate.area_id[: base.COMMUNITY_DIGITS]:
        raise Invalid(fields={field: _("This place lies in another community than the estate.")})
    return area_id


def set_area(building: Building, area_id: str) -> None:
    """Write the area of a locked building, its dwellings and organisations. Only for `people.actions.regridding`."""
    Dwelling.objects.filter(building=building).update(area_id=area_id)
    Organisation.objects.filter(building=building).update(area_id=area_id)
    building.area_id = area_id
    building.save(update_fields=["area"])


def address_of(estate: Estate | None, name: str, address: str) -> str:
    """The standard address of a building: the estate and its name, or for one that stands alone what was typed."""
    found = f"{estate.name}{name}" if estate is not None else address
    if not found:
        raise Invalid(fields={"address": _("A building without an estate needs its street and number.")})
    return found


def readdress(building: Building, address: str) -> None:
    """Give a building another standard address, and every dwelling in it. Two statements."""
    before = building.address
    building.address = address
    building.save(update_fields=["address"])
    # The address of a dwelling begins with its building's (`addresses.standard`); what follows stays.
    rest = Substr("address", len(before) + 1)
    Dwelling.objects.filter(building=building, address__startswith=before).update(address=Concat(Value(address), rest))


def point_of(given: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Both coordinates in degrees (WGS-84), or none; raises Invalid for one alone and for places not on Earth."""
    lon, lat = given.get("lon"), given.get("lat")
    if lon in (None, "") and lat in (None, ""):
        return None, None
    try:
        point = float(str(lon)), float(str(lat))
    except ValueError:
        point = (999.0, 999.0)
    if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise Invalid(fields={"point": _("This point is no place on Earth.")})
    return point


def _estate(by: Actor, estate_id: Any) -> Estate | None:
    if not estate_id:
        return None
    estate = Estate.objects.visible_to(by).filter(pk=estate_id).first()
    if estate is None:
        raise Invalid(fields={"estate_id": _("There is no such estate in your area.")})
    return estate


def _set(building: Building, given: Mapping[str, Any], today: date) -> None:
    errors = Errors()
    needed = _("A building needs a name or number, for example 3幢.")
    name = errors.of(base.text_of, given.get("name"), LONGEST_NAME, field="name", missing=needed)
    building.name = addresses.building_name(name or "")
    building.use = (
        errors.of(
            base.code_in, "building_use", given.get("use") or "01", field="use", area_id=building.area_id, on=today
        )
        or ""
    )
    building.floors = errors.of(base.whole_number, given.get("floors"), field="floors", least=1, most=MOST_FLOORS)
    building.built_year = errors.of(
        base.whole_number, given.get("built_year"), field="built_year", least=base.FIRST_YEAR, most=today.year
    )
    errors.end()


def _save(building: Building) -> None:
    if building.estate_id is not None:
        twins = Building.objects.filter(estate_id=building.estate_id, name=building.name).exclude(pk=building.pk)
        if twins.exists():
            raise Invalid(fields={"name": _("The estate has a building of this name already.")})
    try:
        with transaction.atomic():
            building.save()
    except IntegrityError:
        raise Invalid(fields={"name": _("The estate has a building of this name already.")}) from None
