"""The page of figures, and the same as a table file or a workbook."""

import csv
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.queries import names_of
from linli.insight.population import maps, queries
from linli.insight.population.board import Board
from linli.insight.population.tables import Cell, Table, tables
from linli.lib.codes import ancestors
from linli.lib.workbooks import Column, Stamp, safe, write
from linli.ui import svgmap
from linli.ui.links import without

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
EARLIEST = 1990


@requires(Permission.DASHBOARD_READ)
@never_cache
@require_safe
def figures(request: ActorRequest) -> TemplateResponse:
    """The population of an area as of a day: by kind, age, household and group, on the map, month by month."""
    board = _board(request)
    shown = {table.slug: _drawn(table) for table in tables(board)}
    homes, average = board.households
    told = board.told
    context = {
        "board": board,
        "crumbs": _crumbs(board),
        "kpis": [
            {
                "label": _("Number of people"),
                "value": told.text(board.total),
                "unit": "",
                "delta": _("%(change)s in a year") % {"change": told.change(board.total, board.total_year_ago)},
                "delta_kind": "",
                "url": board.people_url(),
            },
            {"label": _("Households"), "value": told.text(homes), "unit": "", "url": ""},
            {"label": _("People in a household"), "value": average, "unit": "", "url": ""},
            {
                "label": _("Dwellings"),
                "value": told.text(sum(n for _label, n, _url in board.dwellings)),
                "unit": "",
                "url": board.ledger_url("dwellings"),
            },
            {
                "label": _("Organisations"),
                "value": told.text(sum(n for _label, n, _url in board.organisations)),
                "unit": "",
                "url": board.ledger_url("organisations"),
            },
        ],
        "tables": shown,
        "map": _map(board),
        "pyramid": board.pyramid(),
        "unplaced": told.text(board.unplaced()) if board.unplaced() else "",
        "flow": board.flow(),
        "least": told.least,
        "query": without(request).removeprefix("?"),
    }
    return TemplateResponse(request, "population/figures.html", context)


@requires(Permission.DASHBOARD_READ)
@never_cache
@require_safe
def figures_csv(request: ActorRequest) -> HttpResponse:
    """The same figures as CSV."""
    board = _board(request)
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="population-{board.area_id}-{board.on}.csv"'
    writer = csv.writer(response)
    writer.writerow([safe(board.name), f"{board.on}"])
    for table in tables(board):
        writer.writerow([])
        writer.writerow([safe(table.title)])
        writer.writerow([safe(one) for one in table.head])
        writer.writerows([_plain(cell) for cell, _url in row] for row in table.rows)
    return response


@requires(Permission.DASHBOARD_READ)
@never_cache
@require_safe
def figures_xlsx(request: ActorRequest) -> HttpResponse:
    """The same figures as a workbook: one list of table, row, column and figure, ready to be counted on with."""
    board, now = _board(request), timezone.localtime()
    actor = request.actor
    stamp = Stamp(
        f"{board.name} {board.on}",
        "导出说明",
        [("区域", board.name), ("日期", f"{board.on}"), ("导出人", actor.name), ("时间", f"{now:%Y-%m-%d %H:%M}")],
        f"{actor.name} {now:%Y-%m-%d %H:%M}",
    )
    columns = [Column("表", width=24), Column("行", width=24), Column("列", width=20), Column("数", "number")]
    rows = (
        [table.title, row[0][0], head, _number(cell)]
        for table in tables(board)
        for row in table.rows
        for head, (cell, _url) in zip(table.head[1:], row[1:], strict=True)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.xlsx"
        write(path, columns=columns, rows=rows, stamp=stamp)
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="population-{board.area_id}-{board.on}.xlsx"'
    return response


def _board(request: ActorRequest) -> Board:
    actor, today = request.actor, timezone.localdate()
    area_id = request.GET.get("area", "").strip() or actor.area_id
    area = queries.area_of(area_id) if actor.covers(area_id) else None
    if area is None:
        raise Http404
    try:
        on = min(date.fromisoformat(request.GET.get("on", "")[:10]), today)
    except ValueError:
        on = today
    return Board(actor, area.pk, area.name, on if on.year >= EARLIEST else today, today)


def _crumbs(board: Board) -> list[dict[str, str]]:
    codes = [code for code in ancestors(board.area_id) if board.actor.covers(code)]
    names = names_of(codes)
    items = [{"label": names.get(code, code), "url": board.area_url(code)} for code in codes]
    items[-1]["url"] = ""
    return items


def _map(board: Board) -> svgmap.GridMap | None:
    drawn = maps.projection(board.area_id, board.on)
    if not drawn.shapes:
        return None
    people = board.people
    # What may not be told is not drawn, either.
    values = {}
    for shape in drawn.shapes:
        n = board.told.coarse(sum(people.under(shape.id).values()))
        values[shape.id] = 0 if board.told.least and n == 1 else n
    return svgmap.choropleth(
        drawn, values, title=_("People by area"), unit=_("people"), urls={code: board.area_url(code) for code in values}
    )


def _drawn(table: Table) -> dict[str, Any]:
    columns = [{"label": head, "kind": "num" if at else "title"} for at, head in enumerate(table.head)]
    rows = [{"url": row[0][1], "cells": _linked(row)} for row in table.rows]
    # The region of the table must not be called like the section that it stands in.
    caption = _("Table: %(title)s") % {"title": table.title}
    return {"title": table.title, "caption": caption, "columns": columns, "rows": rows}


def _linked(row: Sequence[Cell]) -> list[object]:
    first, *rest = row
    return [first[0], *(format_html('<a href="{}">{}</a>', url, text) if url else text for text, url in rest)]


def _plain(text: str) -> str:
    # Numbers, also those with a sign, are no formula; everything else might be.
    bare = text.replace(",", "")
    return bare if bare.lstrip("+-").isdigit() else safe(text)


def _number(text: str) -> int | str:
    bare = text.replace(",", "")
    return int(bare) if bare.lstrip("+-").isdigit() else text
