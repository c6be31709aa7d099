"""The desk for requests about one's own data (主体请求): taken at the window, answered in time."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.lib.errors import Invalid, NotAllowed, Refusal
from linli.register.people import copies
from linli.register.people.actions import requests as desk
from linli.register.people.models import SubjectRequest
from linli.sites.register import copy_files
from linli.sites.register.edge import MOST, page, person_in_scope
from linli.sites.register.forms.requests import AnswerForm, RequestForm
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast

ROWS = 50
Kind, State = SubjectRequest.Kind, SubjectRequest.State


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def requests(request: ActorRequest) -> TemplateResponse:
    """Those that wait, the most urgent first; or those answered, the newest first."""
    actor, now = request.actor, timezone.now()
    _may_take(actor)
    answered = request.GET.get("view") == "answered"
    rows = SubjectRequest.objects.visible_to(actor).select_related("person", "area")
    after = _number(request.GET.get("after", ""))
    if answered:
        rows = rows.exclude(state=State.WAITING).order_by("-id")
        rows = rows.filter(pk__lt=after) if after else rows
    else:
        # The term is the same for all of an area: first asked is first due.
        rows = rows.filter(state=State.WAITING).order_by("id")
        rows = rows.filter(pk__gt=after) if after else rows
    found = list(rows[: ROWS + 1])
    context = {
        "rows": [(one, due(one, now)) for one in found[:ROWS]],
        "tabs": [
            {"label": _("Waiting"), "url": "?", "current": not answered},
            {"label": _("Answered"), "url": "?view=answered", "current": answered},
        ],
        "answered": answered,
        "older_url": from_page(request, str(found[ROWS - 1].pk)) if len(found) > ROWS else "",
        "first_url": without(request) if after else "",
    }
    return page(request, "requests.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest, person_id: int) -> HttpResponse:
    """Take a request at the window."""
    actor = request.actor
    _may_take(actor)
    person = person_in_scope(actor, person_id)
    form = RequestForm(request.POST if request.method == "POST" else None, initial={"asker": "self"})
    if request.method != "POST":
        return page(request, "request_new.html", {"form": form, "person": person})
    if form.is_valid():
        try:
            made = desk.ask(by=actor, person=person, now=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            put(form, refusal)
            return page(request, "request_new.html", {"form": form, "person": person}, refusal.status)
        toast(request, _("Written down. The answer is due on %(day)s.") % {"day": _day(made.due_at)})
        return redirect("register:request", made.pk)
    return page(request, "request_new.html", {"form": form, "person": person}, 422)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: ActorRequest, request_id: int) -> HttpResponse:
    """One request, and its answer: done, refused or withdrawn."""
    actor, now = request.actor, timezone.now()
    _may_take(actor)
    asked = _in_scope(actor, request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return page(request, "request.html", _context(actor, asked, form, now))
    if not form.is_valid():
        return page(request, "request.html", _context(actor, asked, form, now), 422)
    try:
        _act(actor, asked, request.POST.get("act", ""), form.cleaned_data["answer"], now)
    except Invalid as refusal:
        put(form, refusal)
        return page(request, "request.html", _context(actor, asked, form, now), refusal.status)
    toast(request, _("The request was answered."))
    return redirect("register:request", asked.pk)


def _act(actor: Actor, asked: SubjectRequest, act: str, text: str, now: datetime) -> None:
    if act == "refuse":
        desk.refuse(by=actor, request_id=asked.pk, reasons=text, now=now)
    elif act == "withdraw":
        desk.withdraw(by=actor, request_id=asked.pk, now=now)
    elif act == "answer":
        desk.answer(by=actor, request_id=asked.pk, text=text, now=now)
    else:
        raise Invalid(_("Choose what to do with the request."))


@requires(Permission.PEOPLE_APPROVE)
@never_cache
@require_safe
def copy(request: ActorRequest, request_id: int) -> HttpResponse:
    """Everything held about the person: to print, as a workbook or as JSON. Written down before it is made."""
    actor, now = request.actor, timezone.now()
    asked = _in_scope(actor, request_id)
    if not desk.copy_open(asked, now):
        raise Http404
    form = request.GET.get("as", "")
    record(
        by=actor,
        action="people.copy",
        subject_kind="person",
        subject_id=asked.person_id,
        data={"request": asked.pk, "as": form if form in {"json", "xlsx"} else "page"},
        ip=ip_of(request),
        now=now,
    )
    sections = copies.of_person(asked.person)
    name = f"copy-{asked.pk}"
    if form == "json":
        response: HttpResponse = JsonResponse(copies.as_data(sections), json_dumps_params={"ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    if form == "xlsx":
        response = HttpResponse(copy_files.workbook(sections), content_type=copy_files.XLSX)
        response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return response
    context = {
        "asked": asked,
        "sections": sections,
        "printed_by": actor.name,
        "printed_at": timezone.localtime(now),
        "back_url": reverse("register:request", args=[asked.pk]),
    }
    return page(request, "request_copy.html", context)


def due(asked: SubjectRequest, now: datetime) -> dict[str, Any] | None:
    """The term of a waiting request, for `due_tag`."""
    if asked.state != State.WAITING:
        return None
    days = (timezone.localdate(asked.due_at) - timezone.localdate(now)).days
    if days < 0:
        return {"kind": "late", "words": _("%(n)s days late") % {"n": -days}, "at": asked.due_at}
    kind = "soon" if days <= 3 else "ok"
    words = _("due today") if days == 0 else _("%(n)s days left") % {"n": days}
    return {"kind": kind, "words": words, "at": asked.due_at}


def _context(actor: Actor, asked: SubjectRequest, form: AnswerForm, now: datetime) -> dict[str, Any]:
    waiting = asked.state == State.WAITING
    name = "register:person_edit" if actor.can(Permission.PEOPLE_EDIT) else "register:person"
    return {
        "asked": asked,
        "person": asked.person,
        "form": form,
        "due": due(asked, now),
        "may_answer": waiting and actor.can(Permission.PEOPLE_APPROVE),
        "may_withdraw": waiting,
        "copy_open": desk.copy_open(asked, now) and actor.can(Permission.PEOPLE_APPROVE),
        "edit_url": reverse(name, args=[asked.person_id]) if asked.kind == Kind.CORRECT and waiting else "",
        "facts": [
            (_("Asks for"), asked.get_kind_display()),
            (_("Who asks"), asked.get_asker_display()),
            (_("How identity was checked"), asked.proof or _("signed in to the portal with the phone and a birthday")),
            (_("Asked at"), f"{timezone.localtime(asked.asked_at):%Y-%m-%d %H:%M}"),
            (_("Answer by"), _day(asked.due_at)),
            (_("State"), asked.get_state_display()),
            (_("Answered on"), _day(asked.answered_at) if asked.answered_at else ""),
        ],
    }


def _may_take(actor: Actor) -> None:
    if not desk.may_take(actor):
        raise NotAllowed(_("Your post does not include taking requests about personal data."))


def _in_scope(actor: Actor, request_id: int) -> SubjectRequest:
    rows = SubjectRequest.objects.visible_to(actor).select_related("person", "person__area", "area", "answered_by")
    found = rows.filter(pk=request_id).first() if request_id <= MOST else None
    if found is None:
        raise Http404
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()
