"""Organisations on site: the list, the page of one, and its forms."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation import vault
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, mask_phone, tidy
from linli.lib.errors import Refusal
from linli.register.homes import actions, address_search, queries
from linli.register.homes.models import Building, Organisation
from linli.register.people import codes
from linli.sites.register.acts import SaidInForm, answer
from linli.sites.register.edge import page
from linli.sites.register.filters import choosable_areas
from linli.sites.register.forms.homes import ClosedForm, OrganisationForm
from linli.sites.register.places import organisation_in_scope
from linli.sites.register.views.dwellings import reveal
from linli.ui.links import Chip, Option, from_page, without
from linli.ui.toasts import toast, toast_error


def crumb() -> tuple[str, str]:
    """The first crumb of the pages of organisations."""
    return _("Organisations"), reverse("register:organisations")


def crumbs_of(found: Organisation) -> list[tuple[str, str]]:
    """Organisations › this one."""
    return [crumb(), (found.name, reverse("register:organisation", args=[found.pk]))]


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def organisations(request: ActorRequest) -> TemplateResponse:
    """The list, newest first, by area, kind and words. Two statements."""
    actor = request.actor
    q = clip(tidy(request.GET.get("q", "")), queries.LONGEST_WORDS)
    area = request.GET.get("area", "")
    area = area if area.isascii() and area.isdigit() and len(area) <= 18 and actor.covers(area) else ""
    kinds = codes.labels("organisation_kind")
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    closed = request.GET.get("closed") == "1"
    after = request.GET.get("after", "")
    found = queries.organisations_page(actor, area_id=area, q=q, kind=kind, closed=closed, after=after)
    areas = choosable_areas(actor, timezone.localdate(), area)
    chips = [Chip(_("Words"), q, without(request, "q"))] if q else []
    if area:
        chips.append(
            Chip(_("Area"), next((one.name for one in areas if one.pk == area), area), without(request, "area"))
        )
    if kind:
        chips.append(Chip(_("Kind"), kinds[kind], without(request, "kind")))
    context = {
        "rows": [{"row": one, "kind": kinds.get(one.kind, one.kind)} for one in found.rows],
        "q": q,
        "kinds": [Option(code, label, code == kind) for code, label in kinds.items()],
        "areas": [Option(one.pk, one.name, one.pk == area) for one in areas],
        "tabs": [
            {"label": _("On site"), "url": "?", "current": not closed},
            {"label": _("Gone"), "url": "?closed=1", "current": closed},
        ],
        "closed": closed,
        "chips": chips,
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
    }
    return page(request, "organisations.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def organisation(request: ActorRequest, organisation_id: int) -> TemplateResponse:
    """One organisation, its phone masked."""
    actor = request.actor
    found = organisation_in_scope(actor, organisation_id)
    facts = [
        (_("Kind"), codes.label("organisation_kind", found.kind)),
        (_("Unified social credit code"), found.credit_code),
        (_("Address"), found.address),
        (_("Grid"), found.area.name),
        (_("Contact"), found.contact),
        (_("Phone"), masked(found)),
        (_("People working there"), found.staff_count),
        (_("Here since"), found.opened_on.isoformat() if found.opened_on else ""),
        (_("Gone since"), found.closed_on.isoformat() if found.closed_on else ""),
    ]
    context = {
        "organisation": found,
        "facts": facts,
        "crumbs": [{"label": crumb()[0], "url": crumb()[1]}, {"label": found.name, "url": ""}],
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
        "may_reveal": actor.can(Permission.PEOPLE_REVEAL) and bool(found.phone_sealed),
    }
    return page(request, "organisation.html", context)


def masked(found: Organisation) -> str:
    """The phone, masked; "" without one."""
    return mask_phone(vault.unseal(found.phone_sealed, vault.PHONE)) if found.phone_sealed else ""


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_new(request: ActorRequest) -> HttpResponse:
    """Enter an organisation; `?building=` names the place."""
    now, actor = timezone.now(), request.actor
    wanted = request.GET.get("building", "")
    rows = Building.objects.visible_to(actor)
    building = rows.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    initial = {"where": building.address if building else ""}
    form = OrganisationForm(request.POST or None, actor=actor, today=timezone.localdate(now), initial=initial)

    def act(data: dict[str, Any]) -> str:
        made = actions.organisations.create(by=actor, given=placed(form, data, request), now=now)
        toast(request, _("%(name)s is in the register.") % {"name": made.name})
        return reverse("register:organisation", args=[made.pk])

    return answer(
        request, form, act, title=_("New organisation"), button=_("Enter"), crumbs=[crumb()], cancel=crumb()[1],
        names=NAMES,
    )  # fmt: skip


NAMES = {"dwelling_id": "where", "building_id": "where"}


def placed(form: OrganisationForm, data: dict[str, Any], request: ActorRequest) -> dict[str, Any]:
    """What was typed, with the building or room that its address means."""
    given = dict(data)
    words = given.pop("where", "")
    if not words:
        return given
    doors = address_search.find_dwellings(request.actor, words, most=2)
    if len(doors) == 1 and address_search.names_a_room(words):
        return given | {"dwelling_id": doors[0].pk}
    buildings = address_search.find_buildings(request.actor, words)
    if len(buildings) == 1 and not (address_search.names_a_room(words) and doors):
        # A shop without a door of its own keeps the words that were typed as its address.
        return given | {"building_id": buildings[0].pk, "address": words}
    several = _("More than one building has this address. Write it whole.")
    none = _("No building of your area has this address. Clear it and choose the grid, or enter the building first.")
    form.add_error("where", several if buildings or doors else none)
    raise SaidInForm


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_edit(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """Change an organisation; an empty phone stays as it is."""
    now, actor = timezone.now(), request.actor
    found = organisation_in_scope(actor, organisation_id)
    fields = ("name", "kind", "credit_code", "contact", "staff_count", "opened_on")
    where = found.dwelling.address if found.dwelling else found.building.address if found.building else ""
    initial = {name: getattr(found, name) for name in fields} | {"where": where, "area_id": found.area_id}
    form = OrganisationForm(
        request.POST or None, actor=actor, today=timezone.localdate(now), masked=masked(found), initial=initial
    )
    here = reverse("register:organisation", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        given = placed(form, data, request)
        if not given.get("phone"):
            given.pop("phone", None)
        actions.organisations.edit(by=actor, organisation_id=found.pk, given=given, now=now)
        toast(request, _("Saved."))
        return here

    return answer(
        request, form, act, title=_("Change the organisation"), button=_("Save"), crumbs=crumbs_of(found), cancel=here,
        names=NAMES,
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_close(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """It is gone."""
    now, found = timezone.now(), organisation_in_scope(request.actor, organisation_id)
    form = ClosedForm(request.POST or None, initial={"closed_on": timezone.localdate(now)})
    here = reverse("register:organisation", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        actions.organisations.close(by=request.actor, organisation_id=found.pk, closed_on=data["closed_on"], now=now)
        toast(request, _("Saved."), undo_url=reverse("register:organisation_reopen", args=[found.pk]))
        return here

    return answer(
        request, form, act, title=_("%(name)s is gone") % {"name": found.name}, button=_("Save"),
        crumbs=crumbs_of(found), cancel=here,
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_POST
def organisation_reopen(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """It is here after all."""
    found = organisation_in_scope(request.actor, organisation_id)
    try:
        actions.organisations.reopen(by=request.actor, organisation_id=found.pk, now=timezone.now())
        toast(request, _("Saved."))
    except Refusal as refusal:
        toast_error(request, str(refusal))
    return redirect("register:organisation", organisation_id=found.pk)


@requires(Permission.PEOPLE_REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_phone(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """Show the phone, for a reason that is written down."""
    found = organisation_in_scope(request.actor, organisation_id)
    if not found.phone_sealed:
        raise Http404

    def show(reason: str) -> str:
        return actions.organisations.reveal_phone(
            by=request.actor, organisation=found, reason=reason, now=timezone.now(), ip=ip_of(request)
        )

    return reveal(request, show, who=found.contact or found.name, crumbs=crumbs_of(found))
