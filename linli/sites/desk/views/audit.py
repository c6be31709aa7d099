"""The access log for the auditor, and the proof that a case's history is whole."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.models import User
from linli.foundation.accounts.roles import Permission
from linli.sites.desk.edge import case_in_scope, page
from linli.sites.desk.forms import AuditForm
from linli.sites.desk.queries import access_log, names_of_users, removed_subjects
from linli.spine.cases.chain import Break, verify

PAGE = 50


@requires(Permission.AUDIT_READ)
@never_cache
@require_safe
def audit(request: ActorRequest) -> HttpResponse:
    """Who saw or changed what, newest first; with `number`, whether that case's history is whole."""
    form = AuditForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    user_id = user_of(given.get("user", ""))
    records = (
        access_log(
            request.actor,
            user_id=user_id,
            action=given.get("action", ""),
            subject=given.get("subject", ""),
            before=cursor(request.GET),
            limit=PAGE + 1,
        )
        if user_id != 0
        else []
    )
    more, records = len(records) > PAGE, records[:PAGE]
    names, removed = names_of_users(records), removed_subjects(records)
    context: dict[str, Any] = {
        "form": form,
        "records": [(record, names.get(record.user_id or 0, ""), removed.get(record.pk)) for record in records],
        "filtered": any(given.get(name) for name in ("action", "user", "subject")),
        "older_url": older(request, records[-1].pk) if more else "",
        "first_url": "?" if request.GET.get("before") else "",
        "number": request.GET.get("number", "").strip()[:40],
        "proof": proof(request),
    }
    return page(request, "audit.html", context)


def user_of(username: str) -> int | None:
    """The key of the user with this name; None when no name is asked for, 0 (nobody) for an unknown one."""
    if not username.strip():
        return None
    return User.objects.filter(username=username.strip().lower()).values_list("pk", flat=True).first() or 0


def cursor(params: Mapping[str, str]) -> int | None:
    """The last record already shown."""
    text = params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def older(request: ActorRequest, before: int) -> str:
    """The address of the next page."""
    query = request.GET.copy()
    query["before"] = str(before)
    return "?" + query.urlencode()


def proof(request: ActorRequest) -> dict[str, object] | None:
    """Whether the history of the case asked for is whole; None when none is asked for."""
    number = request.GET.get("number", "").strip()
    if not number:
        return None
    try:
        case = case_in_scope(request.actor, number)
    except Http404:
        return {"case": None, "text": _("There is no case with this number in your area.")}
    breaks: list[Break] = list(verify(case.number))
    return {"case": case, "breaks": breaks, "checked_at": timezone.now()}
