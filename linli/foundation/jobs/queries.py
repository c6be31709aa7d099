"""Is anybody working, and how did the jobs go?"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from linli.foundation.jobs.models import Heartbeat, Schedule

ALIVE_WITHIN = timedelta(seconds=60)


def worker_alive(now: datetime) -> bool:
    """Whether some worker gave a sign of life within the last 60 seconds. One query, on an index."""
    return Heartbeat.objects.filter(at__gt=now - ALIVE_WITHIN).exists()


def schedule() -> QuerySet[Schedule]:
    """Every known job with its last run, by name."""
    return Schedule.objects.order_by("name")
