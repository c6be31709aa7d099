"""Tasks: what was handed to communities, one of them, its moves and its files."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.admission import uploads
from linli.apps.admission.actions import tasks as actions
from linli.apps.admission.flow import TASK, TASK_REASONS
from linli.apps.admission.flow.task import CONTESTED
from linli.apps.admission.models import Form, Task
from linli.apps.admission.moves import Buttons, MoveForm, buttons, choice_of, first_receiver, history
from linli.apps.admission.pages import address, area_options, crumbs, month_of, number_of, options, page, words_of
from linli.apps.admission.queries import beside, guarantees, judging
from linli.apps.admission.queries import tasks as queries
from linli.apps.admission.queries.tasks import Filter
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.files.documents import open_document
from linli.foundation.files.models import StoredFile
from linli.lib.errors import NotAllowed, Refusal, Stale
from linli.spine.cases.flow import Need
from linli.spine.cases.queries import Choice, choices
from linli.spine.cases.shown import due, status
from linli.spine.catalogue.models import Matter, MatterList
from linli.ui.forms import put
from linli.ui.links import Chip, from_page, without
from linli.ui.toasts import toast

NARROWING: Final = ("q", "form", "state", "unit", "area", "month", "months_to", "facet", "handing")


def read_filter(request: ActorRequest) -> Filter:
    """What the address asks for. Values that mean nothing are left out, never an error."""
    params, actor = request.GET, request.actor
    usual = "todo" if queries.has_desk(actor) else "open"
    view = params.get("view", "")
    if view not in queries.VIEWS or (view == "todo" and usual != "todo"):
        view = "all" if any(params.get(name) for name in NARROWING) else usual
    area = params.get("area", "")
    return Filter(
        view=view,
        q=words_of(request),
        form=params.get("form", "") if params.get("form", "") in Form.values else "",
        state=params.get("state", "") if params.get("state", "") in TASK.state else "",
        unit=number_of(params.get("unit", "")),
        area=area if area.isascii() and area.isdigit() and len(area) <= 12 else "",
        month=month_of(params.get("month", "")),
        months_to=month_of(params.get("months_to", "")),
        facet=params.get("facet", "") if params.get("facet", "") in queries.FACETS else "",
        handing=number_of(params.get("handing", "")),
    )


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def tasks(request: ActorRequest) -> TemplateResponse:
    """The tasks of the actor's scope: on the desk, open, off the lists, or all. Six statements."""
    now, actor = timezone.now(), request.actor
    chosen = read_filter(request)
    after = request.GET.get("after", "")
    counts = queries.counts(actor)
    found = queries.page(actor, chosen, after=after)
    senders = queries.senders(actor)
    areas = _areas(actor, timezone.localdate(now))
    shown = {
        "forms": options(dict(Form.choices), chosen.form),
        "states": options({code: gettext(state.label) for code, state in TASK.state.items()}, chosen.state),
        "units": options({str(unit.pk): unit.name for unit in senders}, str(chosen.unit or "")),
        "areas": area_options(areas, chosen.area),
    }
    chips = _chips(request, chosen, senders, areas)
    context = {
        "chosen": chosen,
        "rows": [(row, status(row.case), due(row.case, now)) for row in found.rows],
        "tabs": _tabs(actor, chosen, counts),
        "options": shown,
        "chips": chips,
        "clear_url": f"?view={chosen.view}",
        "empty": _empty(chosen, chips),
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
        "may_send": actor.can(Permission.TASK_SEND) and actor.unit_id is not None,
        "title": _("Tasks"),
    }
    return page(request, "tasks.html", context)


def _areas(actor: Actor, on: date) -> list[Area]:
    if len(actor.area_id) >= 12:
        return []
    level = "street" if len(actor.area_id) <= 6 else "community"
    return list(Area.objects.within(actor.area_id).current(on).filter(level=level).order_by("pk"))


def _tabs(actor: Actor, chosen: Filter, counts: queries.Counts) -> list[dict[str, object]]:
    labels: dict[str, tuple[str, int | None]] = {
        "todo": (_("To do"), counts.todo),
        "open": (_("Open"), counts.open),
        "off": (_("Off the lists"), counts.off),
        "all": (_("All"), None),
    }
    return [
        {"label": label, "count": count, "url": f"?view={name}", "current": name == chosen.view}
        for name, (label, count) in labels.items()
        if name != "todo" or queries.has_desk(actor)
    ]


