"""Which parts an actor plays in a case, and what the guards of the flow may look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import (
    CIVIL_AFFAIRS,
    COMMUNITY_SECRETARY,
    COMMUNITY_WORKER,
    GRID_HEAD,
    GRID_WORKER,
    STREET_STAFF,
    Permission,
)
from linli.foundation.rules import queries as rules
from linli.spine.cases import kinds
from linli.spine.cases.flow import Part
from linli.spine.cases.kinds import Kind
from linli.spine.cases.models import Case

_PART_OF_ROLE = {
    GRID_WORKER.code: Part.GRID,
    GRID_HEAD.code: Part.GRID,
    COMMUNITY_WORKER.code: Part.COMMUNITY,
    COMMUNITY_SECRETARY.code: Part.COMMUNITY,
    STREET_STAFF.code: Part.STREET,
    CIVIL_AFFAIRS.code: Part.DISTRICT,
}


def parts_of(actor: Actor, case: Case, *, is_reporter: bool = False) -> frozenset[Part]:
    """The parts `actor` plays in `case`. Rights end at the border of the post's area.

    `is_reporter` is for those who hold the tracking code of the case; a signed-in resident is recognised.
    """
    parts: set[Part] = set()
    if actor.is_system:
        return frozenset({Part.SYSTEM})
    own_rule = kinds.of(case.kind).parts
    if own_rule is not None:
        return own_rule(actor, case)
    if is_reporter or (actor.is_resident and case.party is not None and case.party.user_id == actor.user_id):
        parts.add(Part.REPORTER)
    if actor.can(Permission.CASE_WORK) and actor.covers(case.area_id):
        own = _PART_OF_ROLE.get(actor.role)
        if own:
            parts.add(own)
        if case.unit_id is not None and case.unit_id == actor.unit_id and own is not Part.GRID:
            parts.add(Part.UNIT)
    return frozenset(parts)


def own_part(actor: Actor) -> Part | None:
    """The part that the actor's role gives everywhere in the area, for queues."""
    return _PART_OF_ROLE.get(actor.role) if actor.can(Permission.CASE_WORK) else None


@dataclass(frozen=True, kw_only=True)
class CaseSnapshot:
    """The facts that the guards of a report look at."""

    reopens: int
    reopens_limit: int
    has_reporter: bool
    handler_id: int | None
    actor_id: int | None
    reminded_recently: bool
    unit_is_community: bool


def snapshot(case: Case, kind: Kind, actor: Actor, now: datetime) -> object:
    """Gather what the guards may look at. Needs `case.unit` loaded; the usual facts ask nothing of the database."""
    if kind.facts is not None:
        return kind.facts(case, actor, now)
    limits = rules.params(kind.limits_rule, case.area_id, timezone.localdate(now))
    recently = now - timedelta(hours=limits["remind_hours"])
    return CaseSnapshot(
        reopens=case.reopens,
        reopens_limit=limits["reopens"],
        has_reporter=has_reporter(case),
        handler_id=case.handler_id,
        actor_id=actor.user_id,
        reminded_recently=case.reminded_at is not None and case.reminded_at > recently,
        unit_is_community=case.unit is not None and case.unit.kind == Unit.Kind.COMMUNITY_OFFICE,
    )


def has_reporter(case: Case) -> bool:
    """Whether a resident waits for an answer: one who left a phone, signed in, or holds a tracking code."""
    return case.source in (Case.Source.RESIDENT, Case.Source.ANONYMOUS)
