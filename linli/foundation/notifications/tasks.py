"""Texts leave the house."""

from datetime import datetime, timedelta

from linli.foundation.jobs.schedule import periodic
from linli.foundation.notifications import actions


@periodic(every=timedelta(seconds=5), name="notifications.deliver")
def deliver(now: datetime) -> str:
    """Send the texts that are due."""
    done = actions.deliver(now=now)
    if not (done.sent or done.later or done.failed):
        return ""
    return f"{done.sent} sent, {done.later} to try again, {done.failed} given up"
