"""What accounts does by itself."""

from datetime import datetime, timedelta

from linli.foundation.accounts import actions
from linli.foundation.jobs.schedule import periodic


@periodic(every=timedelta(days=1), name="accounts.forget_old")
def forget_old(now: datetime) -> str:
    """Delete old counters, phone codes and sessions once a day."""
    gone = actions.forget_old(now)
    return f"{gone} rows forgotten" if gone else ""
