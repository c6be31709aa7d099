"""Ledgers that a community made for itself, and what was taken out of the register."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area


class Subject(models.TextChoices):
    """What a row of a ledger is."""

    PEOPLE = "people", _("people")
    DWELLINGS = "dwellings", _("dwellings")
    ORGANISATIONS = "organisations", _("organisations")


class SavedLedgerQuerySet(models.QuerySet["SavedLedger"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's own area and of the areas in it."""
        if not actor.can(Permission.PEOPLE_READ):
            return self.none()
        return self.filter(actor.within())


class SavedLedger(models.Model):
    """自存台账: a filtered list with chosen columns, shared in the area that saved it.

    Personal data: `filters` may hold a name that was looked for; never a number of a document or a phone.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=40)
    subject = models.CharField(max_length=13, choices=Subject.choices)
    # The ledger it was made from: its labels are kept.
    based_on = models.CharField(max_length=30)
    filters = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    PERSONAL = {"filters": "personal"}

    objects = SavedLedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved ledger")
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="ledgers_saved_once")]

    def __str__(self) -> str:
        return self.name


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own exports; with the right to approve, those of the whole area."""
        if not actor.can(Permission.EXPORT) or not actor.is_staff:
            return self.none()
        inside = self.filter(actor.within())
        return inside if actor.can(Permission.PEOPLE_APPROVE) else inside.filter(asked_by_id=actor.user_id)


class Export(models.Model):
    """导出: a list that leaves the register as a workbook: by whom, of which area, why, masked or not.

    What is not masked waits for somebody else's approval. The file lies in the private store until `expires_at`;
    the row stays. `filters` and `columns` say what was asked; `unmasked` which sensitive fields stand there in full.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for approval")
        APPROVED = "approved", _("waiting to be made")
        REFUSED = "refused", _("refused")
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=13, choices=Subject.choices)
    title = models.CharField(_("ledger"), max_length=40)
    filters = models.JSONField(default=dict)
    # The filters in words, as they stood when it was asked for: [[label, value], …].
    words = models.JSONField(default=list)
    # [[key, label], …]
    columns = models.JSONField(default=list)
    reason = models.CharField(_("reason"), max_length=20)
    why = models.CharField(_("what for"), max_length=200)
    full = models.BooleanField(_("unmasked"), default=False)
    unmasked = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    asker_name = models.CharField(_("who"), max_length=150)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=80, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=300, blank=True)

    PERSONAL = {"filters": "personal", "words": "personal", "why": "personal", "asker_name": "personal"}

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        indexes = [
            models.Index(fields=["area", "-id"], name="ledgers_export_area"),
            models.Index(fields=["asked_by", "-id"], name="ledgers_export_asker"),
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=["approved", "making", "ready"]),
                name="ledgers_export_live",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="ledgers_export_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(expires_at__isnull=False), name="ledgers_export_ready_expires"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What stands on the file, on every printed page and in the access log."""
        return f"E{timezone.localdate(self.asked_at):%Y%m%d}-{self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Whether the file can still be fetched."""
        return self.state == self.State.READY and self.expires_at is not None and now < self.expires_at


class ExportedPerson(models.Model):
    """This person was in this export: “who has looked at me” needs an honest answer. No personal data of its own."""

    id = models.BigAutoField(primary_key=True)
    # Plain keys: a line for everybody in every export must stay small.
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="people", db_index=False)
    person_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("somebody in an export")
        indexes = [models.Index(fields=["person_id", "export"], name="ledgers_exported_person")]

    def __str__(self) -> str:
        return f"{self.export_id} {self.person_id}"
