"""Estates and stand-alone buildings: the list, the page of an estate, and their forms."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, tidy
from linli.register.homes import actions, address_search, queries
from linli.register.homes.models import Building
from linli.register.people.queries import homes as living
from linli.sites.register.acts import answer
from linli.sites.register.edge import page
from linli.sites.register.filters import choosable_areas
from linli.sites.register.forms.homes import EstateForm
from linli.sites.register.places import estate_in_scope, homes_crumb
from linli.ui.links import Chip, from_page, without
from linli.ui.toasts import toast

MOST_BUILDINGS = 500


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def homes(request: ActorRequest) -> TemplateResponse:
    """Estates of the area, then buildings that stand alone, with what lives in them. Eight statements at most."""
    actor = request.actor
    q = clip(tidy(request.GET.get("q", "")), queries.LONGEST_WORDS)
    area = request.GET.get("area", "")
    area = area if area.isascii() and area.isdigit() and len(area) <= 18 and actor.covers(area) else ""
    after = request.GET.get("after", "")[:24]
    found = queries.homes_page(actor, area_id=area, q=q, after=after)
    estates = living.counts_of_estates(actor, found.estates)
    buildings = living.counts_of_buildings(actor, found.buildings)
    areas = choosable_areas(actor, timezone.localdate(), area)
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "area": one.area.name,
            "url": reverse("register:estate", args=[one.pk]),
            "counts": estates[one.pk],
            "icon": "building-community",
        }
        for one in found.estates
    ]
    rows += [
        {
            "name": one.address,
            "area": one.area.name,
            "url": reverse("register:building", args=[one.pk]),
            "counts": buildings[one.pk],
            "icon": "building",
        }
        for one in found.buildings
    ]
    chips = [Chip(_("Words"), q, without(request, "q"))] if q else []
    if area:
        name = next((one.name for one in areas if one.pk == area), area)
        chips.append(Chip(_("Area"), name, without(request, "area")))
    context = {
        "rows": rows,
        "q": q,
        "area": area,
        "areas": areas,
        "chips": chips,
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
        "doors": address_search.find_dwellings(actor, q) if q and not rows else [],
    }
    return page(request, "homes.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def estate(request: ActorRequest, estate_id: int) -> TemplateResponse:
    """An estate with its buildings in the actor's area."""
    actor = request.actor
    found = estate_in_scope(actor, estate_id)
    rows = Building.objects.visible_to(actor).filter(estate=found).select_related("area").order_by("code")
    buildings = list(rows[:MOST_BUILDINGS])
    counts = living.counts_of_buildings(actor, buildings)
    facts = [
        (_("Community"), found.area.name),
        (_("Other names"), "、".join(found.aliases)),
        (_("Street and number"), found.address),
        (_("Managed by"), found.get_management_display() if found.management else ""),
        (_("Built in"), found.built_year),
        (_("Buildings"), len(buildings)),
        (_("Dwellings"), sum(one.dwellings for one in counts.values())),
        (_("Households"), sum(one.households for one in counts.values())),
        (_("People"), sum(one.people for one in counts.values())),
    ]
    context = {
        "estate": found,
        "facts": facts,
        "rows": [{"building": one, "counts": counts[one.pk]} for one in buildings],
        "crumbs": [{"label": homes_crumb()[0], "url": homes_crumb()[1]}, {"label": found.name, "url": ""}],
        "may_edit": actor.can(Permission.PEOPLE_EDIT) and actor.covers(found.area_id),
    }
    return page(request, "estate.html", context)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def estate_new(request: ActorRequest) -> HttpResponse:
    """Enter an estate."""
    now = timezone.now()
    form = EstateForm(request.POST or None, actor=request.actor, today=timezone.localdate(now))

    def act(data: dict[str, Any]) -> str:
        made = actions.estates.create(by=request.actor, given=data, now=now)
        toast(request, _("%(name)s is in the register. Now enter its buildings.") % {"name": made.name})
        return reverse("register:estate", args=[made.pk])

    cancel = reverse("register:homes")
    return answer(request, form, act, title=_("New estate"), button=_("Enter"), crumbs=[homes_crumb()], cancel=cancel)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def estate_edit(request: ActorRequest, estate_id: int) -> HttpResponse:
    """Change an estate; a new name goes into every address."""
    now, found = timezone.now(), estate_in_scope(request.actor, estate_id)
    initial = {
        "name": found.name,
        "aliases": " ".join(found.aliases),
        "address": found.address,
        "management": found.management,
        "built_year": found.built_year,
    }
    form = EstateForm(
        request.POST or None, actor=request.actor, today=timezone.localdate(now), estate=found, initial=initial
    )
    here = reverse("register:estate", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        actions.estates.edit(by=request.actor, estate_id=found.pk, given=data, now=now)
        toast(request, _("Saved."))
        return here

    crumbs = [homes_crumb(), (found.name, here)]
    intro = _("A new name goes into the standard addresses of all buildings and dwellings.")
    return answer(
        request, form, act, title=_("Change the estate"), button=_("Save"), crumbs=crumbs, cancel=here, intro=intro
    )
