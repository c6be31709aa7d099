"""Estates (小区)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area
from linli.register.homes.models.scope import PlacedQuerySet


class EstateQuerySet(PlacedQuerySet["Estate"]):
    """Chainable questions."""


class Estate(models.Model):
    """小区: a named group of buildings in one community. No personal data."""

    class Management(models.TextChoices):
        """Who looks after the estate (domain.md S1-32: 三无小区 are looked after by the street)."""

        PROPERTY = "property", _("property company")
        OWNERS = "owners", _("owners' committee")
        STREET = "street", _("nobody: the street looks after it")

    area = models.ForeignKey(Area, verbose_name=_("community"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    # Other names that people and sheets use: 老名字, 俗称.
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    management = models.CharField(_("managed by"), max_length=10, choices=Management.choices, blank=True)
    built_year = models.PositiveSmallIntegerField(_("built in"), null=True, blank=True)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("estate")
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="homes_estate_once")]

    def __str__(self) -> str:
        return self.name
