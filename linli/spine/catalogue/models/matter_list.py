"""Lists of matters (清单): versioned, checked, approved and published by different people."""

from datetime import date
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Post
from linli.foundation.areas.models import Area

#: How long the codes of areas are, from the province to the grid.
AREA_SIZES: Final = (2, 4, 6, 9, 12, 15, 18)


class MatterListQuerySet(models.QuerySet["MatterList"]):
    """Chainable questions."""

    def published(self) -> Self:
        """Those that are or were in force: everybody may read them."""
        return self.filter(status=MatterList.Status.PUBLISHED)

    def in_force(self, *, area_id: str, on: date) -> Self:
        """The lists in force for an area on a day, its own and those of the areas around it."""
        places = [area_id[:size] for size in AREA_SIZES if size <= len(area_id)]
        return self.holding(on).filter(area_id__in=places)

    def holding(self, on: date) -> Self:
        """The lists in force anywhere on a day."""
        return self.published().filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class MatterList(models.Model):
    """清单: a version of a list of matters of an area, with its source and its days of validity. No personal data.

    Draft → legality check → approval → published; returned from either to the draft. `aliases` are the names that the
    list has here and elsewhere (代办 and 委托代办): people look for the name they know. `is_example` marks a list that
    shows how one looks and is not the official text of any place. `ended_by` is the version whose publication ended
    this one, `own_end` the end that it would have without it.
    """

    class Kind(models.TextChoices):
        DUTY = "duty", _("duties of the community by law")
        ASSIST = "assist", _("assistance to government")
        ENTRUSTED = "entrusted", _("entrusted work")
        FIRST_RECEIVER = "first_receiver", _("first receivers among departments")
        SERVICE_CENTRE = "service_centre", _("items of the service centre")
        CERTIFICATE = "certificate", _("certificates that communities issue")
        INCIDENT = "incident", _("incidents")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        CHECKING = "checking", _("in the legality check")
        APPROVING = "approving", _("waiting for approval")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("given up")

    code = models.CharField(_("code"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    own_end = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="ends")
    source = models.CharField(_("source"), max_length=300)
    is_example = models.BooleanField(_("an example, not an official text"), default=False)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = MatterListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of matters")
        constraints = [
            models.UniqueConstraint(fields=["area", "code", "version"], name="catalogue_one_version"),
            models.UniqueConstraint(
                fields=["area", "code"],
                condition=Q(status="published", valid_to__isnull=True),
                name="catalogue_one_open_version",
            ),
            models.UniqueConstraint(
                fields=["area", "code"],
                condition=Q(status__in=["draft", "checking", "approving"]),
                name="catalogue_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="catalogue_list_dates"
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("drafted_by")),
                name="catalogue_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("drafted_by")) & ~Q(approved_by=F("checked_by"))),
                name="catalogue_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Category(models.Model):
    """类: a heading of a list. No personal data."""

    matter_list = models.ForeignKey(MatterList, on_delete=models.PROTECT, related_name="categories")
    position = models.PositiveIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("category")
        ordering = ["matter_list_id", "position"]
        constraints = [models.UniqueConstraint(fields=["matter_list", "name"], name="catalogue_category_once")]

    def __str__(self) -> str:
        return self.name


class ListStep(models.Model):
    """What happened to a list, when and by whom. Rows are added, never changed. No personal data."""

    class Step(models.TextChoices):
        DRAFTED = "drafted", _("drafted")
        SUBMITTED = "submitted", _("sent to the legality check")
        CHECKED = "checked", _("passed the legality check")
        RETURNED = "returned", _("returned to the draft")
        PUBLISHED = "published", _("approved and published")
        RETIRED = "retired", _("given up")
        IMPORTED = "imported", _("items taken from a sheet")
        ADMITTED = "admitted", _("an item was admitted")
        SUSPENDED = "suspended", _("an item was suspended")
        RESUMED = "resumed", _("a suspension was ended")
        EXITED = "exited", _("an item was taken off")
        BASIS_OVER = "basis_over", _("a law or document has ended")
        BASIS_HELD = "basis_held", _("a law or document is suspended")
        BASIS_BACK = "basis_back", _("a law or document holds again")

    matter_list = models.ForeignKey(MatterList, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=Step.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(_("remark"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step of a list")
        ordering = ["matter_list_id", "id"]

    def __str__(self) -> str:
        return f"{self.matter_list_id} {self.step}"
