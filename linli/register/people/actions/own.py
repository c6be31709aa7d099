"""Which entry of the register is a resident's own: the phone they signed in with, and one thing more that they know.

The phone alone is not enough: it is lent, it is a child's, or several of a family stand under it. So the birthday or
the last four characters of the document are asked, and wrong answers are slowed down. The answer is the same whether
the register knows the phone or not, so that nobody learns from it who lives here.
"""

import re
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actions import attempts
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import User
from linli.foundation.audit.actions import record
from linli.foundation.rules import queries as rules
from linli.lib.chinese import fold
from linli.lib.errors import NotAllowed, Refusal
from linli.register.people.actions import fields
from linli.register.people.models import Person
from linli.register.people.models.person import PersonQuerySet

LAST = 4


class NotFound(Refusal):
    """No entry, or more than one, fits what was said."""

    code = "own_not_found"
    message = _(
        "No entry fits. Check what you typed. If it is right, the community may hold another phone number of yours:"
        " ask at the window."
    )


def confirm(*, by: Actor, answer: str, now: datetime, ip: str = "") -> Person:
    """The entry of the resident, after `answer`: a birthday (19580302, 1958-03-02) or the end of the document.

    It is written down ("people.own_opened"). Commits by itself, because wrong answers must be counted.
    Raises NotAllowed (not a resident), Locked (too many wrong answers), NotFound.
    """
    if not by.is_resident:
        raise NotAllowed(_("This page is for residents. Sign in with your phone number."))
    rule = rules.params("privacy.requests", "", timezone.localdate(now))
    subject = f"own:{by.user_id}"
    lock = timedelta(minutes=rule["confirm_lock_minutes"])
    attempts.count(subject, limit=rule["confirm_tries"], lock=lock, now=now)
    fitting = [person for person in _candidates(by) if _fits(person, answer)]
    if len(fitting) != 1:
        raise NotFound
    with transaction.atomic():
        record(by=by, action="people.own_opened", subject_kind="person", subject_id=fitting[0].pk, ip=ip, now=now)
    attempts.forgive(subject)
    return fitting[0]


def confirmed(*, by: Actor, person_id: int, since: datetime, now: datetime) -> Person | None:
    """The entry confirmed at `since`, while that holds: for some minutes, and while the phone still stands there."""
    rule = rules.params("privacy.requests", "", timezone.localdate(now))
    if not timedelta(0) <= now - since <= timedelta(minutes=rule["confirm_valid_minutes"]):
        return None
    return _candidates(by).select_related("area", "dwelling").filter(pk=person_id).first()


def _candidates(by: Actor) -> PersonQuerySet:
    """Those who live here under the phone of the resident."""
    if not by.is_resident or by.user_id is None:
        return Person.objects.none()
    phones = User.objects.filter(pk=by.user_id, kind=User.Kind.RESIDENT, phone_index__isnull=False)
    return Person.objects.living_here().filter(phone_index__in=phones.values("phone_index"))


def _fits(person: Person, answer: str) -> bool:
    if person.born is not None and not person.born_precision and _day_in(answer) == person.born:
        return True
    typed = fold(answer).replace(" ", "").upper()
    number = str(fields.plain(person, "identity"))
    return len(typed) == LAST and len(number) > LAST and number.endswith(typed)


def _day_in(answer: str) -> date | None:
    """The day in what was typed: 19580302, 1958-3-2, 1958年3月2日; None when there is none."""
    parts = re.findall("[0-9]+", fold(answer))
    if len(parts) == 1 and len(parts[0]) == len("19580302"):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
