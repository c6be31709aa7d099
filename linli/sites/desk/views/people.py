"""Showing a full phone number: with a reason, once, and written down."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Invalid
from linli.register.people import actions as people
from linli.sites.desk.edge import case_in_scope, page
from linli.sites.desk.forms import RevealForm
from linli.sites.desk.queries import reporter
from linli.ui.forms import put


@requires(Permission.PEOPLE_REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: ActorRequest, number: str) -> HttpResponse:
    """Ask for the reason (GET), then show the number (POST). Nothing is shown that was not written down first."""
    case = case_in_scope(request.actor, number)
    if case.party is None or not case.party.phone_sealed:
        raise Http404
    form = RevealForm(request.POST if request.method == "POST" else None)
    context = {"case": case, "form": form, "reporter": reporter(case.party, request.actor)}
    if request.method != "POST" or not form.is_valid():
        return page(request, "phone.html", context, status=200 if request.method != "POST" else 422)
    try:
        shown = people.reveal_phone(
            party=case.party,
            by=request.actor,
            reason=f"{number}: {form.cleaned_data['reason']}",
            now=timezone.now(),
            ip=ip_of(request),
        )
    except Invalid as refusal:
        put(form, refusal)
        return page(request, "phone.html", context, status=422)
    return page(request, "phone.html", {**context, "shown": shown})
