"""Estates (小区): enter, change, and keep the addresses of everything in them in step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid
from linli.register.homes.actions import base
from linli.register.homes.actions.buildings import address_of, readdress
from linli.register.homes.models import Building, Estate

MOST_ALIASES = 20


@transaction.atomic
def create(*, by: Actor, given: Mapping[str, Any], now: datetime) -> Estate:
    """Enter an estate. `given`: area_id (a community), name, aliases, address, management, built_year."""
    base.may_edit(by)
    today = timezone.localdate(now)
    area = base.area_in_reach(by, str(given.get("area_id") or "")[: base.COMMUNITY_DIGITS], field="area_id", on=today)
    estate = Estate(area=area)
    _set(estate, given, today.year)
    _save(estate)
    return estate


@transaction.atomic
def edit(*, by: Actor, estate_id: int, given: Mapping[str, Any], now: datetime) -> Estate:
    """Change an estate. A new name goes into the standard addresses of its buildings and dwellings."""
    base.may_edit(by)
    estate = Estate.objects.visible_to(by).select_for_update().filter(pk=estate_id).first()
    if estate is None:
        raise Invalid(_("There is no such estate in your area."))
    before = estate.name
    _set(estate, given, timezone.localdate(now).year)
    _save(estate)
    if estate.name != before:
        for building in Building.objects.select_for_update().filter(estate=estate).order_by("pk"):
            readdress(building, address_of(estate, building.name, ""))
    return estate


def _set(estate: Estate, given: Mapping[str, Any], this_year: int) -> None:
    name = base.text_of(given.get("name"), 80)
    if not name:
        raise Invalid(fields={"name": _("An estate needs a name.")})
    management = str(given.get("management") or "")
    if management and management not in Estate.Management.values:
        raise Invalid(fields={"management": _("Choose an entry of the list.")})
    aliases = given.get("aliases") or []
    if isinstance(aliases, str):
        aliases = aliases.replace("，", " ").replace("、", " ").replace(",", " ").split()
    estate.name = name
    estate.aliases = list(dict.fromkeys(text for one in aliases[:MOST_ALIASES] if (text := base.text_of(one, 80))))
    estate.address = base.text_of(given.get("address"), 120)
    estate.management = management
    estate.built_year = base.whole_number(
        given.get("built_year"), field="built_year", least=base.FIRST_YEAR, most=this_year
    )


def _save(estate: Estate) -> None:
    try:
        with transaction.atomic():
            estate.save()
    except IntegrityError:
        raise Invalid(fields={"name": _("The community has an estate of this name already.")}) from None
