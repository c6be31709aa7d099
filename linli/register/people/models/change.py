"""Who changed which field of a person, when, from what to what, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.models import Post
from linli.foundation.imports.models import Batch


class Change(models.Model):
    """字段变更: one field of one person, before and after. Append-only (database trigger).

    Both values are sealed, whatever the field; the page opens those that the reader may see. They alone may be erased,
    when the value may be kept no longer (`actions.retention`), or sealed with another key; all else stays for good.
    """

    append_only = True
    erasable = ("old_sealed", "new_sealed")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="changes", db_index=False)
    field = models.CharField(_("field"), max_length=30)
    old_sealed = models.TextField(blank=True)
    new_sealed = models.TextField(blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    correction = models.ForeignKey("people.Correction", null=True, on_delete=models.PROTECT, related_name="changes")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="changes")

    SEALED = {"old_sealed": vault.CHANGE, "new_sealed": vault.CHANGE}
    PERSONAL = {"old_sealed": "sensitive", "new_sealed": "sensitive", "reason": "personal"}

    class Meta:
        verbose_name = _("change of a field")
        indexes = [models.Index(fields=["person", "id"], name="people_change_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.field}"
