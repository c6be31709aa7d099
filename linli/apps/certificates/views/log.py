"""The seal log (用印登记): sealed certificates by number, without gaps. Who it was for, the community knows."""

import tempfile
from pathlib import Path

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.apps.certificates import queries
from linli.apps.certificates.models import Certificate
from linli.apps.certificates.pages import number_of, page, words_of
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.lib.chinese import mask_name
from linli.lib.workbooks import Column, Stamp, write
from linli.ui.links import Chip, from_page, without

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    Column("编号", width=14),
    Column("用印时间", width=18),
    Column("事项", width=28),
    Column("申请人", width=10),
    Column("用途", width=20),
    Column("用证单位", width=24),
    Column("份数", "number"),
    Column("经办人", width=12),
    Column("用印人", width=12),
    Column("社区", width=18),
    Column("备注", width=22),
)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def sealed(request: ActorRequest) -> HttpResponse:
    """The seal log of the actor's area, newest first. Two statements."""
    actor = request.actor
    q, year = words_of(request), number_of(request.GET.get("year", ""))
    after = number_of(request.GET.get("after", ""))
    years = queries.years(actor)
    year = year if year in years else None
    found = queries.sealed(actor, q=q, year=year, after=after)
    chips = [Chip(_("Words"), q, without(request, "q"))] if q else []
    chips += [Chip(_("Year"), str(year), without(request, "year"))] if year else []
    context = {
        "q": q,
        "year": year,
        "years": years,
        "rows": found.rows,
        "opens": actor.can(Permission.CERTIFICATE_WORK),
        "may_export": actor.can(Permission.EXPORT),
        "chips": chips,
        "query": request.GET.urlencode(),
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
    }
    return page(request, "sealed.html", context)


@requires(Permission.EXPORT)
@never_cache
@require_safe
def workbook(request: ActorRequest) -> HttpResponse:
    """The seal log as a workbook, names masked; that it was taken out is written in the access log."""
    actor, now = request.actor, timezone.localtime()
    q, year = words_of(request), number_of(request.GET.get("year", ""))
    rows = queries.log(actor, q=q, year=year).order_by("pk")
    # Domain data in Chinese, whatever the language of the page: the file goes on to others.
    stamp = Stamp(
        title="用印登记",
        sheet="说明",
        pairs=[
            ("台账", "用印登记"),
            ("范围", actor.area_id),
            ("筛选", f"{q} {year or ''}".strip()),
            ("导出人", actor.name),
        ],
        line=f"用印登记 {actor.name} {now:%Y-%m-%d %H:%M}",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seal-log.xlsx"
        count = write(path, columns=COLUMNS, rows=map(_row, rows.iterator(chunk_size=2000)), stamp=stamp)
        content = path.read_bytes()
    audit.record(by=actor, action="certificates.exported", now=now, data={"rows": count, "area": actor.area_id})
    response = HttpResponse(content, content_type=XLSX)
    header = content_disposition_header(as_attachment=True, filename=f"用印登记_{now:%Y%m%d}.xlsx")
    response["Content-Disposition"] = header or "attachment"
    return response


def _row(found: Certificate) -> list[object]:
    assert found.sealed_at is not None
    assert found.sealed_by is not None
    void = f"作废 {timezone.localtime(found.void_at):%Y-%m-%d %H:%M}" if found.void_at else ""
    return [
        found.number,
        f"{timezone.localtime(found.sealed_at):%Y-%m-%d %H:%M}",
        found.case.title,
        mask_name(found.name),
        found.purpose,
        found.addressee,
        found.copies,
        found.wrote.name,
        found.sealed_by.name,
        found.area.name,
        void,
    ]
