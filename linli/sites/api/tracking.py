"""The case behind a tracking code, with a brake on guessing."""

from django.http import Http404, HttpRequest
from django.utils import timezone

from linli.apps.incidents import brake, queries
from linli.foundation.accounts.client import ip_of
from linli.spine.cases.models import Case


def case_of(request: HttpRequest, code: str, *, what: str = "code", limit: str = "tracking_tries_per_hour_ip") -> Case:
    """The case that the code opens. Every try counts, right or wrong. Raises TooMany, Http404."""
    brake.count(key=f"{what}:{ip_of(request)}", limit=limit, area_id="", now=timezone.now())
    case = queries.by_code(code)
    if case is None:
        raise Http404
    return case
