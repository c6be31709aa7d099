"""The burden of communities on one page: what a bureau chief understands in ten seconds, each number with its rows."""

import tempfile
from collections.abc import Mapping
from datetime import date
from itertools import dropwhile
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.apps.admission.models import Form
from linli.apps.admission.pages import month_of
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.areas.queries import names_of
from linli.foundation.files.documents import XLSX
from linli.insight.burden import queries, sheets
from linli.insight.burden.queries import Citations, Figures, Scope, hours
from linli.lib.codes import ancestors
from linli.lib.money import yuan
from linli.lib.months import months_later
from linli.lib.ratios import percent
from linli.lib.workbooks import Stamp, write
from linli.ui.charts import WARNING, stacked
from linli.ui.links import Option

SPAN: Final = 12
LONGEST: Final = 24


@requires(Permission.DASHBOARD_READ)
@never_cache
@require_safe
def burden(request: ActorRequest) -> TemplateResponse:
    """What was handed to the communities of an area. Eleven statements, however large the area."""
    actor, today = request.actor, timezone.localdate()
    scope = _scope(request, actor, today)
    found = queries.total(scope)
    money = queries.money(scope, today)
    given = queries.forms(scope)
    months = queries.by_month(scope)
    units = queries.by_unit(scope)
    citations = queries.citations(scope, {unit.pk: row.cited for unit, row in units}, timezone.now())
    area = Area.objects.filter(pk=scope.area_id).first()
    if area is None:
        raise Http404
    reads_rows = actor.can(Permission.TASK_READ)
    context: dict[str, Any] = {
        "scope": scope,
        "area": area,
        "headline": _headline(area, scope, found, money),
        "kpis": [
            *_kpis(scope, found, money, reads_rows),
            *_of_what_was_spared(scope, found, reads_rows),
            *_of_citations(scope, citations, reads_rows),
            *_of_forms(scope, given, reads_rows),
        ],
        "chart": stacked(
            _("Handed down, month by month"),
            (_("on a list"), _("citation in question"), _("off the lists")),
            [
                (
                    f"{month:%Y.%m}",
                    (row.on_list, row.in_question, row.off_list),
                    _rows(scope, reads_rows, month=f"{month:%Y-%m}", months_to=f"{month:%Y-%m}"),
                )
                for month, row in dropwhile(lambda pair: not pair[1].tasks, months)
            ],
            fills=(1, 2, WARNING),
        ),
        "forms": [
            (str(label), getattr(found, f"form_{form}"), _rows(scope, reads_rows, form=form))
            for form, label in Form.choices
            if getattr(found, f"form_{form}")
        ],
        "units": [
            (unit, row, _page(scope, unit=str(unit.pk)), _cited(scope, unit.pk, citations[unit.pk], reads_rows))
            for unit, row in units
        ],
        "workbook_url": f"{reverse('burden:workbook')}{_page(scope)}",
        "areas": [(one, row, _page(scope, area=one.pk)) for one, row in queries.by_area(scope)],
        "cleaned": queries.cleaned(scope.area_id),
        "clean_url": reverse("admission:standing") if reads_rows else "",
        "months": _month_options(today, scope),
        "crumbs": _crumbs(scope, actor),
        "printed_at": timezone.localtime(),
    }
    return TemplateResponse(request, "burden/burden.html", context)


@requires(Permission.DASHBOARD_READ)
@never_cache
@require_safe
def workbook(request: ActorRequest) -> HttpResponse:
    """The figures by sender as a workbook, for the same area and months: domain data in Chinese. No personal data."""
    actor, now = request.actor, timezone.localtime()
    scope = _scope(request, actor, now.date())
    area = Area.objects.filter(pk=scope.area_id).first()
    if area is None:
        raise Http404
    units = queries.by_unit(scope)
    citations = queries.citations(scope, {unit.pk: row.cited for unit, row in units}, now)
    span = f"{scope.first:%Y-%m}至{scope.last:%Y-%m}"
    stamp = Stamp(
        title="社区负担统计",
        sheet="说明",
        pairs=[("地区", area.name), ("交办时间", span), ("截至", f"{now:%Y-%m-%d %H:%M}"), ("导出人", actor.name)],
        line=f"{area.name} {span} 截至{now:%Y-%m-%d %H:%M}",
    )
    rows = (sheets.row_of(unit, row, citations[unit.pk]) for unit, row in units)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "burden.xlsx"
        write(path, columns=sheets.COLUMNS, rows=rows, stamp=stamp)
        content = path.read_bytes()
    response = HttpResponse(content, content_type=XLSX)
    name = f"社区负担统计_{area.name}_{span}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def _scope(request: ActorRequest, actor: Actor, today: date) -> Scope:
    """What the address asks for; what means nothing is left out, and what lies outside the area is not there."""
    params = request.GET
    area_id = params.get("area", "") or actor.area_id[:12]
    if not area_id.isascii() or not area_id.isdigit() or len(area_id) not in (2, 4, 6, 9, 12):
        area_id = actor.area_id[:12]
    if not actor.covers(area_id):
        raise Http404
    this = today.replace(day=1)
    last = min(month_of(params.get("to", "")) or this, this)
    first = min(month_of(params.get("from", "")) or months_later(last, 1 - SPAN), last)
    first = max(first, months_later(last, 1 - LONGEST))
    unit = params.get("unit", "")
    unit_id = int(unit) if unit.isascii() and unit.isdigit() and 0 < len(unit) < 10 else None
    return Scope(area_id=area_id, first=first, last=last, unit_id=unit_id)


