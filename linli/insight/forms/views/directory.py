"""报表目录: all forms that communities give, by whom they are asked, how often, on what ground, and how they went."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.apps.admission.pages import number_of, words_of
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.audit.actions import record
from linli.foundation.files.documents import XLSX
from linli.insight.forms import queries
from linli.insight.forms.models import CommunityForm, Every, Submission
from linli.insight.forms.queries import Filter
from linli.insight.forms.views import shared
from linli.lib.workbooks import Column, Stamp
from linli.lib.workbooks import write as write_book
from linli.ui.links import Chip, Option, without

COMMUNITY_DIGITS = 12
MOST_PRINTED = 1000
State = Submission.State


def read_filter(request: ActorRequest) -> Filter:
    """What the address asks for. Values that mean nothing are left out, never an error."""
    params = request.GET
    area, order, every = params.get("area", ""), params.get("order", ""), params.get("every", "")
    state = params.get("state", "")
    return Filter(
        q=words_of(request),
        state=state if state in State.values or state == "late" else "",
        every=every if every in Every.values or every == "once" else "",
        unit=number_of(params.get("unit", "")),
        area=area if area.isascii() and area.isdigit() and len(area) <= COMMUNITY_DIGITS else "",
        order=order if order in queries.ORDERS else "due",
        page=min(number_of(params.get("page", "")) or 1, 100_000),
    )


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def directory(request: ActorRequest) -> TemplateResponse:
    """The list of forms, and for wider areas what each sender asks of the communities."""
    actor, chosen = request.actor, read_filter(request)
    rows, total = queries.page(actor, chosen)
    pages = max(1, -(-total // queries.PAGE))
    at = min(chosen.page, pages)
    senders = queries.senders(actor)
    wide = len(actor.area_id) < COMMUNITY_DIGITS
    areas = _areas(actor.area_id) if wide else []
    chips = _chips(request, chosen, senders, areas)
    context = {
        "chosen": chosen,
        "rows": [_line(row) for row in rows],
        "total": total,
        "totals": _totals(queries.totals(actor, chosen)),
        "page": at,
        "pages": pages,
        "newer_url": _at(request, at - 1) if at > 1 else "",
        "older_url": _at(request, at + 1) if at < pages else "",
        "wide": wide,
        "senders": queries.by_sender(actor, chosen) if wide else [],
        "options": {
            "states": [
                Option("late", _("overdue, not given"), chosen.state == "late"),
                *(Option(code, str(label), chosen.state == code) for code, label in State.choices),
            ],
            "every": [
                Option(code or "once", str(label), chosen.every == (code or "once")) for code, label in Every.choices
            ],
            "units": [Option(str(one.pk), one.name, chosen.unit == one.pk) for one in senders],
            "areas": [Option(one.pk, one.name, chosen.area == one.pk) for one in areas],
            "orders": [Option(code, str(label), chosen.order == code) for code, label in _orders()],
        },
        "chips": chips,
        "query": without(request, "page"),
    }
    return shared.page(request, "directory.html", context)


def _orders() -> list[tuple[str, str]]:
    return [
        ("due", _("next due first")),
        ("-due", _("next due last")),
        ("title", _("by title")),
        ("sender", _("by sender")),
        ("held", _("most filled by itself first")),
        ("in_time", _("least in time first")),
    ]


def _areas(area_id: str) -> list[Area]:
    level = "street" if len(area_id) <= 6 else "community"
    rows = Area.objects.within(area_id).current(timezone.localdate()).filter(level=level)
    return list(rows.order_by("pk"))


def _at(request: ActorRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return "?" + query.urlencode()


def _chips(request: ActorRequest, chosen: Filter, senders: list[Any], areas: list[Area]) -> list[Chip]:
    states = {**{code: str(label) for code, label in State.choices}, "late": _("overdue, not given")}
    often = {code or "once": str(label) for code, label in Every.choices}
    named = [
        ("q", _("Words"), chosen.q),
        ("state", _("State"), states.get(chosen.state, "")),
        ("every", _("How often"), often.get(chosen.every, "")),
        ("unit", _("Sender"), next((one.name for one in senders if one.pk == chosen.unit), "")),
        ("area", _("Area"), next((one.name for one in areas if one.pk == chosen.area), chosen.area)),
    ]
    return [Chip(label, value, without(request, name, "page")) for name, label, value in named if value]


def _line(row: CommunityForm) -> dict[str, Any]:
    """A form as a line of the list."""
    item, documents, matter = shared.basis_of(row)
    cells, held = getattr(row, "cells", None), getattr(row, "cells_held", None)
    due = row.given + row.missed
    return {
        "form": row,
        "handing": row.asked.handing,
        "every": str(row.asked.get_every_display()),
        "item": item,
        "documents": documents,
        "matter": matter,
        "status": shared.status(row.state, row.due_on, timezone.localdate()),
        "percent": 100 * held // cells if cells and held is not None else None,
        "in_time": f"{row.given_in_time}/{due}" if due else "",
        "is_changed": row.is_changed,
    }


def _totals(found: Any) -> dict[str, Any]:
    cells, due = found["cells_sum"], found["given_sum"] + found["missed_sum"]
    return dict(found) | {
        "percent": 100 * found["held_sum"] // cells if cells else None,
        "in_time": 100 * found["in_time_sum"] // due if due else None,
    }


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def printed(request: ActorRequest) -> TemplateResponse:
    """The list on paper."""
    actor, chosen = request.actor, read_filter(request)
    rows = _all(request, chosen)
    area = Area.objects.filter(pk=actor.area_id).first()
    context = {
        "rows": [_line(row) for row in rows],
        "totals": _totals(queries.totals(actor, chosen)),
        "area": area,
        "printed_at": timezone.localtime(),
        "printed_by": actor.name,
    }
    return shared.page(request, "print.html", context)


def _all(request: ActorRequest, chosen: Filter) -> list[CommunityForm]:
    rows = queries.listed(request.actor, chosen).select_related(*queries.FORM_PARTS)
    return list(rows.order_by(*queries.ORDERS[chosen.order])[:MOST_PRINTED])


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def workbook(request: ActorRequest) -> FileResponse:
    """The list as a workbook. It tells of forms, and of no person."""
    actor, chosen, now = request.actor, read_filter(request), timezone.now()
    heads = (
        "报表",
        "社区",
        "要求单位",
        "频次",
        "依据事项",
        "依据文件",
        "下次到期",
        "状态",
        "自动填充%",
        "按时次数",
        "已报次数",
        "逾期次数",
    )
    area = Area.objects.filter(pk=actor.area_id).first()
    name = area.name if area is not None else ""
    pairs = [
        ("范围", name),
        ("导出人", actor.name),
        ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        ("条件", urlencode(request.GET) or "无"),
    ]
    stamp = Stamp("报表目录", "导出说明", pairs, f"{name} {actor.name} {timezone.localtime(now):%Y-%m-%d %H:%M}")
    columns = [Column(head, "number" if head.endswith(("%", "次数")) else "text", width=18) for head in heads]
    found = _all(request, chosen)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forms.xlsx"
        write_book(path, columns=columns, rows=_cells(found), stamp=stamp)
        content = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
        content.write(path.read_bytes())
        content.seek(0)
    record(by=actor, action="forms.exported", subject_kind="forms", now=now, data={"rows": len(found)})
    response = FileResponse(content, content_type=XLSX)
    header = content_disposition_header(as_attachment=True, filename=f"报表目录-{name}.xlsx")
    response["Content-Disposition"] = header or "attachment"
    return response


def _cells(rows: list[CommunityForm]) -> Iterator[list[Any]]:
    with translation.override("zh-hans"):
        for row in rows:
            line = _line(row)
            yield [
                line["handing"].title,
                row.area.name,
                line["handing"].unit.name,
                line["every"],
                line["item"] or "清单外",
                line["documents"],
                row.due_on,
                line["status"][1],
                line["percent"],
                row.given_in_time,
                row.given,
                row.missed,
            ]
