"""Restricted groups (受限人群), for the officer who works with them: a reason once an hour, a line for every entry."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Invalid, Refusal
from linli.register.people import groups
from linli.register.people.actions import restricted as work
from linli.register.people.models import Person, RestrictedTag
from linli.sites.register.edge import MOST, page, person_in_scope
from linli.sites.register.forms.restricted import FinishForm, GiveForm, ReasonForm, ReviewForm
from linli.ui.forms import put
from linli.ui.links import from_page, without
from linli.ui.toasts import toast

ROWS = 50
REASON_LIVES = timedelta(hours=1)
_KEY = "restricted_reason"


@requires(Permission.PEOPLE_RESTRICTED)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def restricted(request: ActorRequest) -> HttpResponse:
    """The entries of one group, by name. Asks why first; every entry that is shown is a line in the log."""
    actor, now = request.actor, timezone.now()
    if not work.enabled(actor.area_id, now):
        return page(request, "restricted_off.html", {})
    asked = _ask_why(request, now, reverse("register:restricted"))
    if asked is not None:
        return asked
    kinds = groups.groups(area_id=actor.area_id, restricted=True)
    chosen = request.GET.get("kind", "")
    chosen = chosen if chosen in kinds else next(iter(kinds), "")
    after = _number(request.GET.get("after", ""))
    rows = _visible(actor).filter(kind_index=work.kind_index(chosen), until__isnull=True, pk__gt=after).order_by("pk")
    found = list(rows[: ROWS + 1])
    opened = work.read(by=actor, tags=found[:ROWS], reason=_reason(request, now), now=now, ip=ip_of(request))
    counts, total = work.figures(by=actor, now=now)
    context = {
        "rows": opened,
        "tabs": [
            {"label": one.label, "url": f"?kind={one.code}", "current": one.code == chosen} for one in kinds.values()
        ],
        "title": kinds[chosen].label if chosen else "",
        "figures": [
            {"label": kinds[code].label, "value": "–" if n is None else str(n), "url": f"?kind={code}"}
            for code, n in counts.items()
        ],
        "total": total,
        "today": timezone.localdate(now),
        "reason": _reason(request, now),
        "older_url": from_page(request, str(found[ROWS - 1].pk)) if len(found) > ROWS else "",
        "first_url": without(request) if after else "",
    }
    return page(request, "restricted.html", context)


@requires(Permission.PEOPLE_RESTRICTED)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: ActorRequest, person_id: int) -> HttpResponse:
    """The restricted groups of one person, and a form to put them in one."""
    actor, now = request.actor, timezone.now()
    found = person_in_scope(actor, person_id)
    if not work.enabled(found.area_id, now):
        return page(request, "restricted_off.html", {})
    address = reverse("register:restricted_person", args=[found.pk])
    asked = _ask_why(request, now, address)
    if asked is not None:
        return asked
    kinds = groups.groups(area_id=found.area_id, restricted=True)
    choices = [(one.code, one.label) for one in kinds.values()]
    if request.method != "POST":
        form = GiveForm(kinds=choices, initial={"since": timezone.localdate(now)})
        return _person_page(request, found, form, now)
    form = GiveForm(request.POST, kinds=choices)
    if not form.is_valid():
        return _person_page(request, found, form, now, 422)
    try:
        work.give(by=actor, person=found, now=now, ip=ip_of(request), **form.cleaned_data)
    except Refusal as refusal:
        put(form, refusal)
        return _person_page(request, found, form, now, refusal.status)
    toast(request, _("Entered."))
    return redirect(address)


@requires(Permission.PEOPLE_RESTRICTED)
@never_cache
@require_POST
def finish(request: ActorRequest, entry_id: int) -> HttpResponse:
    """End an entry."""
    tag = _entry(request.actor, entry_id)
    return _acted(request, tag, FinishForm(request.POST, prefix=f"end{tag.pk}"), work.finish)


@requires(Permission.PEOPLE_RESTRICTED)
@never_cache
@require_POST
def review(request: ActorRequest, entry_id: int) -> HttpResponse:
    """Say when an entry is looked at again."""
    tag = _entry(request.actor, entry_id)
    form = ReviewForm(request.POST, prefix=f"review{tag.pk}")
    return _acted(request, tag, form, lambda *, review_on, **rest: work.review(next_on=review_on, **rest))


def _acted(request: ActorRequest, tag: RestrictedTag, form: Any, act: Any) -> HttpResponse:
    now = timezone.now()
    address = reverse("register:restricted_person", args=[tag.person_id])
    if not _reason(request, now):
        return redirect(address)
    bound = {form.prefix: form}
    if form.is_valid():
        try:
            act(by=request.actor, tag=tag, now=now, ip=ip_of(request), **form.cleaned_data)
        except Refusal as refusal:
            put(form, refusal)
            return _person_page(request, tag.person, None, now, refusal.status, bound)
        toast(request, _("Saved."))
        return redirect(address)
    return _person_page(request, tag.person, None, now, 422, bound)


def _person_page(
    request: ActorRequest,
    found: Person,
    form: GiveForm | None,
    now: datetime,
    status: int = 200,
    bound: dict[str, Any] | None = None,
) -> TemplateResponse:
    if form is None:
        kinds = groups.groups(area_id=found.area_id, restricted=True)
        form = GiveForm(kinds=[(one.code, one.label) for one in kinds.values()])
    tags = list(_visible(request.actor).filter(person=found).order_by("pk"))
    opened = work.read(by=request.actor, tags=tags, reason=_reason(request, now), now=now, ip=ip_of(request))
    forms = bound or {}
    rows = [
        {
            "entry": one,
            "end": forms.get(f"end{one.tag.pk}")
            or FinishForm(prefix=f"end{one.tag.pk}", initial={"until": timezone.localdate(now)}),
            "review": forms.get(f"review{one.tag.pk}") or ReviewForm(prefix=f"review{one.tag.pk}"),
        }
        for one in opened
    ]
    levels = [
        {"label": one.label, "levels": "、".join(one.levels)}
        for one in groups.groups(area_id=found.area_id, restricted=True).values()
        if one.levels
    ]
    context = {"person": found, "rows": rows, "form": form, "levels": levels, "reason": _reason(request, now)}
    return page(request, "restricted_person.html", context, status)


def _ask_why(request: ActorRequest, now: datetime, address: str) -> HttpResponse | None:
    """The page that asks for a reason, None once one was given within the hour."""
    if request.method == "POST" and "why" in request.POST:
        form = ReasonForm(request.POST)
        if form.is_valid():
            try:
                reason = work.reason_given(form.cleaned_data["reason"])
            except Invalid as refusal:
                put(form, refusal)
            else:
                request.session[_KEY] = {"reason": reason, "at": now.timestamp(), "post": request.actor.post_id}
                return redirect(address)
        return page(request, "restricted_why.html", {"form": form, "address": address}, 422)
    if _reason(request, now):
        return None
    # What was typed into another form waits for nothing: it is not shown without a reason, either.
    return page(request, "restricted_why.html", {"form": ReasonForm(), "address": address})


def _reason(request: ActorRequest, now: datetime) -> str:
    """The reason of this session and post, while it is good."""
    kept = request.session.get(_KEY)
    if not isinstance(kept, dict) or kept.get("post") != request.actor.post_id:
        return ""
    age = now.timestamp() - float(kept.get("at", 0))
    return str(kept.get("reason", "")) if 0 <= age <= REASON_LIVES.total_seconds() else ""


def _visible(actor: Actor) -> Any:
    return RestrictedTag.objects.select_related("person", "person__area", "person__dwelling").filter(
        actor.within("person__area_id")
    )


def _entry(actor: Actor, entry_id: int) -> RestrictedTag:
    found: RestrictedTag | None = _visible(actor).filter(pk=entry_id).first() if entry_id <= MOST else None
    if found is None:
        raise Http404
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
