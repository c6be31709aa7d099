"""Residents sign in by a code sent to their phone."""

import logging
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from linli.foundation import vault
from linli.foundation.accounts import gateways
from linli.foundation.accounts.actions.attempts import locked_row
from linli.foundation.accounts.actors import actor_for
from linli.foundation.accounts.models import PhoneCode, User
from linli.foundation.audit.actions import record
from linli.foundation.rules import queries as rules
from linli.lib import chinese
from linli.lib.errors import Invalid, Refusal, TooMany

logger = logging.getLogger(__name__)


class CodeNotSent(Refusal):
    """The gateway did not take the message."""

    code = "code_not_sent"
    message = gettext_lazy("The code could not be sent just now. Please try again in a minute.")


class WrongPhoneCode(Refusal):
    """Not the code that was sent."""

    code = "wrong_code"
    message = gettext_lazy("This is not the code we sent. Please check the message.")


class CodeSpent(Refusal):
    """Expired, used, or guessed at too often: only a new code helps."""

    code = "code_spent"
    message = gettext_lazy("This code is no longer valid. Please ask for a new one.")


class ClosedAccount(Refusal):
    """The resident's account was closed."""

    code = "closed_account"
    message = gettext_lazy("This account is closed. Please call your community office.")


@dataclass(frozen=True)
class SentCode:
    """A code on its way. `code` is for the demo's screen only."""

    phone_index: str
    phone_masked: str
    code: str


def send_code(*, phone: str, ip: str, now: datetime) -> SentCode:
    """Send a fresh code to a mobile number, however it was typed; the codes before it stop working.

    Raises Invalid (not a mainland mobile number), TooMany (limits of the rule set "phone_code" per phone and per
    address; counted under a row lock, so that parallel requests cannot outrun them) or CodeNotSent. Commits by itself.
    """
    number = chinese.mobile(phone)
    if number is None:
        text = _("Enter the 11 digits of a mobile number.")
        raise Invalid(text, fields={"phone": text})
    rule = rules.params("phone_code", "", timezone.localdate(now))
    index = vault.index(number, vault.PHONE)
    code = "".join(secrets.choice("0123456789") for _digit in range(rule["digits"]))
    minutes = rule["valid_minutes"]
    with transaction.atomic():
        # Always the phone first, then the address: two requests can wait for each other but never in a circle.
        locked_row("phone:" + index)
        locked_row("code-ip:" + ip)
        _check_limits(rule, index, ip, now)
        row = PhoneCode.objects.create(
            phone_index=index,
            phone_sealed=vault.seal(number, vault.PHONE),
            code_hash=_hash(index, code),
            sent_at=now,
            expires_at=now + timedelta(minutes=minutes),
            ip=ip,
        )
    text = _("Your Linli code is %(code)s. It is valid for %(minutes)d minutes. Do not give it to anybody.")
    failed = ""
    try:
        gateways.send_text(number, text % {"code": code, "minutes": minutes})
    except Exception as error:  # noqa: BLE001 - a gateway is somebody else's code
        # The class only, and not raised from it: a gateway's message may repeat the number and the code.
        failed = type(error).__name__
    if failed:
        logger.warning("sms gateway failed: %s", failed)
        PhoneCode.objects.filter(pk=row.pk).update(expires_at=now)
        raise CodeNotSent
    return SentCode(phone_index=index, phone_masked=chinese.mask_phone(number), code=code)


def check_code(*, phone_index: str, code: str, ip: str, now: datetime) -> User:
    """The resident whose phone received this code; their account is made on the first visit.

    Raises WrongPhoneCode, CodeSpent (expired, used, or `phone_code.tries` guesses made) or ClosedAccount. A try is
    counted before it is compared and committed at once.
    """
    rule = rules.params("phone_code", "", timezone.localdate(now))
    sent = PhoneCode.objects.filter(phone_index=phone_index).order_by("-sent_at", "-id").first()
    if sent is None:
        raise CodeSpent
    live = PhoneCode.objects.filter(pk=sent.pk, used_at__isnull=True, expires_at__gt=now)
    if not live.filter(tries__lt=rule["tries"]).update(tries=F("tries") + 1):
        raise CodeSpent
    digits = "".join(char for char in chinese.fold(code[:64]) if char.isdigit())
    if not constant_time_compare(_hash(phone_index, digits), sent.code_hash):
        raise WrongPhoneCode
    with transaction.atomic():
        if not live.update(used_at=now):
            raise CodeSpent
        user = _resident(sent, now)
        if not user.is_active:
            raise ClosedAccount
        record(by=actor_for(user), action="sign_in.phone", ip=ip, now=now)
    return user


def _check_limits(rule: Mapping[str, Any], index: str, ip: str, now: datetime) -> None:
    by_phone = PhoneCode.objects.filter(phone_index=index)
    by_address = PhoneCode.objects.filter(ip=ip)
    limits = (
        (by_phone, timedelta(minutes=1), rule["per_minute"]),
        (by_phone, timedelta(hours=1), rule["per_hour"]),
        (by_phone, timedelta(days=1), rule["per_day"]),
        (by_address, timedelta(days=1), rule["per_day_ip"]),
    )
    for rows, span, most in limits:
        recent = list(rows.filter(sent_at__gt=now - span).order_by("-sent_at").values_list("sent_at", flat=True)[:most])
        if len(recent) >= most:
            raise _too_many(recent[-1] + span - now)


def _too_many(wait: timedelta) -> TooMany:
    seconds = max(math.ceil(wait.total_seconds()), 1)
    minutes = math.ceil(seconds / 60)
    text = ngettext(
        "Too many codes were asked for. Try again in %(minutes)d minute.",
        "Too many codes were asked for. Try again in %(minutes)d minutes.",
        minutes,
    )
    return TooMany(text % {"minutes": minutes}, retry_after=seconds, code="too_many_codes")


def _resident(sent: PhoneCode, now: datetime) -> User:
    known = User.objects.filter(kind=User.Kind.RESIDENT, phone_index=sent.phone_index)
    user = known.first()
    if user is not None:
        return user
    fresh = User(
        username="r-" + secrets.token_hex(10),
        kind=User.Kind.RESIDENT,
        phone_sealed=sent.phone_sealed,
        phone_index=sent.phone_index,
        created_at=now,
    )
    fresh.set_unusable_password()
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:  # The same person on two devices at once.
        return known.get()
    return fresh


def _hash(phone_index: str, code: str) -> str:
    return vault.index(f"{phone_index}:{code}", "phone_code")
