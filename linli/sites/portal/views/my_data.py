"""My data (我的信息): what the register holds about the resident, who has looked, and asking for what is wrong."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import resident_only
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.audit.actions import record
from linli.lib import citizen_id
from linli.lib.chinese import mask_phone
from linli.lib.errors import Invalid, Refusal, TooMany
from linli.register.people import codes, copies, groups, readers
from linli.register.people.actions import corrections, fields, own, requests
from linli.register.people.models import Correction, Person, SubjectRequest
from linli.register.people.queries import life
from linli.sites.portal import home_area, nav, own_data
from linli.sites.portal.forms import AskForm, ConfirmForm, CorrectForm, Kept
from linli.ui.toasts import toast, toast_error

#: What a resident sees and may ask to have corrected, in the order of the page. The note is the office's own.
LEFT_OUT = {"identity_kind", "nationality", "registered_area", "inflow_reason", "note"}
SHOWN = tuple(name for name in fields.EDITABLE if name not in LEFT_OUT)
NEWEST = 20
MOST = 2**31 - 1


@resident_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: ActorRequest) -> HttpResponse:
    """Confirm who one is; then everything at a glance. Eleven statements at most."""
    now = timezone.now()
    if request.method == "POST":
        return _confirm(request, now)
    person = own_data.person_of(request, now)
    if person is None:
        return _page(request, "my_data_confirm.html", {"form": ConfirmForm()})
    return _page(request, "my_data.html", _context(request, person, now))


def _confirm(request: ActorRequest, now: datetime) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, "my_data_confirm.html", {"form": form}, 422)
    try:
        person = own.confirm(by=request.actor, answer=form.cleaned_data["answer"], now=now, ip=ip_of(request))
    except Refusal as refusal:
        form.refuse(str(refusal), {"answer": str(refusal)} if isinstance(refusal, own.NotFound) else {})
        response = _page(request, "my_data_confirm.html", {"form": form}, refusal.status)
        if isinstance(refusal, TooMany):
            response["Retry-After"] = str(refusal.retry_after)
        return response
    own_data.remember(request, person, now)
    return redirect("portal:my_data")


@resident_only
@never_cache
@require_POST
def close(request: ActorRequest) -> HttpResponse:
    """Close one's entry on this device."""
    own_data.forget(request)
    toast(request, _("Closed here."))
    return redirect("portal:my_data")


@resident_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: ActorRequest) -> HttpResponse:
    """Ask for a correction. Nothing changes before the community has agreed."""
    now = timezone.now()
    person = own_data.person_of(request, now)
    if person is None:
        return redirect("portal:my_data")
    choices = [(name, copies.label_of(name)) for name in SHOWN]
    if request.method != "POST":
        form = CorrectForm(fields=choices, initial={"submission_key": uuid4().hex})
        wanted = request.GET.get("field", "")
        form.initial["field"] = wanted if wanted in SHOWN else ""
        return _page(request, "my_data_correct.html", {"form": form, "facts": _facts(person)}, back="portal:my_data")
    form = CorrectForm(request.POST, fields=choices)
    try:
        if form.is_valid():
            given = form.cleaned_data
            corrections.propose(
                by=request.actor,
                person=person,
                given={given["field"]: given["value"], **_kind_of_document(person, given)},
                reason=given["why"],
                now=now,
                submission_key=given["submission_key"],
                own=True,
            )
            toast(request, _("Sent. The community decides, and you are told."))
            return redirect("portal:my_data")
        status = 422
    except Refusal as refusal:
        status = _refuse(form, refusal)
    return _page(request, "my_data_correct.html", {"form": form, "facts": _facts(person)}, status, "portal:my_data")


def _kind_of_document(person: Person, given: dict[str, str]) -> dict[str, str]:
    """A number for somebody without a document is that of an identity card when it reads like one."""
    is_first = given["field"] == "identity" and person.identity_kind == fields.WITHOUT and given["value"]
    return {"identity_kind": fields.CITIZEN} if is_first else {}


@resident_only
@never_cache
@require_POST
def correction_withdraw(request: ActorRequest, correction_id: int) -> HttpResponse:
    """Take back what one has asked for."""
    now = timezone.now()
    person = _own(request, now)
    known = Correction.objects.filter(person=person, asked_by_id=request.actor.user_id)
    if correction_id > MOST or not known.filter(pk=correction_id).exists():
        raise Http404
    try:
        corrections.withdraw(by=request.actor, correction_id=correction_id, now=now)
        toast(request, _("Taken back."))
    except Refusal as refusal:
        toast_error(request, str(refusal))
    return redirect("portal:my_data")


@resident_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ActorRequest) -> HttpResponse:
    """Ask for a copy, the deletion or an explanation (PIPL §45-48)."""
    now = timezone.now()
    person = own_data.person_of(request, now)
    if person is None:
        return redirect("portal:my_data")
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, "my_data_ask.html", {"form": form}, back="portal:my_data")
    try:
        if form.is_valid():
            made = requests.ask(by=request.actor, person=person, now=now, own=True, **form.cleaned_data)
            due = timezone.localdate(made.due_at).isoformat()
            toast(request, _("Written down. The answer is due on %(day)s.") % {"day": due})
            return redirect("portal:my_data")
        status = 422
    except Refusal as refusal:
        status = _refuse(form, refusal)
    return _page(request, "my_data_ask.html", {"form": form}, status, "portal:my_data")


