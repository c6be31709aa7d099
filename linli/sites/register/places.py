"""Homes in scope, and how pages speak of them."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.register.homes import queries
from linli.register.homes.models import Building, Dwelling, Estate, Organisation
from linli.register.people.models import Household, Tenure
from linli.sites.register.edge import MOST

Row = TypeVar("Row", bound=Model)


def estate_in_scope(actor: Actor, estate_id: int) -> Estate:
    """The estate, or 404 outside the actor's scope. One statement."""
    found = queries.estate_of(actor, estate_id) if estate_id <= MOST else None
    if found is None:
        raise Http404
    return found


def building_in_scope(actor: Actor, building_id: int) -> Building:
    """The building with its estate and area, or 404. One statement."""
    return _found(Building.objects.visible_to(actor).select_related("area", "estate"), building_id)


def dwelling_in_scope(actor: Actor, dwelling_id: int) -> Dwelling:
    """The dwelling with its building, estate and area, or 404. One statement."""
    return _found(Dwelling.objects.visible_to(actor).select_related("area", "building__estate"), dwelling_id)


def organisation_in_scope(actor: Actor, organisation_id: int) -> Organisation:
    """The organisation with its place, or 404. One statement."""
    return _found(
        Organisation.objects.visible_to(actor).select_related("area", "building", "dwelling"), organisation_id
    )


def household_in_scope(actor: Actor, household_id: int) -> Household:
    """The household with its dwelling and area, or 404. One statement."""
    return _found(
        Household.objects.visible_to(actor).select_related("area", "dwelling__building__estate"), household_id
    )


def tenure_in_scope(actor: Actor, dwelling: Dwelling, tenure_id: int) -> Tenure:
    """An owner or tenant of a dwelling that is in scope, or 404."""
    return _found(Tenure.objects.filter(dwelling=dwelling).select_related("person", "dwelling"), tenure_id)


def _found(rows: QuerySet[Row], pk: int) -> Row:
    found = rows.filter(pk=pk).first() if pk <= MOST else None
    if found is None:
        raise Http404
    return found


def homes_crumb() -> tuple[str, str]:
    """The first crumb of all pages of homes."""
    return _("Homes"), reverse("register:homes")


def building_crumbs(building: Building) -> list[tuple[str, str]]:
    """Homes › estate › building."""
    crumbs = [homes_crumb()]
    if building.estate is not None:
        crumbs.append((building.estate.name, reverse("register:estate", args=[building.estate_id])))
    return [*crumbs, (building.name, reverse("register:building", args=[building.pk]))]


def dwelling_crumbs(dwelling: Dwelling) -> list[tuple[str, str]]:
    """Homes › estate › building › dwelling."""
    return [*building_crumbs(dwelling.building), (dwelling.door, reverse("register:dwelling", args=[dwelling.pk]))]


def linked(crumbs: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Crumbs for the tag; the last one is the page itself."""
    return [{"label": label, "url": url} for label, url in crumbs[:-1]] + [{"label": crumbs[-1][0], "url": ""}]
