"""Agreements: written, offered, signed; and what arrived under them."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.admission import uploads
from linli.apps.admission.actions import agreements as actions
from linli.apps.admission.actions.evaluations import opens_on, side_of
from linli.apps.admission.forms.agreements import AgreementForm, ReturnForm
from linli.apps.admission.models import Agreement, Arrival, Guarantee
from linli.apps.admission.pages import MOST, address, area_options, crumbs, month_of, number_of, options, page
from linli.apps.admission.queries import agreements as queries
from linli.apps.admission.queries import evaluations
from linli.apps.admission.queries.agreements import Filter
from linli.apps.admission.queries.guarantees import late_among
from linli.apps.admission.queries.tasks import citable
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area, Level
from linli.foundation.files.documents import open_document
from linli.foundation.files.models import StoredFile
from linli.lib.errors import NotAllowed, Refusal
from linli.ui.forms import put
from linli.ui.links import Chip, without
from linli.ui.toasts import toast, toast_error

Status = Agreement.Status
TONES: Final = {
    "draft": ("new", "pencil"),
    "offered": ("soon", "send"),
    "signed": ("done", "circle-check"),
}


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def agreements(request: ActorRequest) -> TemplateResponse:
    """The agreements of the actor's scope, with what was promised, arrived and is late."""
    actor, today = request.actor, timezone.localdate()
    params = request.GET
    area = params.get("area", "")
    chosen = Filter(
        year=number_of(params.get("year", "")),
        status=params.get("status", "") if params.get("status", "") in Status.values else "",
        unit=number_of(params.get("unit", "")),
        area=area if area.isascii() and area.isdigit() and len(area) <= 12 else "",
        late=params.get("late") == "1",
        todo=params.get("view") == "todo",
        due_from=month_of(params.get("due_from", "")),
        due_to=month_of(params.get("due_to", "")),
    )
    before = number_of(params.get("after", ""))
    rows, go_on = queries.page(actor, chosen, today=today, before=before)
    units, years = queries.units(actor), queries.years(actor)
    streets = _places(actor, Level.STREET) if len(actor.area_id) <= 6 else []
    chips = []
    if chosen.status:
        chips.append(Chip(_("State"), str(Status(chosen.status).label), without(request, "status")))
    if chosen.year:
        chips.append(Chip(_("Year"), str(chosen.year), without(request, "year")))
    if chosen.unit:
        name = next((unit.name for unit in units if unit.pk == chosen.unit), str(chosen.unit))
        chips.append(Chip(_("Sender"), name, without(request, "unit")))
    if chosen.area:
        name = next((street.name for street in streets if street.pk == chosen.area), chosen.area)
        chips.append(Chip(_("Area"), name, without(request, "area")))
    if chosen.late:
        chips.append(Chip(_("Only"), _("something is late"), without(request, "late")))
    if chosen.todo:
        chips.append(Chip(_("Only"), _("what waits for you"), without(request, "view")))
    if chosen.late and (chosen.due_from or chosen.due_to):
        months = " – ".join(f"{one:%Y-%m}" for one in (chosen.due_from, chosen.due_to) if one)
        chips.append(Chip(_("Due"), months, without(request, "due_from", "due_to")))
    context = {
        "rows": [(row, tag(row.agreement)) for row in rows],
        "chosen": chosen,
        "chips": chips,
        "years": options({str(year): year for year in years}, str(chosen.year or "")),
        "statuses": options(dict(Status.choices), chosen.status),
        "units": options({str(unit.pk): unit.name for unit in units}, str(chosen.unit or "")),
        "areas": area_options(streets, chosen.area),
        "may_offer": actor.can(Permission.TASK_SEND) and actor.unit_id is not None,
        "older_url": f"{without(request)}&after={go_on}" if go_on else "",
        "first_url": without(request) if before else "",
    }
    return page(request, "agreements.html", context)


def tag(row: Agreement) -> dict[str, str]:
    """The state of an agreement as `{% status_tag %}` wants it."""
    kind, icon = TONES[row.status]
    return {"kind": kind, "icon": icon, "label": str(row.get_status_display())}


def _places(actor: Actor, level: str) -> list[Area]:
    return list(Area.objects.within(actor.area_id).current(timezone.localdate()).filter(level=level).order_by("pk"))


