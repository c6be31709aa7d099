"""Record a visit: for one person, or (on a phone without a network) for somebody of today's list."""

import uuid
from typing import Any

from django.db import OperationalError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.visits import actions, care, uploads, words
from linli.apps.visits.actions import Recorded
from linli.apps.visits.forms import OUTCOME_ICONS, WAY_ICONS, PocketForm, RecordForm
from linli.apps.visits.models import Outcome, Visit, Way
from linli.apps.visits.queries import history, of_person
from linli.apps.visits.uploads import Uploads
from linli.apps.visits.views.today import MOST_TODAY, chosen, person_in_scope
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files import voice
from linli.foundation.files.actions import open_photo
from linli.lib.errors import Invalid, Refusal
from linli.register.people.models import Person
from linli.register.people.readings import read
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue
from linli.ui.forms import put
from linli.ui.toasts import toast

SHOWN_BEFORE = 5
MOST_HISTORY = 50


@requires(Permission.VISIT_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: ActorRequest, person_id: int) -> HttpResponse:
    """The record of a visit to one person. A form sent twice is one visit and one case."""
    person = person_in_scope(request.actor, person_id)
    matters = catalogue.offered(person.area_id, timezone.localdate())
    if request.method != "POST":
        read(by=request.actor, person=person, now=timezone.now(), ip=ip_of(request))
        form = RecordForm(matters=matters, initial=fresh())
        return answer(request, form, person, Uploads(), 200)
    form = RecordForm(request.POST, matters=matters)
    return taken(request, form, person)


