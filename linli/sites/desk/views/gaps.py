"""Coverage: which communities have no grid, and how the areas are cut."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import signed_in
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas import queries as areas
from linli.foundation.areas.models import Area
from linli.lib.errors import NotAllowed
from linli.sites.desk.edge import page


@signed_in
@never_cache
@require_safe
def gaps(request: ActorRequest) -> HttpResponse:
    """The communities of the post's area that no grid covers, with the counts of every area below it."""
    actor = request.actor
    if not (actor.can(Permission.DASHBOARD_READ) or actor.can(Permission.AREAS_MANAGE)):
        raise NotAllowed(_("Your post does not include the coverage report."))
    today = timezone.localdate()
    children = areas.children_with_coverage(actor.area_id, today)
    context = {
        "area": Area.objects.filter(pk=actor.area_id).first(),
        "children": children,
        "totals": {
            name: sum(getattr(child, name) for child in children)
            for name in ("communities", "uncovered", "grids", "subgrids")
        },
        "gaps": areas.gaps(actor.area_id, today),
    }
    return page(request, "gaps.html", context)
