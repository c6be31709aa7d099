"""What communities carry: counts of what is handed down, and what a clean-up finds and takes away (减负)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.spine.catalogue.models import Form

#: What a row counts, in the order of its columns.
FACETS = (
    "on_list",
    "off_list",
    "in_question",
    "cited",
    "refused",
    "refused_late",
    "protested",
    "corrected",
    "finished",
    "asked_minutes",
    "spent_minutes",
    "spent_tasks",
    *(f"form_{form}" for form in Form.values),
    "columns",
    "columns_held",
    "cells",
    "cells_held",
    # What never reached a community, and the minutes that its sender had estimated for it.
    "answered",
    "answered_minutes",
    "stopped",
    "stopped_minutes",
    "recalled",
    "recalled_minutes",
    "cut",
    "cut_minutes",
)


class TaskTally(models.Model):
    """Counts of tasks by month of handing down, sender and place: one row for the community, one for its district.

    Kept by every move in the same transaction; `linli manage recount` proves that they equal a full recount. Minutes
    that senders estimate and minutes that communities report are kept apart. No personal data.
    """

    month = models.DateField()
    area_code = models.CharField(max_length=12)
    # How long the code is: 12 of a community, 6 of a district. Wide areas are added up from their districts.
    digits = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    on_list = models.IntegerField(default=0)
    off_list = models.IntegerField(default=0)
    in_question = models.IntegerField(default=0)
    cited = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    refused_late = models.IntegerField(default=0)
    protested = models.IntegerField(default=0)
    corrected = models.IntegerField(default=0)
    finished = models.IntegerField(default=0)
    asked_minutes = models.BigIntegerField(default=0)
    spent_minutes = models.BigIntegerField(default=0)
    spent_tasks = models.IntegerField(default=0)
    form_task = models.IntegerField(default=0)
    form_inspection = models.IntegerField(default=0)
    form_appraisal = models.IntegerField(default=0)
    form_signboard = models.IntegerField(default=0)
    form_form = models.IntegerField(default=0)
    form_group = models.IntegerField(default=0)
    form_app = models.IntegerField(default=0)
    form_seal = models.IntegerField(default=0)
    form_advice = models.IntegerField(default=0)
    form_training = models.IntegerField(default=0)
    form_notice = models.IntegerField(default=0)
    columns = models.IntegerField(default=0)
    columns_held = models.IntegerField(default=0)
    cells = models.BigIntegerField(default=0)
    cells_held = models.BigIntegerField(default=0)
    answered = models.IntegerField(default=0)
    answered_minutes = models.BigIntegerField(default=0)
    stopped = models.IntegerField(default=0)
    stopped_minutes = models.BigIntegerField(default=0)
    recalled = models.IntegerField(default=0)
    recalled_minutes = models.BigIntegerField(default=0)
    cut = models.IntegerField(default=0)
    cut_minutes = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area_code", "month", "unit"], name="admission_one_tally")]
        indexes = [models.Index(fields=["digits", "month", "area_code"], name="admission_tally_month")]

    def __str__(self) -> str:
        return f"{self.area_code} {self.month} {self.unit_id}"


class Standing(models.Model):
    """存量负担: something that communities of an area already carry, from the finding to the check (S1-26, S5-03).

    排查 found → 认定 judged: to be kept or to go → 清理 gone → 复核 checked. No personal data.
    """

    class Verdict(models.TextChoices):
        OPEN = "", _("not judged yet")
        GO = "go", _("to go")
        KEEP = "keep", _("to be kept")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(_("kind"), max_length=12, choices=Form.choices)
    name = models.CharField(_("name"), max_length=120)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    campaign = models.CharField(_("clean-up"), max_length=60, blank=True)
    verdict = models.CharField(_("verdict"), max_length=4, choices=Verdict.choices, blank=True, default=Verdict.OPEN)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    found_on = models.DateField(_("found on"))
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    judged_on = models.DateField(_("judged on"), null=True)
    gone_on = models.DateField(_("gone on"), null=True)
    checked_on = models.DateField(_("checked on"), null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("standing burden")
        ordering = ["form", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "form", "name"], name="admission_burden_once"),
            models.CheckConstraint(
                condition=Q(gone_on__isnull=True) | Q(verdict="go"), name="admission_only_judged_goes"
            ),
            models.CheckConstraint(
                condition=Q(checked_on__isnull=True) | Q(gone_on__isnull=False), name="admission_checked_when_gone"
            ),
        ]

    def __str__(self) -> str:
        return self.name
