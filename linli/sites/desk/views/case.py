"""The page of a case, its peek beside the queue, its printed slip and its photos."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.actions import open_photo
from linli.foundation.files.models import StoredFile
from linli.lib import qr as drawn_code
from linli.sites.desk import queries, words
from linli.sites.desk.edge import page
from linli.sites.desk.forms import MoveForm
from linli.sites.desk.texts import texts_for
from linli.spine.cases import queries as cases
from linli.spine.cases.flow import Need
from linli.spine.cases.models import Case
from linli.spine.cases.queries import CaseView, Choice
from linli.spine.catalogue import queries as catalogue

PEEKED_EVENTS = 5


@dataclass(frozen=True)
class Offer:
    """A move on the page: its button, its form, and the standard texts for what the resident reads."""

    choice: Choice
    url: str
    form: MoveForm | None = None
    texts: tuple[str, ...] = ()
    style: str = ""

    @property
    def direct(self) -> bool:
        """Whether one press makes the move: nothing to fill in, nothing grave."""
        return not self.choice.needs_form and not self.choice.move.grave


@dataclass(frozen=True)
class Offers:
    """The moves of a case for one actor: the next step, the others, and those not possible now with the reason."""

    first: Offer | None
    others: tuple[Offer, ...]
    blocked: tuple[Offer, ...]

    @property
    def reasons(self) -> list[tuple[str, list[Offer]]]:
        """The moves not possible now by their reason, so that one sentence stands for all that it stops."""
        found: dict[str, list[Offer]] = {}
        for offer in self.blocked:
            found.setdefault(offer.choice.why_not, []).append(offer)
        return list(found.items())

    @property
    def forms(self) -> list[Offer]:
        """The moves with a form, in one list."""
        return [offer for offer in (self.first, *self.others) if offer is not None and offer.form is not None]


def view_or_404(actor: Actor, number: str, now: datetime) -> CaseView:
    """The case in scope with its history, or 404. Three statements."""
    found = cases.case_view(actor, number, now) if len(number) <= 16 else None
    if found is None:
        raise Http404
    return found


def offers(view: CaseView, actor: Actor, now: datetime, *, with_forms: bool) -> Offers:
    """The moves as buttons. With forms at most two statements more (units, the unit that leads)."""
    allowed = [choice for choice in view.choices if choice.allowed]
    first = next((choice for choice in allowed if choice.move.primary), None)
    made = {choice: _offer(view, choice, first, actor, now, with_forms) for choice in view.choices}
    return Offers(
        first=made[first] if first else None,
        others=tuple(made[choice] for choice in allowed if choice is not first),
        blocked=tuple(made[choice] for choice in view.choices if not choice.allowed),
    )


def _offer(
    view: CaseView, choice: Choice, first: Choice | None, actor: Actor, now: datetime, with_forms: bool
) -> Offer:
    name = choice.move.name
    offer = Offer(
        choice=choice,
        url=reverse("desk:move", args=[view.case.number, name]),
        style="primary" if choice is first else "danger" if choice.move.grave else "",
    )
    if not with_forms or not choice.allowed or offer.direct:
        return offer
    form = move_form(view, choice, now)
    return Offer(choice, offer.url, form, tuple(texts_for(name)), offer.style)


def move_form(view: CaseView, choice: Choice, now: datetime, data: Any = None) -> MoveForm:
    """The form of a move, with the units or matters that it offers."""
    move, case = choice.move, view.case
    given: dict[str, Any] = {}
    if Need.UNIT in move.needs:
        suggested = queries.suggestion(case)
        given["units"] = catalogue.units_for(case.area_id)
        given["suggested"] = None if suggested.office else suggested.unit
    if Need.MATTER in move.needs:
        given["matters"] = [
            matter for matter in catalogue.offered(case.area_id, timezone.localdate(now)) if matter.pk != case.matter_id
        ]
    initial = {"seq": case.seq}
    return MoveForm(data, move=move, kind=view.kind, initial=initial, **given)


def facts(view: CaseView, now: datetime) -> list[tuple[str, object]]:
    """What a case is about, as label and value."""
    case = view.case
    area = case.area
    above = [one.name for one in (area.parent.parent if area.parent else None, area.parent) if one is not None]
    found: list[tuple[str, object]] = [
        (_("Matter"), case.cited.name),
        (_("Class"), case.get_event_class_display()),
        (_("Place"), case.place),
        (_("Area"), " › ".join([*above, area.name])),
        (_("Came in"), f"{timezone.localtime(case.opened_at):%Y-%m-%d %H:%M} · {case.get_source_display()}"),
        (_("Unit in charge"), case.unit.name if case.unit else ""),
        (_("First receiver"), words.first_receiver(view)),
        (_("Handled by"), case.handler.name if case.handler else ""),
        (_("Reopened"), case.reopens or ""),
        (_("Escalated to"), {1: _("the street"), 2: _("the district")}.get(case.level, "")),
    ]
    if case.solved is not None:
        solved = _("solved") if case.solved else _("not solved")
        found.append((_("The resident says"), f"{solved} · {words.satisfaction(case.satisfaction or 0)}"))
    return found


def clocks(case: Case, now: datetime) -> list[tuple[str, words.Due, bool]]:
    """The clocks of an open case: label, reading, and whether it is the one that counts now."""
    if not case.is_open:
        return []
    found = [(_("Next deadline"), words.due(case, now), True)]
    if case.deadline is not None and case.handled_at is None:
        found.append((_("Promised to the resident"), words.until(case.term_due, now), False))
        found.append((_("Longest term by law or list"), words.until(case.statutory_due, now), False))
    return found


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def case(request: ActorRequest, number: str) -> TemplateResponse:
    """The whole page of a case. At most twelve statements."""
    now, actor = timezone.now(), request.actor
    view = view_or_404(actor, number, now)
    context = whole(view, actor, now)
    context["done"] = request.GET.get("done") if request.GET.get("done") in view.flow.move else ""
    return page(request, "case.html", context)


def whole(view: CaseView, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the page of a case shows."""
    shown = view.case
    told = queries.told(shown)
    status = words.status(shown)
    return {
        "view": view,
        "case": shown,
        "title": f"{status.label} · {shown.title}",
        "status": status,
        "due": words.due(shown, now),
        "clocks": clocks(shown, now),
        "facts": facts(view, now),
        "told": told,
        "reporter": queries.reporter(shown.party, actor),
        "photos": words.reported_photos(view),
        "history": words.history(view),
        "offers": offers(view, actor, now, with_forms=True),
        "assignments": queries.assignments(shown),
        "nearby": queries.nearby(actor, shown, now) if shown.is_open else [],
    }


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def peek(request: ActorRequest, number: str) -> HttpResponse:
    """A case beside the queue; without htmx its whole page."""
    if not request.headers.get("HX-Request"):
        return redirect("desk:case", number)
    now, actor = timezone.now(), request.actor
    view = view_or_404(actor, number, now)
    history = words.history(view)
    context = {
        "view": view,
        "case": view.case,
        "status": words.status(view.case),
        "due": words.due(view.case, now),
        "facts": facts(view, now),
        "told": queries.told(view.case),
        "reporter": queries.reporter(view.case.party, actor),
        "photos": words.reported_photos(view),
        "history": history[:PEEKED_EVENTS],
        "more_history": max(len(history) - PEEKED_EVENTS, 0),
        "offers": offers(view, actor, now, with_forms=False),
    }
    response = page(request, "peek.html", context)
    response["Vary"] = "HX-Request"
    return response


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def slip(request: ActorRequest, number: str) -> TemplateResponse:
    """The slip for the desk or the site: the case on one sheet, with a code that leads back to its page."""
    now, actor = timezone.now(), request.actor
    view = view_or_404(actor, number, now)
    address = request.build_absolute_uri(reverse("desk:case", args=[number]))
    context = {
        "case": view.case,
        "status": words.status(view.case),
        "facts": facts(view, now),
        "clocks": clocks(view.case, now),
        "told": queries.told(view.case),
        "reporter": queries.reporter(view.case.party, actor),
        "history": words.history(view)[::-1],
        "qr": qr(address),
        "address": address,
        "back_url": reverse("desk:case", args=[number]),
        "printed_by": actor.name,
        "printed_at": now,
    }
    return page(request, "slip.html", context)


def qr(text: str) -> SafeString:
    """A QR code as inline SVG, black on white on paper and screen alike."""
    return mark_safe(drawn_code.svg(text))  # noqa: S308 - squares; the text is only encoded in them


@requires(Permission.CASE_READ)
@require_safe
def photo(request: ActorRequest, number: str, file_id: UUID) -> FileResponse:
    """A photo of a case in scope, whole or `?size=small`. One statement and the file."""
    shown = Case.objects.visible_to(request.actor).filter(number=number, attachments__file_id=file_id)
    stored = StoredFile.objects.filter(pk=file_id).first() if len(number) <= 16 and shown.exists() else None
    if stored is None:
        raise Http404
    return open_photo(stored, "small" if request.GET.get("size") == "small" else "full")
