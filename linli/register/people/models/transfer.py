"""Moves with two sides (迁移): out at A, in at B, one event, finished when both have agreed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area


class TransferQuerySet(models.QuerySet["Transfer"]):
    def waiting(self) -> "TransferQuerySet":
        """Those that the other side has not answered."""
        return self.filter(state=Transfer.State.WAITING)


class Transfer(models.Model):
    """迁移单: people who move together from one community to another of the same district.

    The side that knows first asks (`asked_by`); until the other side accepts, nothing changes in the register.
    `people` are the ids, in the order they were chosen; the spells and events come with acceptance.
    Personal data: `reason` and `answer` may tell of the people who move.
    """

    class Side(models.TextChoices):
        OUT = "out", _("the community they leave")
        IN = "in", _("the community they come to")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the other side")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    from_area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.CharField(max_length=3, choices=Side.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    people = models.JSONField(default=list)
    with_hukou = models.BooleanField(_("the hukou moves, too"), default=False)
    happened_on = models.DateField(_("moved on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Where they will live: known to the side that takes them in.
    dwelling = models.ForeignKey("homes.Dwelling", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answerer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    PERSONAL = {"reason": "personal", "answer": "personal", "people": "personal"}

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("move between communities")
        indexes = [
            models.Index(fields=["to_area", "state", "id"], name="people_transfer_to"),
            models.Index(fields=["from_area", "state", "id"], name="people_transfer_from"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True) | ~Q(state="waiting"),
                name="people_transfer_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_area_id} → {self.to_area_id}"