@resident_only
@never_cache
@require_POST
def request_withdraw(request: ActorRequest, request_id: int) -> HttpResponse:
    """Take back a request of one's own."""
    now = timezone.now()
    asked = _own_request(_own(request, now), request_id)
    try:
        requests.withdraw(by=request.actor, request_id=asked.pk, now=now, own=True)
        toast(request, _("Taken back."))
    except Refusal as refusal:
        toast_error(request, str(refusal))
    return redirect("portal:my_data")


@resident_only
@never_cache
@require_safe
def copy(request: ActorRequest, request_id: int) -> HttpResponse:
    """The copy that the community has handed out: to read, to print, or as JSON. Written down before it is made."""
    now = timezone.now()
    person = own_data.person_of(request, now)
    if person is None:
        return redirect("portal:my_data")
    asked = _own_request(person, request_id)
    if not _may_copy(asked, now):
        raise Http404
    as_json = request.GET.get("as") == "json"
    record(
        by=request.actor,
        action="people.copy",
        subject_kind="person",
        subject_id=person.pk,
        data={"request": asked.pk, "as": "json" if as_json else "page"},
        ip=ip_of(request),
        now=now,
    )
    sections = copies.of_person(person)
    if as_json:
        response = JsonResponse(copies.as_data(sections), json_dumps_params={"ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="copy-{asked.pk}.json"'
        return response
    return _page(
        request, "my_data_copy.html", {"asked": asked, "person": person, "sections": sections}, back="portal:my_data"
    )


@resident_only
@never_cache
@require_safe
def looks(request: ActorRequest) -> HttpResponse:
    """Who has looked at one's entry, by role and office, newest first."""
    person = own_data.person_of(request, timezone.now())
    if person is None:
        return redirect("portal:my_data")
    after = request.GET.get("after", "")
    found = readers.of_person(person=person, own=True, after=after)
    context = {
        "rows": [(look, "、".join(copies.label_of(name) for name in look.fields)) for look in found.rows],
        "older_url": f"?after={found.after}" if found.after else "",
        "first_url": reverse("portal:my_data_looks") if after else "",
    }
    return _page(request, "my_data_looks.html", context, back="portal:my_data")


def _own(request: ActorRequest, now: datetime) -> Person:
    """The confirmed entry, or 404: a press on an old page must not act on nobody."""
    person = own_data.person_of(request, now)
    if person is None:
        raise Http404
    return person


def _own_request(person: Person, request_id: int) -> SubjectRequest:
    asked = SubjectRequest.objects.filter(person=person, pk=request_id).first() if request_id <= MOST else None
    if asked is None:
        raise Http404
    return asked


def _may_copy(asked: SubjectRequest, now: datetime) -> bool:
    """A resident reads the copy once the community has handed it out."""
    return asked.state == SubjectRequest.State.DONE and requests.copy_open(asked, now)


def _context(request: ActorRequest, person: Person, now: datetime) -> dict[str, object]:
    today = timezone.localdate(now)
    named = groups.groups(area_id=person.area_id, on=today)
    asked_for = Correction.objects.filter(person=person, asked_by_id=request.actor.user_id).order_by("-pk")[:NEWEST]
    asked = SubjectRequest.objects.filter(person=person).order_by("-pk")[:NEWEST]
    return {
        "person": person,
        "facts": _facts(person),
        "home": person.dwelling.address if person.dwelling else person.area.name,
        "office": home_area.office(person.area_id[:12]),
        "family": [(one.name, codes.label("relation", one.relation)) for one in life.family(person)],
        "groups": [
            f"{named[tag.kind].label if tag.kind in named else tag.kind} {tag.level}".strip()
            for tag in life.tags_of(person)
            if tag.until is None or tag.until > today
        ],
        "corrections": [(one, _differences(one)) for one in asked_for],
        "requests": [(one, _may_copy(one, now)) for one in asked],
    }


def _facts(person: Person) -> list[tuple[str, str, str]]:
    """Name, label and value of each field; numbers masked, as on a screen that others may see."""
    return [(name, copies.label_of(name), _shown(name, fields.as_text(fields.plain(person, name)))) for name in SHOWN]


def _differences(one: Correction) -> list[tuple[str, str]]:
    values = fields.from_sealed_json(one.proposed_sealed)
    return [(copies.label_of(name), _shown(name, str(value)) or _("empty")) for name, value in values.items()]


def _shown(name: str, value: str) -> str:
    if name == "identity":
        return citizen_id.mask(value) if value else ""
    return mask_phone(value) if name in fields.PHONES and value else copies.words_of(name, value)


def _refuse(form: Kept, refusal: Refusal) -> int:
    if refusal.status == 403:
        raise refusal
    form.refuse(str(refusal), refusal.fields if isinstance(refusal, Invalid) else {})
    return refusal.status


def _page(
    request: ActorRequest, template: str, context: Mapping[str, object], status: int = 200, back: str = "portal:my"
) -> TemplateResponse:
    return nav.page(request, f"portal/{template}", context, tab="mine", back_url=reverse(back), status=status)
