"""Ours, and the bare pages beside them: the limit of the framework on the same server in the same run."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from linli.apps.incidents.models import ReportCount
from linli.foundation.accounts.access import public
from linli.project.urls import urlpatterns as ours

handler400 = "linli.project.errors.bad_request"
handler403 = "linli.project.errors.forbidden"
handler404 = "linli.project.errors.not_found"
handler500 = "linli.project.errors.server_error"


@csrf_exempt
@public
def bare_insert(request: HttpRequest) -> JsonResponse:
    """One row, one commit: the least that keeping anything can cost."""
    with transaction.atomic():
        row = ReportCount.objects.create(key=f"bench:{uuid4().hex}", hour=timezone.now(), count=1)
    return JsonResponse({"id": row.pk}, status=201)


@public
def bare_rows(request: HttpRequest) -> TemplateResponse:
    """Fifty rows of a template with one date filter, and no query: the least that a list can cost."""
    now = timezone.now()
    rows = [
        {"number": n, "title": f"楼道堆放杂物{n}", "place": "3栋2单元", "state": "new", "at": now - timedelta(hours=n)}
        for n in range(50)
    ]
    return TemplateResponse(request, "bench/rows.html", {"rows": rows})


urlpatterns = [
    path("bench/insert", bare_insert),
    path("bench/rows", bare_rows),
    *ours,
]
