"""The worker's own housekeeping."""

from datetime import datetime, timedelta

from linli.foundation.jobs import actions
from linli.foundation.jobs.schedule import periodic


@periodic(every=timedelta(minutes=1), name="jobs.rescue")
def rescue(now: datetime) -> str:
    """Queue tasks of dead workers again."""
    again, given_up = actions.rescue_tasks(now=now)
    return f"{again} queued again, {given_up} given up" if again or given_up else ""


@periodic(every=timedelta(days=1), name="jobs.prune")
def prune(now: datetime) -> str:
    """Delete old task results and signs of life."""
    return f"{actions.prune_tasks(now=now)} results, {actions.forget_gone(now=now)} workers forgotten"
