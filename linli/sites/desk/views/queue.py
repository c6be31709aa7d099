"""The queue (待办): what lies on the desk, what is open, late, waiting or past, as a link for every question."""

from typing import Any

from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.sites.desk import filters, queries, words
from linli.sites.desk.edge import page
from linli.sites.desk.views.bulk import bulk_moves
from linli.spine.cases import queries as cases
from linli.spine.cases.queries import Counts, Filter
from linli.ui.links import Chip, from_page, without


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def queue(request: ActorRequest) -> TemplateResponse:
    """A list of cases. Eight statements, however many rows and however large the table."""
    now, actor = timezone.now(), request.actor
    chosen = filters.read(request.GET, actor)
    after = request.GET.get("after", "")
    counts = cases.counts(actor, now)
    found = cases.page(actor, chosen, after=after, now=now)
    areas = queries.choosable_areas(actor, timezone.localdate(now), chosen.area)
    shown = filters.options(chosen, areas, queries.units_of(actor))
    chips = filters.chips(request, chosen, shown)
    context: dict[str, Any] = {
        "chosen": chosen,
        "rows": words.lines(found.rows, now),
        "tabs": filters.tab_items(chosen, counts, actor),
        "title": title(chosen, counts),
        "options": shown,
        "chips": chips,
        "clear_url": f"?view={chosen.view}",
        "empty": empty(chosen, chips),
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
        "bulk": bulk_moves(actor),
        "query": without(request).removeprefix("?"),
        "may_export": actor.can(Permission.EXPORT),
        "search_value": chosen.q,
    }
    return page(request, "queue.html", context)


def title(chosen: Filter, counts: Counts) -> str:
    """The name of the list with its count, as the browser's tab shows it."""
    known = {"todo": counts.todo, "open": counts.open, "late": counts.late, "handled": counts.handled}
    names = {
        "todo": _("To do (%(n)s)"),
        "open": _("Open cases (%(n)s)"),
        "late": _("Late cases (%(n)s)"),
        "handled": _("Waiting for the resident (%(n)s)"),
    }
    return names[chosen.view] % {"n": known[chosen.view]} if chosen.view in known else _("All cases")


def empty(chosen: Filter, chips: list[Chip]) -> str:
    """Why the list is empty, and which filter to drop."""
    if chips:
        last = chips[-1]
        values = {"label": last.label, "value": last.value}
        return _("Nothing matches. Try it without “%(label)s: %(value)s”.") % values
    return {
        "todo": _("Nothing waits for you. New work appears here by itself."),
        "late": _("Nothing is late."),
        "handled": _("No resident owes an answer."),
    }.get(chosen.view, _("There are no cases here yet."))
