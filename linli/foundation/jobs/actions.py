"""What workers write down: signs of life, claims on jobs, and how the jobs went."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from linli.foundation.jobs.models import Heartbeat, Schedule

# A worker beats every few seconds; after this silence its work may be taken over.
GONE_AFTER = timedelta(minutes=2)
# A task whose worker died is tried again, but one that kills its workers is not.
MOST_TRIES = 3


def beat(*, name: str, now: datetime, detail: str = "") -> None:
    """Note that the process `name` is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now, "detail": detail[:200]})


def retire(*, name: str) -> None:
    """Forget a process that ends in good order, so that its claims are free at once."""
    Heartbeat.objects.filter(name=name).delete()


def forget_gone(*, now: datetime) -> int:
    """Remove the signs of life of workers that fell silent more than a day ago; returns how many."""
    return Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()[0]


def list_jobs(*, names: list[str]) -> None:
    """Give every job its row; harmless when several workers start at once."""
    Schedule.objects.bulk_create([Schedule(name=name) for name in names], ignore_conflicts=True)


def claim(*, name: str, every: timedelta, worker: str, now: datetime) -> bool:
    """Take the job `name` if it is due and no living worker holds it; True for exactly one of several askers."""
    due = (
        Q(last_started_at__isnull=True)
        | Q(last_started_at__lte=now - every)
        # The clock of this or another machine was set back: waiting for the old time could take for ever.
        | Q(last_started_at__gt=now + every + timedelta(minutes=1))
    )
    holder_lives = Exists(Heartbeat.objects.filter(name=OuterRef("claimed_by"), at__gt=now - GONE_AFTER))
    free = Q(claimed_by__in=["", worker]) | ~Q(holder_lives)
    return Schedule.objects.filter(due, free, name=name).update(claimed_by=worker, last_started_at=now) == 1


def finish(*, name: str, worker: str, now: datetime, summary: str = "", error: str = "") -> None:
    """Release a claimed job and note how it went; a worker that lost its claim changes nothing."""
    Schedule.objects.filter(name=name, claimed_by=worker).update(
        claimed_by="", last_finished_at=now, last_summary=summary[:500], last_error=error[:500]
    )


@transaction.atomic
def rescue_tasks(*, now: datetime) -> tuple[int, int]:
    """Put tasks whose worker died back into the queue; returns (queued again, given up).

    A task that has been begun `MOST_TRIES` times is marked failed instead.
    """
    alive = set(Heartbeat.objects.filter(at__gt=now - GONE_AFTER).values_list("name", flat=True))
    again: list[UUID] = []
    given_up: list[UUID] = []
    stuck = DBTaskResult.objects.running().filter(started_at__lt=now - GONE_AFTER)
    for task in stuck.select_for_update(skip_locked=True):
        if task.worker_ids and task.worker_ids[-1] in alive:
            continue
        (again if len(task.worker_ids) < MOST_TRIES else given_up).append(task.pk)
    DBTaskResult.objects.filter(pk__in=again).update(status=TaskResultStatus.READY, started_at=None)
    DBTaskResult.objects.filter(pk__in=given_up).update(
        status=TaskResultStatus.FAILED,
        finished_at=now,
        exception_class_path="builtins.RuntimeError",
        traceback=f"The worker died {MOST_TRIES} times while it ran this task.",
    )
    return len(again), len(given_up)


def prune_tasks(*, now: datetime) -> int:
    """Delete results of tasks that ended well 14 days ago, or badly 90 days ago; returns how many."""
    old = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - timedelta(days=14)) | Q(
        status=TaskResultStatus.FAILED, finished_at__lt=now - timedelta(days=90)
    )
    return DBTaskResult.objects.filter(old).delete()[0]
