"""The lists of what a community does, as residents read them."""

from datetime import date

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.apps.admission.actions.objections import object_to
from linli.foundation.accounts.access import public, resident_only
from linli.foundation.accounts.http import ActorRequest
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Refusal
from linli.sites.portal import home_area, nav
from linli.spine.catalogue import queries
from linli.spine.catalogue.models import Matter, MatterList
from linli.ui.links import Chip, from_page, without
from linli.ui.toasts import toast, toast_error

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
        "rows": [(item, _standing(item, today)) for item in some[:ON_PAGE]],
        "at_home": bool(home_area.chosen(request)),
        "may_object": request.actor.is_resident and found.kind in queries.CHECKED_KINDS,
        "q": q,
        "chips": [Chip("", q, without(request, "q"))] if q else [],
        "older_url": from_page(request, str(some[ON_PAGE - 1].position)) if len(some) > ON_PAGE else "",
        "first_url": without(request) if after else "",
    }
    return nav.page(request, "portal/list.html", context, tab="home", back_url=reverse("portal:lists"))


def _standing(item: Matter, today: date) -> str:
    """Why an item does not hold today, in one sentence; "" when it does."""
    if item.valid_to is not None and item.valid_to < today:
        return _("Taken off the list after %(day)s.") % {"day": f"{item.valid_to:%Y-%m-%d}"}
    if item.valid_from is not None and item.valid_from > today:
        return _("Holds from %(day)s on.") % {"day": f"{item.valid_from:%Y-%m-%d}"}
    if item.suspended_since is not None and item.suspended_since <= today:
        return _("Suspended since %(day)s.") % {"day": f"{item.suspended_since:%Y-%m-%d}"}
    return ""


@resident_only
@never_cache
@require_POST
def object_item(request: ActorRequest, list_id: int, item_id: int) -> HttpResponse:
    """Say as a resident what should change about an item; it is read in the yearly review."""
    rows = MatterList.objects.published().exclude(kind=MatterList.Kind.INCIDENT)
    found = rows.filter(pk=list_id).first() if list_id <= MOST else None
    item = found.matters.filter(pk=item_id).first() if found is not None and item_id <= MOST else None
    if found is None or item is None:
        raise Http404
    item.matter_list = found
    area_id = home_area.chosen(request)
    try:
        if not area_id:
            toast_error(request, _("Choose your community first, so that we know where you live."))
            return redirect("portal:community")
        text = request.POST.get("text", "")
        object_to(by=request.actor, matter=item, text=text, area_id=area_id, now=timezone.now())
        toast(request, _("Thank you. It is read in the yearly review of the list."))
    except Refusal as refusal:
        toast_error(request, " ".join(str(one) for one in refusal.fields.values()) or str(refusal))
    return redirect("portal:list", found.pk)