@requires(Permission.VISIT_WORK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pocket(request: ActorRequest) -> HttpResponse:
    """Today's list with one form for all of it: what the phone keeps for a day, and shows without a network.

    What it sends is taken for anybody in the actor's scope: the list may have changed since.
    """
    actor = request.actor
    matters = catalogue.offered(actor.area_id, timezone.localdate())
    if request.method == "POST":
        asked = request.POST.get("person", "")
        person = person_in_scope(actor, int(asked)) if asked.isdecimal() and len(asked) < 19 else None
        people = [(person.pk, person.name)] if person is not None else []
        return taken(request, PocketForm(request.POST, matters=matters, people=people), person)
    lines = chosen(actor, "mine")[:MOST_TODAY]
    people = [(line.person.pk, f"{line.person.name} · {words.address_of(line)}") for line in lines]
    form = PocketForm(matters=matters, people=people, initial=fresh())
    return answer(request, form, None, Uploads(), 200)


def fresh() -> dict[str, Any]:
    """What an empty form begins with. The way is the door: why else would one open it."""
    return {"submission_key": uuid.uuid4(), "way": Way.HOME, "visited_at": timezone.localtime()}


def taken(request: ActorRequest, form: RecordForm, person: Person | None) -> HttpResponse:
    """Take the record in, or give the form back with everything in it."""
    actor, now = request.actor, timezone.now()
    valid = form.is_valid()
    kept = uploads.kept(request, actor)
    try:
        kept = uploads.take(request, actor, kept, now)
        if not valid or person is None:
            return answer(request, form, person, kept, 422)
        done = actions.record(by=actor, person_id=person.pk, given=form.report(kept), now=now)
    except Refusal as refusal:
        put(form, refusal)
        return answer(request, form, person, kept, 422 if isinstance(refusal, Invalid) else refusal.status)
    except OperationalError:
        form.add_error(None, _("The system is busy for a moment. Nothing was kept by halves; please send it again."))
        return answer(request, form, person, kept, 503)
    return received(request, form, person, done)


def received(request: ActorRequest, form: RecordForm, person: Person, done: Recorded) -> HttpResponse:
    """Lead to the receipt, or (after a tap on the list) back to the list. The same answer for the same key."""
    key = str(form.cleaned_data["submission_key"])
    if form.cleaned_data["next"] == "today":
        toast(request, _("Recorded: %(name)s, %(outcome)s.") % {
            "name": person.name, "outcome": done.visit.get_outcome_display(),
        })  # fmt: skip
        return HttpResponseRedirect(f"{reverse('visits:today')}?done={key}", status=303)
    return HttpResponseRedirect(f"{reverse('visits:recorded', args=[done.visit.pk])}?key={key}", status=303)


def answer(request: ActorRequest, form: RecordForm, person: Person | None, kept: Uploads, status: int) -> HttpResponse:
    """The page with the form."""
    day = timezone.localdate()
    context: dict[str, Any] = {
        "form": form,
        "person": person,
        "pocket": isinstance(form, PocketForm),
        "day": day,
        "kept": len(kept),
        "kept_files": kept.sealed,
        "way_icons": WAY_ICONS,
        "outcome_icons": OUTCOME_ICONS,
        "way_open": form["way"].value() not in (None, "", Way.HOME) or bool(form.errors),
    }
    if person is not None:
        before = of_person(person.pk, SHOWN_BEFORE, actor=request.actor)
        context |= {
            "age": care.age_on(person.born, day),
            "address": person.dwelling.address if person.dwelling is not None else person.area.name,
            "entries": entries(before, day),
        }
    return TemplateResponse(request, "visits/record.html", context, status=status)


def entries(visits: list[Visit], day: Any) -> list[dict[str, object]]:
    """Visits as a timeline."""
    return [
        {
            "at": visit.visited_at,
            "who": visit.by.name if visit.by is not None else "",
            "what": f"{visit.get_way_display()} · {visit.get_outcome_display()}",
            "text": said(visit),
            "kind": "late" if visit.is_late else "internal" if visit.outcome != Outcome.MET else "public",
            "photos": pictures(visit),
        }
        for visit in visits
    ]


def said(visit: Visit) -> str:
    """What was written of a visit, each part on its line."""
    different = "、".join(str(care.DIFFERENCES[code]) for code in visit.differences if code in care.DIFFERENCES)
    parts = [
        visit.text,
        _("Different: %(what)s") % {"what": different} if different else "",
        _("Need: %(need)s") % {"need": visit.need} if visit.need else "",
        _("Recorded late: %(reason)s") % {"reason": visit.late_reason} if visit.is_late else "",
    ]
    return "\n".join(part for part in parts if part)


def pictures(visit: Visit) -> list[dict[str, str]]:
    """The photos of a visit, for a strip."""
    at = timezone.localtime(visit.visited_at)
    found = []
    for picture in visit.pictures.all():
        url = reverse("visits:file", args=[visit.pk, picture.file_id])
        alt = _("Photo %(n)s of the visit on %(day)s") % {"n": picture.position + 1, "day": f"{at:%Y-%m-%d}"}
        found.append({"url": url, "thumb_url": f"{url}?size=small", "alt": alt})
    return found


def visit_in_scope(request: ActorRequest, visit_id: int) -> Visit:
    """The visit, or 404 outside the actor's scope."""
    rows = Visit.objects.visible_to(request.actor).select_related("person", "case", "by")
    visit = rows.filter(pk=visit_id).first()
    if visit is None:
        raise Http404
    return visit


@requires(Permission.VISIT_WORK)
@never_cache
@require_safe
def recorded(request: ActorRequest, visit_id: int) -> HttpResponse:
    """The receipt. Its flag tells the outbox that this record has arrived."""
    visit = visit_in_scope(request, visit_id)
    try:
        key = str(uuid.UUID(request.GET.get("key", "")))
    except ValueError:
        key = ""
    context = {
        "visit": visit,
        "key": key,
        "case_visible": visit.case_id is not None
        and Case.objects.visible_to(request.actor).filter(pk=visit.case_id).exists(),
        "differences": [care.DIFFERENCES[code] for code in visit.differences if code in care.DIFFERENCES],
    }
    return TemplateResponse(request, "visits/recorded.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def of_one(request: ActorRequest, person_id: int) -> HttpResponse:
    """All visits of one person, newest first."""
    person = person_in_scope(request.actor, person_id)
    read(by=request.actor, person=person, now=timezone.now(), ip=ip_of(request))
    day = timezone.localdate()
    found = of_person(person.pk, MOST_HISTORY, actor=request.actor)
    context = {
        "person": person,
        "entries": entries(found, day),
        "notes": [visit for visit in found if visit.voice_id is not None],
        "cases": [visit for visit in found if visit.case_id is not None],
        "may_visit": request.actor.can(Permission.VISIT_WORK),
    }
    return TemplateResponse(request, "visits/person.html", context)


@requires(Permission.PEOPLE_READ)
@require_safe
def file(request: ActorRequest, visit_id: int, file_id: uuid.UUID) -> FileResponse:
    """A photo or the voice note of a visit in the actor's scope."""
    kept = history.file_of(request.actor, visit_id, file_id)
    if kept is None:
        raise Http404
    if kept.is_voice:
        return voice.open_voice(kept.file)
    return open_photo(kept.file, "small" if request.GET.get("size") == "small" else "full")
