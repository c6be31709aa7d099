"""Who plays which part in an application or a task, and the facts that their guards look at."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from linli.apps.admission.flow.task import UPSTREAM
from linli.apps.admission.models import Application, Opinion, Task
from linli.apps.admission.queries import guarantees, judging
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import CIVIL_AFFAIRS, LEGAL_REVIEW, ORGANISATION, STREET_STAFF, Permission
from linli.lib.prefix import within
from linli.spine.cases.flow import Part
from linli.spine.cases.models import Case


def task_parts(actor: Actor, case: Case) -> frozenset[Part]:
    """The sender by its unit, the community by its area, and the two supervising offices."""
    parts = _sides(actor, case)
    if actor.can(Permission.TASK_WORK) and actor.covers(case.area_id):
        parts.add(Part.COMMUNITY)
    # Only the street in which the community lies arranges what comes to it.
    if actor.role == STREET_STAFF.code and actor.can(Permission.TASK_READ) and actor.covers(case.area_id):
        parts.add(Part.STREET)
    return frozenset(parts)


def application_parts(actor: Actor, case: Case) -> frozenset[Part]:
    """The applicant by its unit, the communities that were asked, the legality reviewer, and the two offices."""
    parts = _sides(actor, case)
    if actor.can(Permission.TASK_WORK):
        asked = Opinion.objects.filter(application__case=case, **within("area_id", actor.area_id))
        if asked.exists():
            parts.add(Part.COMMUNITY)
    if actor.role == LEGAL_REVIEW.code and actor.covers(case.area_id):
        parts.add(Part.LEGAL)
    return frozenset(parts)


def _sides(actor: Actor, case: Case) -> set[Part]:
    parts: set[Part] = set()
    sender = case.party.unit_id if case.party is not None else None
    if actor.can(Permission.TASK_SEND) and sender is not None and sender == actor.unit_id:
        parts.add(Part.SENDER)
    if actor.can(Permission.TASK_SUPERVISE) and actor.covers(case.area_id):
        if actor.role == CIVIL_AFFAIRS.code:
            parts.add(Part.DISTRICT)
        if actor.role == ORGANISATION.code:
            parts.add(Part.SUPERVISOR)
    return parts


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """`late`: something that belongs to the task is overdue today. `is_sender`: the actor's own unit sent it.

    `off_list`: no list allows it.
    """

    late: bool
    off_list: bool
    is_sender: bool


def task_facts(case: Case, actor: Actor, now: datetime) -> TaskFacts:
    """Two statements for a task that cites an item, none for one that does not."""
    late = bool(guarantees.late_of_case(case, timezone.localdate(now)))
    sender = case.party.unit_id if case.party is not None else None
    # Asked only where it decides: of what the street has.
    off_list = case.state in UPSTREAM and Task.objects.filter(pk=case.pk, off_list=True).exists()
    return TaskFacts(late=late, is_sender=sender is not None and sender == actor.unit_id, off_list=off_list)


@dataclass(frozen=True, kw_only=True)
class ApplicationFacts:
    """Who has had a hand in it, whether the rules let it pass, and how far the communities are."""

    actor_id: int | None
    applicants: tuple[int, ...]
    reviewer_id: int | None
    passes: bool
    opinions_done: bool
    terms_agreed: bool


def application_facts(case: Case, actor: Actor, now: datetime) -> ApplicationFacts:
    """A few statements, over one application."""
    application = Application.objects.select_related("area").prefetch_related("bases", "offered").get(case=case)
    opinions = list(application.opinions.all())
    agreed = judging.terms(application, opinions, now)
    verdict = judging.verdict(application, agreed=agreed.reached, now=now)
    over = case.step_due is not None and case.step_due < now
    return ApplicationFacts(
        actor_id=actor.user_id,
        applicants=tuple(application.applicants.values_list("user_id", flat=True)),
        reviewer_id=application.reviewed_by_id,
        passes=verdict.ok or application.overridden,
        opinions_done=over or all(one.stance for one in opinions),
        terms_agreed=agreed.reached,
    )
