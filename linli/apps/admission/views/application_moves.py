"""The moves of an application, and what is offered with it while the communities are asked."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.apps.admission.actions import applications as actions
from linli.apps.admission.flow import APPLICATION
from linli.apps.admission.forms.applications import (
    Offers,
    TermsForm,
    offered_of,
)
from linli.apps.admission.models import Application
from linli.apps.admission.moves import MoveForm, choice_of, history
from linli.apps.admission.pages import address, crumbs, page
from linli.apps.admission.views.applications import application_or_404, facts_of, of_one_community
from linli.apps.admission.views.applying import initial_offers
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import NotAllowed, Refusal, Stale
from linli.spine.cases.flow import Need
from linli.spine.cases.queries import Choice
from linli.spine.cases.shown import due, status
from linli.ui.forms import put
from linli.ui.toasts import toast


@requires(Permission.TASK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_move(request: ActorRequest, application_id: int, move_name: str) -> HttpResponse:
    """The form of a move (GET), or the move itself (POST)."""
    now, actor = timezone.now(), request.actor
    found = application_or_404(actor, application_id)
    if found.case is None or move_name not in {one.name for one in APPLICATION.moves}:
        raise Http404
    if move_name == "answer":
        return redirect(address("application", found.pk) + "#answer")
    if move_name == "edit":
        return redirect("admission:application_edit", found.pk)
    choice = choice_of(found.case, actor, move_name, now)
    if choice is None:
        raise NotAllowed(_("Your part in this application does not include this."))
    return _improve(request, found, choice) if move_name == "improve" else _made(request, found, choice)


def _made(request: ActorRequest, found: Application, choice: Choice) -> HttpResponse:
    assert found.case is not None
    initial = {"seq": found.case.seq}
    data = request.POST if request.method == "POST" else None
    form = MoveForm(data, move=choice.move, case=found.case, initial=initial)
    if data is None:
        return _move_page(request, found, choice, form)
    if not form.is_valid():
        return _move_page(request, found, choice, form, 422)
    try:
        actions.act(
            application_id=found.pk,
            name=choice.move.name,
            by=request.actor,
            inputs=form.inputs(),
            now=timezone.now(),
            expected_seq=form.cleaned_data["seq"],
            basis=form.cleaned_data.get("basis", ""),
        )
    except NotAllowed:
        raise
    except Stale as stale:
        return _moved_meanwhile(request, found.pk, choice, stale)
    except Refusal as refusal:
        put(form, refusal)
        return _move_page(request, found, choice, form, refusal.status)
    except OperationalError:
        form.add_error(None, _("The system is busy for a moment. Please send it again."))
        return _move_page(request, found, choice, form, 503)
    toast(request, _("%(number)s: %(move)s. Done.") % {"number": found.name, "move": gettext(choice.move.label)})
    return redirect("admission:application", found.pk)


def _moved_meanwhile(request: ActorRequest, application_id: int, choice: Choice, stale: Stale) -> HttpResponse:
    found = application_or_404(request.actor, application_id)
    assert found.case is not None
    fresh = choice_of(found.case, request.actor, choice.move.name, timezone.now()) or choice
    data = request.POST.copy()
    data["seq"] = str(found.case.seq)
    form = MoveForm(data, move=fresh.move, case=found.case)
    form.is_valid()
    form.add_error(None, str(stale))
    return _move_page(request, found, fresh, form, 409)


def _move_page(
    request: ActorRequest, found: Application, choice: Choice, form: MoveForm, code: int = 200
) -> HttpResponse:
    assert found.case is not None
    now = timezone.now()
    label = gettext(choice.move.label)
    home = address("application", found.pk)
    context = {
        "case": found.case,
        "choice": choice,
        "form": form,
        "label": label,
        "title": f"{label} · {found.name}",
        "status": status(found.case),
        "due": due(found.case, now),
        "url": address("application_move", found.pk, choice.move.name),
        "back_url": home,
        "history": history(found.case, of_community=of_one_community(request.actor))[:6],
        "facts": facts_of(found),
        "needs_matter": Need.MATTER in choice.move.needs,
        "crumbs": crumbs((_("Applications"), address("applications")), (found.name, home), (label, "")),
    }
    return page(request, "move.html", context, code)


def _improve(request: ActorRequest, found: Application, choice: Choice) -> HttpResponse:
    """Change what is offered while the communities are asked."""
    data = request.POST if request.method == "POST" else None
    form, offers = _offer_forms(found, data)
    if data is None:
        return _improve_page(request, found, choice, form, offers)
    if not (form.is_valid() & offers.is_valid()):
        return _improve_page(request, found, choice, form, offers, 422)
    try:
        actions.improve(
            by=request.actor,
            application_id=found.pk,
            offered=offered_of(offers),
            conditions=form.cleaned_data["conditions"],
            waived_because=form.cleaned_data["waived_because"],
            now=timezone.now(),
            expected_seq=form.cleaned_data["seq"],
        )
    except NotAllowed:
        raise
    except Stale as stale:
        return _improved_meanwhile(request, found.pk, choice, stale)
    except Refusal as refusal:
        put(form, refusal, {"offered": "conditions"})
        return _improve_page(request, found, choice, form, offers, refusal.status)
    except OperationalError:
        form.add_error(None, _("The system is busy for a moment. Please send it again."))
        return _improve_page(request, found, choice, form, offers, 503)
    toast(request, _("Changed. The communities are asked again."))
    return redirect("admission:application", found.pk)


def _offer_forms(found: Application, data: Any) -> tuple[TermsForm, Any]:
    assert found.case is not None
    initial = {"seq": found.case.seq, "conditions": found.conditions, "waived_because": found.waived_because}
    return TermsForm(data, initial=initial), Offers(data, prefix="offers", initial=initial_offers(found))


def _improved_meanwhile(request: ActorRequest, application_id: int, choice: Choice, stale: Stale) -> HttpResponse:
    found = application_or_404(request.actor, application_id)
    assert found.case is not None
    fresh = choice_of(found.case, request.actor, choice.move.name, timezone.now()) or choice
    data = request.POST.copy()
    data["seq"] = str(found.case.seq)
    form, offers = _offer_forms(found, data)
    form.is_valid()
    form.add_error(None, str(stale))
    return _improve_page(request, found, fresh, form, offers, 409)


def _improve_page(
    request: ActorRequest, found: Application, choice: Choice, form: TermsForm, offers: Any, code: int = 200
) -> HttpResponse:
    home = address("application", found.pk)
    context = {
        "application": found,
        "form": form,
        "offers": offers,
        "choice": choice,
        "opinions": [one for one in found.opinions.select_related("area") if one.terms_ok is False],
        "crumbs": crumbs((_("Applications"), address("applications")), (found.name, home), (_("What is offered"), "")),
        "back_url": home,
    }
    return page(request, "improve.html", context, code)
