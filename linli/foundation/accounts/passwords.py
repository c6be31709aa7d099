"""What a password must be: length, classes and history, from the rule set "password" (domain.md §14)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.models import PastPassword, User
from linli.foundation.rules import queries as rules

# The one password of the demo's accounts; it opens nothing outside demo mode.
DEMO_PASSWORD = "linli-demo"  # noqa: S105
# A slow hash of a whole novel is a way to keep the server busy.
LONGEST = 256


def rule(now: datetime) -> Mapping[str, Any]:
    """The password rule in force: min_length, classes, max_age_days, history."""
    return rules.params("password", "", timezone.localdate(now))


def classes_in(password: str) -> int:
    """How many of the four classes occur: lower case, upper case, digits, everything else (汉字 among them)."""
    lower = any(char.islower() for char in password)
    upper = any(char.isupper() for char in password)
    digit = any(char.isdigit() for char in password)
    other = any(not (char.islower() or char.isupper() or char.isdigit()) for char in password)
    return sum((lower, upper, digit, other))


def is_expired(user: User, now: datetime) -> bool:
    """Whether the user must choose a new password before going on. Residents have none."""
    if user.kind != User.Kind.STAFF:
        return False
    if user.must_change_password or user.password_changed_at is None:
        return True
    if settings.LINLI_DEMO:  # Everybody shares the demo's accounts, and their password stands on the sign-in page.
        return False
    return now - user.password_changed_at >= timedelta(days=rule(now)["max_age_days"])


class RuleSetValidator:
    """Django's password validator that asks the rule set, so that a place may be stricter without a release."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise ValidationError with every point that is not met."""
        found = rule(timezone.now())
        errors = []
        if len(password) < found["min_length"]:
            text = _("Use at least %(number)d characters.") % {"number": found["min_length"]}
            errors.append(ValidationError(text, code="too_short"))
        if len(password) > LONGEST:
            text = _("Use at most %(number)d characters.") % {"number": LONGEST}
            errors.append(ValidationError(text, code="too_long"))
        elif classes_in(password) < found["classes"]:
            text = _("Mix at least %(number)d of these: small letters, capital letters, digits, other characters.")
            errors.append(ValidationError(text % {"number": found["classes"]}, code="too_plain"))
        if not errors and isinstance(user, User) and user.pk and _was_used(password, user, found["history"]):
            text = _("This is one of your last %(number)d passwords. Choose another.") % {"number": found["history"]}
            errors.append(ValidationError(text, code="used_before"))
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        """The rule in one sentence, for the hint of a form."""
        found = rule(timezone.now())
        return _("At least %(length)d characters, with %(classes)d of: small letters, capitals, digits, others.") % {
            "length": found["min_length"],
            "classes": found["classes"],
        }


def _was_used(password: str, user: User, history: int) -> bool:
    """Whether the password is the present one or one of those before it, `history` in all."""
    past = PastPassword.objects.filter(user=user).order_by("-replaced_at", "-id")
    earlier = past.values_list("password", flat=True)[: max(history - 1, 0)]
    return any(check_password(password, one) for one in [user.password, *earlier])
