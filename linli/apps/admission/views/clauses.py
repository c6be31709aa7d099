"""The clauses of an agreement that is being written."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.apps.admission.actions import agreements as actions
from linli.apps.admission.forms.agreements import ClauseForm
from linli.apps.admission.forms.applications import Offers, offered_of
from linli.apps.admission.models import Agreement, Clause
from linli.apps.admission.pages import address, page
from linli.apps.admission.queries.tasks import citable
from linli.apps.admission.views.agreements import agreement_or_404, trail
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import NotAllowed, Refusal
from linli.spine.catalogue.models import Matter
from linli.ui.forms import put
from linli.ui.toasts import toast, toast_error

Status = Agreement.Status


@requires(Permission.TASK_SEND)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clause_new(request: ActorRequest, agreement_id: int) -> HttpResponse:
    """Add a clause to an agreement that is being written."""
    return _clause(request, agreement_or_404(request.actor, agreement_id), None)


@requires(Permission.TASK_SEND)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clause_edit(request: ActorRequest, agreement_id: int, clause_id: int) -> HttpResponse:
    """Change a clause of an agreement that is being written."""
    found = agreement_or_404(request.actor, agreement_id)
    clause = next((one for one in found.clauses.all() if one.pk == clause_id), None)
    if clause is None:
        raise Http404
    return _clause(request, found, clause)


def _clause(request: ActorRequest, found: Agreement, clause: Clause | None) -> HttpResponse:
    if found.unit_id != request.actor.unit_id:
        raise NotAllowed(_("Only the unit that offers it may change the agreement."))
    if found.status != Status.DRAFT:
        toast_error(request, _("The agreement has been offered or signed: nothing in it changes any more."))
        return redirect("admission:agreement", found.pk)
    data = request.POST if request.method == "POST" else None
    matters: list[Matter] = citable(request.actor, timezone.localdate())
    if clause is not None and clause.matter_id not in {one.pk for one in matters}:
        matters = [clause.matter, *matters]
    form = ClauseForm(data, matters=matters, initial=_initial(clause))
    offers = Offers(data, prefix="offers", initial=_initial_lines(clause))
    label = clause.matter.name if clause else _("New clause")
    home = (f"{found.unit.name} · {found.area.name} · {found.year}", address("agreement", found.pk))
    context = {
        "agreement": found,
        "clause": clause,
        "form": form,
        "offers": offers,
        "crumbs": trail(home, (label, "")),
    }
    if data is None:
        return page(request, "clause.html", context)
    try:
        if clause is not None and "remove" in request.POST:
            actions.remove_clause(by=request.actor, agreement_id=found.pk, clause_id=clause.pk)
            toast(request, _("Taken out of the agreement."))
            return redirect("admission:agreement", found.pk)
        if not (form.is_valid() & offers.is_valid()):
            return page(request, "clause.html", context, 422)
        actions.save_clause(
            by=request.actor,
            agreement_id=found.pk,
            given=form.given(offered_of(offers)),
            clause_id=clause.pk if clause else None,
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        put(form, refusal, {"offered": "conditions"})
        return page(request, "clause.html", context, refusal.status)
    toast(request, _("Saved."))
    return redirect("admission:agreement", found.pk)


def _initial(clause: Clause | None) -> dict[str, object]:
    if clause is None:
        return {}
    names = ("what", "conditions", "waived_because")
    return {"matter": clause.matter_id, **{name: getattr(clause, name) for name in names}}


def _initial_lines(clause: Clause | None) -> list[dict[str, object]]:
    if clause is None:
        return []
    names = ("kind", "amount", "what", "due_on")
    return [{name: getattr(row, name) for name in names} for row in clause.guarantees.all()]
