"""Where somebody comes to live: a household, a dwelling, or only an area, inside what the actor may change."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area
from linli.lib.errors import Invalid
from linli.register.homes.models import Dwelling
from linli.register.people.actions import spells
from linli.register.people.actions.events.base import COMMUNITY_DIGITS, HEAD, checked_code
from linli.register.people.models import Household, Spell


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where somebody comes to live: a household that is there, a new one in a dwelling, or only an area."""

    household_id: int | None = None
    dwelling_id: int | None = None
    area_id: str = ""


@dataclass(frozen=True)
class Place:
    """A home that was checked: where it is, which household, and the relation that was asked for."""

    area_id: str
    household_id: int | None
    dwelling_id: int | None
    relation: str
    address: str
    is_new: bool


def placed(home: Home, by: Actor, *, on: date, relation: str) -> Place:
    """Find the home inside the actor's area, or make the new household in it. Raises Invalid."""
    relation = checked_code("relation", "relation", relation, on)
    spells.take_turns(area_id=by.area_id if len(by.area_id) >= COMMUNITY_DIGITS else home.area_id)
    if home.household_id:
        household = spells.checked_household(home.household_id, by)
        if household.ended_on is not None and household.size == 0:
            raise Invalid(fields={"home": _("This household has ended. Choose the dwelling instead.")})
        if relation == HEAD and head_of(household.pk) is not None:
            raise Invalid(
                fields={
                    "relation": _(
                        "This household has a head already. Choose another relation, or change the head first."
                    )
                }
            )
        address = household.dwelling.address if household.dwelling else ""
        return Place(household.area_id, household.pk, household.dwelling_id, relation, address, False)
    found = placed_area(home, by)
    household = Household.objects.create(area_id=found.area_id, dwelling_id=found.dwelling_id, began_on=on)
    return replace(found, household_id=household.pk, relation=relation or HEAD, is_new=True)


def placed_area(home: Home, by: Actor) -> Place:
    """The place of a home inside the actor's area, before any household is made in it."""
    dwelling = None
    area_id = home.area_id
    if home.dwelling_id:
        # Locked, so that nobody removes the dwelling while somebody comes to live there.
        rows = Dwelling.objects.select_for_update(no_key=True)
        dwelling = rows.filter(by.within(), pk=home.dwelling_id).first()
        if dwelling is None:
            raise Invalid(fields={"home": _("There is no such dwelling in your area.")})
        area_id = dwelling.area_id
    known = by.covers(area_id) and len(area_id) >= COMMUNITY_DIGITS and Area.objects.filter(pk=area_id).exists()
    if not known:
        raise Invalid(fields={"home": _("Choose the home, or at least the grid, inside your area.")})
    return Place(area_id, None, dwelling.pk if dwelling else None, "", dwelling.address if dwelling else "", False)


def head_of(household_id: int | None) -> int | None:
    """The person who is the head of a household now."""
    if household_id is None:
        return None
    return (
        Spell.objects.open()
        .filter(household_id=household_id, relation=HEAD)
        .values_list("person_id", flat=True)
        .first()
    )
