"""Changing one's own password."""

from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actions import attempts
from linli.foundation.accounts.actions.door import note
from linli.foundation.accounts.models import PastPassword, User
from linli.foundation.accounts.passwords import LONGEST, rule
from linli.foundation.rules import queries as rules
from linli.lib.errors import Invalid


def change_password(*, user: User, old: str, new: str, ip: str, now: datetime) -> None:
    """Replace the password. Every other session of the user ends.

    Raises Invalid with the field at fault: "old" when it is wrong, "new" when it breaks the rule set "password"; or
    Locked, after too many wrong ones.
    """
    check_present_password(user=user, typed=old, field="old", now=now)
    set_password(user=user, new=new, must_change=False, now=now)
    note(user=user, action="password.changed", ip=ip, now=now)


def check_present_password(*, user: User, typed: str, field: str, now: datetime) -> None:
    """Ask for the password again inside a session, which somebody else may have found open.

    Raises Invalid for `field`, or Locked after as many wrong ones as at the door. Commits by itself.
    """
    limits = rules.params("sign_in", "", timezone.localdate(now))
    subject = f"present:{user.pk}"
    attempts.count(subject, limit=limits["failures"], lock=timedelta(minutes=limits["lock_minutes"]), now=now)
    if len(typed) > LONGEST or not user.check_password(typed):
        text = _("This is not your present password.")
        raise Invalid(text, fields={field: text})
    attempts.forgive(subject)


@transaction.atomic
def set_password(*, user: User, new: str, must_change: bool, now: datetime) -> None:
    """Give the user this password, keeping the one before it in the history. Raises Invalid with field "new"."""
    try:
        validate_password(new, user)
    except ValidationError as error:
        text = " ".join(error.messages)
        raise Invalid(text, fields={"new": text}) from None
    if user.has_usable_password():
        PastPassword.objects.create(user=user, password=user.password, replaced_at=now)
    keep = PastPassword.objects.filter(user=user).order_by("-replaced_at", "-id")[: rule(now)["history"]]
    PastPassword.objects.filter(user=user).exclude(pk__in=list(keep.values_list("pk", flat=True))).delete()
    user.set_password(new)
    user.password_changed_at = now
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
