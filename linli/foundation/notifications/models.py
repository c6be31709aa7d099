"""Messages to people: the inbox on the page, and the queue of texts that leave the house."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault


class Message(models.Model):
    """One message to one person over one channel; written in the transaction of what it tells about.

    Personal data: `to_phone_sealed` and the `text` of a text message (encrypted: it may hold a tracking code),
    `link_path` (may name a case). Texts never carry names or addresses: they are read on lock screens.
    """

    SEALED = {"to_phone_sealed": vault.PHONE, "text": vault.SMS_TEXT}
    SEALED_ONLY = {"text": {"channel": "sms"}}

    class Channel(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        SMS = "sms", _("Text message")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        READ = "read", _("Read")

    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="messages")
    to_phone_sealed = models.TextField(blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    text = models.TextField()
    link_path = models.CharField(max_length=200, blank=True)
    # The same news is never told twice, however often it is worked out ("due:NJ-1:worker-7").
    collision_key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - many rows have none
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    tries = models.PositiveSmallIntegerField(default=0)
    # When a queued text may be tried (again). While a worker holds it this is the end of its lease.
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["to_user", "-id"], name="notif_inbox", condition=Q(channel="inbox")),
            models.Index(fields=["to_user"], name="notif_unread", condition=Q(channel="inbox", state="sent")),
            models.Index(fields=["next_try_at", "id"], name="notif_queue", condition=Q(state="queued")),
            models.Index(fields=["subject_kind", "subject_id"], name="notif_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="inbox", to_user__isnull=False, to_phone_sealed="")
                | (Q(channel="sms") & ~Q(to_phone_sealed="")),
                name="notif_has_addressee",
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(channel="sms", next_try_at__isnull=False),
                name="notif_queue_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="read", read_at__isnull=False) | (~Q(state="read") & Q(read_at__isnull=True)),
                name="notif_read_paired",
            ),
        ]

    @property
    def is_unread(self) -> bool:
        """Whether it stands unread in the inbox."""
        return self.state == self.State.SENT and self.channel == self.Channel.INBOX

    @property
    def day(self) -> date:
        """The day it was written, where the reader is."""
        return timezone.localdate(self.created_at)
