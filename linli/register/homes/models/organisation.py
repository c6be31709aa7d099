"""Organisations on site (实有单位)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.areas.models import Area
from linli.register.homes.models.building import Building
from linli.register.homes.models.dwelling import Dwelling
from linli.register.homes.models.scope import PlacedQuerySet


class OrganisationQuerySet(PlacedQuerySet["Organisation"]):
    """Chainable questions."""


class Organisation(models.Model):
    """实有单位: a company, shop, school or body that sits in the area, whether or not it works with Linli.

    (A `Unit` is one that works with Linli.) `credit_code` is the unified social credit code (GB 32100-2015).
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    building = models.ForeignKey(
        Building,
        verbose_name=_("building"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    dwelling = models.ForeignKey(
        Dwelling, verbose_name=_("room"), null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    name = models.CharField(_("name"), max_length=120)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    kind = models.CharField(_("kind"), max_length=2)
    address = models.CharField(_("address"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    phone_sealed = models.TextField(blank=True)
    staff_count = models.PositiveIntegerField(_("people working there"), null=True, blank=True)
    opened_on = models.DateField(_("here since"), null=True, blank=True)
    closed_on = models.DateField(_("gone since"), null=True, blank=True)

    SEALED = {"phone_sealed": vault.PHONE}
    PERSONAL = {"contact": "personal", "phone_sealed": "sensitive"}

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        indexes = [models.Index(fields=["area", "id"], name="homes_organisation_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code", "area"], condition=~Q(credit_code=""), name="homes_organisation_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="homes_organisation_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name
