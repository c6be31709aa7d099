"""One form of one community for one period: what leaves of it is looked at here, and let go, refused or taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import refusal, requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.documents import DOCX, XLSX
from linli.insight.forms import changes, layout_words, leaving, purposes, queries, table, telling, ways
from linli.insight.forms.actions import copies, fillings, releasing
from linli.insight.forms.actions.releasing import Given
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.models import ReturnedForm, StandingRelease, Submission
from linli.insight.forms.table import Template
from linli.insight.forms.views import shared
from linli.insight.forms.ways import Told, Way
from linli.lib.errors import NotAllowed, Refusal
from linli.lib.filling import NotAForm
from linli.ui.toasts import toast

SAMPLE: Final = 8
LONGEST_MINUTES: Final = 60 * 24 * 31


@requires(Permission.TASK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submission(request: ActorRequest, submission_id: int) -> HttpResponse:
    """What a form says and what leaves of it (GET); the same with another choice, or let it go (POST)."""
    actor, now = request.actor, timezone.now()
    found = shared.submission_or_404(actor, submission_id)
    template = table.template_of(found.form.asked)
    if template is None or not shared.may_release(actor, found.form, template):
        if request.method == "POST":
            raise NotAllowed(refusal(Permission.TASK_WORK))
        return shared.page(request, "submission.html", _facts(request, found, template))
    if request.method != "POST":
        return _answer(request, found, template, _first_choice(found, template), {}, now)
    given = _given(request, template)
    if request.POST.get("do") == "look":
        return _answer(request, found, template, given, {}, now)
    try:
        releasing.release(by=actor, submission_id=found.pk, given=given, now=now)
    except NotAllowed:
        raise
    except NotAForm as why:
        errors: Mapping[str, object] = {"": layout_words.reason(why)}
        return _answer(request, found, template, given, errors, now, 422)
    except Refusal as refused:
        errors = refused.fields or {"": str(refused)}
        found = shared.submission_or_404(actor, submission_id)
        return _answer(request, found, template, given, errors, now, refused.status)
    toast(request, _("Given. The sender may fetch it now; every fetch is written down."))
    return redirect("forms:submission", found.pk)


def _given(request: ActorRequest, template: Template) -> Given:
    """What was chosen; a way that is none leaves its column empty."""
    columns: dict[str, Way] = {}
    for column in template.form.columns:
        way = request.POST.get(f"way_{ways.id_of(column)}", Way.BLANK)
        columns[ways.id_of(column)] = Way(way) if way in Way.values else Way.BLANK
    minutes = request.POST.get("minutes", "").strip()
    spent = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else None
    return Given(
        purpose=request.POST.get("purpose", "")[: purposes.LONGEST],
        columns=columns,
        as_counts=request.POST.get("as_counts") == "1",
        digest=request.POST.get("digest", "")[:64],
        minutes=min(spent, LONGEST_MINUTES) if spent is not None else None,
    )


def _first_choice(found: Submission, template: Template) -> Given:
    """What is offered first: as it was given the last time, else with care."""
    before = found if found.columns else queries.last_given(found)
    known = {told.name: told.way for told in ways.read(before.columns).values()} if before is not None else {}
    columns = {ways.id_of(one): known.get(one.name, ways.cautious(one)) for one in template.form.columns}
    offered = purposes.purposes(purposes.matter_of(found.form))
    purpose = before.purpose if before is not None and before.purpose in offered else next(iter(offered), "")
    return Given(purpose=purpose, columns=columns, as_counts=before.as_counts if before is not None else False)


def _facts(request: ActorRequest, found: Submission, template: Template | None) -> dict[str, Any]:
    """What everybody in scope reads: who asks, on what ground, what became of it; nothing of what stands in it."""
    form, today = found.form, timezone.localdate()
    item, documents, matter = shared.basis_of(form)
    kind, label, icon = shared.status(found.state, found.due_on, today)
    facts: list[tuple[str, object]] = [
        (_("Sender"), form.asked.handing.unit.name),
        (_("Community"), form.area.name),
        (_("Period"), shared.period_of(found) or _("once")),
        (_("Due on"), f"{found.due_on:%Y-%m-%d}"),
        (_("Item that allows it"), item or _("none: it is on no list")),
        (_("Basis"), documents),
    ]
    if found.cells:
        facts.append((_("Filled by itself"), f"{found.percent_held} %（{found.cells_held}/{found.cells}）"))
    if found.decided_at is not None:
        facts += [
            (_("Decided by"), f"{found.decider_name} {timezone.localtime(found.decided_at):%Y-%m-%d %H:%M}"),
            (_("Purpose"), found.purpose),
            (_("Reason"), found.reason),
        ]
    if found.state == Submission.State.RELEASED:
        facts += [
            (_("Rows"), found.rows),
            (_("Columns given"), _named(found.columns)),
            (_("Given as"), _("counts") if found.as_counts else _("rows")),
            (_("Under the standing release"), _("yes") if found.standing_id else ""),
            (_("Fetched"), found.downloads or ""),
        ]
    own = request.actor.can(Permission.TASK_SEND) and request.actor.unit_id == form.asked.handing.unit_id
    return {
        "submission": found,
        "form": form,
        "handing": form.asked.handing,
        "status": {"kind": kind, "label": label, "icon": icon},
        "facts": [(label, value) for label, value in facts if value not in ("", None)],
        "matter": matter,
        "period": shared.period_of(found),
        "may_fetch": own and found.state == Submission.State.RELEASED and bool(found.path),
        "may_release": False,
        "template": template,
    }


def _named(columns: list[list[str]]) -> str:
    told = ways.read(columns).values()
    return "、".join(f"{one.name}（{one.way.label}）" for one in told if one.way != Way.BLANK)


def _answer(
    request: ActorRequest,
    found: Submission,
    template: Template,
    given: Given,
    errors: Mapping[str, object],
    now: datetime,
    status: int = 200,
) -> TemplateResponse:
    actor, today = request.actor, timezone.localdate(now)
    context = _facts(request, found, template) | {"may_release": True, "errors": dict(errors), "chosen": given}
    form = found.form
    standing = queries.standing_of(form, today)
    matter = purposes.matter_of(form)
    context |= {
        "is_changed": form.is_changed,
        "against": purposes.objections(form, today),
        "purposes": purposes.purposes(matter),
        "only_counts": purposes.EVERYTHING in purposes.withheld(matter, form.area_id, today),
        "standing": standing,
        "standing_columns": _named(standing.columns) if standing else "",
        "is_open": found.state in releasing.OPEN,
        "may_copy": copies.may_take(actor, found, template),
        "kept": ReturnedForm.objects.filter(submission=found, kept_at__isnull=False).order_by("-pk").first(),
        "minutes": given.minutes or "",
    }
    if context["is_open"] and not form.is_changed:
        context |= _preview(actor, found, template, given, today)
    return shared.page(request, "submission.html", context, status)


def _preview(actor: Any, found: Submission, template: Template, given: Given, today: Any) -> dict[str, Any]:
    """Exactly what would leave: each column with what stands in it, how many people stand out, what would help."""
    drawn_from = table.of(found, template, actor=actor, today=today)
    if drawn_from.is_too_long:
        return {"too_long": True}
    chosen = {
        ways.id_of(one): Told(ways.id_of(one), one.name, given.columns.get(ways.id_of(one), Way.BLANK))
        for one in template.form.columns
    }
    drawn = leaving.draw(drawn_from, found, chosen)
    found_changes = changes.since(queries.last_given(found), drawn, fillings.rows_of)
    whole = drawn.whole
    suggested = (
        []
        if given.as_counts
        else (table.suggestions(drawn.columns, [whole[at] for at in drawn.of_people], chosen, drawn.likeness))
    )
    return {
        "columns": [_column(one, drawn, chosen) for one in drawn.columns if one.key != table.NUMBER],
        "heads": [one.name for one in drawn.columns],
        "sample": [[_shown(one, row, chosen) for one in drawn.columns] for row in drawn.told[:SAMPLE]],
        "rows": len(whole),
        "digest": drawn.digest,
        "likeness": drawn.likeness,
        "naming": [one.name for one in drawn.columns if _names(one, chosen)],
        "suggestions": [(one.name, str(way.label), alone) for one, way, alone in suggested],
        "changes": found_changes,
    }


def _column(one: AskedColumn, drawn: leaving.Drawn, chosen: Mapping[str, Told]) -> dict[str, Any]:
    way = chosen[ways.id_of(one)].way
    where, note = telling.origin(one, drawn.form)
    return {
        "id": ways.id_of(one),
        "name": one.name,
        "where": where,
        "note": note if way == Way.AS_IS else "",
        "ways": [(choice.value, str(choice.label), choice == way) for choice in ways.ways_of(one)],
        "sample": "、".join(dict.fromkeys(text for row in drawn.told[:SAMPLE] if (text := _shown(one, row, chosen))))[
            :80
        ],
    }


def _names(one: AskedColumn, chosen: Mapping[str, Told]) -> bool:
    """Whether a column as it leaves says who somebody is."""
    way = chosen[ways.id_of(one)].way
    return way == Way.AS_IS and (ways.is_sensitive(one) or ways.names_people(one))


def _shown(one: AskedColumn, row: Any, chosen: Mapping[str, Told]) -> str:
    """A cell of the preview: numbers that leave in full are masked on the screen all the same."""
    value = row[one.at]
    if ways.is_sensitive(one) and value not in (None, ""):
        return ways.masked(one, str(value))
    return table.as_text(value)


@requires(Permission.TASK_READ)
@never_cache
@require_POST
def submission_standing(request: ActorRequest, submission_id: int) -> HttpResponse:
    """One press: let a recurring form go as its standing release says."""
    found = shared.submission_or_404(request.actor, submission_id)
    text = request.POST.get("standing", "")
    standing_id = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not shared.may_release(request.actor, found.form, shared.template_or_404(found.form)):
        raise NotAllowed(refusal(Permission.TASK_WORK))
    held = StandingRelease.objects.filter(pk=standing_id, form_id=found.form_id).exists()
    try:
        releasing.release_under(
            by=request.actor, submission_id=found.pk, standing_id=standing_id if held else 0, now=timezone.now()
        )
        toast(request, _("Given. The sender may fetch it now; every fetch is written down."))
    except NotAllowed:
        raise
    except NotAForm as why:
        shared.told(request, Refusal(layout_words.reason(why)))
    except Refusal as refused:
        shared.told(request, refused)
    return redirect("forms:submission", found.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_POST
def submission_refuse(request: ActorRequest, submission_id: int) -> HttpResponse:
    """Do not give a form, or take back what was given: with the reason that its sender reads."""
    found = shared.submission_or_404(request.actor, submission_id)
    # As the page said, not as it is by now: a second press or an old page must not do the other thing.
    take = releasing.withdraw if request.POST.get("do") == "withdraw" else releasing.refuse
    try:
        take(by=request.actor, submission_id=found.pk, reason=request.POST.get("reason", ""), now=timezone.now())
        toast(request, _("Written down. The sender reads the reason."))
    except NotAllowed:
        raise
    except Refusal as refused:
        shared.told(request, refused)
    return redirect("forms:submission", found.pk)


@requires(Permission.TASK_SEND)
@never_cache
@require_safe
def submission_file(request: ActorRequest, submission_id: int) -> FileResponse:
    """The file that left, for the unit that asked for it."""
    found = shared.submission_or_404(request.actor, submission_id)
    path = releasing.fetch(by=request.actor, submission=found, ip=ip_of(request), now=timezone.now())
    kind = DOCX if found.file_name.endswith(".docx") else XLSX
    response = FileResponse(path.open("rb"), content_type=kind)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=found.file_name) or "attachment"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
