"""Matters (事项): what may be asked of whom, in what time, on what basis."""

from datetime import date
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.lib.working_calendar import Term
from linli.spine.catalogue.models.form import Form
from linli.spine.catalogue.models.matter_list import AREA_SIZES, Category, MatterList


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
    """Chainable questions."""

    def standing(self, on: date) -> Self:
        """Without items that are not admitted yet, or not any more. The list itself must be in force, too."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )

    def holding_in(self, area_id: str) -> Self:
        """The items that hold in all of an area, as far as their own area says."""
        places = [area_id[:size] for size in AREA_SIZES if size <= len(area_id)]
        return self.filter(Q(area__isnull=True) | Q(area_id__in=places))

    def same_item(self, matter: "Matter") -> Self:
        """The rows of this item in all versions of its list, whatever number each of them gives it."""
        return self.filter(identity=matter.identity)

    def offered(self, *, area_id: str, on: date) -> Self:
        """What residents may report: the matters of the lists of incidents in force for this area on this day."""
        lists = MatterList.objects.in_force(area_id=area_id, on=on).filter(kind=MatterList.Kind.INCIDENT)
        return self.filter(matter_list__in=lists)


class Matter(models.Model):
    """事项: an item of a list. A running case keeps its row; a new version is a new row. No personal data.

    Items of incidents say what residents may report; items of the other lists what a community does (`does`), what it
    does not (`does_not`), and the people, guidance, money and conditions that must come with it (`guarantees`). Their
    legal basis stands in `Basis`; `basis` is how it reads in one line. A promised term of 0 says nothing of time.
    A certificate (证明事项) has its wording in `specimen` (样式; `catalogue.specimen`), what the resident brings in
    `guarantees`, and is issued at once where no term is promised.
    An item that was admitted to a list in force carries days of its own (docs/adr/0014).

    `identity` is the item itself through all versions; its code is only where it stands in one of them. What may be
    handed down under it (`carries`, `area`, `asked_by`, its days) is what was admitted or drafted, and no more
    (`catalogue.citation`): `overridden` are the rules that were set aside for it, `conditions` under what conditions.
    """

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
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="matters", db_index=False
    )
    identity = models.UUIDField(default=uuid4, editable=False, db_index=True)
    code = models.CharField(_("code"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=120)
    event_class = models.CharField(_("class"), max_length=20, choices=EventClass.choices, blank=True)
    told = models.CharField(_("what residents read"), max_length=400, blank=True)
    does = models.CharField(_("what the community does"), max_length=500, blank=True)
    does_not = models.CharField(_("what the community does not do"), max_length=500, blank=True)
    guarantees = models.CharField(_("what must come with it"), max_length=500, blank=True)
    specimen = models.CharField(_("wording of the certificate"), max_length=1000, blank=True)
    keywords = models.JSONField(_("words that suggest it"), default=list)
    lead = models.CharField(_("who leads"), max_length=20, choices=Lead.choices)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    promised_amount = models.PositiveSmallIntegerField(_("promised term"), default=0)
    promised_unit = models.CharField(max_length=15, choices=TermUnit.choices, default=TermUnit.WORKING_DAYS)
    statutory_amount = models.PositiveSmallIntegerField(_("statutory term"), default=0)
    statutory_unit = models.CharField(max_length=15, choices=TermUnit.choices, default=TermUnit.WORKING_DAYS)
    basis = models.CharField(_("basis"), max_length=300, blank=True)
    # Of an item that was admitted to a list in force, or taken out of it, apart from the versions of the list.
    valid_from = models.DateField(_("admitted from"), null=True, blank=True)
    valid_to = models.DateField(_("admitted until"), null=True, blank=True)
    suspended_since = models.DateField(_("suspended since"), null=True, blank=True)
    # Kinds of thing (`Form`); none: what the rules give to lists of its kind. No area: wherever the list holds.
    carries = models.JSONField(_("what it carries"), default=list, blank=True)
    area = models.ForeignKey(
        Area, verbose_name=_("where it holds"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The one unit that may hand down under it; of a duty of the community the unit that guides it.
    asked_by = models.ForeignKey(
        Unit, verbose_name=_("who may ask for it"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    overridden = models.JSONField(_("rules that were set aside"), default=list, blank=True)
    conditions = models.CharField(_("conditions of its admission"), max_length=500, blank=True)
    urgent_call = models.CharField(_("number to call when urgent"), max_length=20, blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        ordering = ["matter_list_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["matter_list", "code"], name="catalogue_one_item"),
            models.UniqueConstraint(fields=["matter_list", "identity"], name="catalogue_one_identity"),
            models.CheckConstraint(
                condition=~Q(lead="department") | Q(lead_unit__isnull=False), name="catalogue_department_named"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_admitted(self) -> bool:
        """Whether it entered a list in force by an application."""
        return self.valid_from is not None

    @property
    def carried_words(self) -> str:
        """The kinds of thing that it says it carries, as they are read; "—" where it says nothing."""
        return "、".join(str(Form(kind).label) for kind in self.carries if kind in Form.values) or "—"

    @property
    def promised(self) -> Term:
        """The term that residents are promised."""
        return Term(self.promised_amount, self.promised_unit)  # type: ignore[arg-type]

    @property
    def statutory(self) -> Term:
        """The term that law or the list allows at most."""
        return Term(self.statutory_amount, self.statutory_unit)  # type: ignore[arg-type]
