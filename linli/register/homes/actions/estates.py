"""Estates (小区): enter, change, and keep the addresses of everything in them in step."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Errors, Invalid
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
    errors = Errors()
    needed = _("An estate needs a name.")
    estate.name = errors.of(base.text_of, given.get("name"), 80, field="name", missing=needed) or ""
    estate.management = str(given.get("management") or "")
    if estate.management and estate.management not in Estate.Management.values:
        errors.add({"management": _("Choose an entry of the list.")})
    estate.aliases = errors.of(_aliases, given.get("aliases") or []) or []
    estate.address = errors.of(base.text_of, given.get("address"), 120, field="address") or ""
    estate.built_year = errors.of(
        base.whole_number, given.get("built_year"), field="built_year", least=base.FIRST_YEAR, most=this_year
    )
    errors.end()


def _aliases(given: str | Sequence[str]) -> list[str]:
    """Other names, each once; raises Invalid for too many or too long ones."""
    words = re.split(r"[\s,，、]+", given) if isinstance(given, str) else given
    names = list(dict.fromkeys(text for one in words if (text := base.text_of(one, 80, field="aliases"))))
    if len(names) > MOST_ALIASES:
        raise Invalid(fields={"aliases": _("At most %(n)s other names.") % {"n": MOST_ALIASES}})
    return names


def _save(estate: Estate) -> None:
    try:
        with transaction.atomic():
            estate.save()
    except IntegrityError:
        raise Invalid(fields={"name": _("The community has an estate of this name already.")}) from None
