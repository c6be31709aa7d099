"""Forgetting what no longer protects anybody."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from linli.foundation.accounts.models import PhoneCode, SignInAttempt

KEPT = timedelta(days=2)


def forget_old(now: datetime) -> int:
    """Delete counters, phone codes and sessions that can no longer matter; returns how many rows went.

    Run it daily. The longest limit looks back one day, the longest lock lasts less.
    """
    old = now - KEPT
    unlocked = Q(locked_until__isnull=True) | Q(locked_until__lte=now)
    gone = SignInAttempt.objects.filter(unlocked, last_at__lt=old).delete()[0]
    gone += PhoneCode.objects.filter(sent_at__lt=old).delete()[0]
    return gone + Session.objects.filter(expire_date__lt=now).delete()[0]
