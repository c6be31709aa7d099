"""Applications as lists and pages read them. Every read starts from the actor (`Application.objects.visible_to`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from linli.apps.admission.flow import APPLICATION
from linli.apps.admission.flow.application import ADMITTED, AGREEING, CONSULTING, SUSPENDED
from linli.apps.admission.models import Application, Objection, Opinion
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import CIVIL_AFFAIRS, LEGAL_REVIEW, ORGANISATION, Permission
from linli.lib.chinese import tidy
from linli.lib.prefix import within
from linli.spine.cases.flow import Part
from linli.spine.catalogue.models import Matter

PAGE: Final = 50
VIEWS: Final = ("todo", "drafts", "open", "admitted", "all")


def desk_of(actor: Actor) -> Q:
    """What lies on the actor's desk: applications in a state that is theirs to move."""
    mine = Q(pk__in=())
    if actor.can(Permission.TASK_WORK):
        waiting = Opinion.objects.filter(
            Q(stance="") | Q(terms_ok__isnull=True, application__case__state=AGREEING),
            application__case__state__in=(AGREEING, CONSULTING),
            **within("area_id", actor.area_id),
        )
        mine |= Q(pk__in=waiting.values("application_id"))
    if actor.can(Permission.TASK_SEND) and actor.unit_id is not None:
        states = sorted(APPLICATION.owned_by(Part.SENDER))
        mine |= Q(unit_id=actor.unit_id) & (Q(case__state__in=states) | Q(case__isnull=True))
    part = {
        CIVIL_AFFAIRS.code: Part.DISTRICT,
        ORGANISATION.code: Part.SUPERVISOR,
        LEGAL_REVIEW.code: Part.LEGAL,
    }.get(actor.role)
    if part is not None:
        owned = APPLICATION.owned_by(part)
        mine |= Q(case__state__in=sorted(owned - {ADMITTED, SUSPENDED, CONSULTING}))
        # What communities are asked is theirs while their time runs; an admitted item is on the desk again when its
        # yearly review is due.
        now = timezone.now()
        mine |= Q(case__state__in=sorted(owned & {CONSULTING}), case__step_due__lt=now)
        mine |= Q(case__state__in=sorted(owned & {ADMITTED, SUSPENDED}), review_due__lte=timezone.localdate(now))
    return mine


@dataclass(frozen=True)
class Counts:
    """The figures on the tabs."""

    todo: int = 0
    drafts: int = 0
    open: int = 0
    admitted: int = 0


DECIDED: Final = (ADMITTED, SUSPENDED)


def counts(actor: Actor) -> Counts:
    """The figures on the tabs, over the applications in scope. One statement."""
    row = Application.objects.visible_to(actor).aggregate(
        todo=Count("pk", filter=desk_of(actor)),
        drafts=Count("pk", filter=Q(case__isnull=True)),
        open=Count("pk", filter=Q(case__is_open=True) & ~Q(case__state__in=DECIDED)),
        admitted=Count("pk", filter=Q(case__state__in=DECIDED)),
    )
    return Counts(**row)


def page(
    actor: Actor, *, view: str, q: str, before: int | None, size: int = PAGE
) -> tuple[Sequence[Application], int | None]:
    """One page of applications, newest first, and the key to go on from. One statement."""
    rows: QuerySet[Application] = Application.objects.visible_to(actor).select_related("case", "unit", "area")
    match view:
        case "todo":
            rows = rows.filter(desk_of(actor))
        case "drafts":
            rows = rows.filter(case__isnull=True)
        case "open":
            rows = rows.filter(case__is_open=True).exclude(case__state__in=DECIDED)
        case "admitted":
            rows = rows.filter(case__state__in=DECIDED)
    for word in tidy(q).split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(case__number=word) | Q(unit__name__icontains=word))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    return (found, None) if len(found) <= size else (found[:size], found[size - 1].pk)


def one(actor: Actor, application_id: int) -> Application | None:
    """An application in scope. Three statements."""
    rows = Application.objects.visible_to(actor).select_related(
        "case__party", "case__area", "unit", "area", "matter__matter_list", "drafted_by", "reviewed_by", "decided_by"
    )
    return rows.prefetch_related("bases__file", "offered").filter(pk=application_id).first()


def own_opinion(actor: Actor, application: Application) -> Opinion | None:
    """What the actor's community was asked and has said."""
    if not actor.can(Permission.TASK_WORK):
        return None
    return application.opinions.filter(area_id=actor.area_id[:12]).first()


def to_review(actor: Actor, by: date) -> QuerySet[Application]:
    """Admitted items whose yearly review is due by a day."""
    return Application.objects.visible_to(actor).filter(case__state=ADMITTED, review_due__lte=by)


def objections(matter: Matter) -> list[Objection]:
    """What was said against an item, in all versions of its list, newest first. One statement."""
    rows = Objection.objects.filter(matter__in=Matter.objects.same_item(matter))
    return list(rows.select_related("area", "post", "by").order_by("-at", "-pk")[:200])


def has_desk(actor: Actor) -> bool:
    """Whether applications can lie on this actor's desk at all."""
    rights = (Permission.TASK_WORK, Permission.TASK_SUPERVISE)
    sends = actor.can(Permission.TASK_SEND) and actor.unit_id is not None
    return sends or actor.role == LEGAL_REVIEW.code or any(actor.can(right) for right in rights)
