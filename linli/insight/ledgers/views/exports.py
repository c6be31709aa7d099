"""Exports: asking for one, the list of them, one with its progress and decision, and the file."""

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.insight.ledgers import edge, making, queries, tasks
from linli.insight.ledgers.actions import exports as actions
from linli.insight.ledgers.edge import page
from linli.insight.ledgers.forms import AskForm, DecideForm
from linli.insight.ledgers.models import Export
from linli.lib.errors import Invalid
from linli.ui.forms import put
from linli.ui.links import Chip, from_page, without
from linli.ui.toasts import toast

State = Export.State
KINDS = {
    State.ASKED: "soon",
    State.APPROVED: "doing",
    State.MAKING: "doing",
    State.READY: "done",
    State.REFUSED: "returned",
    State.FAILED: "late",
    State.EXPIRED: "muted",
    State.CANCELLED: "muted",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Permission.EXPORT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ActorRequest, slug: str) -> HttpResponse:
    """Ask for the ledger of the address as a workbook; a small masked one is made at once."""
    now, actor = timezone.now(), request.actor
    actions.may_export(actor)
    found = edge.asked(request, slug)
    known = queries.reasons(actor.area_id, timezone.localdate(now)).values()
    form = AskForm(request.POST if request.method == "POST" else None, reasons=known)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(by=actor, ledger=found.ledger, chosen=found.chosen, words=found.pairs, now=now,
                               **form.cleaned_data)  # fmt: skip
        except Invalid as refusal:
            put(form, refusal)
        else:
            if made.state == State.APPROVED:
                _start(made, small=found.source.count(making.AT_ONCE) < making.AT_ONCE)
            return redirect("ledgers:export", made.pk)
    context = {
        "form": form,
        "ledger": found.ledger,
        "words": found.pairs,
        "sensitive": [one.label for one in found.ledger.fields if one.level == "sensitive"],
        "open_for": [(one.label, _unmasked(found, one)) for one in known],
        "columns": [one.label for one in found.ledger.fields],
        "hours": queries.valid_hours(actor.area_id, now),
        "back_url": reverse("ledgers:ledger", args=[slug]) + without(request),
    }
    return page(request, "ask.html", context, status=422 if form.is_bound else 200)


def _unmasked(found: edge.Asked, reason: queries.Reason) -> str:
    labels = [one.label for one in found.ledger.fields if one.level == "sensitive" and one.key in reason.unmask]
    return "、".join(labels) or _("nothing")


def _start(export: Export, *, small: bool) -> None:
    if small:
        making.run(export.pk)
    else:
        transaction.on_commit(lambda: tasks.make.enqueue(export.pk))


@requires(Permission.EXPORT)
@never_cache
@require_safe
def exports(request: ActorRequest) -> TemplateResponse:
    """One's exports; for those who approve, those of the whole area, the waiting ones under a tab of their own."""
    actor = request.actor
    approves = actor.can(Permission.PEOPLE_APPROVE)
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    found, after = queries.exports(actor, after=request.GET.get("after", ""), state=state)
    now = timezone.now()
    tabs = [("", _("All")), (State.ASKED.value, _("Waiting for approval")), (State.READY.value, _("Ready"))]
    named = dict(State.choices)
    context = {
        "rows": [(one, KINDS[State(one.state)], one.is_open(now)) for one in found],
        "tabs": [
            {"label": label, "url": f"?state={code}" if code else "?", "current": code == state} for code, label in tabs
        ],
        "chips": [Chip(_("State"), str(named[state]), "?")] if state else [],
        "approves": approves,
        "older_url": from_page(request, after),
        "first_url": without(request) if request.GET.get("after") else "",
    }
    return page(request, "exports.html", context)


@requires(Permission.EXPORT)
@never_cache
@require_safe
def export(request: ActorRequest, export_id: int) -> TemplateResponse:
    """One export: how far it is, what it holds, who may do what with it."""
    return _page(request, _in_scope(request.actor, export_id), DecideForm())


