"""A certificate that somebody wants: whether it is issued here or whose it is, the hand-out, and what was refused."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.apps.certificates import actions, queries
from linli.apps.certificates.catalogue import find_kept, not_issued
from linli.apps.certificates.models import CertificateRefusal
from linli.apps.certificates.pages import LONGEST_WORDS, MOST, PAGE, number_of, page, words_of
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid
from linli.ui.links import Chip, without
from linli.ui.toasts import toast_error

YEAR: Final = timedelta(days=365)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def certificates(request: ActorRequest) -> HttpResponse:
    """Type what is wanted, read whether it is the community's, and who does it."""
    actor, today, q = request.actor, timezone.localdate(), words_of(request)
    known = not_issued(actor.area_id, today)
    writes = actor.can(Permission.CERTIFICATE_WORK)
    issued, refused = find_kept(q, actor.area_id, today), known.find(q)
    context = {
        "q": q,
        "person": number_of(request.GET.get("person", "")) if writes else None,
        "key": uuid4().hex,
        "kept": issued,
        "writes": writes,
        "waiting": queries.waiting(actor) if writes else 0,
        "items": refused,
        "nearest": [] if issued or refused else known.nearest(q),
        "document": known.document,
        "verified": known.verified,
        "may_work": actor.can(Permission.TASK_WORK),
    }
    return page(request, "certificates.html", context)


@requires(Permission.TASK_WORK)
@never_cache
@require_POST
def refuse(request: ActorRequest) -> HttpResponse:
    """Write the refusal down and open the hand-out."""
    said = request.POST
    try:
        made = actions.refuse(
            by=request.actor,
            code=said.get("code", ""),
            wanted_by=said.get("wanted_by", ""),
            key=said.get("key", ""),
            now=timezone.now(),
        )
    except Invalid as refusal:
        toast_error(request, " ".join(map(str, refusal.fields.values())))
        query = urlencode({"q": clip(tidy(said.get("q", "")), LONGEST_WORDS)})
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
    return page(request, "handout.html", context)


@requires(Permission.TASK_READ)
@never_cache
@require_safe
def refused(request: ActorRequest) -> HttpResponse:
    """What was refused in the actor's area, newest first, and how often in a year. Three statements."""
    q, code, after = words_of(request), request.GET.get("code", ""), number_of(request.GET.get("after", ""))
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
    if after:
        rows = rows.filter(pk__lt=after)
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
    return page(request, "refused.html", context)
