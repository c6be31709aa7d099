"""A line in the access log for everybody who opens the page or the visits of a person."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from linli.foundation.accounts.actors import Actor
from linli.foundation.audit.actions import record
from linli.register.people.models import Person

ACTION = "people.read"


def read(*, by: Actor, person: Person, now: datetime, ip: str) -> bool:
    """Write down that somebody opened the page; once a day for each of them, or a few times with several processes.

    One statement at the first opening, none afterwards. Returns whether a line was written.
    """
    key = f"register:read:{by.user_id}:{by.post_id}:{person.pk}:{timezone.localdate(now)}"
    if cache.get(key):
        return False
    record(by=by, action=ACTION, subject_kind="person", subject_id=person.pk, ip=ip, now=now)
    # Only now: a line that could not be written is tried again.
    cache.set(key, True, timedelta(days=1).total_seconds())
    return True
