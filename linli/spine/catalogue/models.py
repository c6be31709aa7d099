"""Matters (事项): what may be asked of whom, on which list (清单), in what time, on what basis."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.lib.working_calendar import Term


class MatterList(models.Model):
    """A published list of matters (清单) with its source and its days of validity. No personal data."""

    class Kind(models.TextChoices):
        DUTY = "duty", _("duties of the community by law")
        ASSIST = "assist", _("assistance to government")
        ENTRUSTED = "entrusted", _("entrusted work")
        INCIDENT = "incident", _("incidents")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    code = models.CharField(_("code"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "code", "version"], name="catalogue_one_version"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="catalogue_list_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class EventClass(models.TextChoices):
    """The nine classes of incidents (domain.md §3.2)."""

    DISPUTE = "dispute", _("Disputes")
    HAZARD = "hazard", _("Safety hazards")
    LIVELIHOOD = "livelihood", _("Daily life")
    SPECIAL_GROUPS = "special_groups", _("People who need care")
    ENVIRONMENT = "environment", _("Streets and environment")
    PROPERTY = "property", _("Property management")
    POLICY = "policy", _("Policy questions")
    EMERGENCY = "emergency", _("Emergencies")
    OPINION = "opinion", _("Opinions and ideas")


class MatterQuerySet(models.QuerySet["Matter"]):
    def offered(self, *, area_id: str, on: date) -> Self:
        """The matters on lists that are published and valid for this area on this day."""
        places = [area_id[:size] for size in (2, 4, 6, 9, 12, 15, 18) if size <= len(area_id)]
        return self.filter(
            Q(matter_list__valid_to__isnull=True) | Q(matter_list__valid_to__gte=on),
            matter_list__status=MatterList.Status.PUBLISHED,
            matter_list__valid_from__lte=on,
            matter_list__area_id__in=places,
        )


class Matter(models.Model):
    """An item of a list. A running case keeps the row it began under; a new version is a new row. No personal data."""

    class Lead(models.TextChoices):
        COMMUNITY = "community_office", _("the community")
        STREET = "street_office", _("the street office")
        DEPARTMENT = "department", _("a department")

    class TermUnit(models.TextChoices):
        HOURS = "hours", _("hours")
        WORKING_HOURS = "working_hours", _("working hours")
        WORKING_DAYS = "working_days", _("working days")
        CALENDAR_DAYS = "calendar_days", _("calendar days")

    matter_list = models.ForeignKey(MatterList, on_delete=models.PROTECT, related_name="matters")
    code = models.CharField(_("code"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=80)
    event_class = models.CharField(_("class"), max_length=20, choices=EventClass.choices)
    told = models.CharField(_("what residents read"), max_length=400)
    keywords = models.JSONField(_("words that suggest it"), default=list)
    lead = models.CharField(_("who leads"), max_length=20, choices=Lead.choices)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    promised_amount = models.PositiveSmallIntegerField(_("promised term"))
    promised_unit = models.CharField(max_length=15, choices=TermUnit.choices)
    statutory_amount = models.PositiveSmallIntegerField(_("statutory term"))
    statutory_unit = models.CharField(max_length=15, choices=TermUnit.choices)
    basis = models.CharField(_("basis"), max_length=300)
    urgent_call = models.CharField(_("number to call when urgent"), max_length=20, blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        ordering = ["matter_list_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["matter_list", "code"], name="catalogue_one_item"),
            models.CheckConstraint(
                condition=~Q(lead="department") | Q(lead_unit__isnull=False), name="catalogue_department_named"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def promised(self) -> Term:
        """The term that residents are promised."""
        return Term(self.promised_amount, self.promised_unit)  # type: ignore[arg-type]

    @property
    def statutory(self) -> Term:
        """The term that law or the list allows at most."""
        return Term(self.statutory_amount, self.statutory_unit)  # type: ignore[arg-type]
