"""One move for many rows: what it would do and where it cannot, then a report for each row."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.apps.incidents.flow import INCIDENT
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.sites.desk.actions import Wanted, move_many
from linli.sites.desk.edge import page, safe_next
from linli.sites.desk.forms import BulkForm
from linli.sites.desk.queries import units_of
from linli.spine.cases import queries as cases
from linli.spine.cases.flow import Move, Need, Part
from linli.spine.cases.models import Case
from linli.spine.cases.parts import own_part
from linli.ui.toasts import toast_error

MOST_ROWS = 100


@dataclass(frozen=True)
class Line:
    """A chosen row: what would be moved, or the reason why it cannot."""

    case: Case
    seq: int
    reason: str = ""


def bulk_moves(actor: Actor) -> list[Move]:
    """The moves that this post may ever make for many rows at once."""
    if not actor.can(Permission.CASE_WORK):
        return []
    parts = {own_part(actor)}
    if actor.unit_id is not None and own_part(actor) is not Part.GRID:
        parts.add(Part.UNIT)
    return [move for move in INCIDENT.moves if move.bulk and move.who & parts]


@requires(Permission.CASE_WORK)
@never_cache
@require_POST
def bulk(request: ActorRequest) -> HttpResponse:
    """First the confirmation with count and exceptions, then (`confirmed`) the moves and their report.

    The report answers the form itself: sending it again moves nothing twice, because each row carries its `seq`.
    """
    now, actor = timezone.now(), request.actor
    move = next((one for one in bulk_moves(actor) if one.name == request.POST.get("move")), None)
    if move is None:
        return HttpResponseBadRequest(_("There is no such move."), content_type="text/plain; charset=utf-8")
    back = safe_next(request, reverse("desk:queue"))
    rows = chosen_rows(request)
    if not rows:
        toast_error(request, _("Choose at least one row."))
        return redirect(back)
    lines = look(actor, rows, move)
    units = units_for(actor, lines) if Need.UNIT in move.needs else []
    confirmed = bool(request.POST.get("confirmed"))
    form = BulkForm(request.POST if confirmed else None, move=move, units=units)
    context: dict[str, Any] = {"move": move, "form": form, "back": back}
    if confirmed and form.is_valid():
        wanted = [Wanted(line.case, line.seq) for line in lines]
        outcomes = move_many(by=actor, wanted=wanted, name=move.name, inputs=form.inputs(), now=now)
        context |= {"done": [one for one in outcomes if one.done], "refused": [one for one in outcomes if not one.done]}
        return page(request, "bulk_done.html", context)
    context |= {"ready": [x for x in lines if not x.reason], "blocked": [x for x in lines if x.reason]}
    return page(request, "bulk.html", context, status=422 if confirmed else 200)


def chosen_rows(request: ActorRequest) -> dict[str, int]:
    """The rows of the form: number → how many events the page showed ("20261123000012:4")."""
    rows = {}
    for text in request.POST.getlist("row")[:MOST_ROWS]:
        number, colon, seq = text.partition(":")
        if colon and seq.isascii() and seq.isdigit() and len(seq) < 9 and len(number) <= 16:
            rows[number] = int(seq)
    return rows


def look(actor: Actor, rows: dict[str, int], move: Move) -> list[Line]:
    """Fetch the rows in scope and ask the flow about each. One statement; rows outside the scope do not exist."""
    now = timezone.now()
    found = Case.objects.visible_to(actor).select_related("matter", "unit", "party", "area")
    lines = []
    for case in found.filter(number__in=rows).order_by("due_at", "pk"):
        choice = next((one for one in cases.choices(case, actor, now) if one.move.name == move.name), None)
        reason = choice.why_not if choice else _("Your part in this case does not include this.")
        if not reason and rows[case.number] != case.seq:
            reason = _("Somebody else has moved it meanwhile. Look at it first.")
        lines.append(Line(case, rows[case.number], reason))
    return lines


def units_for(actor: Actor, lines: list[Line]) -> list[Unit]:
    """The units that may be given all these cases: those of the district, and of a street that they share."""
    streets = {line.case.area_id[:9] for line in lines}
    shared = streets.pop() if len(streets) == 1 else None
    return [unit for unit in units_of(actor) if len(unit.area_id) < 9 or unit.area_id == shared]
