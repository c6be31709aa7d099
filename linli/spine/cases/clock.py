"""The two clocks of a case (时限): the whole term and the current step; pauses move both (design.md §3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone

from linli.foundation.rules import queries as rules
from linli.lib.working_calendar import Term, WorkingCalendar
from linli.spine.cases.kinds import Kind
from linli.spine.cases.models import NEVER, Case

Lateness = Literal["ok", "soon", "late", "very_late", "paused", "none"]


def term_of(params: object) -> Term:
    """A term as a rule set writes it: {"amount": 3, "unit": "working_days"}."""
    assert isinstance(params, dict)
    return Term(int(params["amount"]), params["unit"])


def calendar_for(case: Case, at: datetime) -> WorkingCalendar:
    """The working calendar where the case is."""
    return rules.calendar(case.area_id, timezone.localdate(at))


def start(case: Case, kind: Kind, now: datetime) -> None:
    """Set both clocks of a case that opens now; the reply to the reporter is due with the first step.

    The term follows from the matter; a kind that nobody waits for as a resident has set it already.
    """
    calendar = calendar_for(case, now)
    if kind.answers:
        restart_term(case, now)
    first = rules.params(kind.steps_rule, case.area_id, timezone.localdate(now))[kind.flow.start]
    case.respond_due = term_of(first).due(now, calendar)
    start_step(case, kind, now)


def restart_term(case: Case, start_at: datetime) -> None:
    """The whole term runs from `start_at` (the opening, a reopening, or the opening under another matter)."""
    calendar = calendar_for(case, start_at)
    case.term_due = case.cited.promised.due(start_at, calendar)
    case.statutory_due = max(case.cited.statutory.due(start_at, calendar), case.term_due)


def start_step(case: Case, kind: Kind, now: datetime) -> None:
    """Start the clock of the state that the case has just entered, and set its next deadline."""
    state = kind.flow.state[case.state]
    case.state_since = now
    case.step_due = None
    if state.step:
        steps = rules.params(kind.steps_rule, case.area_id, timezone.localdate(now))
        case.step_due = term_of(steps[state.code]).due(now, calendar_for(case, now))
    set_due(case, kind)


def set_due(case: Case, kind: Kind) -> None:
    """The next deadline: the sooner of step and term; the step alone once handled; never when stopped."""
    state = kind.flow.state[case.state]
    if state.final:
        case.due_at = None
    elif state.stopped:
        case.due_at = NEVER
    elif case.handled_at is not None:
        case.due_at = case.step_due
    else:
        case.due_at = min(case.step_due, case.term_due) if case.step_due else case.term_due


def shift(case: Case, paused_from: datetime, now: datetime) -> int:
    """A pause moves the deadline: both terms move on by the time paused. Returns the minutes that the promise moved."""
    calendar = calendar_for(case, now)
    before = case.term_due
    case.term_due = case.cited.promised.shift(case.term_due, paused_from, now, calendar)
    case.statutory_due = max(case.cited.statutory.shift(case.statutory_due, paused_from, now, calendar), case.term_due)
    return int((case.term_due - before) / timedelta(minutes=1))


def extended(case: Case, days: int, now: datetime) -> datetime:
    """The promised deadline after `days` more working days, counted from the present one."""
    return calendar_for(case, now).add_working_days(case.term_due, days)


@dataclass(frozen=True)
class Reading:
    """What the clock says now. `minutes` to the next deadline, negative when late."""

    lateness: Lateness
    due_at: datetime | None
    minutes: int


def read(case: Case, kind: Kind, now: datetime) -> Reading:
    """Read the clock of a case: fine, due soon, late, very late (the second band), or standing still."""
    state = kind.flow.state[case.state]
    if state.stopped:
        return Reading("paused", None, 0)
    if case.due_at is None:
        return Reading("none", None, 0)
    limits = rules.params(kind.limits_rule, case.area_id, timezone.localdate(now))
    minutes = int((case.due_at - now) / timedelta(minutes=1))
    if now <= case.due_at:
        soon = case.due_at - now <= timedelta(hours=limits["soon_hours"])
        return Reading("soon" if soon else "ok", case.due_at, minutes)
    very_late = very_late_from(case, kind, case.due_at) < now
    return Reading("very_late" if very_late else "late", case.due_at, minutes)


def very_late_from(case: Case, kind: Kind, late_from: datetime) -> datetime:
    """When a case that is late since `late_from` becomes very late: the second band of the rules."""
    limits = rules.params(kind.limits_rule, case.area_id, timezone.localdate(late_from))
    return term_of(limits["very_late"]).due(late_from, calendar_for(case, late_from))
