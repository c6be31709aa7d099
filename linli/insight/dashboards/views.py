"""The board (看板) of an area. Every figure is a link to the rows it counts."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.queries import names_of
from linli.insight.dashboards import maps, queries
from linli.insight.dashboards.queries import Board, Figures, Period
from linli.lib.codes import ancestors
from linli.lib.ratios import percent
from linli.spine.catalogue.models import EventClass
from linli.ui import charts, svgmap

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 1)


@requires(Permission.DASHBOARD_READ)
@require_safe
def board(request: HttpRequest) -> TemplateResponse:
    """Open, late, handled and solved by area and class; drill down by area to the single case."""
    now = timezone.now()
    page = _gather(request, now)
    shapes = maps.projection(page.board.area_id, timezone.localtime(now).date())
    values = maps.sums(shapes, page.board.open_by_code)
    context = {
        "page": page,
        "crumbs": page.crumbs(),
        "kpis": page.kpis(),
        "rates": page.rates(),
        "columns": _columns(_("Area")),
        "area_rows": page.rows_by_area(),
        "class_columns": _columns(_("Class")),
        "class_rows": page.rows_by_class(),
        "map": svgmap.choropleth(
            shapes,
            values,
            title=_("Open cases by grid"),
            unit=_("cases"),
            urls={code: page.drill(code) for code in values},
        )
        if shapes.shapes
        else None,
        "trend": _trend(page.board),
        "csv_url": f"{reverse('dashboards:board_csv')}?{urlencode(page.own_query)}",
        "presets": _presets(page, now),
        "page_title": page.name,
    }
    return TemplateResponse(request, "dashboards/board.html", context)


@requires(Permission.DASHBOARD_READ)
@require_safe
def board_csv(request: HttpRequest) -> HttpResponse:
    """The figures of the board as a table for a spreadsheet."""
    page = _gather(request, timezone.now())
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="board-{page.board.area_id}.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [_("Area"), _("Class"), *(title for title, _facet in _counted()), *(title for title, _name in _rated())]
    )
    rows: list[tuple[str, str, Figures]] = [(page.name, _("All"), page.board.total)]
    rows += [(page.names.get(code, code), _("All"), one) for code, one in sorted(page.board.by_area.items())]
    labels = dict(EventClass.choices)
    rows += [(page.name, str(labels[code]), one) for code, one in sorted(page.board.by_class.items())]
    for area, event_class, figures in rows:
        rates = [getattr(figures, name) for _title, name in _rated()]
        counts = [figures.counts[facet] for _title, facet in _counted()]
        writer.writerow([area, event_class, *counts, *("" if rate is None else percent(rate) for rate in rates)])
    return response


@dataclass(frozen=True)
class _Page:
    """A board with the words and addresses its page needs."""

    board: Board
    names: Mapping[str, str]
    actor: Actor
    now: datetime

    @property
    def name(self) -> str:
        return self.names.get(self.board.area_id, self.board.area_id)

    @property
    def own_query(self) -> dict[str, str]:
        return {"area": self.board.area_id, **self.board.period.query}

    def drill(self, code: str) -> str:
        """The board of an area further down; single grids open the list of their cases."""
        if len(code) > 15:
            return self.rows("open", area=code)
        return f"{reverse('dashboards:board')}?{urlencode({'area': code, **self.board.period.query})}"

    def rows(self, facet: str, *, area: str = "", event_class: str = "") -> str:
        """The list of the cases that a figure counts; "" for a post that reads figures and no cases."""
        if not self.actor.can(Permission.CASE_READ):
            return ""
        area = area or self.board.area_id
        query = {"area": area, "event_class": event_class} if event_class else {"area": area}
        match facet:
            case "open" | "late":
                query |= {"view": facet}
            case _:
                query |= {"view": "all", "facet": facet, **self.board.period.query}
        return f"{reverse('desk:queue')}?{urlencode(query)}"

    def crumbs(self) -> list[dict[str, str]]:
        shown = [code for code in ancestors(self.board.area_id) if code.startswith(self.actor.area_id)]
        items = [{"label": self.names.get(code, code), "url": self.drill(code)} for code in shown]
        items[-1]["url"] = ""
        return items

    def kpis(self) -> list[dict[str, object]]:
        counts = self.board.total.counts
        return [
            {"label": title, "value": counts[facet], "unit": _("cases"), "url": self.rows(facet)}
            for title, facet in _counted()
        ]

    def rates(self) -> list[dict[str, object]]:
        total = self.board.total
        parts = {
            "response_rate": (total.counts["responded_in_time"], total.response_due, "response_due"),
            "in_time_rate": (total.counts["handled_in_time"], total.handling_due, "handling_due"),
            "solved_rate": (total.counts["solved"], total.counts["answered"], "answered"),
            "satisfied_rate": (total.counts["satisfied"], total.counts["answered"], "answered"),
        }
        shown: list[dict[str, object]] = []
        for title, name in _rated():
            part, whole, facet = parts[name]
            rate: Fraction | None = getattr(total, name)
            shown.append(
                {
                    "label": title,
                    "value": percent(rate),
                    "unit": "",
                    "delta": _("%(part)s of %(whole)s") % {"part": part, "whole": whole}
                    if whole
                    else _("nothing due yet"),
                    "delta_kind": "",
                    "url": self.rows(facet),
                }
            )
        return shown

    def rows_by_area(self) -> list[dict[str, object]]:
        size = queries.BELOW[len(self.board.area_id)]
        codes = sorted({*self.board.by_area, *(code for code in self.names if self._is_below(code, size))})
        return [
            {
                "url": self.drill(code),
                "cells": self._cells(self.names.get(code, code), self.board.by_area.get(code) or Figures(), area=code),
            }
            for code in codes
        ]

    def _is_below(self, code: str, size: int) -> bool:
        return len(code) == size and code.startswith(self.board.area_id) and code != self.board.area_id

    def rows_by_class(self) -> list[dict[str, object]]:
        return [
            {
                "url": self.rows("opened", event_class=code),
                "cells": self._cells(str(label), self.board.by_class.get(code) or Figures(), event_class=code),
            }
            for code, label in EventClass.choices
        ]

    def _cells(self, title: str, figures: Figures, *, area: str = "", event_class: str = "") -> list[str | SafeString]:
        numbers: list[str | SafeString] = []
        for _title, facet in _counted():
            number = figures.counts[facet]
            link = self.rows(facet, area=area, event_class=event_class)
            numbers.append(format_html('<a href="{}">{}</a>', link, number) if number else "0")
        rates = [percent(getattr(figures, name)) for _title, name in _rated()]
        return [title, *numbers, *rates]


def _counted() -> list[tuple[str, str]]:
    return [
        (_("Opened"), "opened"),
        (_("Open now"), "open"),
        (_("Late now"), "late"),
        (_("Handled"), "handled"),
        (_("Solved"), "solved"),
        (_("No answer"), "unanswered"),
    ]


def _rated() -> list[tuple[str, str]]:
    return [
        (_("Answered in time"), "response_rate"),
        (_("Handled in time"), "in_time_rate"),
        (_("Solved, of answers"), "solved_rate"),
        (_("Satisfied, of answers"), "satisfied_rate"),
    ]


def _columns(first: str) -> list[dict[str, str]]:
    numbers = [{"label": title, "kind": "num"} for title, _name in (*_counted(), *_rated())]
    return [{"label": first, "kind": "title"}, *numbers]


def _gather(request: HttpRequest, now: datetime) -> _Page:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    area_id = request.GET.get("area", "").strip() or actor.area_id
    if not (area_id.isascii() and area_id.isdigit()) or len(area_id) not in queries.BELOW or not actor.covers(area_id):
        raise Http404
    period = _period(request, now)
    gathered = queries.board(actor, area_id, period, now)
    size = queries.BELOW[len(area_id)]
    names = names_of(_with_below(gathered, area_id, size, now))
    if area_id not in names:
        raise Http404
    return _Page(gathered, names, actor, now)


def _with_below(gathered: Board, area_id: str, size: int, now: datetime) -> Iterable[str]:
    from_map = {shape.id[:size] for shape in maps.projection(area_id, timezone.localtime(now).date()).shapes}
    return {area_id, *gathered.by_area, *from_map}


def _period(request: HttpRequest, now: datetime) -> Period:
    this_month = timezone.localtime(now).date().replace(day=1)
    last = _month(request.GET.get("months_to", "")) or _month(request.GET.get("month", "")) or this_month
    first = _month(request.GET.get("month", "")) or queries.months_before(last, 2)
    return Period(min(first, last), max(first, last))


def _month(text: str) -> date | None:
    try:
        month = datetime.strptime(text.strip(), "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return None
    return month if EARLIEST <= month <= LATEST else None


def _presets(page: _Page, now: datetime) -> list[dict[str, object]]:
    this_month = timezone.localtime(now).date().replace(day=1)
    choices = [
        (_("This month"), Period(this_month, this_month)),
        (_("Last month"), Period(queries.months_before(this_month, 1), queries.months_before(this_month, 1))),
        (_("3 months"), Period(queries.months_before(this_month, 2), this_month)),
        (_("12 months"), Period(queries.months_before(this_month, 11), this_month)),
    ]
    return [
        {
            "label": label,
            "url": "?" + urlencode({"area": page.board.area_id, **period.query}),
            "current": period == page.board.period,
        }
        for label, period in choices
    ]


def _trend(board: Board) -> charts.LineChart | None:
    if len(board.area_id) > queries.TALLIED_DOWN_TO:
        return None
    months = queries.trend(board.area_id, board.period.last)
    return charts.line(
        _("Opened, handled and solved by month of opening"),
        [f"{month:%Y-%m}" for month, _sums in months],
        [
            charts.Series(_("Opened"), [sums["opened"] for _month, sums in months]),
            charts.Series(_("Handled"), [sums["handled"] for _month, sums in months]),
            charts.Series(_("Solved"), [sums["solved"] for _month, sums in months]),
        ],
        unit=_("cases"),
    )
