"""The monthly visit rate, by area, down to who was missed."""

from datetime import date
from typing import Any

from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.apps.visits import care
from linli.apps.visits.queries import rate as rates
from linli.apps.visits.queries.rate import MOST_MISSED, Month, Rate
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.lib.ratios import percent
from linli.register.people.models import Person
from linli.ui.links import from_page, without

MONTHS = 12
COMMUNITY_DIGITS = 12


def month_asked(text: str, today: date) -> Month:
    """The month of the address ("2026-11"), else this one; none in the future."""
    try:
        first = date.fromisoformat(f"{text}-01") if len(text) == 7 else today
    except ValueError:
        first = today
    return rates.month_of(min(first, today), today)


def area_asked(request: ActorRequest) -> Area:
    """The area of the address inside the actor's own, else their own; 404 outside."""
    code = request.GET.get("area", "") or request.actor.area_id
    if not request.actor.covers(code):
        raise Http404
    area = Area.objects.filter(pk=code).first()
    if area is None:
        raise Http404
    return area


@requires(Permission.DASHBOARD_READ)
@never_cache
@require_safe
def rate(request: ActorRequest) -> TemplateResponse:
    """The rate of a month: of the area, of each area below, and (in a community) who was missed."""
    today = timezone.localdate()
    area, month = area_asked(request), month_asked(request.GET.get("month", ""), today)
    whole = rates.rate(area.pk, month)
    context: dict[str, Any] = {
        "area": area,
        "above": area.parent_id if area.parent_id and request.actor.covers(area.parent_id) else "",
        "month": month,
        "running": month.following > today,
        "months": months_before(today, month),
        "whole": {"should": whole.should, "done": whole.done, "missed": whole.missed, "share": percent(whole.share)},
        "rows": [row_of(one, request) for one in rates.rates_below(area.pk, month)],
    }
    if len(area.pk) >= COMMUNITY_DIGITS and request.actor.can(Permission.PEOPLE_READ):
        context |= missed_of(request, area.pk, month, today)
    return TemplateResponse(request, "visits/rate.html", context)


def row_of(one: Rate, request: ActorRequest) -> dict[str, object]:
    """One area below, with the way down."""
    base = without(request, "area")
    link = base + ("&" if base != "?" else "")
    return {
        "name": one.name or _("No grid known"),
        "should": one.should,
        "done": one.done,
        "missed": one.missed,
        "share": percent(one.share),
        "url": f"{link}area={one.area_id}" if one.name else "",
    }


def missed_of(request: ActorRequest, area_id: str, month: Month, today: date) -> dict[str, object]:
    """Who was missed, page by page."""
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 19 else 0
    people = list(rates.missed(area_id, month, after=start))
    shown = people[:MOST_MISSED]
    return {
        "missed": [line_of(person, today) for person in shown],
        "older_url": from_page(request, str(shown[-1].pk)) if len(people) > MOST_MISSED else "",
        "first_url": without(request) if start else "",
        "may_visit": request.actor.can(Permission.VISIT_WORK),
    }


def line_of(person: Person, today: date) -> dict[str, object]:
    """One person who was missed."""
    return {
        "id": person.pk,
        "name": person.name,
        "age": care.age_on(person.born, today),
        "address": person.dwelling.address if person.dwelling is not None else person.area.name,
        "gone": person.status != Person.Status.HERE,
    }


def months_before(today: date, chosen: Month) -> list[tuple[str, bool]]:
    """The last twelve months, and the chosen one."""
    found, first = [], today.replace(day=1)
    for _turn in range(MONTHS):
        found.append(first)
        first = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    if chosen.first not in found:
        found.append(chosen.first)
    return [(f"{one:%Y-%m}", one == chosen.first) for one in found]