def _chips(request: ActorRequest, chosen: Filter, senders: list[Unit], areas: list[Area]) -> list[Chip]:
    found: list[tuple[str, str, str]] = []
    if chosen.q:
        found.append((_("Words"), chosen.q, "q"))
    if chosen.form:
        found.append((_("Kind of task"), str(Form(chosen.form).label), "form"))
    if chosen.state:
        found.append((_("State"), gettext(TASK.state[chosen.state].label), "state"))
    if chosen.unit:
        found.append((_("Sender"), next((u.name for u in senders if u.pk == chosen.unit), str(chosen.unit)), "unit"))
    if chosen.area:
        found.append((_("Area"), next((a.name for a in areas if a.pk == chosen.area), chosen.area), "area"))
    if chosen.month:
        last = chosen.months_to or chosen.month
        months = f"{chosen.month:%Y-%m}" if last == chosen.month else f"{chosen.month:%Y-%m} – {last:%Y-%m}"
        found.append((_("Handed down"), months, "month"))
    if chosen.facet:
        found.append((_("Only"), facet_words()[chosen.facet], "facet"))
    if chosen.handing:
        found.append((_("Handed down together"), str(chosen.handing), "handing"))
    return [Chip(label, value, without(request, name)) for label, value, name in found]


def facet_words() -> dict[str, str]:
    """What the figures of the burden page count, for the chip of a list that it has opened."""
    return {
        "on_list": _("on a list"),
        "off_list": _("off the lists"),
        "in_question": _("citation in question"),
        "cited": _("handed down under an item"),
        "contested": _("citation contested"),
        "lost": _("citation lost"),
        "refusals": _("Refused"),
        "refused": _("refused: on no list"),
        "refused_late": _("refused: late"),
        "protested": _("accepted under protest"),
        "corrected": _("corrected"),
        "finished": _("Finished"),
        "stopped": _("refused for good: never done"),
        "recalled": _("recalled before it was done"),
        "cut": _("merged or turned down by the street"),
        "reported": _("with reported time"),
        "held": _("asked again for what is held"),
    }


def _empty(chosen: Filter, chips: list[Chip]) -> str:
    if chips:
        values = {"label": chips[-1].label, "value": chips[-1].value}
        return _("Nothing matches. Try it without “%(label)s: %(value)s”.") % values
    return {
        "todo": _("Nothing waits for you. New tasks appear here by themselves."),
        "off": _("Nothing was handed down without a list."),
    }.get(chosen.view, _("There are no tasks here yet."))


def task_or_404(actor: Actor, number: str) -> Task:
    """The task in scope, or 404."""
    found = queries.one(actor, number)
    if found is None:
        raise Http404
    return found


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def task(request: ActorRequest, task_number: str) -> TemplateResponse:
    """A task: what is asked, which item allows it or why none does, what belongs to it, and what comes next."""
    now, actor = timezone.now(), request.actor
    found = task_or_404(actor, task_number)
    return page(request, "task.html", _shown(found, actor, now))


def _shown(found: Task, actor: Actor, now: datetime) -> dict[str, Any]:
    case = found.case
    today = timezone.localdate(now)
    promised = []
    if case.matter is not None and case.party is not None and case.party.unit_id is not None:
        promised = list(guarantees.of_item(unit_id=case.party.unit_id, area_id=case.area_id, matter=case.matter))
    late = {one.guarantee.pk: one for one in guarantees.late_among(promised, today)}
    files = list(found.handing.files.select_related("file").order_by("pk"))
    brought = list(found.files.select_related("file").order_by("pk"))
    return {
        "task": found,
        "case": case,
        "title": case.title,
        "status": status(case),
        "due": due(case, now),
        "buttons": _buttons(found, actor, now),
        "in_question": case.state == CONTESTED,
        "reasons": [judging.sentence(one["text"], one["values"]) for one in found.why_off],
        "promised": [(row, late.get(row.pk)) for row in promised],
        "late": list(late.values()),
        "beside": beside.of_handing(found.handing),
        "files": [one.file for one in files],
        "brought": [one.file for one in brought],
        "history": history(case),
        "facts": _facts(found),
        "crumbs": crumbs((_("Tasks"), address("tasks")), (case.number, "")),
    }


def _buttons(found: Task, actor: Actor, now: datetime) -> Buttons:
    pattern = address("task_move", found.case.number, "MOVE")
    # It goes on as it came: the other way is no choice that was stopped.
    other = "pass_on" if found.off_list else "pass_off_list"
    offered = [one for one in choices(found.case, actor, now) if one.move.name != other]
    return buttons(found.case, offered, pattern)


def _facts(found: Task) -> list[tuple[str, object]]:
    handing, case = found.handing, found.case
    facts: list[tuple[str, object]] = [
        (_("Kind of task"), handing.get_form_display()),
        (_("Sender"), handing.unit.name),
        (_("Community"), case.area.name),
        (_("To be done by"), f"{handing.due_on:%Y-%m-%d}"),
        (_("Handed down"), f"{timezone.localtime(handing.at):%Y-%m-%d %H:%M}"),
        (_("The sender's estimate"), _("%(n)s minutes") % {"n": handing.asked_minutes}),
    ]
    if received := first_receiver(case):
        facts.append((_("First receiver"), received))
    if found.spent_minutes is not None:
        facts.append((_("It took the community"), _("%(n)s minutes") % {"n": found.spent_minutes}))
    if handing.claimed:
        facts.append((_("The sender says that it rests on"), handing.claimed))
    if found.refused_for:
        known = {**TASK_REASONS["refuse"], **TASK_REASONS["refuse_late"]}
        facts.append((_("Refused because"), gettext(known.get(found.refused_for, found.refused_for))))
    if found.corrected_how:
        facts.append((_("Corrected"), gettext(TASK_REASONS["correct"].get(found.corrected_how, found.corrected_how))))
    return facts


