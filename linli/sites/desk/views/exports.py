"""The queue on paper and as a table file."""

import csv
from collections.abc import Iterator
from typing import Final

from django.http import HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.lib.workbooks import safe
from linli.sites.desk import filters, queries, words
from linli.sites.desk.edge import page
from linli.spine.cases import queries as cases
from linli.spine.cases.models import Case
from linli.spine.cases.queries import Filter
from linli.ui.links import without

MOST_EXPORTED: Final = 10_000
MOST_PRINTED: Final = 200
BOM: Final = "\ufeff"


@requires(Permission.CASE_READ)
@never_cache
@require_safe
def print_list(request: ActorRequest) -> TemplateResponse:
    """The first rows of a list on paper, with the filters above them."""
    now, actor = timezone.now(), request.actor
    chosen = filters.read(request.GET, actor)
    found = cases.page(actor, chosen, after="", now=now, size=MOST_PRINTED)
    areas = queries.choosable_areas(actor, timezone.localdate(now), chosen.area)
    chips = filters.chips(request, chosen, filters.options(chosen, areas, queries.units_of(actor)))
    context = {
        "rows": words.rows(found.rows, now),
        "more": bool(found.after),
        "most": MOST_PRINTED,
        "chips": chips,
        "back_url": "../" + without(request),
        "printed_by": actor.name,
        "printed_at": now,
    }
    return page(request, "print_list.html", context)


@requires(Permission.EXPORT)
@never_cache
@require_safe
def export(request: ActorRequest) -> HttpResponse | StreamingHttpResponse:
    """The filtered list as CSV (UTF-8 with BOM, so that every spreadsheet reads it), at most 10,000 rows.

    It is written into the access log before the first row leaves. No phone numbers, no reporters.
    """
    now, actor = timezone.now(), request.actor
    chosen = filters.read(request.GET, actor)
    audit.record(
        by=actor,
        action="cases.exported",
        subject_kind="cases",
        subject_id=actor.area_id,
        data={"filters": without(request), "most": MOST_EXPORTED},
        ip=ip_of(request),
        now=now,
    )
    response = StreamingHttpResponse(lines(request, chosen), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="linli-{timezone.localtime(now):%Y%m%d-%H%M}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(request: ActorRequest, chosen: Filter) -> Iterator[str]:
    """The rows as lines of CSV, in the language of the request (the middleware has gone by then)."""
    now, language = timezone.now(), get_language()
    writer = csv.writer(_Echo())
    order = ("due_at", "pk") if chosen.by_deadline else ("-opened_at", "-pk")
    found = cases.listed(request.actor, chosen, now).select_related("area", "matter", "unit").order_by(*order)
    with override(language):
        yield BOM + str(writer.writerow(head()))
    for case in found[:MOST_EXPORTED].iterator(chunk_size=500):
        with override(language):
            line = str(writer.writerow([safe(cell) for cell in cells(case)]))
        yield line


def head() -> list[str]:
    """The names of the columns."""
    return [
        _("Number"),
        _("State"),
        _("Class"),
        _("Matter"),
        _("Title"),
        _("Place"),
        _("Area code"),
        _("Area"),
        _("Source"),
        _("Unit in charge"),
        _("Came in"),
        _("Next deadline"),
        _("Promised to the resident"),
        _("Handled at"),
        _("Closed at"),
        _("Solved"),
        _("Satisfaction"),
        _("Reopened"),
    ]


def cells(case: Case) -> list[str]:
    """One case as a row."""
    moments = [case.opened_at, case.deadline, case.term_due, case.handled_at, case.closed_at]
    came, due, promised, handled, closed = (f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "" for at in moments)
    return [
        case.number,
        words.status(case).label,
        str(case.get_event_class_display()),
        case.cited.name,
        case.title,
        case.place,
        case.area_id,
        case.area.name,
        str(case.get_source_display()),
        case.unit.name if case.unit else "",
        came,
        due,
        promised,
        handled,
        closed,
        "" if case.solved is None else _("yes") if case.solved else _("no"),
        words.satisfaction(case.satisfaction or 0),
        str(case.reopens),
    ]
