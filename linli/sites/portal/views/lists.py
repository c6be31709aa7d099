"""The lists of what a community does, as residents read them."""

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import public
from linli.foundation.accounts.http import ActorRequest
from linli.lib.chinese import clip, tidy
from linli.sites.portal import home_area, nav
from linli.spine.catalogue import queries
from linli.spine.catalogue.models import MatterList
from linli.ui.links import Chip, from_page, without

ON_PAGE = 60
MOST = 2**31 - 1


@public
@never_cache
@require_safe
def lists(request: ActorRequest) -> HttpResponse:
    """The lists in force where the resident lives, or in every district that takes part. Three statements at most."""
    today = timezone.localdate()
    chosen = home_area.chosen(request)
    place = [chosen] if chosen else list(home_area.districts(today))
    rows = MatterList.objects.none()
    for area_id in place:
        rows = rows | MatterList.objects.in_force(area_id=area_id, on=today)
    found = rows.exclude(kind=MatterList.Kind.INCIDENT).select_related("area").order_by("area_id", "kind", "name")
    return nav.page(request, "portal/lists.html", {"rows": found[:200]}, tab="home", back_url=reverse("portal:matters"))


@public
@never_cache
@require_safe
def one(request: ActorRequest, list_id: int) -> HttpResponse:
    """A published list with its items, by category; what is over says so. Four statements."""
    rows = MatterList.objects.published().exclude(kind=MatterList.Kind.INCIDENT).select_related("area")
    found = rows.filter(pk=list_id).first() if list_id <= MOST else None
    if found is None:
        raise Http404
    q, after = clip(tidy(request.GET.get("q", "")), 60), request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 6 else -1
    items = found.matters.select_related("category", "lead_unit").order_by("position", "pk")
    items = items.filter(queries.words(q) if q else Q(), position__gt=start)
    some = list(items[: ON_PAGE + 1])
    today = timezone.localdate()
    context = {
        "list": found,
        "over": found.valid_to is not None and found.valid_to < today,
        "begins": found.valid_from > today,
        "rows": some[:ON_PAGE],
        "q": q,
        "chips": [Chip("", q, without(request, "q"))] if q else [],
        "older_url": from_page(request, str(some[ON_PAGE - 1].position)) if len(some) > ON_PAGE else "",
        "first_url": without(request) if after else "",
    }
    return nav.page(request, "portal/list.html", context, tab="home", back_url=reverse("portal:lists"))