@requires(Permission.TASK_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def task_move(request: ActorRequest, task_number: str, move_name: str) -> HttpResponse:
    """The form of a move (GET), or the move itself (POST). Refused input comes back with everything typed."""
    now, actor = timezone.now(), request.actor
    number, name = task_number, move_name
    found = task_or_404(actor, number)
    if name not in {one.name for one in TASK.moves}:
        raise Http404
    choice = choice_of(found.case, actor, name, now)
    if choice is None:
        raise NotAllowed(_("Your part in this task does not include this."))
    if request.method != "POST":
        return _move_page(request, found, choice, _form(found, choice, now), [])
    form = _form(found, choice, now, request.POST)
    kept = uploads.kept(request, actor)
    try:
        kept = uploads.take(request, actor, kept, now) if form.takes_files else []
        if not form.is_valid():
            return _move_page(request, found, choice, form, kept, 422)
        actions.act(
            case_id=found.case.pk,
            name=name,
            by=actor,
            inputs=form.inputs(),
            now=now,
            expected_seq=form.cleaned_data["seq"],
            minutes=form.cleaned_data.get("minutes"),
            into=form.cleaned_data.get("into", ""),
            files=kept,
        )
    except NotAllowed:
        raise
    except Stale as stale:
        return _moved_meanwhile(request, number, name, kept, stale)
    except Refusal as refusal:
        form.is_valid()
        put(form, refusal)
        return _move_page(request, found, choice, form, kept, refusal.status)
    except OperationalError:
        form.add_error(None, _("The system is busy for a moment. Please send it again."))
        return _move_page(request, found, choice, form, kept, 503)
    toast(request, _("%(number)s: %(move)s. Done.") % {"number": number, "move": gettext(choice.move.label)})
    return redirect("admission:task", number)


def _moved_meanwhile(
    request: ActorRequest, number: str, name: str, kept: list[StoredFile], stale: Stale
) -> HttpResponse:
    now = timezone.now()
    found = task_or_404(request.actor, number)
    choice = choice_of(found.case, request.actor, name, now)
    assert choice is not None
    data = request.POST.copy()
    data["seq"] = str(found.case.seq)
    form = _form(found, choice, now, data)
    form.is_valid()
    form.add_error(None, str(stale))
    return _move_page(request, found, choice, form, kept, 409)


def _form(found: Task, choice: Choice, now: datetime, data: Any = None) -> MoveForm:
    move, case = choice.move, found.case
    today = timezone.localdate(now)
    matters: list[Matter] = []
    if Need.MATTER in (*move.needs, *move.wants):
        lists = MatterList.objects.in_force(area_id=case.area_id, on=today).filter(kind__in=queries.SORTS)
        rows = Matter.objects.filter(matter_list__in=lists).standing(today)
        matters = list(rows.order_by("matter_list__kind", "position", "pk"))
    reasons = None
    initial: dict[str, object] = {"seq": case.seq}
    if move.name == "refuse_late":
        late = {one.refusal for one in guarantees.late_of_case(case, today)}
        reasons = {code: text for code, text in TASK_REASONS["refuse_late"].items() if code in late}
    if move.name == "refuse":
        rules = {one["rule"] for one in found.why_off}
        fitting = next((code for rule, code in judging.REASON_FOR.items() if rule in rules), "")
        initial |= {"reason": fitting}
    return MoveForm(data, move=move, case=case, matters=matters, reasons=reasons, initial=initial)


def _move_page(
    request: ActorRequest, found: Task, choice: Choice, form: MoveForm, kept: list[StoredFile], code: int = 200
) -> HttpResponse:
    case = found.case
    label = gettext(choice.move.label)
    context = {
        "case": case,
        "choice": choice,
        "form": form,
        "label": label,
        "title": f"{label} · {case.title}",
        "status": status(case),
        "due": due(case, timezone.now()),
        "url": address("task_move", case.number, choice.move.name),
        "back_url": address("task", case.number),
        "kept": kept,
        "sealed": uploads.sealed(kept),
        "history": history(case)[:6],
        "facts": _facts(found),
        "crumbs": crumbs((_("Tasks"), address("tasks")), (case.number, address("task", case.number)), (label, "")),
    }
    return page(request, "move.html", context, code)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def task_file(request: ActorRequest, task_number: str, document_id: UUID) -> FileResponse:
    """A file that came with a task, or was handed in with it."""
    found = task_or_404(request.actor, task_number)
    came = found.handing.files.filter(file_id=document_id).exists()
    if not came and not found.files.filter(file_id=document_id).exists():
        raise Http404
    return open_document(StoredFile.objects.get(pk=document_id))
