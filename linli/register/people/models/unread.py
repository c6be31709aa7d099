"""Cells of sheets that could not be read: what somebody still has to look at (待补录)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports.models import Batch


class UnreadCellQuerySet(models.QuerySet["UnreadCell"]):
    def open(self) -> Self:
        """Those that nobody has entered or discarded yet."""
        return self.filter(settled_at__isnull=True)

    def visible_to(self, actor: Actor) -> Self:
        """Those of people whom the post may change: who cannot enter it has no business with it."""
        if not actor.can(Permission.PEOPLE_EDIT):
            return self.none()
        return self.filter(actor.within("person__area_id"))


class UnreadCell(models.Model):
    """待补录: what a sheet said of somebody and nobody could read. The person came in without it; the text waits here.

    `field` is that of the sheet, `heading` its column's, `why` a sentence of the check. It ends when somebody has
    entered it, or has said why it is not needed; then the text is gone. Undoing the batch takes it along.
    """

    class How(models.TextChoices):
        ENTERED = "entered", _("entered")
        DISCARDED = "discarded", _("not needed")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="unread_cells")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="unread_cells")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40)
    heading = models.CharField(_("column"), max_length=120, blank=True)
    text_sealed = models.TextField(blank=True)
    why = models.CharField(max_length=300)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_how = models.CharField(max_length=9, choices=How.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    SEALED = {"text_sealed": vault.UNREAD}
    PERSONAL = {"text_sealed": "sensitive", "why": "personal", "reason": "personal"}

    objects = UnreadCellQuerySet.as_manager()

    class Meta:
        verbose_name = _("cell that could not be read")
        indexes = [
            models.Index(fields=["person"], condition=Q(settled_at__isnull=True), name="people_unread_open"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.field}"
