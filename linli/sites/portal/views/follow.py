"""Open a case with its tracking code."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.apps.incidents import queries as incidents
from linli.apps.incidents.brake import count
from linli.foundation.accounts.access import public
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.lib.errors import TooMany
from linli.sites.portal import nav, scope
from linli.sites.portal.forms import CodeForm


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: ActorRequest) -> HttpResponse:
    """The code form. The code travels in the body and stays out of addresses and logs; the session remembers the case.

    A code that is wrong, mistyped or unknown gets one and the same answer; guessing is slowed down by address.
    """
    if request.method != "POST":
        return _page(request, CodeForm())
    now = timezone.now()
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        count(key=f"code:{ip_of(request)}", limit="tracking_tries_per_hour_ip", area_id="", now=now)
    except TooMany as refusal:
        form.refuse(str(refusal), {})
        response = _page(request, form, 429)
        response["Retry-After"] = str(refusal.retry_after)
        return response
    case = incidents.by_code(form.cleaned_data["code"])
    if case is None:
        form.add_error("code", _("No report has this code. Look at your receipt or text message again."))
        return _page(request, form, 422)
    scope.grant(request, case.number, now)
    return redirect("portal:follow_case", case.number)


def _page(request: ActorRequest, form: CodeForm, status: int = 200) -> TemplateResponse:
    return nav.page(
        request, "portal/follow.html", {"form": form}, tab="mine", back_url=reverse("portal:home"), status=status
    )
