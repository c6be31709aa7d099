"""Corrections: asked for on the page of a person, decided at a desk."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Refusal
from linli.register.people.actions import corrections as actions
from linli.register.people.actions import fields
from linli.register.people.models import Correction
from linli.register.people.models.correction import CorrectionQuerySet
from linli.register.people.queries import life
from linli.sites.register import words
from linli.sites.register.edge import MOST, page, person_in_scope
from linli.sites.register.forms.corrections import DecideForm, ProposeForm
from linli.sites.register.views.editing import overtaken, put_all, shown
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast, toast_error

PAGE = 30
State = Correction.State


@requires(Permission.PEOPLE_PROPOSE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: ActorRequest, person_id: int) -> HttpResponse:
    """Ask for a correction: the same form as a change; only what differs is kept."""
    person = person_in_scope(request.actor, person_id)
    if request.method != "POST":
        form = ProposeForm(person=person, seen=life.last_change(person))
        form.initial["submission_key"] = uuid4().hex
        return page(request, "person_edit.html", {**shown(person, form), "proposing": True})
    form = ProposeForm(request.POST, person=person)
    context = {**shown(person, form), "proposing": True}
    if not form.is_valid():
        put_all(form, {name: fields.plain(person, name) for name in fields.EDITABLE}, timezone.now())
        return page(request, "person_edit.html", context, status=422)
    if form.cleaned_data["version"] != person.version:
        return overtaken(request, person, ProposeForm)
    try:
        actions.propose(
            by=request.actor,
            person=person,
            given=form.given(),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            submission_key=form.cleaned_data["submission_key"],
        )
    except Refusal as refusal:
        put(form, refusal)
        return page(request, "person_edit.html", context, status=refusal.status)
    toast(request, _("Sent. The office decides, and you are told."))
    return redirect("register:person", person.pk)


@requires(Permission.PEOPLE_PROPOSE)
@never_cache
@require_safe
def corrections(request: ActorRequest) -> HttpResponse:
    """The desk: what waits (oldest first) and what was decided (newest first). Three statements."""
    view = "history" if request.GET.get("view") == "history" else "waiting"
    return desk(request, view)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_POST
def decide(request: ActorRequest, correction_id: int) -> HttpResponse:
    """Approve (`do=approve`) or refuse (`do=refuse`) a correction of the area."""
    correction = correction_in_scope(request.actor, correction_id)
    form, now = DecideForm(request.POST), timezone.now()
    wanted = request.POST.get("do", "")
    if not form.is_valid() or wanted not in ("approve", "refuse"):
        return desk(request, "waiting", correction, _("Please send it again."), 422)
    answer = form.cleaned_data["answer"]
    try:
        if wanted == "approve":
            version = form.cleaned_data["version"]
            actions.approve(by=request.actor, correction_id=correction.pk, version=version, answer=answer, now=now)
            toast(request, _("Approved: the register says so now."))
        else:
            actions.refuse(by=request.actor, correction_id=correction.pk, answer=answer, now=now)
            toast(request, _("Refused. Whoever asked is told why."))
    except Refusal as refusal:
        reasons = [str(reason) for reason in refusal.fields.values()] or [str(refusal)]
        return desk(request, "waiting", correction, " ".join(reasons), refusal.status)
    return redirect("register:corrections")


@requires(Permission.PEOPLE_PROPOSE)
@never_cache
@require_POST
def withdraw(request: ActorRequest, correction_id: int) -> HttpResponse:
    """Take back what one has asked for."""
    correction = correction_in_scope(request.actor, correction_id)
    try:
        actions.withdraw(by=request.actor, correction_id=correction.pk, now=timezone.now())
        toast(request, _("Taken back."))
    except Refusal as refusal:
        toast_error(request, str(refusal))
    return redirect("register:corrections")


def correction_in_scope(actor: Actor, correction_id: int) -> Correction:
    """A correction of the actor's area, or 404."""
    found = readable(actor).filter(pk=correction_id).first() if correction_id <= MOST else None
    if found is None:
        raise Http404
    return found


def readable(actor: Actor) -> CorrectionQuerySet:
    """The corrections that the actor may read: all of the area for who decides, their own for who only asks."""
    rows = Correction.objects.visible_to(actor)
    return rows if actor.can(Permission.PEOPLE_EDIT) else rows.filter(asked_by_id=actor.user_id)


def desk(
    request: ActorRequest, view: str, failed: Correction | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    """The list, with what went wrong at the correction where it did."""
    actor = request.actor
    rows = readable(actor).select_related("person", "asked_by", "decided_by")
    after = request.GET.get("after", "")
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    if view == "waiting":
        rows = rows.filter(state=State.WAITING).order_by("pk")
        rows = rows.filter(pk__gt=last) if last is not None else rows
    else:
        rows = rows.exclude(state=State.WAITING).order_by("-pk")
        rows = rows.filter(pk__lt=last) if last is not None else rows
    some = list(rows[: PAGE + 1])
    context: dict[str, Any] = {
        "view": view,
        "tabs": [
            {"label": _("Waiting"), "url": "?", "current": view == "waiting"},
            {"label": _("Decided"), "url": "?view=history", "current": view == "history"},
        ],
        "rows": [line(one, actor) for one in some[:PAGE]],
        "failed_id": failed.pk if failed else None,
        "message": message,
        "typed": request.POST.get("answer", "") if failed else "",
        "older_url": from_page(request, str(some[PAGE - 1].pk)) if len(some) > PAGE else "",
        "first_url": without(request) if after else "",
        "may_decide": actor.can(Permission.PEOPLE_EDIT),
    }
    return page(request, "corrections.html", context, status=status)


def line(one: Correction, actor: Actor) -> dict[str, Any]:
    """A correction with its differences: field, what the register says now, what is asked for. Numbers masked."""
    own = one.asked_by_id is not None and one.asked_by_id == actor.user_id
    here = actor.covers(one.person.area_id)
    return {
        "correction": one,
        "differences": differences(one, here),
        "own": own,
        "here": here,
        "changed_since": one.state == State.WAITING and here and one.person.version != one.version,
        "decidable": one.state == State.WAITING and actor.can(Permission.PEOPLE_EDIT) and not own,
        "withdrawable": one.state == State.WAITING and own,
    }


def differences(one: Correction, here: bool) -> list[dict[str, str]]:
    """Old → new per field; of somebody who lives elsewhere by now, only what was asked for."""
    labels = words.field_labels()
    waiting = one.state == State.WAITING and here
    return [
        {
            "label": str(labels.get(field, field)),
            "old": words.shown(field, fields.as_text(fields.plain(one.person, field))) if waiting else "",
            "new": words.shown(field, value),
        }
        for field, value in fields.from_sealed_json(one.proposed_sealed).items()
    ]
