"""Counting guesses exactly, also when they come at the same moment.

A guess is counted as a failure *before* it is checked and forgiven when it was right. So at most `limit` guesses are
ever checked between two forgivings, however many arrive in parallel, and no row stays locked during the slow check.
These functions commit by themselves: do not call them inside a transaction that may be rolled back.
"""

import math
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import ngettext

from linli.foundation.accounts.models import SignInAttempt
from linli.lib.errors import TooMany


class Locked(TooMany):
    """Too many wrong guesses: nothing is checked for a while, not even the right answer."""

    code = "locked"


def locked_row(subject: str) -> SignInAttempt:
    """The counter of `subject`, made on first use and locked until the surrounding transaction ends."""
    rows = SignInAttempt.objects.select_for_update()
    try:
        return rows.get(subject=subject)
    except SignInAttempt.DoesNotExist:
        try:
            with transaction.atomic():
                SignInAttempt.objects.create(subject=subject)
        except IntegrityError:
            pass  # Somebody else made it first.
        return rows.get(subject=subject)


def count(subject: str, *, limit: int, lock: timedelta, now: datetime) -> None:
    """Count one guess against `subject`, or raise Locked when `limit` guesses have failed.

    The lock lasts `lock` from the last counted guess. Failures are forgotten after as long without a guess.
    """
    with transaction.atomic():
        row = locked_row(subject)
        if row.locked_for(now):
            raise refused(row.locked_for(now))
        if row.last_at is not None and now - row.last_at >= lock:
            row.failures = 0
        row.failures += 1
        row.last_at = now
        row.locked_until = now + lock if row.failures >= limit else None
        row.save(update_fields=["failures", "last_at", "locked_until"])


def forgive(subject: str) -> None:
    """The guess was right: forget all failures."""
    SignInAttempt.objects.filter(subject=subject).update(failures=0, locked_until=None)


def forgive_one(subject: str) -> None:
    """The guess was right: take back this one. The failures of others at the same address stay counted."""
    with transaction.atomic():
        row = locked_row(subject)
        row.failures = max(row.failures - 1, 0)
        row.locked_until = None
        row.save(update_fields=["failures", "locked_until"])


def refused(wait: timedelta) -> Locked:
    """The refusal that says how long to wait."""
    seconds = max(math.ceil(wait.total_seconds()), 1)
    minutes = math.ceil(seconds / 60)
    text = ngettext(
        "Too many wrong attempts. Try again in %(minutes)d minute.",
        "Too many wrong attempts. Try again in %(minutes)d minutes.",
        minutes,
    )
    return Locked(text % {"minutes": minutes}, retry_after=seconds)
