"""Report something: one page, and the step that asks whether somebody has reported it already."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.incidents import actions as incidents
from linli.apps.incidents import places
from linli.apps.incidents import queries as incident_queries
from linli.apps.incidents.actions import Report, Reporter
from linli.apps.incidents.brake import count
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found, Given
from linli.apps.incidents.queries import Near
from linli.foundation.accounts.access import public
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.files.actions import open_photo
from linli.foundation.files.models import StoredFile
from linli.lib import qr as drawn_code
from linli.lib.errors import Refusal
from linli.register.people.actions import checked_phone
from linli.sites.portal import home_area, marks, nav, story
from linli.sites.portal.about import About, about
from linli.sites.portal.forms import CLASS_ICONS, ReportForm
from linli.sites.portal.trays import Tray
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import Matter

CARRIED = ("text", "event_class", "lon", "lat", "crs", "area", "place", "phone", "name")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: ActorRequest) -> HttpResponse:
    """The report form; a POST takes the report in, or comes back with everything kept."""
    now = timezone.now()
    if request.method == "POST":
        return _Taking(request, now).answer()
    matter = catalogue.one(request.GET.get("matter", ""), home_area.district(request, _day(now)), _day(now))
    initial = {"area": home_area.chosen(request), "event_class": matter.event_class if matter else ""}
    form = ReportForm(initial=initial)
    return _form_page(request, form, Tray(""), str(uuid4()), now, chosen=matter.code if matter else "")


class _Taking:
    """One POST of the report form: read, check all at once, ask about what is nearby, take it in."""

    def __init__(self, request: ActorRequest, now: datetime) -> None:
        self.request = request
        self.now = now
        self.key = _key(request.POST.get("submission_key", ""))
        self.form = ReportForm(request.POST)
        self.tray = Tray(self.purpose)

    @property
    def purpose(self) -> str:
        return f"report:{self.key}"

    def answer(self) -> HttpResponse:
        try:
            return self._answer()
        except OperationalError:
            text = _("The system is busy for a moment. Nothing you typed is lost: please send it again.")
            self.form.refuse(text, {})
            return self._again(503, retry_after=3)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            self.form.refuse(str(refusal), refusal.fields)
            return self._again(refusal.status, retry_after=getattr(refusal, "retry_after", None))

    def _answer(self) -> HttpResponse:
        request, now = self.request, self.now
        count(key=f"report:{ip_of(request)}", limit="reports_per_hour_ip", area_id="", now=now)
        self.tray = Tray.read(request, self.purpose, by=request.actor, now=now)
        self.form.full_clean()
        found = self._found()
        matter = self._matter(found)
        self._check_words()
        if found is None or matter is None or self.form.errors or self.tray.refusal:
            return self._again(max(422, self.tray.status))
        if not request.POST.get("seen_nearby"):
            near = incident_queries.nearby(event_class=matter.event_class, found=found, now=now)
            if near and not self._arrived_before():
                return self._nearby_page(near, matter)
        fields = self.form.cleaned_data
        given = Report(
            text=fields["text"],
            matter=matter,
            found=found,
            submission_key=str(self.key),
            place=fields["place"],
            reporter=Reporter(phone=fields["phone"], name=fields["name"]),
            photos=self.tray.stored,
        )
        receipt = incidents.report(by=request.actor, given=given, now=now)
        number = receipt.case.number
        query = urlencode({"mark": marks.receipt(number), "key": str(self.key)})
        return redirect(f"{reverse('portal:sent', args=[number])}?{query}")

    def _found(self) -> Found | None:
        """Where it is; a refusal goes to the form, and a point that leads nowhere is forgotten."""
        fields = self.form.cleaned_data
        if "lon" in self.form.errors or "lat" in self.form.errors:
            self.form.without_point()
            return None
        given = Given(
            lon=fields.get("lon"),
            lat=fields.get("lat"),
            crs=fields.get("crs") or "wgs84",
            area_id=fields.get("area") or "",
            words=fields.get("place") or "",
        )
        has_point = given.lon is not None and given.lat is not None
        if not has_point and home_area.is_listed(given.area_id, _day(self.now)):
            return Found(given.area_id, Incident.Found.LIST)  # as places.find would, without asking again
        try:
            return places.find(given, self.now)
        except (Refusal, ValueError) as refusal:
            if isinstance(refusal, Refusal) and not has_point:
                self.form.refuse(str(refusal), refusal.fields)
                return None
            why = str(refusal) if isinstance(refusal, Refusal) else _("This is no place on Earth.")
            text = _("%(why)s Move the map to the place, or choose the community from the list.")
            self.form.add_error("lon", text % {"why": why})
            self.form.without_point()
            return None

    def _matter(self, found: Found | None) -> Matter | None:
        on = _day(self.now)
        area_id = found.area_id if found else home_area.district(self.request, on)
        matter = self._about(area_id).matter
        if matter is None and "text" not in self.form.errors and "event_class" not in self.form.errors:
            if self.form.cleaned_data.get("event_class"):
                self.form.add_error("matter", _("Choose what fits best."))
            else:
                text = _("Your words do not tell us yet what it is about. Choose the closest.")
                self.form.add_error("event_class", text)
        return matter

    def _about(self, area_id: str) -> About:
        fields = self.form.cleaned_data
        return about(
            text=fields.get("text") or "",
            event_class=fields.get("event_class") or "",
            chosen=fields.get("matter") or "",
            area_id=area_id,
            on=_day(self.now),
        )

    def _check_words(self) -> None:
        checks = {"text": incidents.checked_text, "phone": checked_phone}
        for name, check in checks.items():
            if name in self.form.errors:
                continue
            try:
                check(self.form.cleaned_data.get(name) or "")
            except Refusal as refusal:
                self.form.refuse(str(refusal), refusal.fields)

    def _arrived_before(self) -> bool:
        """Whether this very report is in already: then what is nearby is itself."""
        known = incidents.key_of(self.request.actor, str(self.key))
        return Case.objects.filter(submission_key=known).exists()

    def _again(self, status: int, *, retry_after: int | None = None) -> TemplateResponse:
        response = _form_page(self.request, self.form, self.tray, str(self.key), self.now, status=status)
        if retry_after is not None:
            response["Retry-After"] = str(retry_after)
        return response

    def _nearby_page(self, near: list[Near], matter: Matter) -> TemplateResponse:
        carried = [(name, self.request.POST.get(name, "")) for name in CARRIED]
        carried += [("matter", matter.code), ("submission_key", str(self.key)), ("kept_photos", self.tray.mark)]
        rows = [
            {
                "near": one,
                "state": story.state_tag(one.case, is_reporter=False),
                "told": story.told(one.case),
                "url": f"{reverse('portal:join', args=[one.case.number])}?offer={marks.offer(one.case.number)}",
            }
            for one in near
        ]
        return nav.page(
            self.request,
            "portal/report_nearby.html",
            {"rows": rows, "carried": carried, "matter": matter},
            tab="home",
        )


def _form_page(
    request: ActorRequest,
    form: ReportForm,
    tray: Tray,
    key: str,
    now: datetime,
    *,
    chosen: str = "",
    status: int = 200,
) -> TemplateResponse:
    on = _day(now)
    typed = form["text"].value() or ""
    choice = form["event_class"].value() or ""
    chosen = chosen or form["matter"].value() or ""
    context: dict[str, Any] = {
        "form": form,
        "tray": tray,
        "submission_key": key,
        "icons": CLASS_ICONS,
        "about": About(),
    }
    try:
        district = home_area.district(request, on)
        streets = home_area.streets(district, on)
        context["about"] = about(text=typed, event_class=choice, chosen=chosen, area_id=district, on=on)
        context["geojson"] = _map_url(district, home_area.chosen(request))
    except OperationalError:
        if status != 503:
            raise
        # The page must come back even now; the choice that was made stays on the list.
        own = form["area"].value()
        form.offer_communities([(own, own)] if own else [])
    else:
        form.offer_communities((street.name, street.communities) for street in streets)
    return nav.page(request, "portal/report.html", context, tab="home", back_url=reverse("portal:home"), status=status)


def _map_url(district: str, community: str) -> str:
    """Shapes for choosing a place: the communities of one's own street, or the streets of the district."""
    area, level = (community[:9], "community") if community[:6] == district else (district, "street")
    return f"{reverse('portal:areas')}?{urlencode({'area': area, 'level': level})}" if area else ""


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest) -> TemplateResponse:
    """The matters that the words and the class point to: the part of the form that htmx asks for while one types.

    The form asks by POST, so that nobody's words stand in the log of a proxy.
    """
    asked = request.POST if request.method == "POST" else request.GET
    on = _day(timezone.now())
    found = about(
        text=asked.get("text", ""),
        event_class=asked.get("event_class", ""),
        chosen=asked.get("matter", ""),
        area_id=home_area.district(request, on),
        on=on,
    )
    return TemplateResponse(request, "portal/about.html", {"about": found})


