"""A case as its reporter and its followers see it, by account (/my/) or code (/follow/), with the reporter's moves."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import OperationalError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.incidents import actions as incidents
from linli.apps.incidents.queries import ShownPhoto, photos_for_residents
from linli.foundation.accounts.access import public, resident_only
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.files.actions import open_photo
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.sites.portal import home_area, nav, scope, story
from linli.sites.portal.forms import AnswerForm, Kept, WithdrawForm, WordsForm
from linli.sites.portal.scope import Opened, Way
from linli.sites.portal.trays import Tray
from linli.spine.cases import queries as cases
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.queries import Choice
from linli.ui.toasts import toast


@resident_only
@never_cache
@require_safe
def my_case(request: ActorRequest, number: str) -> HttpResponse:
    """A case that the signed-in resident reported or joined."""
    now = timezone.now()
    return _Page(request, scope.opened(request, "my", number, now), now).answer()


@public
@never_cache
@require_safe
def follow_case(request: ActorRequest, number: str) -> HttpResponse:
    """A case whose tracking code was typed in this session."""
    now = timezone.now()
    return _Page(request, scope.opened(request, "follow", number, now), now).answer()


@resident_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_move(request: ActorRequest, number: str, move: str) -> HttpResponse:
    """A move of the signed-in reporter."""
    return _move(request, "my", number, move)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_move(request: ActorRequest, number: str, move: str) -> HttpResponse:
    """A move of the reporter who typed the code."""
    return _move(request, "follow", number, move)


@resident_only
@require_safe
def my_photo(request: ActorRequest, number: str, photo_id: UUID) -> FileResponse:
    """A photo of one's own or joined case."""
    return _photo(request, "my", number, photo_id)


@public
@require_safe
def follow_photo(request: ActorRequest, number: str, photo_id: UUID) -> FileResponse:
    """A photo of a case whose code was typed in this session."""
    return _photo(request, "follow", number, photo_id)


@public
@require_POST
def forget(request: ActorRequest, number: str) -> HttpResponse:
    """Close the page of a case on a phone or computer that is not one's own."""
    scope.forget(request, number)
    toast(request, _("Closed on this device. The code opens it again."))
    return redirect("portal:follow")


class _Page:
    """The page of a case, as it stands or with a form that came back."""

    def __init__(self, request: ActorRequest, opened: Opened, now: datetime) -> None:
        self.request = request
        self.opened = opened
        self.now = now

    def answer(
        self,
        *,
        forms: Mapping[str, Kept] | None = None,
        tray: Tray | None = None,
        alert: str = "",
        status: int = 200,
    ) -> TemplateResponse:
        """`forms`: a bound form by its place (answer, add). Its words are shown even where it no longer fits."""
        opened, case = self.opened, self.opened.case
        view = cases.view_of(case, self.request.actor, self.now, is_reporter=opened.is_reporter)
        offered = {choice.move.name: choice for choice in view.choices if choice.move.name in story.REPORTER_MOVES}
        office = home_area.office(case.area_id)
        community = office.name if office else case.area.name
        photos = photos_for_residents(view, is_reporter=opened.is_reporter)
        forms = forms or {}
        can_answer, can_add = _may(offered, "confirm"), _may(offered, "add")
        context = {
            "opened": opened,
            "case": case,
            "title": _title(opened),
            "state": story.state_tag(case, is_reporter=opened.is_reporter),
            "told": story.told(case),
            "steps": story.steps(case, view.events),
            "who": story.who_has_it(case, community),
            "promise": story.promise(case, self.now),
            "office": office,
            "unit": case.unit if case.unit != office else None,
            "text": case.incident.text if opened.is_reporter else "",
            "entries": story.entries(view, is_reporter=opened.is_reporter),
            "before": self._strip(photos, "before"),
            "after": self._strip(photos, "after"),
            "answer": (forms.get("answer") or AnswerForm()) if can_answer else None,
            "add": (forms.get("add") or WordsForm()) if can_add else None,
            "bound": forms,
            "tray": tray or Tray(""),
            "remind": offered.get("remind") if case.state in _source(offered, "remind") else None,
            "can_withdraw": _may(offered, "withdraw"),
            "urls": {name: opened.move_url(name) for name in MOVES},
            "alert": alert,
            "unsent": _unsent(forms, can_answer=can_answer, can_add=can_add),
        }
        back = reverse("portal:my") if opened.way == "my" else reverse("portal:follow")
        return nav.page(self.request, "portal/case.html", context, tab="mine", back_url=back, status=status)

    def _strip(self, photos: list[ShownPhoto], when: str) -> list[dict[str, str]]:
        case = self.opened.case
        found = []
        for one in (photo for photo in photos if photo.when == when):
            url = self.opened.photo_url(one.attachment.file_id)
            values = {"matter": case.cited.name, "day": f"{timezone.localtime(one.at):%m-%d}"}
            alt = _("Before: %(matter)s, %(day)s") if when == "before" else _("After: %(matter)s, %(day)s")
            found.append({"url": url, "thumb_url": f"{url}?size=small", "alt": alt % values})
        return found


def _title(opened: Opened) -> str:
    """The reporter reads their own words; whoever joined reads what the matter is."""
    return opened.case.title if opened.is_reporter else opened.case.cited.name


def _may(offered: Mapping[str, Choice], name: str) -> bool:
    return name in offered and offered[name].allowed


def _source(offered: Mapping[str, Choice], name: str) -> frozenset[str]:
    return offered[name].move.source if name in offered else frozenset()


