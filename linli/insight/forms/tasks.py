"""What the clock does with forms: it opens periods, tells of what was missed, deletes what is over; gives nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from linli.foundation.jobs.schedule import periodic
from linli.foundation.rules import queries as rules
from linli.insight.forms import measuring
from linli.insight.forms.actions import fillings, releasing, series
from linli.insight.forms.models import AskedForm, Submission

BATCH = 500
#: So many forms are measured by one job.
MEASURED_AT_ONCE = 20


@periodic(every=timedelta(hours=1), name="forms.open")
def open_periods(now: datetime) -> str:
    """Open the periods of recurring forms whose time has come."""
    rows = AskedForm.objects.exclude(every="").select_related("handing", "template").order_by("pk")
    made = sum(series.open_due(asked=asked, now=now) for asked in rows.iterator(chunk_size=BATCH))
    return f"opened {made}" if made else ""


@periodic(every=timedelta(hours=1), name="forms.missed")
def tell_missed(now: datetime) -> str:
    """Tell of forms whose day has passed."""
    late = Submission.objects.filter(
        state=Submission.State.WAITING, missed_at__isnull=True, due_on__lt=timezone.localdate(now)
    )
    rows = late.select_related(
        "form__asked__handing__unit",
        "form__asked__handing__post",
        "form__asked__handing__matter__matter_list",
        "form__area",
        "form__task__case__matter",
    ).order_by("due_on", "pk")[:BATCH]
    told = sum(series.miss(submission=row, now=now) for row in rows)
    return f"told of {told}" if told else ""


@periodic(every=timedelta(minutes=10), name="forms.expire")
def expire(now: datetime) -> str:
    """Delete released files whose time is over, and the rows that nobody compares any more."""
    days = int(rules.params("forms.release", "", timezone.localdate(now))["rows_days"])
    gone, forgotten = releasing.expire(now=now), fillings.forget(now=now, days=days)
    return f"{gone} files and the rows of {forgotten} fillings deleted" if gone or forgotten else ""


@task()
def measure(submission_ids: list[int]) -> str:
    """How much is held of some forms."""
    found = [measuring.of_submission(submission_id, timezone.now()) for submission_id in submission_ids]
    return f"{sum(one is not None for one in found)} of {len(found)} measured"


def measure_later(submission_ids: Sequence[int]) -> None:
    """Let the worker measure these forms once they are committed."""
    for first in range(0, len(submission_ids), MEASURED_AT_ONCE):
        some = list(submission_ids[first : first + MEASURED_AT_ONCE])
        transaction.on_commit(lambda some=some: measure.enqueue(some))  # type: ignore[misc]