def _page(scope: Scope, **changes: str) -> str:
    """This page with another area or sender."""
    query = {"area": scope.area_id, "from": f"{scope.first:%Y-%m}", "to": f"{scope.last:%Y-%m}"}
    if scope.unit_id is not None:
        query["unit"] = str(scope.unit_id)
    return "?" + urlencode({key: value for key, value in (query | changes).items() if value})


def _rows(scope: Scope, reads: bool, **narrowed: str) -> str:
    """The tasks behind a figure; nothing for those who do not read tasks."""
    if not reads:
        return ""
    query = {"view": "all", "area": scope.area_id, "month": f"{scope.first:%Y-%m}", "months_to": f"{scope.last:%Y-%m}"}
    if scope.unit_id is not None:
        query["unit"] = str(scope.unit_id)
    return f"{reverse('admission:tasks')}?{urlencode(query | narrowed)}"


def _headline(area: Area, scope: Scope, found: Figures, money: queries.Money) -> str:
    if not found.tasks:
        return _("Nothing was handed to the communities of %(area)s in this time.") % {"area": area.name}
    text = ngettext(
        "%(n)s task was handed to the communities of %(area)s, %(off)s of them (%(percent)s %%) on no list; "
        "%(refused)s were refused.",
        "%(n)s tasks were handed to the communities of %(area)s, %(off)s of them (%(percent)s %%) on no list; "
        "%(refused)s were refused.",
        found.tasks,
    ) % {
        "n": found.tasks,
        "area": area.name,
        "off": found.off_list,
        "percent": found.off_percent,
        "refused": found.refusals,
    }
    if money.late:
        text += " " + _("%(sum)s yuan that were promised with tasks are late.") % {"sum": yuan(money.late)}
    return text


def _kpis(scope: Scope, found: Figures, money: queries.Money, reads: bool) -> list[dict[str, Any]]:
    def item(label: str, value: object, url: str, unit: str = "", delta: str = "", kind: str = "") -> dict[str, Any]:
        return {"label": label, "value": value, "unit": unit, "url": url, "delta": delta, "delta_kind": kind}

    span = {"due_from": f"{scope.first:%Y-%m}", "due_to": f"{scope.last:%Y-%m}"}
    whose = {"unit": str(scope.unit_id)} if scope.unit_id is not None else {}
    query = urlencode({"late": "1", "area": scope.area_id, **whose, **span})
    late = f"{reverse('admission:agreements')}?{query}" if reads else ""
    mean = found.spent_minutes // found.spent_tasks if found.spent_tasks else 0
    kpis = [
        item(_("Handed down"), found.tasks, _rows(scope, reads)),
        item(
            _("Off the lists"),
            found.off_list,
            _rows(scope, reads, facet="off_list"),
            delta=_("%(percent)s %% of all") % {"percent": found.off_percent},
            kind="bad" if found.off_list else "",
        ),
        item(
            _("Refused"),
            found.refusals,
            _rows(scope, reads, facet="refusals"),
            delta=_("%(late)s for lateness, %(corrected)s corrected")
            % {"late": found.refused_late, "corrected": found.corrected},
        ),
        item(
            _("Promised money that is late"),
            yuan(money.late),
            late,
            unit=_("yuan"),
            delta=_("%(received)s of %(promised)s have arrived")
            % {"received": yuan(money.received), "promised": yuan(money.promised)},
            kind="bad" if money.late else "",
        ),
        item(
            _("Hours, as senders estimate"),
            hours(found.asked_minutes),
            _rows(scope, reads),
            unit=_("h"),
        ),
        item(
            _("Hours, as communities report"),
            hours(found.spent_minutes),
            _rows(scope, reads, facet="reported"),
            unit=_("h"),
            delta=_("for %(n)s tasks, %(mean)s minutes each") % {"n": found.spent_tasks, "mean": mean},
        ),
    ]
    if found.cells:
        kpis.append(
            item(
                _("Cells of forms that nobody had to fill in"),
                f"{100 * found.cells_held // found.cells} %",
                _rows(scope, reads, facet="held"),
                delta=_("%(held)s of %(n)s cells") % {"held": found.cells_held, "n": found.cells},
            )
        )
    elif found.columns:
        kpis.append(
            item(
                _("Columns asked again although held"),
                found.columns_held,
                _rows(scope, reads, facet="held"),
                delta=_("of %(n)s columns of forms") % {"n": found.columns},
            )
        )
    return kpis