@public
@never_cache
@require_safe
def sent(request: ActorRequest, number: str) -> HttpResponse:
    """The receipt: number, tracking code, who has it, by when. Its address holds for half an hour."""
    match marks.read_receipt(number, request.GET.get("mark", "")):
        case "forged":
            raise Http404
        case "over":
            return nav.page(request, "portal/receipt_over.html", {"number": number}, tab="home", status=410)
    case = Case.objects.select_related("matter", "area", "unit", "party").filter(number=number).first()
    if case is None:
        raise Http404
    code = incidents.code_of(number) if case.tracking_index else ""
    office = home_area.office(case.area_id)
    context = {
        "case": case,
        "code": code,
        "office": office,
        "who": story.who_has_it(case, office.name if office else case.area.name),
        "promise": story.promise(case, timezone.now()),
        "told": story.told(case),
        "qr": _qr(request.build_absolute_uri(f"{reverse('portal:follow')}#{code}")) if code else "",
        "by_text": case.party is not None and bool(case.party.phone_sealed),
        "mine": request.actor.is_resident,
        "sent_key": str(_key(request.GET.get("key", ""))),
    }
    return nav.page(request, "portal/sent.html", context, tab="home")


def _qr(address: str) -> SafeString:
    """The follow page as a QR code. The tracking code stands behind “#”, so it never reaches a log."""
    drawn = drawn_code.svg(address, scale=4, border=4)
    return mark_safe(drawn)  # noqa: S308 - squares; nothing typed stands in it


@public
@require_safe
def kept_photo(request: HttpRequest, mark: str) -> FileResponse:
    """A photo that was received with a form that came back, small, for whoever sent it."""
    photo_id = marks.read_photo(mark)
    stored = StoredFile.objects.filter(pk=photo_id).first() if photo_id else None
    if stored is None:
        raise Http404
    return open_photo(stored, "small")


def _key(text: str) -> UUID:
    """The submission key of the form; a new one for a form that somebody has bent."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _day(now: datetime) -> date:
    return timezone.localtime(now).date()
