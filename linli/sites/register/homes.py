"""Choosing where somebody new lives: a household that is there, a dwelling, or only a grid."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area
from linli.register.homes import address_search
from linli.register.homes.models import Dwelling
from linli.register.people.actions.events import Home
from linli.register.people.models import Household, Person

MOST = 20
COMMUNITY_DIGITS = 12


@dataclass(frozen=True)
class Chosen:
    """The home that was chosen, and what the form says of it."""

    home: Home
    label: str
    query: str
    members: tuple[Person, ...] = ()

    @property
    def is_household(self) -> bool:
        """Whether somebody lives in this household already."""
        return self.home.household_id is not None


def chosen(params: QueryDict, actor: Actor) -> Chosen | None:
    """The home that the address names, inside the actor's area; None for none. Two statements at most."""
    if number := _number(params.get("household", "")):
        return _household(number, actor)
    if number := _number(params.get("dwelling", "")):
        dwelling = Dwelling.objects.visible_to(actor).filter(pk=number).first()
        query = urlencode({"dwelling": number})
        return Chosen(Home(dwelling_id=dwelling.pk), dwelling.address, query) if dwelling else None
    area_id = params.get("area", "")
    if COMMUNITY_DIGITS <= len(area_id) <= 18 and area_id.isdigit() and actor.covers(area_id):
        area = Area.objects.filter(pk=area_id).first()
        return Chosen(Home(area_id=area.pk), area.name, urlencode({"area": area.pk})) if area else None
    return None


def _household(number: int, actor: Actor) -> Chosen | None:
    household = Household.objects.visible_to(actor).select_related("dwelling", "area").filter(pk=number).first()
    if household is None:
        return None
    members = Person.objects.living_here().filter(household_id=household.pk).order_by("relation", "pk")
    label = household.dwelling.address if household.dwelling else household.area.name
    query = urlencode({"household": household.pk})
    return Chosen(Home(household_id=household.pk), label, query, tuple(members))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def search(actor: Actor, typed: str) -> list[dict[str, Any]]:
    """The dwellings that an address means, each with the households that live there. Two statements."""
    found = address_search.find_dwellings(actor, typed, most=MOST)
    living = Person.objects.living_here().filter(dwelling_id__in=[one.pk for one in found]).order_by("relation", "pk")
    homes: dict[int, dict[int, list[str]]] = {one.pk: {} for one in found}
    for person in living:
        if person.dwelling_id is not None and person.household_id is not None:
            homes[person.dwelling_id].setdefault(person.household_id, []).append(person.name)
    return [
        {
            "address": one.address,
            "url": "?" + urlencode({"dwelling": one.pk}),
            "households": [
                {"url": "?" + urlencode({"household": household}), "names": names}
                for household, names in homes[one.pk].items()
            ],
        }
        for one in found
    ]