def _unsent(forms: Mapping[str, Kept], *, can_answer: bool, can_add: bool) -> str:
    """Words that were typed into a form which the case no longer offers: shown, so that nothing typed is lost."""
    fits = {"answer": can_answer, "add": can_add}
    return next((str(form["words"].value() or "") for name, form in forms.items() if not fits.get(name)), "")


def _photo(request: ActorRequest, way: Way, number: str, photo_id: UUID) -> FileResponse:
    now = timezone.now()
    opened = scope.opened(request, way, number, now)
    view = cases.view_of(opened.case, request.actor, now, is_reporter=opened.is_reporter)
    for photo in photos_for_residents(view, is_reporter=opened.is_reporter):
        if photo.attachment.file.pk == photo_id:
            return open_photo(photo.attachment.file, "small" if request.GET.get("size") == "small" else "full")
    raise Http404


def _move(request: ActorRequest, way: Way, number: str, move: str) -> HttpResponse:
    now = timezone.now()
    opened = scope.opened(request, way, number, now)
    handler = MOVES.get(move)
    if handler is None:
        raise Http404
    if not opened.is_reporter:
        raise NotAllowed(_("You follow this report; only the person who made it may do this."))
    if request.method != "POST":
        return _withdraw_page(request, opened, WithdrawForm()) if move == "withdraw" else redirect(opened.url)
    return handler(request, opened, now)


def _answer(request: ActorRequest, opened: Opened, now: datetime) -> HttpResponse:
    form = AnswerForm(request.POST)
    page = _Page(request, opened, now)
    if not form.is_valid():
        return page.answer(forms={"answer": form}, status=422)
    fields = form.cleaned_data
    name = "confirm" if fields["solved"] == "yes" else _negative(request, opened, now)
    inputs = Inputs(satisfaction=fields["satisfaction"], public_note=fields["words"])
    return _act(request, opened, name, inputs, now, {"answer": form}, _("Thank you for your answer."))


def _negative(request: ActorRequest, opened: Opened, now: datetime) -> str:
    """“Not solved” reopens the case while the rules allow, then goes to the street."""
    offered = cases.choices(opened.case, request.actor, now, is_reporter=True)
    return "dispute" if any(one.move.name == "dispute" and one.allowed for one in offered) else "reopen"


def _add(request: ActorRequest, opened: Opened, now: datetime) -> HttpResponse:
    form = WordsForm(request.POST)
    tray = Tray.read(request, f"add:{opened.case.number}", by=request.actor, now=now)
    if not form.is_valid() or tray.refusal:
        return _Page(request, opened, now).answer(forms={"add": form}, tray=tray, status=max(422, tray.status))
    inputs = Inputs(public_note=form.cleaned_data["words"], photos=tray.stored)
    return _act(request, opened, "add", inputs, now, {"add": form}, _("Added. Whoever has the case sees it."), tray)


def _remind(request: ActorRequest, opened: Opened, now: datetime) -> HttpResponse:
    return _act(request, opened, "remind", Inputs(), now, {}, _("Reminded. You can remind again tomorrow."))


def _withdraw(request: ActorRequest, opened: Opened, now: datetime) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _withdraw_page(request, opened, form, status=422)
    inputs = Inputs(public_note=form.cleaned_data["words"])
    try:
        return _act(request, opened, "withdraw", inputs, now, {}, _("Withdrawn."))
    except Invalid as refusal:
        form.refuse(str(refusal), refusal.fields)
        return _withdraw_page(request, opened, form, status=422)


def _withdraw_page(request: ActorRequest, opened: Opened, form: WithdrawForm, status: int = 200) -> HttpResponse:
    context = {"opened": opened, "case": opened.case, "form": form, "url": opened.move_url("withdraw")}
    page = "portal/withdraw.html"
    return nav.page(request, page, context, tab="mine", back_url=opened.url, status=status)


def _act(
    request: ActorRequest,
    opened: Opened,
    name: str,
    inputs: Inputs,
    now: datetime,
    forms: Mapping[str, Kept],
    done: str,
    tray: Tray | None = None,
) -> HttpResponse:
    """Make the move and go back to the case; whatever stands in its way is said there, with everything typed."""
    try:
        incidents.act(
            case_id=opened.case.pk,
            name=name,
            by=request.actor,
            inputs=inputs,
            now=now,
            expected_seq=_seq(request),
            is_reporter=True,
        )
    except Invalid as refusal:
        if not forms:
            raise
        for form in forms.values():
            form.refuse(str(refusal), refusal.fields)
        return _Page(request, opened, now).answer(forms=forms, tray=tray, status=422)
    except Stale as refusal:
        fresh = scope.opened(request, opened.way, opened.case.number, now)
        return _Page(request, fresh, now).answer(forms=forms, tray=tray, alert=str(refusal), status=409)
    except OperationalError:
        busy = _("The system is busy for a moment. Nothing you typed is lost: please send it again.")
        response = _Page(request, opened, now).answer(forms=forms, tray=tray, alert=busy, status=503)
        response["Retry-After"] = "3"
        return response
    toast(request, done)
    return redirect(opened.url)


def _seq(request: ActorRequest) -> int:
    """How many events the page showed; a bent value matches no case, so it asks to look again."""
    text = request.POST.get("seq", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


Handler = Callable[[ActorRequest, Opened, datetime], HttpResponse]
MOVES: Final[Mapping[str, Handler]] = {"answer": _answer, "add": _add, "remind": _remind, "withdraw": _withdraw}
