"""The divisions (行政区划) that a name or code means, for the field of where a hukou is kept."""

from django.http import HttpResponse
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib import divisions as known


@requires(Permission.PEOPLE_READ)
@require_safe
def divisions(request: ActorRequest) -> HttpResponse:
    """The options of the list under the field, at most twenty."""
    found = known.find(request.GET.get("registered_area", "")[:60])
    return HttpResponse(format_html_join("\n", '<option value="{}"></option>', ((str(one),) for one in found)))
