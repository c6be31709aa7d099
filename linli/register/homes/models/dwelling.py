"""Dwellings (房屋): the rooms with a door of their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area
from linli.register.homes.models.building import Building
from linli.register.homes.models.scope import PlacedQuerySet


class DwellingQuerySet(PlacedQuerySet["Dwelling"]):
    """Chainable questions."""


class Dwelling(models.Model):
    """房屋: a door in a building. `area` is the building's, kept here so that one index answers for scope.

    `address` is the standard address, put together from the parts. Who lives here is in `people`; who owns or rents
    it, too. No personal data of its own.
    """

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="dwellings", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    entrance = models.CharField(_("entrance"), max_length=20, blank=True)
    floor = models.SmallIntegerField(_("floor"), null=True, blank=True)
    room = models.CharField(_("room"), max_length=20)
    address = models.CharField(_("address"), max_length=200)
    kind = models.CharField(_("kind"), max_length=2, default="01")
    use = models.CharField(_("use"), max_length=2, default="01")
    rental_use = models.CharField(_("rented as"), max_length=2, blank=True)
    floor_area = models.DecimalField(_("floor area (m²)"), max_digits=8, decimal_places=2, null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = DwellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("dwelling")
        indexes = [models.Index(fields=["area", "id"], name="homes_dwelling_area")]
        constraints = [models.UniqueConstraint(fields=["building", "entrance", "room"], name="homes_dwelling_once")]

    def __str__(self) -> str:
        return self.address

    @property
    def door(self) -> str:
        """How the door is called inside its building: 2单元301."""
        return f"{self.entrance}{self.room}"
