"""Buildings (楼栋)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area
from linli.register.homes.models.estate import Estate
from linli.register.homes.models.scope import PlacedQuerySet


class BuildingQuerySet(PlacedQuerySet["Building"]):
    """Chainable questions."""


class Building(models.Model):
    """楼栋: a building of an estate, or one that stands alone. `area` is its finest area: sub-grid, grid or community.

    `code` is the community's 12 digits and 5 more, counted up in the community and never given again
    (DB6101/T 3185-2024, domain.md §3.1). `lon` and `lat` are WGS-84 degrees. No personal data.
    """

    area = models.ForeignKey(Area, verbose_name=_("grid"), on_delete=models.PROTECT, related_name="+", db_index=False)
    estate = models.ForeignKey(
        Estate, verbose_name=_("estate"), null=True, blank=True, on_delete=models.PROTECT, related_name="buildings"
    )
    code = models.CharField(_("building code"), max_length=17, unique=True)
    name = models.CharField(_("name"), max_length=40)
    address = models.CharField(_("address"), max_length=160)
    use = models.CharField(_("use"), max_length=2, default="01")
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    built_year = models.PositiveSmallIntegerField(_("built in"), null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        indexes = [models.Index(fields=["area", "id"], name="homes_building_area")]
        constraints = [
            models.UniqueConstraint(fields=["estate", "name"], name="homes_building_once"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="homes_building_whole_point",
            ),
        ]

    def __str__(self) -> str:
        return self.address
