"""The second step: a code from a phone app (RFC 6238), or a recovery code on paper."""

import base64
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.actions import attempts
from linli.foundation.accounts.actions.door import note
from linli.foundation.accounts.models import RecoveryCode, Totp, User
from linli.foundation.rules import queries as rules
from linli.lib.errors import Refusal, Stale

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
# Phones' clocks differ: the code before and the code after count too (RFC 6238 §5.2).
DRIFT = (0, -1, 1)
RECOVERY_CODES = 10
# No I, L, O, U, 0, 1: read out on the telephone without doubt.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class WrongCode(Refusal):
    """Not the code of this moment, or one that was used already."""

    code = "wrong_code"
    message = _("This code is wrong or was used already. Wait for the next one.")


def setup_of(user: User) -> Totp:
    """The user's second step, begun and not yet confirmed if there was none. Looking again changes nothing."""
    secret = vault.seal(base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii"), "totp")
    return Totp.objects.get_or_create(user=user, defaults={"secret_sealed": secret})[0]


def secret_of(totp: Totp) -> str:
    """The secret in base 32, to be typed where a camera cannot read the picture."""
    return vault.unseal(totp.secret_sealed, "totp")


def address_of(totp: Totp, issuer: str) -> str:
    """The otpauth:// address that phone apps read from the picture."""
    label = quote(f"{issuer}:{totp.user.username}")
    query = urlencode({"secret": secret_of(totp), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{label}?{query}"


def confirm(*, user: User, code: str, ip: str, now: datetime) -> list[str]:
    """Switch the second step on, once the phone shows the right code. Returns the recovery codes, shown only now.

    Raises WrongCode, Locked, or Stale when it is on already.
    """
    totp = setup_of(user)
    if totp.confirmed_at is not None:
        raise Stale(_("The second step is switched on already."))
    _check(totp, code, now)
    codes = ["".join(secrets.choice(ALPHABET) for _step in range(12)) for _one in range(RECOVERY_CODES)]
    with transaction.atomic():
        if not Totp.objects.filter(pk=totp.pk, confirmed_at__isnull=True).update(confirmed_at=now):
            raise Stale(_("The second step is switched on already."))
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_recovery_hash(user, one)) for one in codes)
        note(user=user, action="second_step.on", ip=ip, now=now)
    return ["-".join((one[:4], one[4:8], one[8:])) for one in codes]


def check(*, user: User, code: str, ip: str, now: datetime) -> None:
    """Let the user pass with the code of this moment or an unused recovery code.

    Raises WrongCode, or Locked after as many wrong codes as wrong passwords. A code opens once, also when it is sent
    twice at the same moment.
    """
    totp = Totp.objects.get(user=user, confirmed_at__isnull=False)
    plain = "".join(char for char in code.upper() if char.isascii() and char.isalnum())[:64]
    if plain.isdigit() and len(plain) == DIGITS:
        _check(totp, plain, now)
        return
    _count(user, now)
    used = RecoveryCode.objects.filter(user=user, code_hash=_recovery_hash(user, plain), used_at__isnull=True)
    with transaction.atomic():
        if not used.update(used_at=now):
            raise WrongCode
        note(user=user, action="second_step.recovery", ip=ip, now=now)
    attempts.forgive(_subject(user))


@transaction.atomic
def switch_off(*, user: User, ip: str, now: datetime) -> None:
    """Remove the second step and its recovery codes. The caller has asked for the password again."""
    Totp.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    note(user=user, action="second_step.off", ip=ip, now=now)


def _check(totp: Totp, code: str, now: datetime) -> None:
    _count(totp.user, now)
    generator = TOTP(base64.b32decode(secret_of(totp)), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 — the RFC's default
    current = int(now.timestamp()) // STEP_SECONDS
    for step in (current + drift for drift in DRIFT):
        expected = generator.generate(step * STEP_SECONDS).decode("ascii")
        if constant_time_compare(expected, code):
            # The condition and the write are one statement: of two equal codes at once, one opens.
            if not Totp.objects.filter(pk=totp.pk, last_step__lt=step).update(last_step=step):
                raise WrongCode
            attempts.forgive(_subject(totp.user))
            return
    raise WrongCode


def _count(user: User, now: datetime) -> None:
    rule = rules.params("sign_in", "", timezone.localdate(now))
    lock = timedelta(minutes=rule["lock_minutes"])
    attempts.count(_subject(user), limit=rule["failures"], lock=lock, now=now)


def _subject(user: User) -> str:
    return f"second:{user.pk}"


def _recovery_hash(user: User, code: str) -> str:
    return vault.index(f"{user.pk}:{code}", "recovery")
