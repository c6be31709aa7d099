"""Intake (上报): from the grid with a thumb, or at the window with the caller on the phone."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.apps.incidents import actions as incidents
from linli.apps.incidents import places
from linli.apps.incidents.actions import Receipt, Report, Reporter
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found, Given
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.models import StoredFile
from linli.lib.chinese import clip
from linli.lib.errors import Invalid, Refusal
from linli.sites.desk import photos, queries, words
from linli.sites.desk.edge import busy, case_in_scope, page
from linli.sites.desk.forms import PHOTO_FIELDS, ReportForm
from linli.sites.desk.nav import FIELD_ROLES
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import Matter
from linli.ui.forms import put

SUGGESTED = 3
LONGEST_GUESSED_FROM = 1000


@requires(Permission.REPORT_CREATE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: ActorRequest) -> HttpResponse:
    """Report, or say that it was handled on the spot (with a photo). A form sent twice is one report."""
    now = timezone.now()
    if request.method == "POST":
        return taken(request, now)
    initial = {"submission_key": uuid.uuid4(), "crs": "wgs84", "area": own_area(request.actor)}
    return answer(request, report_form(request.actor, now, initial=initial), [], 200)


def own_area(actor: Actor) -> str:
    """The area to start from: the worker's own grid or community; a street has to choose."""
    return actor.area_id if len(actor.area_id) >= queries.digits_of("community") else ""


def report_form(actor: Actor, now: datetime, data: Any = None, initial: Any = None) -> ReportForm:
    """The form with the matters and the areas of this post."""
    today = timezone.localdate(now)
    matters = catalogue.offered(actor.area_id, today)
    return ReportForm(data, matters=matters, areas=queries.report_areas(actor, today), initial=initial)


def taken(request: ActorRequest, now: datetime) -> HttpResponse:
    """Take the report in, or give the form back with everything in it."""
    actor = request.actor
    form = report_form(actor, now, data=request.POST)
    valid = form.is_valid()
    kept = photos.kept(request, actor)
    try:
        kept = photos.take(request, actor, kept, now)
        if not valid:
            return answer(request, form, kept, 422)
        found = place_of(form, actor, now)
        given = given_by(form, found, matter_of(form, actor, now), kept)
        receipt = incidents.report(by=actor, given=replace(given, on_spot=bool(request.POST.get("on_spot"))), now=now)
    except Refusal as refusal:
        put(form, refusal, PHOTO_FIELDS)
        return answer(request, form, kept, 422 if isinstance(refusal, Invalid) else refusal.status)
    except OperationalError:
        form.add_error(None, busy())
        return answer(request, form, kept, 503)
    return received(request, receipt, str(form.cleaned_data["submission_key"]))


def place_of(form: ReportForm, actor: Actor, now: datetime) -> Found:
    """Where it is: the point, the area of the list, or the words. Raises Invalid outside the post's area."""
    data = form.cleaned_data
    found = places.find(
        Given(lon=data["lon"], lat=data["lat"], crs=form.crs_given, area_id=data["area"], words=data["place"]), now
    )
    if not actor.covers(found.area_id):
        text = _("This place lies outside your area. Move the map, or let the resident report it on the public page.")
        raise Invalid(fields={"area": text})
    return found


def matter_of(form: ReportForm, actor: Actor, now: datetime) -> Matter:
    """The matter chosen, or the one that the words point to. Raises Invalid when they point to none."""
    chosen = form.matters.get(form.cleaned_data["matter"])
    if chosen is not None:
        return chosen
    guessed = catalogue.suggest(form.cleaned_data["text"], actor.area_id, timezone.localdate(now))
    if not guessed:
        raise Invalid(fields={"matter": _("The words do not say which matter this is. Choose it from the list.")})
    return guessed[0]


def given_by(form: ReportForm, found: Found, matter: Matter, kept: list[StoredFile]) -> Report:
    """The form as the action wants it."""
    data = form.cleaned_data
    return Report(
        text=data["text"],
        matter=matter,
        found=found,
        submission_key=str(data["submission_key"]),
        place=data["place"],
        reporter=Reporter(phone=data["phone"], name=data["name"]),
        photos=tuple(kept),
    )


def received(request: ActorRequest, receipt: Receipt, key: str) -> HttpResponse:
    """Lead to the receipt; a program that asks for JSON gets the number. The same answer for the same key."""
    number = receipt.case.number
    url = f"{reverse('desk:sent', args=[number])}?key={key}"
    if request.accepts("text/html"):
        return HttpResponseRedirect(url, status=303)
    return JsonResponse({"number": number, "repeated": receipt.repeated, "url": url})


def answer(request: ActorRequest, form: ReportForm, kept: list[StoredFile], status: int) -> HttpResponse:
    """The page with the form."""
    actor = request.actor
    context = {
        "form": form,
        "field_role": actor.role in FIELD_ROLES,
        "kept": len(kept),
        "kept_photos": photos.sealed(kept),
        "shapes_url": f"{reverse('desk:shapes')}?area={actor.area_id}",
        "near": middle(actor),
    }
    return page(request, "report.html", context, status=status)


def middle(actor: Actor) -> tuple[float, float] | None:
    """A point inside the post's area, for the map to start at. One statement."""
    return queries.middle_of(actor.area_id, timezone.localdate())


@requires(Permission.REPORT_CREATE)
@never_cache
@require_POST
def suggest(request: ActorRequest) -> HttpResponse:
    """What the words point to, and what is open nearby already, while the report is being written (htmx)."""
    now, actor = timezone.now(), request.actor
    text = clip(request.POST.get("text", ""), LONGEST_GUESSED_FROM)
    guessed = catalogue.suggest(text, actor.area_id, timezone.localdate(now))[:SUGGESTED] if text.strip() else []
    near = []
    if guessed:
        form = report_form(actor, now, data=request.POST)
        form.is_valid()
        found = near_to(form, actor)
        near = queries.nearby_place(actor, guessed[0].event_class, found, now) if found else []
    rows = words.rows([one.case for one in near], now)
    context = {"matters": guessed, "near": [(row, one.metres) for row, one in zip(rows, near, strict=True)]}
    return page(request, "suggest.html", context)


def near_to(form: ReportForm, actor: Actor) -> Found | None:
    """The place as far as it is known while writing."""
    data = form.cleaned_data
    lon, lat = data.get("lon"), data.get("lat")
    area = data.get("area") or own_area(actor)
    if not area:
        return None
    whole = lon is not None and lat is not None
    return Found(area, Incident.Found.LIST, lon if whole else None, lat if whole else None)


@requires(Permission.REPORT_CREATE)
@never_cache
@require_safe
def sent(request: ActorRequest, number: str) -> HttpResponse:
    """The receipt. Its flag tells the outbox that this report has arrived."""
    case = case_in_scope(request.actor, number)
    now = timezone.now()
    try:
        key = str(uuid.UUID(request.GET.get("key", "")))
    except ValueError:
        key = ""
    context = {"case": case, "key": key, "status": words.status(case), "due": words.due(case, now)}
    return page(request, "sent.html", context)
