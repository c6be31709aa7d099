"""Staff sign-in: name and password, then the second step where one is set up."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.actions import attempts
from linli.foundation.accounts.actions.door import note, note_try
from linli.foundation.accounts.models import Post, Totp, User
from linli.foundation.accounts.passwords import DEMO_PASSWORD, LONGEST
from linli.foundation.rules import queries as rules
from linli.lib.errors import Refusal

# An office shares one address: a hundred people's slips must not lock it, a machine's guesses must.
IP_FAILURES = 100


class WrongSignIn(Refusal):
    """Unknown name, wrong password, closed account: one answer for all, so that names cannot be found out."""

    code = "wrong_sign_in"
    message = _("The user name or the password is wrong.")


class NoPost(Refusal):
    """The password is right, but nobody acts here without a post."""

    code = "no_post"
    message = _("You hold no post at present. Ask the person who manages accounts in your office.")


def check_password(*, username: str, password: str, ip: str, now: datetime) -> User:
    """The staff user with this name and password.

    Raises WrongSignIn, Locked (after `sign_in.failures` wrong tries by name, or very many by address) or NoPost.
    Failures are counted before checking and committed at once (see attempts); the answer takes the same time for
    names that do not exist. A user with a second step is not signed in yet: see `needs_second_step`.
    """
    rule = rules.params("sign_in", "", timezone.localdate(now))
    lock = timedelta(minutes=rule["lock_minutes"])
    name = username.strip().lower()
    subject, address = "user:" + vault.index(name, "username"), "ip:" + ip
    attempts.count(address, limit=rule.get("failures_ip", IP_FAILURES), lock=lock, now=now)
    try:
        attempts.count(subject, limit=rule["failures"], lock=lock, now=now)
    except attempts.Locked:
        note_try(username=name, action="sign_in.locked", ip=ip, now=now)
        raise
    user = User.objects.filter(username=name, kind=User.Kind.STAFF, is_active=True).first()
    if user is None:
        make_password(password[:LONGEST])  # As slow as a real check.
    if user is None or not _matches(user, password):
        note_try(username=name, action="sign_in.failed", ip=ip, now=now)
        raise WrongSignIn
    attempts.forgive(subject)
    attempts.forgive_one(address)
    if not Post.objects.active(timezone.localdate(now)).filter(user=user).exists():
        note(user=user, action="sign_in.no_post", ip=ip, now=now)
        raise NoPost
    return user


def needs_second_step(user: User) -> bool:
    """Whether the user has set up a second step, so that the password alone does not let them in."""
    return Totp.objects.filter(user=user, confirmed_at__isnull=False).exists()


@transaction.atomic
def note_sign_in(*, user: User, ip: str, language: str, now: datetime) -> None:
    """Write down that the user is in; messages will be written in the language they read here."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    note(user=user, action="sign_in", ip=ip, now=now)


@transaction.atomic
def sign_out_elsewhere(*, user: User, ip: str, now: datetime) -> None:
    """End every session of the user; the caller renews the one in hand."""
    user.session_generation += 1
    user.save(update_fields=["session_generation"])
    note(user=user, action="sign_out.elsewhere", ip=ip, now=now)


def _matches(user: User, password: str) -> bool:
    if password == DEMO_PASSWORD and not settings.LINLI_DEMO:
        return False  # A demo that became the real thing must not keep its open doors.
    return len(password) <= LONGEST and user.check_password(password)
