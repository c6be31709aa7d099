"""The front door, my reports, and the community one lives in."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.apps.incidents import queries as incidents
from linli.foundation.accounts.access import public, resident_only
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.areas.models import Area, Level
from linli.register.people.models import Party
from linli.sites.portal import home_area, nav, story
from linli.sites.portal.forms import CodeForm
from linli.spine.cases.models import Case
from linli.ui.toasts import toast

YEAR = 365 * 24 * 3600
MOST_ON_HOME = 3


@public
@never_cache
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Report, follow, call: what a resident comes for. Staff find the way to their desk."""
    now = timezone.now()
    newest = incidents.mine(request.actor, after="").rows if request.actor.is_resident else []
    community = home_area.chosen(request) or (newest[0].area_id if newest else "")
    context = {
        "rows": _rows(request, [case for case in newest if case.is_open][:MOST_ON_HOME], now),
        "office": home_area.office(community) if community else None,
        "code_form": CodeForm(),
        "is_staff": request.actor.is_signed_in and not request.actor.is_resident,
    }
    return nav.page(request, "portal/home.html", context, tab="home")


@resident_only
@never_cache
@require_safe
def my(request: ActorRequest) -> HttpResponse:
    """What the resident reported or joined, newest first."""
    now = timezone.now()
    page = incidents.mine(request.actor, after=request.GET.get("after", ""))
    context = {
        "rows": _rows(request, page.rows, now),
        "open": sum(case.is_open for case in page.rows),
        "older_url": f"?after={page.after}" if page.after else "",
        "first_url": reverse("portal:my") if request.GET.get("after") else "",
    }
    return nav.page(request, "portal/my.html", context, tab="mine")


def _rows(request: ActorRequest, found: Sequence[Case], now: datetime) -> list[dict[str, object]]:
    """The cases as cards. One statement: whether a case is one's own decides whether its words are shown."""
    user_id = request.actor.user_id
    if not found or user_id is None:
        return []
    own = Party.objects.filter(user_id=user_id).values_list("pk", flat=True).first()
    return [
        {
            "case": case,
            "title": case.title if case.party_id == own else case.cited.name,
            "state": story.state_tag(case, is_reporter=case.party_id == own),
            "told": story.told(case),
            "promise": story.promise(case, now),
        }
        for case in found
    ]


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def community(request: ActorRequest) -> HttpResponse:
    """The phones of the communities; choosing one's own fills it in on this device (a cookie, no account)."""
    on = timezone.localtime(timezone.now()).date()
    if request.method == "POST":
        code = request.POST.get("community", "")[: Level.COMMUNITY.digits]
        back = request.POST.get("next", "")
        own = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        response = redirect(back if own and back.startswith("/") else "portal:home")
        if Area.objects.current(on).filter(pk=code, level=Level.COMMUNITY).exists():
            response.set_cookie(
                home_area.COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
            toast(request, _("Noted. It is filled in for you from now on."))
        else:
            response.delete_cookie(home_area.COOKIE, samesite="Lax")
        return response
    district = home_area.district(request, on)
    phones = home_area.office_phones(district)
    chosen = home_area.chosen(request)
    streets = [
        {
            "name": street.name,
            "open": chosen in {code for code, name in street.communities},
            "communities": [
                {"code": code, "name": name, "phone": phones.get(code, "")} for code, name in street.communities
            ],
        }
        for street in home_area.streets(district, on)
    ]
    districts = home_area.districts(on)
    others = [{"code": code, "name": name, "current": code == district} for code, name in districts.items()]
    context = {
        "streets": streets,
        "chosen": chosen,
        "districts": others if len(others) > 1 else [],
        "next": request.GET.get("next", ""),
    }
    return nav.page(request, "portal/community.html", context, tab="home", back_url=reverse("portal:home"))
