"""The grid on the phone: what is open around the worker, on a list or on the map, one tap from a call."""

from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.sites.desk import queries, words
from linli.sites.desk.edge import page
from linli.spine.cases import queries as cases
from linli.spine.cases.queries import Filter
from linli.ui.links import from_page

ROWS = 20


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def grid(request: ActorRequest) -> TemplateResponse:
    """The open cases of the post's area, the most urgent first, with the reporter's number behind one tap."""
    now, actor = timezone.now(), request.actor
    on_map = request.GET.get("show") == "map"
    after = request.GET.get("after", "")
    counts = cases.counts(actor, now)
    found = cases.page(actor, Filter(view="open"), after=after, now=now, size=ROWS)
    parties = queries.parties_of(found.rows)
    cards = [(row, queries.reporter(parties.get(row.case.pk), actor)) for row in words.rows(found.rows, now)]
    context = {
        "area": Area.objects.filter(pk=actor.area_id).first(),
        "cards": [] if on_map else cards,
        "on_map": on_map,
        "counts": counts,
        "older_url": from_page(request, found.after),
        "first_url": "?" if after else "",
    }
    return page(request, "grid.html", context)