def _of_forms(scope: Scope, given: queries.FormFigures, reads: bool) -> list[dict[str, Any]]:
    """The forms that communities give; nothing where there are none."""
    if not given.forms:
        return []
    query = {"area": scope.area_id, **({"unit": str(scope.unit_id)} if scope.unit_id is not None else {})}
    values = {"percent": given.percent, "given": given.given, "minutes": given.minutes}
    return [
        {
            "label": _("Forms that communities give"),
            "value": given.forms,
            "unit": "",
            "url": f"{reverse('forms:directory')}?{urlencode(query)}" if reads else "",
            "delta": _("%(percent)s %% of the cells filled themselves, %(given)s given, %(minutes)s minutes") % values,
            "delta_kind": "",
        }
    ]


def _of_what_was_spared(scope: Scope, found: Figures, reads: bool) -> list[dict[str, Any]]:
    """What never reached a community, in hours, each part with its tasks; nothing where all did."""
    parts = (
        (_("Hours spared: forms answered without the community"), "answered", ""),
        (_("Hours spared: refused or found off the lists"), "stopped", _rows(scope, reads, facet="stopped")),
        (_("Hours spared: recalled by the sender"), "recalled", _rows(scope, reads, facet="recalled")),
        (_("Hours spared: merged or turned down by the street"), "cut", _rows(scope, reads, facet="cut")),
    )
    return [
        {
            "label": label,
            "value": hours(getattr(found, f"{facet}_minutes")),
            "unit": _("h"),
            "url": url,
            "delta": ngettext("%(n)s task", "%(n)s tasks", n) % {"n": n},
            "delta_kind": "",
        }
        for label, facet, url in parts
        if (n := getattr(found, facet))
    ]


def _cited(scope: Scope, unit_id: int, found: Citations, reads: bool) -> dict[str, Any]:
    """The contested and the lost citations of a sender, each with its tasks."""
    unit = str(unit_id)
    return {
        "figures": found,
        "contested_url": _rows(scope, reads, unit=unit, facet="contested"),
        "lost_url": _rows(scope, reads, unit=unit, facet="lost"),
    }


def _of_citations(scope: Scope, by_unit: Mapping[int, Citations], reads: bool) -> list[dict[str, Any]]:
    """How many citations were contested and lost, of all; nothing where none was contested."""
    rows = by_unit.values()
    found = Citations(sum(r.cited for r in rows), sum(r.contested for r in rows), sum(r.lost for r in rows))
    if not found.contested:
        return []
    values = {"share": percent(found.contested_share), "cited": found.cited, "lost": found.lost}
    return [
        {
            "label": _("Citations contested"),
            "value": found.contested,
            "unit": "",
            "url": _rows(scope, reads, facet="contested"),
            "delta": _("%(share)s of %(cited)s tasks under an item; %(lost)s lost") % values,
            "delta_kind": "bad" if found.lost else "",
        }
    ]


def _month_options(today: date, scope: Scope) -> dict[str, list[Option]]:
    this = today.replace(day=1)
    months = [months_later(this, -back) for back in range(LONGEST + SPAN)]
    return {
        "first": [Option(f"{one:%Y-%m}", f"{one:%Y-%m}", one == scope.first) for one in months],
        "last": [Option(f"{one:%Y-%m}", f"{one:%Y-%m}", one == scope.last) for one in months],
    }


def _crumbs(scope: Scope, actor: Actor) -> list[dict[str, str]]:
    """The areas above, as far as the actor sees them."""
    codes = [code for code in ancestors(scope.area_id) if len(code) in (2, 4, 6, 9, 12) and actor.covers(code)]
    codes = sorted({*codes, scope.area_id}, key=len)
    names = names_of(codes)
    return [
        {"label": names.get(code, code), "url": "" if code == scope.area_id else _page(scope, area=code)}
        for code in codes
    ]
