"""Households (户)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area
from linli.foundation.imports.models import Batch
from linli.register.homes.models import Dwelling
from linli.register.homes.models.scope import PlacedQuerySet


class HouseholdQuerySet(PlacedQuerySet["Household"]):
    """Chainable questions."""


class Household(models.Model):
    """户: people who live together as one household, in a dwelling or (when none is known) only in a grid.

    Who belongs to it, and since when, is in the spells; the head (户主) is the member whose relation is "02".
    `size` counts the open spells; `actions.spells` alone writes it. No personal data of its own.
    """

    class Kind(models.TextChoices):
        FAMILY = "family", _("family household")
        COLLECTIVE = "collective", _("collective household")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.PROTECT, related_name="households")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FAMILY)
    # The number of the household book (户口簿户号), where it is known.
    number = models.CharField(_("household number"), max_length=20, blank=True)
    size = models.PositiveSmallIntegerField(default=0)
    began_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    economy = models.CharField(_("economic state"), max_length=2, blank=True)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="households")

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        indexes = [models.Index(fields=["area", "id"], name="people_household_area")]

    def __str__(self) -> str:
        return f"household {self.pk}"
