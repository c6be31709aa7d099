"""Where a visitor is at home: the community they chose (a cookie), and the district that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, cast

from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area, Level
from linli.lib.prefix import within
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import MatterList

COOKIE: Final = "linli_community"
FRESH_SECONDS: Final = 30


@dataclass
class Street:
    """A street with its communities, for choosing one."""

    name: str
    communities: list[tuple[str, str]] = field(default_factory=list)


def chosen(request: HttpRequest) -> str:
    """The code of the community that the visitor chose before, "" for none. Asks nothing of the database."""
    code = request.COOKIES.get(COOKIE, "")
    is_community = len(code) == Level.COMMUNITY.digits and code.isascii() and code.isdigit()
    return code if is_community else ""


def district(request: HttpRequest, on: date) -> str:
    """The district of the visitor: asked for (?area=), chosen before, or the first that offers anything; else "".

    No statement once the lists are known.
    """
    for code in (request.GET.get("area", ""), chosen(request)):
        if len(code) >= Level.DISTRICT.digits and code.isascii() and code.isdigit() and catalogue.offered(code, on):
            return code[: Level.DISTRICT.digits]
    return next(iter(districts(on)), "")


def districts(on: date) -> Mapping[str, str]:
    """The districts in which residents may report something, code to name: those that a published list covers.

    Two statements, remembered for half a minute.
    """
    found = cache.get_or_set(f"portal.districts.{on}", lambda: _districts(on), FRESH_SECONDS)
    return cast("Mapping[str, str]", found)


def _districts(on: date) -> dict[str, str]:
    lists = MatterList.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        kind=MatterList.Kind.INCIDENT,
        status=MatterList.Status.PUBLISHED,
        valid_from__lte=on,
    )
    covered = Q(pk__in=())
    for code in lists.values_list("area_id", flat=True).distinct():
        covered |= Q(**within("id", code[: Level.DISTRICT.digits]))
    rows = Area.objects.current(on).filter(covered, level=Level.DISTRICT).order_by("id")
    return dict(rows.values_list("id", "name"))


def streets(district_id: str, on: date) -> list[Street]:
    """The streets of a district with their communities, in order of their codes.

    One statement, remembered for half a minute: names and codes change a few times a year.
    """
    key = f"portal.streets.{district_id}.{on}"
    return cast("list[Street]", cache.get_or_set(key, lambda: _streets(district_id, on), FRESH_SECONDS))


def is_listed(area_id: str, on: date) -> bool:
    """Whether this is a community of the list that the forms offer; asks nothing once the list is known."""
    if len(area_id) != Level.COMMUNITY.digits or not (area_id.isascii() and area_id.isdigit()):
        return False
    district_id = area_id[: Level.DISTRICT.digits]
    return any(area_id == code for street in streets(district_id, on) for code, _name in street.communities)


def _streets(district_id: str, on: date) -> list[Street]:
    rows = Area.objects.within(district_id).current(on).filter(level__in=(Level.STREET, Level.COMMUNITY)).order_by("id")
    found: dict[str, Street] = {}
    for code, name, level in rows.values_list("id", "name", "level"):
        if level == Level.STREET:
            found[code] = Street(name)
        elif code[: Level.STREET.digits] in found:
            found[code[: Level.STREET.digits]].communities.append((code, name))
    return [street for street in found.values() if street.communities]


def office(area_id: str) -> Unit | None:
    """The office of the community in which this area lies. One statement."""
    code = area_id[: Level.COMMUNITY.digits]
    return Unit.objects.filter(kind=Unit.Kind.COMMUNITY_OFFICE, area_id=code).order_by("pk").first()


def office_phones(district_id: str) -> Mapping[str, str]:
    """The public numbers of the community offices of a district, by community. One statement."""
    rows = Unit.objects.filter(**within("area_id", district_id), kind=Unit.Kind.COMMUNITY_OFFICE).exclude(phone="")
    return dict(rows.values_list("area_id", "phone"))
