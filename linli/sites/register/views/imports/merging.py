"""The merge desk: rows that may mean somebody who is there already, with the reason for each."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports.models import Batch
from linli.lib.errors import Refusal
from linli.register.people.importing import deciding, naming, numbering, previewing
from linli.register.people.importing.sentences import why
from linli.register.people.models import Staged
from linli.sites.register.forms.imports import DecisionForm
from linli.sites.register.views.imports.scope import batch_in_scope, show, where
from linli.ui.links import from_page, without
from linli.ui.toasts import toast, toast_error

PAGE = 15
TABS = ("open", "known", "decided")


@requires(Permission.PEOPLE_IMPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: ActorRequest, batch_id: int) -> HttpResponse:
    """Open rows, rows with the document of somebody known, and what was decided; a POST decides."""
    batch = batch_in_scope(request.actor, batch_id)
    if batch.state != Batch.State.CHECKED:
        return redirect(where(batch))
    return _decide(request, batch) if request.method == "POST" else _page(request, batch)


def _decide(request: ActorRequest, batch: Batch) -> HttpResponse:
    tab = request.POST.get("view", "")
    back = reverse("register:import_merge", args=[batch.pk]) + (f"?view={tab}" if tab in TABS else "")
    form = DecisionForm(request.POST)
    if not form.is_valid() or not (form.cleaned_data["row"] or form.cleaned_data["reason"]):
        toast_error(request, _("Choose one of the decisions."))
        return redirect(back)
    try:
        n = _decided(request, batch, form.cleaned_data)
    except Refusal as refusal:
        toast_error(request, "; ".join(str(text) for text in refusal.fields.values()) or str(refusal))
    else:
        toast(request, ngettext("%(n)s row decided.", "%(n)s rows decided.", n) % {"n": n})
    return redirect(back)


def _decided(request: ActorRequest, batch: Batch, said: dict[str, Any]) -> int:
    """Carry the decision out; returns about how many rows it was."""
    decision, row, given = said["decision"], said["row"], request.POST
    if decision in numbering.DECISIONS:
        numbering.decide(
            by=request.actor, batch_id=batch.pk, number=row or 0, decision=decision, out=said["out"], now=timezone.now()
        )
        return 1
    keep = [name for name in given.getlist("differs") if name not in given.getlist("take")][:40]
    if decision == DecisionForm.HELD_NAME:
        decision, keep = Staged.Decision.SAME, [*keep, "name"]
    return deciding.decide(
        by=request.actor,
        batch_id=batch.pk,
        decision=decision,
        rows=[row] if row else [],
        reason=said["reason"],
        keep=[name for name in keep if name.isidentifier()],
        now=timezone.now(),
    )


def _page(request: ActorRequest, batch: Batch) -> TemplateResponse:
    view = request.GET.get("view", "open")
    view = view if view in TABS else "open"
    every = Staged.objects.filter(batch=batch)
    open_rows = every.filter(state=Staged.State.DUPLICATE)
    shown = {
        "open": open_rows,
        "known": every.filter(reason="identity", person_id__isnull=False, state=Staged.State.OK),
        "decided": every.filter(
            Q(decided_by_id__isnull=False) | Q(unlike_person_id__isnull=False) | Q(unlike_row__isnull=False)
        ),
    }
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    part, following = previewing.part(shown[view], start, PAGE)
    counts = {name: rows.count() for name, rows in shown.items()}
    labels = {"open": _("To decide"), "known": _("Same document"), "decided": _("Decided")}
    alike = open_rows.order_by().values("reason").annotate(n=Count("pk")).order_by("-n")[:12] if view == "open" else []
    context = {
        "view": view,
        "tabs": [
            {"label": labels[name], "url": f"?view={name}", "count": counts[name], "current": name == view}
            for name in TABS
        ],
        "lines": previewing.with_sources(batch, previewing.lines(part)),
        "alike": [
            (row["reason"], why(row["reason"]), row["n"])
            for row in alike
            if row["n"] > 1 and row["reason"] != naming.NAME_DIFFERS
        ],
        "older_url": from_page(request, str(following)) if following else "",
        "first_url": without(request) if after else "",
        "left": counts["open"],
    }
    return show(request, "import_merge.html", batch, "merge", context)
