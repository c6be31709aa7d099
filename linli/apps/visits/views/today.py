"""Today's list on the phone, and the call that is written down."""

import uuid
from datetime import timedelta

from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.apps.visits import words
from linli.apps.visits.actions.assign import may_plan
from linli.apps.visits.queries import plan as plans
from linli.apps.visits.queries.plan import Due
from linli.foundation import vault
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.lib.chinese import mask_phone
from linli.lib.errors import NotAllowed
from linli.register.people.models import Person

MOST_TODAY = 120
AHEAD = timedelta(days=7)
WHOSE = ("mine", "week", "nobody")


@requires(Permission.VISIT_WORK)
@never_cache
@require_safe
def today(request: ActorRequest) -> TemplateResponse:
    """Whom to visit today, in the order in which one walks. Statements do not grow with the list."""
    actor, day = request.actor, timezone.localdate()
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    lines = chosen(actor, whose)
    shown = plans.in_route_order(lines[:MOST_TODAY])
    context = {
        "cards": words.cards(shown, day),
        "day": day,
        "total": len(lines),
        "more": max(len(lines) - MOST_TODAY, 0),
        "late": sum(1 for line in lines if line.late_days),
        "tabs": tabs(whose),
        "whose": whose,
        "done": done_key(request),
        "may_plan": may_plan(actor),
        "may_call": actor.can(Permission.PEOPLE_REVEAL),
        "may_see_rate": actor.can(Permission.DASHBOARD_READ),
    }
    return TemplateResponse(request, "visits/today.html", context)


def chosen(actor: Actor, whose: str) -> list[Due]:
    """The lines of one of the three lists, the most urgent first."""
    day = timezone.localdate()
    if whose == "nobody":
        area_id = plans.community_of(actor)
        return plans.unassigned(area_id, day) if area_id else []
    return plans.due_of_worker(actor, day, ahead_days=AHEAD.days if whose == "week" else 0)


def tabs(whose: str) -> list[dict[str, object]]:
    """The three lists."""
    home = reverse("visits:today")
    names = {"mine": _("Today"), "week": _("Next 7 days"), "nobody": _("Nobody's")}
    return [
        {"label": name, "url": home if code == "mine" else f"{home}?whose={code}", "current": code == whose}
        for code, name in names.items()
    ]


def done_key(request: ActorRequest) -> str:
    """The key of a record that has just arrived, for the outbox; "" for none."""
    try:
        return str(uuid.UUID(request.GET.get("done", "")))
    except ValueError:
        return ""


@requires(Permission.VISIT_WORK)
@never_cache
@require_safe
def csrf(request: ActorRequest) -> JsonResponse:
    """A fresh token for records that were kept on the phone while there was no network."""
    return JsonResponse({"csrf": get_token(request)})


def person_in_scope(actor: Actor, person_id: int) -> Person:
    """The person, or 404 outside the actor's scope. One statement."""
    rows = Person.objects.visible_to(actor).select_related("dwelling", "area")
    person = rows.filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


@requires(Permission.VISIT_WORK)
@never_cache
@require_POST
def call(request: ActorRequest, person_id: int) -> HttpResponse:
    """The number of somebody to visit, written into the access log; the page's script dials it at once.

    A redirect to tel: would break our own policy (form-action), so a browser without scripts gets a link to press.
    """
    actor = request.actor
    person = person_in_scope(actor, person_id)
    if not actor.can(Permission.PEOPLE_REVEAL):
        raise NotAllowed(_("Your post does not include seeing full personal data."))
    number = vault.unseal(person.phone_sealed, vault.PHONE)
    if not number:
        raise Http404
    audit.record(
        by=actor,
        action="people.reveal",
        subject_kind="person",
        subject_id=person.pk,
        reason="visit call",
        ip=ip_of(request),
        now=timezone.now(),
    )
    if not request.accepts("text/html"):
        return JsonResponse({"tel": number})
    context = {"person": person, "number": number, "masked": mask_phone(number)}
    return TemplateResponse(request, "visits/call.html", context)
