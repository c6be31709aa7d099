"""What the register of people does by the clock."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from linli.foundation.jobs.schedule import periodic
from linli.register.people import news
from linli.register.people.actions import computed, retention
from linli.register.people.models import Transfer

MOST_AT_ONCE = 500


@periodic(every=timedelta(hours=6), name="people.remind_moves")
def remind_moves(now: datetime) -> str:
    """Tell both sides of the moves whose answer is late. Nothing is accepted by itself."""
    late = Transfer.objects.waiting().filter(due_at__lt=now).select_related("from_area", "to_area").order_by("pk")
    rows = list(late[:MOST_AT_ONCE])
    for transfer in rows:
        with transaction.atomic():
            news.remind(transfer, now)
    text = ngettext("%(n)s move is late", "%(n)s moves are late", len(rows)) if rows else ""
    return text % {"n": len(rows)} if rows else ""


@periodic(every=timedelta(days=1), name="people.birthdays")
def bring_birthdays(now: datetime) -> str:
    """Let those who grew old enough into the groups that follow from facts (高龄, 独居, 空巢)."""
    changed = computed.refresh_birthdays(on=timezone.localdate(now), now=now)
    text = ngettext("%(n)s group changed", "%(n)s groups changed", changed) if changed else ""
    return text % {"n": changed} if changed else ""


@periodic(every=timedelta(days=1), name="people.retention")
def erase_what_is_due(now: datetime) -> str:
    """Erase what may be kept no longer of those who left or died (rule set "retention")."""
    return str(retention.run(now=now))
