"""A certificate that somebody wants: whose it is, the hand-out, and what was refused."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.apps.certificates import actions
from linli.apps.certificates.catalogue import not_issued
from linli.apps.certificates.models import CertificateRefusal
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid
from linli.ui.links import Chip, without
from linli.ui.toasts import toast_error

PAGE: Final = 50
LONGEST: Final = 60
YEAR: Final = timedelta(days=365)
MOST: Final = 2**31 - 1


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def certificates(request: ActorRequest) -> HttpResponse:
    """Type what is wanted, read whether it is the community's, and who does it."""
    q = _words(request)
    known = not_issued(request.actor.area_id, timezone.localdate())
    context = {
        "q": q,
        "items": known.find(q),
        "document": known.document,
        "verified": known.verified,
        "may_work": request.actor.can(Permission.TASK_WORK),
    }
    return _page(request, "certificates.html", context)


@requires(Permission.TASK_WORK)
@never_cache
@require_POST
def refuse(request: ActorRequest) -> HttpResponse:
    """Write the refusal down and open the hand-out."""
    said = request.POST
    try:
        made = actions.refuse(
            by=request.actor, code=said.get("code", ""), wanted_by=said.get("wanted_by", ""), now=timezone.now()
        )
    except Invalid as refusal:
        toast_error(request, " ".join(map(str, refusal.fields.values())))
        query = urlencode({"q": clip(tidy(said.get("q", "")), LONGEST)})
        return redirect(f"{reverse('certificates:certificates')}?{query}")
    return redirect("certificates:handout", made.pk)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def handout(request: ActorRequest, refusal_id: int) -> HttpResponse:
    """A sheet for the resident: not here, there, and why."""
    rows = CertificateRefusal.objects.visible_to(request.actor).select_related("area__parent")
    row = rows.filter(pk=refusal_id).first() if refusal_id <= MOST else None
    if row is None:
        raise Http404
    context = {
        "row": row,
        "back_url": reverse("certificates:certificates"),
        "printed_by": request.actor.name,
        "printed_at": timezone.now(),
    }
    return _page(request, "handout.html", context)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def refused(request: ActorRequest) -> HttpResponse:
    """What was refused in the actor's area, newest first, and how often in a year. Three statements."""
    q, code, after = _words(request), request.GET.get("code", ""), request.GET.get("after", "")
    rows = CertificateRefusal.objects.visible_to(request.actor)
    year = rows.filter(at__gte=timezone.now() - YEAR)
    counts = list(year.values("code", "name").annotate(n=Count("pk")).order_by("-n", "code"))
    names = {one["code"]: one["name"] for one in counts}
    chips = []
    if q:
        rows = rows.filter(wanted_by__icontains=q)
        chips.append(Chip(_("Who asked for it"), q, without(request, "q")))
    if code in names:
        rows = rows.filter(code=code)
        chips.append(Chip(_("Certificate"), names[code], without(request, "code")))
    if after.isascii() and after.isdigit() and len(after) <= len(str(MOST)):
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("area").order_by("-pk")[: PAGE + 1])
    context = {
        "q": q,
        "code": code,
        "counts": counts,
        "rows": found[:PAGE],
        "chips": chips,
        "first_url": without(request) if after else "",
        "older_url": f"{without(request)}&after={found[PAGE - 1].pk}" if len(found) > PAGE else "",
    }
    return _page(request, "refused.html", context)


def _words(request: HttpRequest) -> str:
    return clip(tidy(request.GET.get("q", "")), LONGEST)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, f"certificates/{template}", context)
