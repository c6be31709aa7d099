"""Spells (在册时段): how somebody lived between two days. Together they are the register as of any date."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area
from linli.lib.prefix import within


class SpellQuerySet(models.QuerySet["Spell"]):
    def open(self) -> Self:
        """Those that hold now, as far as anybody has told."""
        return self.filter(valid_to__isnull=True)

    def on(self, day: date) -> Self:
        """Those that held on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def within(self, area_id: str) -> Self:
        """Those in an area and everything below it."""
        return self.filter(**within("area_id", area_id))


class Spell(models.Model):
    """在册时段: where, in which household, in which relation to its head and in which state a person lived.

    `valid_to` is the first day on which it no longer held. `recorded_at` and `closed_at` say when the register
    learned of its beginning and its end, so that one can also ask what was known on a day.
    A person has at most one open spell, and a household at most one open head.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="spells", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(
        "people.Household", null=True, on_delete=models.PROTECT, related_name="spells", db_index=False
    )
    dwelling = models.ForeignKey(
        "homes.Dwelling", null=True, on_delete=models.PROTECT, related_name="spells", db_index=False
    )
    kind = models.CharField(_("kind of population"), max_length=10)
    relation = models.CharField(_("relation to the head"), max_length=2, blank=True)
    marital = models.CharField(_("marital status"), max_length=2, blank=True)
    match = models.CharField(_("hukou and residence"), max_length=1, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        "people.PopulationEvent", on_delete=models.PROTECT, related_name="opened", db_index=False
    )
    closed_by = models.ForeignKey(
        "people.PopulationEvent", null=True, on_delete=models.PROTECT, related_name="closed", db_index=False
    )

    PERSONAL = {"relation": "personal", "marital": "personal", "kind": "personal", "match": "personal"}

    objects = SpellQuerySet.as_manager()

    HEAD = "02"

    class Meta:
        verbose_name = _("spell")
        indexes = [
            models.Index(fields=["person", "valid_from"], name="people_spell_person"),
            models.Index(fields=["household", "valid_from"], name="people_spell_household"),
            models.Index(fields=["dwelling"], name="people_spell_dwelling"),
            models.Index(fields=["area", "valid_from", "valid_to"], name="people_spell_area"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_to__isnull=True), name="people_one_open_spell"
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(valid_to__isnull=True, relation="02"),
                name="people_one_head",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="people_spell_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True, closed_at__isnull=True, closed_by__isnull=True)
                | Q(valid_to__isnull=False, closed_at__isnull=False, closed_by__isnull=False),
                name="people_spell_closed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from}"
