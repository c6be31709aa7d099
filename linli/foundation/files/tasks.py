"""Contents that a broken-off transaction left behind."""

from datetime import datetime, timedelta

from linli.foundation.files import actions
from linli.foundation.jobs.schedule import periodic

SHELVES = 256


@periodic(every=timedelta(hours=1), name="files.untracked")
def sweep_untracked(now: datetime) -> str:
    """Look through one shelf an hour; the whole storage in eleven days."""
    shelf = f"{int(now.timestamp()) // 3600 % SHELVES:02x}"
    swept = actions.sweep_untracked(now=now, shelf=shelf)
    return f"{swept} contents deleted from shelf {shelf}" if swept else ""
