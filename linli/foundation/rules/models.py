"""Rules that vary by place and date, and the official calendar: data with a source, never constants."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RuleSet(models.Model):
    """One version of the parameters of a domain, for a place, with its source and its days of validity.

    Rows here stand beside the sets that ship with the package (`data/rules.json`); the more precise place
    wins, then the later start. No personal data.
    """

    area_code = models.CharField(_("area code"), max_length=18, blank=True, help_text=_("Empty: everywhere."))
    domain = models.CharField(_("domain"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    effective_from = models.DateField(_("valid from"))
    effective_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    params = models.JSONField(_("parameters"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "area_code", "version"], name="rules_one_version"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=models.F("effective_from")),
                name="rules_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain} v{self.version} {self.area_code or '*'}"


class CalendarDay(models.Model):
    """A day that differs from the plain week: a holiday on a weekday, or work on a weekend. No personal data."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        MAKE_UP = "make_up", _("make-up workday")

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
