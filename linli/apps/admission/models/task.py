"""What is handed down (交办): once by its sender, and as a case of its own in every community."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.flow.task import CUT, RECALLED, STOPPED, UPSTREAM
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, Unit
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.files.models import StoredFile
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Form, Matter

COMMUNITY = 12


class Handing(models.Model):
    """交办: a task as its sender hands it down, to one community or to many. No personal data.

    `matter` is the item that it cites; None where no list allows it. `claimed` is what the sender says instead.
    `fit`: how well the words of the task fit the item, of a hundred (`catalogue.fit`), with the words that met and
    those that did not; `fit_reason` is what the sender says where that is little.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(_("what it is"), max_length=12, choices=Form.choices)
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("what is to be done"))
    claimed = models.CharField(_("what it is said to rest on"), max_length=300, blank=True)
    fit = models.PositiveSmallIntegerField(_("how well it fits the item"), null=True)
    fit_words = models.JSONField(default=dict)
    fit_reason = models.CharField(_("why it belongs to the item all the same"), max_length=300, blank=True)
    due_on = models.DateField(_("to be done by"))
    # Of a form: whom it is about (a group or an age), and the communities for which all of it was held, so that it
    # went to its sender filled and to nobody else.
    roster = models.JSONField(default=dict)
    answered = models.JSONField(default=list)
    asked_minutes = models.PositiveIntegerField(_("the sender's estimate, in minutes for each community"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("handing down")
        indexes = [models.Index(fields=["unit", "-at"], name="admission_sent_by")]

    def __str__(self) -> str:
        return self.title


class HandingFile(models.Model):
    """A file that comes with a task: the document that orders it, a pattern, a form. No personal data of its own."""

    handing = models.ForeignKey(Handing, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handing", "file"], name="admission_file_once")]

    def __str__(self) -> str:
        return f"{self.handing_id} {self.file_id}"


class TaskQuerySet(models.QuerySet["Task"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """The tasks of the actor's area; a department sees those that it handed down."""
        if actor.is_system:
            return self.all()
        if not actor.can(Permission.TASK_READ):
            return self.none()
        if actor.role == DEPARTMENT_STAFF.code:
            return self.filter(handing__unit_id=actor.unit_id) if actor.unit_id is not None else self.none()
        rows = self.filter(actor.within("case__area_id"))
        # What the street has, or did not let through, has not reached its community.
        return rows.exclude(case__state__in=sorted(UPSTREAM | CUT)) if len(actor.area_id) >= COMMUNITY else rows


class Task(models.Model):
    """A task in one community, beside its case. No personal data.

    `off_list`: no list allows it, or not with this sender, form or community; `why_off` says which rule objects.
    `cited`: it came as a task on a list; no later move changes that. `protested`: accepted once, under protest.
    Minutes: what the community says it took.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="task")
    handing = models.ForeignKey(Handing, on_delete=models.PROTECT, related_name="tasks")
    cited = models.BooleanField(default=False)
    off_list = models.BooleanField(default=False)
    why_off = models.JSONField(default=list)
    protested = models.BooleanField(default=False)
    refused_for = models.CharField(max_length=20, blank=True)
    corrected_how = models.CharField(max_length=20, blank=True)
    spent_minutes = models.PositiveIntegerField(null=True, blank=True)
    # Of a form: how many columns it asks for, and how many of them Linli held already.
    columns = models.PositiveSmallIntegerField(default=0)
    columns_held = models.PositiveSmallIntegerField(default=0)
    # How many cells the rows of the form have, and how many of them had a value when that was measured.
    cells = models.PositiveIntegerField(default=0)
    cells_held = models.PositiveIntegerField(default=0)
    held_at = models.DateTimeField(null=True, blank=True)
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        indexes = [models.Index(fields=["case"], condition=Q(off_list=True), name="admission_off_list")]

    def __str__(self) -> str:
        return f"task {self.case_id}"

    @property
    def is_stopped(self) -> bool:
        """Whether it was refused or judged to be on no list, and nobody gave it back. Needs `case` loaded."""
        return self.case.state in STOPPED and self.spent_minutes is None

    @property
    def is_recalled(self) -> bool:
        """Whether its sender took it back before the community handed anything in. Needs `case` loaded."""
        return self.case.state == RECALLED and self.spent_minutes is None

    @property
    def percent_held(self) -> int | None:
        """How many of a hundred cells of its form were held, rounded down; None before that was measured."""
        if self.held_at is None:
            return None
        return 100 * self.cells_held // self.cells if self.cells else 0


class TaskFile(models.Model):
    """A file that a community hands in with a task, or that goes with its correction. No personal data of its own."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="files")
    event_seq = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "file"], name="admission_task_file_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.file_id}"