@requires(Permission.PEOPLE_APPROVE)
@never_cache
@require_POST
def decide(request: ActorRequest, export_id: int) -> HttpResponse:
    """Approve or refuse somebody else's export."""
    found, now = _in_scope(request.actor, export_id), timezone.now()
    form = DecideForm(request.POST)
    verdict = request.POST.get("verdict", "")
    if verdict not in ("approve", "refuse"):
        form.add_error(None, _("Approve it or refuse it."))
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        done = actions.decide(
            by=request.actor,
            export_id=found.pk,
            approve=verdict == "approve",
            answer=form.cleaned_data["answer"],
            now=now,
        )
    except Invalid as refusal:
        put(form, refusal)
        return _page(request, found, form, status=422)
    if done.state == State.APPROVED:
        _start(done, small=False)
        toast(request, _("Approved. The file is being made; whoever asked for it finds it here."))
    else:
        toast(request, _("Refused. Whoever asked for it reads your answer."))
    return redirect("ledgers:export", done.pk)


@requires(Permission.EXPORT)
@never_cache
@require_POST
def cancel(request: ActorRequest, export_id: int) -> HttpResponse:
    """Stop an export, or throw its file away."""
    found = _in_scope(request.actor, export_id)
    actions.cancel(by=request.actor, export_id=found.pk, now=timezone.now())
    toast(request, _("The export was cancelled; no file is left of it."))
    return redirect("ledgers:exports")


@requires(Permission.EXPORT)
@never_cache
@require_POST
def again(request: ActorRequest, export_id: int) -> HttpResponse:
    """Start one that failed once more."""
    found = actions.again(by=request.actor, export_id=_in_scope(request.actor, export_id).pk, now=timezone.now())
    _start(found, small=False)
    return redirect("ledgers:export", found.pk)


@requires(Permission.EXPORT)
@never_cache
@require_safe
def download(request: ActorRequest, export_id: int) -> FileResponse:
    """The file, for whoever asked for or approved it. Each time is written into the access log."""
    _in_scope(request.actor, export_id)
    found, path = actions.fetch(by=request.actor, export_id=export_id, ip=ip_of(request), now=timezone.now())
    response = FileResponse(path.open("rb"), content_type=XLSX)
    name = content_disposition_header(as_attachment=True, filename=f"{found.title}-{found.number}.xlsx")
    response["Content-Disposition"] = name or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _in_scope(actor: Actor, export_id: int) -> Export:
    found = queries.export(actor, export_id)
    if found is None:
        raise Http404
    return found


def _page(request: ActorRequest, found: Export, form: DecideForm, status: int = 200) -> TemplateResponse:
    actor, now = request.actor, timezone.now()
    known = queries.reasons(found.area_id, timezone.localdate(found.asked_at))
    own = found.asked_by_id == actor.user_id
    working = found.state in (State.APPROVED, State.MAKING)
    asked = found.state == State.ASKED
    reason = known[found.reason].label if found.reason in known else found.reason
    labels = dict(found.columns)
    context = {
        "export": found,
        "form": form,
        "kind": KINDS[State(found.state)],
        "facts": [
            (_("Number"), found.number),
            (_("Ledger"), found.title),
            (_("Area"), found.area.name),
            (_("Asked by"), found.asker_name),
            (_("Asked at"), f"{timezone.localtime(found.asked_at):%Y-%m-%d %H:%M}"),
            (_("Reason"), reason),
            (_("What for"), found.why),
            (_("Filters"), "；".join(f"{label}：{value}" for label, value in found.words) or _("none")),
            (_("Columns"), "、".join(labels.values())),
            (_("Shown in full"), "、".join(labels.get(key, key) for key in found.unmasked) or _("nothing: masked")),
            (_("Rows"), found.rows_total if found.rows_total is not None else ""),
            (_("Fetched"), found.downloads or ""),
            (_("Answer"), found.answer),
        ],
        "working": working,
        "may_decide": asked and not own and actor.can(Permission.PEOPLE_APPROVE),
        "waits_for_other": asked and own,
        "may_fetch": found.is_open(now) and actor.user_id in (found.asked_by_id, found.decided_by_id),
        "may_cancel": own and found.state in (State.ASKED, State.APPROVED, State.MAKING, State.READY),
        "may_retry": own and found.state == State.FAILED,
    }
    return page(request, "export.html", context, status=status)
