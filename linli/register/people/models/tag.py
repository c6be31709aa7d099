"""Special groups (特殊人群标签)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.imports.models import Batch


class TagQuerySet(models.QuerySet["Tag"]):
    def open(self) -> "TagQuerySet":
        """Those in force, as far as anybody has told."""
        return self.filter(until__isnull=True)

    def on(self, day: date) -> "TagQuerySet":
        """Those in force on a day."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


class Tag(models.Model):
    """标签: somebody belongs to a special group, on a basis, from a day to a day.

    `kind` is a code of the rule set "tags". Some follow from facts (高龄, 独居): `source` says computed, and nobody
    types them. `until` is the first day on which it no longer holds. Restricted kinds stand apart, in `RestrictedTag`.
    """

    class Source(models.TextChoices):
        TYPED = "typed", _("entered by staff")
        COMPUTED = "computed", _("follows from facts")
        IMPORTED = "imported", _("came with a sheet")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="tags", db_index=False)
    kind = models.CharField(_("group"), max_length=20)
    level = models.CharField(_("level"), max_length=20, blank=True)
    # More of it, such as kind and number of the certificate of disability (never a document or phone number).
    facts = models.JSONField(default=dict, blank=True)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ended_by = models.ForeignKey(
        "people.PopulationEvent", null=True, blank=True, on_delete=models.PROTECT, related_name="ended_tags"
    )
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="tags")

    PERSONAL = {"kind": "personal", "level": "personal", "facts": "personal", "basis": "personal"}

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("special group")
        indexes = [
            models.Index(fields=["person", "kind"], name="people_tag_person"),
            models.Index(fields=["kind", "person"], condition=Q(until__isnull=True), name="people_tag_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], condition=Q(until__isnull=True), name="people_tag_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="people_tag_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class RestrictedTag(models.Model):
    """受限标签: 社区矫正, 严重精神障碍, 刑满释放, 戒毒. Off by default; for a need-to-know role; every read is logged.

    Everything is sealed, the kind too: who copies the database learns not even that. Found by the kind's blind index.
    Never exported, and no figure below the least count of the rule set "tags.restricted".
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="restricted_tags")
    kind_sealed = models.TextField()
    kind_index = models.CharField(max_length=64, db_index=True)
    # Level, basis and facts as JSON.
    content_sealed = models.TextField(blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ended_by = models.ForeignKey(
        "people.PopulationEvent", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    SEALED = {"kind_sealed": vault.RESTRICTED, "content_sealed": vault.RESTRICTED}
    PERSONAL = {"kind_sealed": "sensitive", "kind_index": "sensitive", "content_sealed": "sensitive"}

    class Meta:
        verbose_name = _("restricted group")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind_index"], condition=Q(until__isnull=True), name="people_restricted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"restricted {self.pk}"
