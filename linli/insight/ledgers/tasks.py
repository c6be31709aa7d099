"""The worker's part: large exports, those whose worker died, and files whose time is over."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django_tasks import task

from linli.foundation.jobs.actions import GONE_AFTER
from linli.foundation.jobs.models import Heartbeat
from linli.foundation.jobs.schedule import periodic
from linli.insight.ledgers import making
from linli.insight.ledgers.actions import exports
from linli.insight.ledgers.models import Export


@task()
def make(export_id: int) -> str:
    """Make one export."""
    return making.run(export_id)


@periodic(every=timedelta(minutes=1), name="ledgers.resume")
def resume(now: datetime) -> str:
    """Start exports again whose worker died; they begin from their first row."""
    lives = Exists(Heartbeat.objects.filter(name=OuterRef("claimed_by"), at__gt=now - GONE_AFTER))
    stuck = Q(state=Export.State.MAKING) & ~Q(lives)
    # One that waits for minutes was queued by a request that did not live to say so.
    forgotten = Q(state=Export.State.APPROVED, asked_at__lt=now - timedelta(minutes=10))
    waiting = list(Export.objects.filter(stuck | forgotten).values_list("pk", flat=True)[:20])
    for export_id in waiting:
        make.enqueue(export_id)
    return f"{len(waiting)} exports taken up" if waiting else ""


@periodic(every=timedelta(minutes=10), name="ledgers.expire")
def expire(now: datetime) -> str:
    """Delete the files of exports whose time is over."""
    gone = exports.expire(now=now)
    return f"{gone} exports deleted" if gone else ""
