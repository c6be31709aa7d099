"""What the clock does by itself: close what nobody answers, escalate what is very late, empty the counters."""

import logging
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from linli.apps.incidents import actions
from linli.apps.incidents.flow import HANDLED, INCIDENT
from linli.apps.incidents.models import ReportCount
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.jobs.schedule import periodic
from linli.lib.errors import Refusal
from linli.spine.cases import clock, kinds
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case, Event

logger = logging.getLogger(__name__)
BATCH = 200


@periodic(every=timedelta(minutes=5), name="incidents.close_unanswered")
def close_unanswered(now: datetime) -> str:
    """Close handled cases whose time to answer is over: as “no answer”, never as “satisfied”."""
    rows = Case.objects.filter(kind=INCIDENT.kind, is_open=True, state=HANDLED, due_at__lt=now)
    done = 0
    for pk, seq in rows.order_by("due_at").values_list("pk", "seq")[:BATCH]:
        done += _move(pk, "close_unanswered", seq, now)
    return f"closed {done}"


@periodic(every=timedelta(minutes=5), name="incidents.escalate")
def escalate(now: datetime) -> str:
    """Escalate what is very late, once per level: community to street, street to district."""
    kind = kinds.of(INCIDENT.kind)
    states = sorted(INCIDENT.move["escalate"].source)
    late = Case.objects.filter(kind=INCIDENT.kind, is_open=True, state__in=states, due_at__lt=now)
    last = Event.objects.filter(case=OuterRef("pk"), move="escalate").order_by("-seq").values("at")[:1]
    since = Greatest("due_at", Coalesce(Subquery(last), "due_at"))
    done = 0
    # A batch for each level: those that wait for their second would keep the first of others out for days.
    for level in (0, 1):
        rows = late.filter(level=level).select_related("matter").annotate(late_since=since)
        for case in rows.order_by("late_since", "pk")[:BATCH]:
            late_since: datetime = case.late_since  # type: ignore[attr-defined]
            if _due_for_next_level(case, kind, late_since, now):
                done += _move(case.pk, "escalate", case.seq, now)
    return f"escalated {done}"


def _due_for_next_level(case: Case, kind: kinds.Kind, late_since: datetime, now: datetime) -> bool:
    """The first level when very late; the next when as much time again has passed since then."""
    if clock.read(case, kind, now).lateness != "very_late":
        return False
    return case.level == 0 or clock.very_late_from(case, kind, late_since) < now


def _move(pk: int, name: str, seq: int, now: datetime) -> int:
    try:
        actions.act(case_id=pk, name=name, by=SYSTEM, inputs=Inputs(), now=now, expected_seq=seq)
    except Refusal as refusal:
        # Somebody moved it between our look and our lock: then there is nothing left to do.
        logger.info("case %s: %s not made: %s", pk, name, refusal.code)
        return 0
    return 1


@periodic(every=timedelta(hours=6), name="incidents.forget_counts")
def forget_counts(now: datetime) -> str:
    """Remove counters of addresses older than a day: they serve the brake and nothing else."""
    removed, _rows = ReportCount.objects.filter(hour__lt=now - timedelta(days=1)).delete()
    return f"removed {removed}"
