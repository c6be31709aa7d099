"""Corrections (更正): a difference that somebody without the right to edit asks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.models import Post
from linli.foundation.areas.models import Area
from linli.register.homes.models.scope import PlacedQuerySet


class CorrectionQuerySet(PlacedQuerySet["Correction"]):
    """Chainable questions."""


class Correction(models.Model):
    """更正单: what should be different about a person, asked for by a resident or a grid worker.

    Approving it applies the difference, in the same transaction. `proposed_sealed` is JSON: field → value. `version` is
    the person's when it was asked: what changed meanwhile is shown before it is decided.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="corrections")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_sealed = models.TextField()
    version = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    submission_key = models.CharField(max_length=64, unique=True, null=True, blank=True)

    SEALED = {"proposed_sealed": vault.CORRECTION}
    PERSONAL = {"proposed_sealed": "sensitive", "reason": "personal", "answer": "personal"}

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        indexes = [
            models.Index(fields=["area", "id"], condition=Q(state="waiting"), name="people_correction_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | Q(~Q(state="waiting"), decided_at__isnull=False),
                name="people_correction_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