def agreement_or_404(actor: Actor, agreement_id: int) -> Agreement:
    """The agreement in scope, or 404."""
    found = queries.one(actor, agreement_id) if agreement_id <= MOST else None
    if found is None:
        raise Http404
    return found


@requires(Permission.TASK_SEND)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_new(request: ActorRequest) -> HttpResponse:
    """Begin agreements with one community or with many."""
    actor, now = request.actor, timezone.now()
    if actor.unit_id is None:
        raise NotAllowed(_("Your post belongs to no unit, so there is nobody to agree with."))
    today = timezone.localdate(now)
    form = AgreementForm(
        request.POST if request.method == "POST" else None,
        this_year=today.year,
        matters=citable(actor, today),
        streets=_places(actor, Level.STREET),
        communities=_places(actor, Level.COMMUNITY),
        initial={"year": today.year, "scope": "chosen", "matters": request.GET.getlist("matter")},
    )
    context = {"form": form, "groups": _groups(form), "crumbs": trail((_("New agreement"), ""))}
    if request.method != "POST":
        return page(request, "agreement_new.html", context)
    if not form.is_valid():
        return page(request, "agreement_new.html", context, 422)
    try:
        made = actions.draft(
            by=actor,
            area_ids=form.area_ids(),
            matters=form.matters_chosen(),
            year=form.cleaned_data["year"],
            now=now,
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "agreement_new.html", context, refusal.status)
    text = ngettext("%(n)s agreement was begun.", "%(n)s agreements were begun.", len(made))
    toast(request, text % {"n": len(made)})
    if len(made) == 1:
        return redirect("admission:agreement", made[0].pk)
    return redirect(address("agreements") + "?status=draft")


def _groups(form: AgreementForm) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    names = {street.pk: street.name for street in form.streets}
    ticked = set(form["areas"].value() or [])
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for one in form.communities:
        found.setdefault(names.get(one.pk[:9], ""), []).append((one.pk, one.name, one.pk in ticked))
    return list(found.items())


def trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Agreements › …; the last step is the page itself."""
    return crumbs((_("Agreements"), address("agreements")), *steps)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def agreement(request: ActorRequest, agreement_id: int) -> TemplateResponse:
    """An agreement: its clauses, what was promised, what arrived, and what comes next."""
    return page(request, "agreement.html", shown(request.actor, agreement_or_404(request.actor, agreement_id)))


def shown(actor: Actor, found: Agreement) -> dict[str, Any]:
    """What the page of an agreement shows."""
    today = timezone.localdate()
    own = actor.can(Permission.TASK_SEND) and found.unit_id == actor.unit_id
    theirs = actor.can(Permission.TASK_WORK) and actor.covers(found.area_id)
    signed = found.status == Status.SIGNED
    every = [one for clause in found.clauses.all() for one in clause.guarantees.all()]
    late = {one.guarantee.pk: one for one in late_among(every, today)} if signed else {}
    return {
        "agreement": found,
        "tag": tag(found),
        "clauses": [
            (clause, [line_of(one, late.get(one.pk)) for one in clause.guarantees.all()])
            for clause in found.clauses.all()
        ],
        "promised": sum(one.amount for one in every),
        "arrived": sum(one.arrived for one in every),
        "late": late,
        "facts": _facts(found),
        "may_edit": own and found.status == Status.DRAFT,
        "may_take_back": own and found.status == Status.OFFERED,
        "may_sign": theirs and found.status == Status.OFFERED and actor.user_id != found.offered_by_id,
        "may_return": theirs and found.status == Status.OFFERED,
        "may_record": theirs and signed,
        "may_copy": (own or theirs) and signed and found.sealed_copy_id is None,
        "return_form": ReturnForm(),
        **_evaluated(actor, found, today),
        "crumbs": trail((f"{found.unit.name} · {found.area.name} · {found.year}", "")),
    }


def _evaluated(actor: Actor, found: Agreement, today: date) -> dict[str, Any]:
    if found.status != Status.SIGNED:
        return {}
    seen = evaluations.seen(actor, found)
    side = side_of(actor, found)
    opens = opens_on(found)
    return {
        "evaluated": seen,
        "opens": opens,
        "may_evaluate": side is not None and side not in seen.done and actor.user_id not in seen.by and today >= opens,
        "waits": side is not None and side in seen.done and not seen.both,
        "still_due": max((found.settled_amount or 0) - sum_arrived(found), 0),
    }


def sum_arrived(found: Agreement) -> int:
    """The money that arrived under an agreement, in fen. Needs everything loaded."""
    return sum(one.arrived for clause in found.clauses.all() for one in clause.guarantees.all())


def line_of(one: Guarantee, late: Any) -> dict[str, Any]:
    """A guarantee as a line: what is missing of it, and since when it is late."""
    return {"guarantee": one, "late": late, "whole": one.fulfilled_on is not None, "missing": one.missing}


def _facts(found: Agreement) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        (_("Unit"), found.unit.name),
        (_("Community"), found.area.name),
        (_("Year"), found.year),
        (_("Remark"), found.remark),
    ]
    if found.offered_by is not None and found.offered_at is not None:
        at = f"{timezone.localtime(found.offered_at):%Y-%m-%d %H:%M}"
        facts.append((_("Offered by"), f"{found.offered_by.name} · {at}"))
    if found.signed_by is not None and found.signed_at is not None:
        at = f"{timezone.localtime(found.signed_at):%Y-%m-%d %H:%M}"
        facts.append((_("Signed by"), f"{found.signed_by.name} · {at}"))
    if found.digest:
        facts.append((_("Mark of what was signed (SM3)"), found.digest))
    return [(label, value) for label, value in facts if value]


@requires(Permission.TASK_READ)
@never_cache
@require_POST
def agreement_move(request: ActorRequest, agreement_id: int) -> HttpResponse:
    """Offer, take back, sign, return or throw away an agreement."""
    actor, now = request.actor, timezone.now()
    found = agreement_or_404(actor, agreement_id)
    step = request.POST.get("do", "")
    try:
        match step:
            case "offer":
                actions.offer(by=actor, agreement_id=found.pk, now=now)
                toast(request, _("Signed for your unit and offered to the community."))
            case "take_back":
                actions.take_back(by=actor, agreement_id=found.pk)
            case "sign":
                actions.sign(by=actor, agreement_id=found.pk, now=now, seen=request.POST.get("seen", ""))
                toast(request, _("Signed for the community."))
            case "return":
                actions.return_it(by=actor, agreement_id=found.pk, now=now, answer=request.POST.get("answer", ""))
                toast(request, _("Returned to the unit."))
            case "discard":
                actions.discard(by=actor, agreement_id=found.pk)
                toast(request, _("Thrown away."))
                return redirect("admission:agreements")
            case _:
                return page(request, "agreement.html", shown(actor, found), 422)
    except NotAllowed:
        raise
    except Refusal as refusal:
        context = shown(actor, agreement_or_404(actor, agreement_id))
        if step == "return" and refusal.fields:
            form = ReturnForm(request.POST)
            form.is_valid()
            put(form, refusal)
            context["return_form"] = form
        else:
            context["problem"] = str(refusal)
        return page(request, "agreement.html", context, refusal.status)
    return redirect("admission:agreement", found.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_POST
def agreement_copy(request: ActorRequest, agreement_id: int) -> HttpResponse:
    """Keep the scan of the signed and sealed paper."""
    actor, now = request.actor, timezone.now()
    found = agreement_or_404(actor, agreement_id)
    try:
        files = uploads.take(request, actor, [], now, "copy")
        if files:
            actions.add_copy(by=actor, agreement_id=found.pk, file=files[0])
            toast(request, _("The sealed copy is kept."))
        else:
            toast_error(request, _("Choose a file."))
    except NotAllowed:
        raise
    except Refusal as refusal:
        toast_error(request, " ".join(str(text) for text in refusal.fields.values()) or str(refusal))
    return redirect("admission:agreement", found.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def agreement_file(request: ActorRequest, agreement_id: int, document_id: UUID) -> FileResponse:
    """The sealed copy, or the evidence of something that arrived."""
    found = agreement_or_404(request.actor, agreement_id)
    proofs = Arrival.objects.filter(guarantee__clause__agreement=found, evidence_id=document_id)
    if found.sealed_copy_id != document_id and not proofs.exists():
        raise Http404
    return open_document(StoredFile.objects.get(pk=document_id))
