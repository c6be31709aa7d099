"""What arrived under an agreement: entered and taken back by the community that got it."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from linli.apps.admission import uploads
from linli.apps.admission.actions import arrivals
from linli.apps.admission.forms.agreements import ArrivalForm
from linli.apps.admission.models import Arrival
from linli.apps.admission.pages import MOST, address, page
from linli.apps.admission.views.agreements import agreement_or_404, line_of, trail
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import NotAllowed, Refusal
from linli.ui.forms import put
from linli.ui.toasts import toast, toast_error


@requires(Permission.TASK_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arrival_new(request: ActorRequest, agreement_id: int, guarantee_id: int) -> HttpResponse:
    """Say that something arrived."""
    actor, now = request.actor, timezone.now()
    found = agreement_or_404(actor, agreement_id)
    every = [(clause, one) for clause in found.clauses.all() for one in clause.guarantees.all()]
    hit = next(((clause, one) for clause, one in every if one.pk == guarantee_id), None)
    if hit is None:
        raise Http404
    clause, guarantee = hit
    data = request.POST if request.method == "POST" else None
    form = ArrivalForm(data, initial={"key": uuid4(), "on": timezone.localdate(now), "amount": guarantee.missing})
    if not guarantee.amount:
        del form.fields["amount"]
    kept = uploads.kept(request, actor)
    home = (f"{found.unit.name} · {found.area.name} · {found.year}", address("agreement", found.pk))
    context: dict[str, Any] = {
        "agreement": found,
        "clause": clause,
        "line": line_of(guarantee, None),
        "form": form,
        "kept": kept,
        "sealed": uploads.sealed(kept),
        "crumbs": trail(home, (_("What arrived"), "")),
    }
    if data is None:
        return page(request, "arrival.html", context)
    try:
        kept = uploads.take(request, actor, kept, now)
        context |= {"kept": kept, "sealed": uploads.sealed(kept)}
        if not form.is_valid():
            return page(request, "arrival.html", context, 422)
        day: date = form.cleaned_data["on"]
        arrivals.record(
            by=actor,
            guarantee_id=guarantee.pk,
            on=day,
            amount=form.cleaned_data.get("amount", 0),
            note=form.cleaned_data["note"],
            evidence=kept[-1] if kept else None,
            now=now,
            key=str(form.cleaned_data["key"] or ""),
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.is_valid()
        put(form, refusal)
        return page(request, "arrival.html", context, refusal.status)
    toast(request, _("Noted that it arrived."))
    return redirect("admission:agreement", found.pk)


@requires(Permission.TASK_WORK)
@never_cache
@require_POST
def arrival_withdraw(request: ActorRequest, agreement_id: int, arrival_id: int) -> HttpResponse:
    """Take back an arrival that was entered by mistake."""
    found = agreement_or_404(request.actor, agreement_id)
    own = Arrival.objects.filter(guarantee__clause__agreement=found, pk=arrival_id)
    if arrival_id > MOST or not own.exists():
        raise Http404
    try:
        reason = request.POST.get("reason", "")
        arrivals.withdraw(by=request.actor, arrival_id=arrival_id, reason=reason, now=timezone.now())
        toast(request, _("Taken back. It stays readable."))
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal))
    return redirect("admission:agreement", found.pk)
