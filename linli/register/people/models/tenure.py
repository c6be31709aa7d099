"""Owners and tenants of dwellings (产权人与承租人)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault


class Tenure(models.Model):
    """Somebody owns or rents a dwelling: a person of the register, or a name where the owner lives elsewhere."""

    class Part(models.TextChoices):
        OWNER = "owner", _("owner")
        TENANT = "tenant", _("tenant")

    dwelling = models.ForeignKey("homes.Dwelling", on_delete=models.PROTECT, related_name="tenures")
    person = models.ForeignKey("people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="tenures")
    part = models.CharField(_("part"), max_length=6, choices=Part.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    phone_sealed = models.TextField(blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    SEALED = {"phone_sealed": vault.PHONE}
    PERSONAL = {"name": "personal", "phone_sealed": "sensitive"}

    class Meta:
        verbose_name = _("owner or tenant")
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(name=""), name="people_tenure_has_somebody"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="people_tenure_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.dwelling_id}"
