"""Write messages beside what they tell about, and hand texts to the gateway."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import translation
from django_stubs_ext import StrOrPromise

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.gateways import send_text
from linli.foundation.notifications.models import Message

logger = logging.getLogger(__name__)

# A text may name a tracking code, which opens a page: like the number, it lies sealed (docs/adr/0007).
SMS_TEXT = vault.SMS_TEXT
LONGEST_TEXT = 1000
LONGEST_KEY = 100
MOST_TRIES = 6
# A worker that holds a text longer than this is taken for dead; `deliver` stops long before.
LEASE = timedelta(minutes=10)
TIME_A_ROUND = 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class News:
    """One message to write: to the inbox of `to_user_id`, or as a text to `phone` (a normalised mobile number).

    `text` may be lazily translated (`format_lazy` fills its placeholders): it is put into the reader's `language`,
    not the writer's. `collision_key` makes the same news to the same person over the same channel come once.
    """

    text: StrOrPromise
    to_user_id: int | None = None
    phone: str = ""
    language: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    link_path: str = ""
    collision_key: str = ""

    def __post_init__(self) -> None:
        if self.to_user_id is None and not self.phone:
            raise ValueError("a message needs somebody to go to")
        if len(self.collision_key) > LONGEST_KEY:
            raise ValueError(f"a collision key has at most {LONGEST_KEY} characters")


def notify(*, news: News, now: datetime) -> None:
    """Write one message; nothing happens when the same news was written before. See `notify_many`."""
    notify_many(news=[news], now=now)


def notify_many(*, news: Iterable[News], now: datetime) -> None:
    """Write many messages in one statement, in the caller's transaction. Sends nothing by itself."""
    Message.objects.bulk_create([_row(one, now) for one in news], ignore_conflicts=True)


def _row(news: News, now: datetime) -> Message:
    channel = Message.Channel.SMS if news.phone else Message.Channel.INBOX
    by_text = channel == Message.Channel.SMS
    with translation.override(news.language or settings.LANGUAGE_CODE):
        text = str(news.text)
    text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    key = None
    if news.collision_key:
        reader = vault.index(news.phone, vault.PHONE) if by_text else str(news.to_user_id)
        key = f"{channel}:{reader}:{news.collision_key}"
    return Message(
        to_user_id=news.to_user_id,
        to_phone_sealed=vault.seal(news.phone, vault.PHONE),
        channel=channel,
        subject_kind=news.subject_kind,
        subject_id=news.subject_id,
        text=vault.seal(text, SMS_TEXT) if by_text else text,
        link_path=news.link_path,
        collision_key=key,
        created_at=now,
        state=Message.State.QUEUED if by_text else Message.State.SENT,
        next_try_at=now if by_text else None,
        sent_at=None if by_text else now,
    )


@dataclass
class Delivered:
    """What one round did: texts sent, to be tried again, and given up."""

    sent: int = 0
    later: int = 0
    failed: int = 0


def deliver(*, now: datetime, limit: int = 50) -> Delivered:
    """Send queued texts that are due, at most `limit` and for at most a minute; safe with several workers at once.

    Never call it inside a transaction: each claim must be seen by the others before the text leaves.
    """
    done = Delivered()
    started = time.monotonic()
    for _turn in range(limit):
        passed = time.monotonic() - started
        if passed > TIME_A_ROUND:
            break
        message = _claim_next(now + timedelta(seconds=passed), now)
        if message is None:
            break
        _send(message, now, done)
    if done.later:
        logger.warning("%s text messages could not be sent and will be tried again.", done.later)
    return done


def _claim_next(moment: datetime, now: datetime) -> Message | None:
    """Take the text that waits longest: until the lease ends at `moment` + LEASE nobody else will."""
    while True:
        with transaction.atomic():
            due = Message.objects.filter(state=Message.State.QUEUED, next_try_at__lte=now)
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            message = due.order_by("next_try_at", "id").first()
            if message is None:
                return None
            lease = moment + LEASE
            # SQLite has no row locks: there the guard on `tries` decides between two workers.
            claimed = Message.objects.filter(pk=message.pk, state=Message.State.QUEUED, tries=message.tries).update(
                tries=F("tries") + 1, next_try_at=lease
            )
        if claimed:
            message.tries += 1
            return message


def _send(message: Message, now: datetime, done: Delivered) -> None:
    mine = Message.objects.filter(pk=message.pk, state=Message.State.QUEUED, tries=message.tries)
    error = ""
    try:
        send_text(vault.unseal(message.to_phone_sealed, vault.PHONE), vault.unseal(message.text, SMS_TEXT))
    except Exception as failure:  # noqa: BLE001 - a gateway is foreign code: whatever it raises, the text stays queued
        # A number that cannot be unsealed waits as well: the operator may have started us with the wrong keyring.
        # The class only: a gateway's message may repeat the number.
        error = type(failure).__name__
    if not error:
        mine.update(state=Message.State.SENT, sent_at=now, next_try_at=None, error="")
        done.sent += 1
    elif message.tries >= MOST_TRIES:
        logger.error("Text message %s could not be sent and is given up: %s", message.pk, error)
        mine.update(state=Message.State.FAILED, next_try_at=None, error=error[:200])
        done.failed += 1
    else:
        mine.update(next_try_at=now + wait_after(message.tries), error=error[:200])
        done.later += 1


def wait_after(tries: int) -> timedelta:
    """How long to wait after the n-th failed try: 1, 4, 16, 64, 256 minutes (almost six hours in all)."""
    return timedelta(minutes=4 ** (tries - 1))


def mark_read(*, by: Actor, now: datetime, message_id: int | None = None, up_to: int | None = None) -> int:
    """Mark one message, or all up to and including the id `up_to`, as read by the actor; returns how many were new.

    Marks only the actor's own; `up_to` keeps what arrived after the page was drawn unread.
    """
    if by.user_id is None or (message_id is None and up_to is None):
        return 0
    mine = Message.objects.filter(to_user_id=by.user_id, channel=Message.Channel.INBOX, state=Message.State.SENT)
    if message_id is not None:
        mine = mine.filter(pk=message_id)
    if up_to is not None:
        mine = mine.filter(pk__lte=up_to)
    return mine.update(state=Message.State.READ, read_at=now)
