"""Forms that communities give (报表): who asks, what leaves of them and by whom, and what came back from people."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.apps.admission.flow.task import CUT, UPSTREAM
from linli.apps.admission.models import Handing, Task
from linli.apps.admission.models.task import COMMUNITY
from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.register.people.models import Correction, Person


class Every(models.TextChoices):
    """How often a form is given."""

    ONCE = "", _("once")
    MONTH = "month", _("every month")
    QUARTER = "quarter", _("every quarter")
    HALF = "half", _("every half-year")
    YEAR = "year", _("every year")


class AskedForm(models.Model):
    """报表: the empty form of one handing down, and how often it is to be given. No personal data.

    `template` is the form as its sender has it now; `admitted` are the headings it had when it was handed down: a
    changed form that asks for more is seen against them. `fingerprint` is of its headings and their places.
    """

    handing = models.OneToOneField(Handing, primary_key=True, on_delete=models.PROTECT, related_name="asked_form")
    every = models.CharField(_("how often"), max_length=8, choices=Every.choices, default=Every.ONCE, blank=True)
    ends_on = models.DateField(_("for the last time on"), null=True, blank=True)
    template = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64, blank=True)
    admitted = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("form")

    def __str__(self) -> str:
        return f"form of {self.handing_id}"

    @property
    def is_recurring(self) -> bool:
        """Whether it comes again by itself."""
        return bool(self.every)


class CommunityFormQuerySet(models.QuerySet["CommunityForm"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's area; a department sees those that it asked for."""
        return self.filter(_in_scope(actor, ""))


class CommunityForm(models.Model):
    """社区报表: a form that one community gives. No personal data.

    `task` is its task, where people have to fill in a part; None where everything is held. `fingerprint` is of the
    form as the community last looked at it: another one stops what goes by itself.
    """

    asked = models.ForeignKey(AskedForm, on_delete=models.PROTECT, related_name="communities")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    task = models.OneToOneField(Task, null=True, on_delete=models.PROTECT, related_name="community_form")
    fingerprint = models.CharField(max_length=64, blank=True)
    # Of the newest period, kept by every step so that one page lists all forms of a district.
    due_on = models.DateField()
    state = models.CharField(max_length=10)
    given = models.PositiveIntegerField(default=0)
    given_in_time = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)

    objects = CommunityFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("form of a community")
        constraints = [models.UniqueConstraint(fields=["asked", "area"], name="forms_one_each")]
        indexes = [models.Index(fields=["area", "due_on", "id"], name="forms_by_area")]

    def __str__(self) -> str:
        return f"form {self.asked_id} of {self.area_id}"

    @property
    def is_changed(self) -> bool:
        """Whether its sender changed it since the community looked."""
        return bool(self.asked.fingerprint) and self.fingerprint != self.asked.fingerprint


class StandingRelease(models.Model):
    """长期提供: what a community gives of a recurring form each time, until a day, or until it takes that back.

    No personal data. `columns` is [[column, heading, way], …]. `fingerprint` is of the form that it was given for.
    """

    form = models.ForeignKey(CommunityForm, on_delete=models.PROTECT, related_name="standing")
    purpose = models.CharField(_("purpose"), max_length=300)
    as_counts = models.BooleanField(default=False)
    columns = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)
    until = models.DateField(_("until"))
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    used = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    why_ended = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("standing release")
        constraints = [
            models.UniqueConstraint(
                fields=["form"], condition=Q(ended_at__isnull=True), name="forms_one_standing_release"
            )
        ]

    def __str__(self) -> str:
        return f"standing release of {self.form_id}"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Chainable questions."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's area; a department sees those that it asked for."""
        return self.filter(_in_scope(actor, "form__"))


class Submission(models.Model):
    """报送: one form of one community for one period, and what of it went to its sender, by whom and what for.

    `columns` is [[column, heading, way], …] as it left; `alone` is how many rows were the only one of their kind in it.
    `path` is the file in the private store, until `expires_at` or until it is taken back. No personal data but the
    name of who released it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the community")
        RELEASED = "released", _("given")
        REFUSED = "refused", _("not given")
        WITHDRAWN = "withdrawn", pgettext_lazy("what was given", "taken back")
        ENDED = "ended", _("not needed any more")
        BEFORE = "before", _("taken by the sender before releases began")

    form = models.ForeignKey(CommunityForm, on_delete=models.PROTECT, related_name="submissions")
    period = models.CharField(_("period"), max_length=8, blank=True)
    due_on = models.DateField(_("due on"))
    roster = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    missed_at = models.DateTimeField(null=True)
    cells = models.PositiveIntegerField(default=0)
    cells_held = models.PositiveIntegerField(default=0)
    # What left.
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    as_counts = models.BooleanField(default=False)
    columns = models.JSONField(default=list)
    rows = models.PositiveIntegerField(null=True)
    alone = models.PositiveIntegerField(null=True)
    standing = models.ForeignKey(StandingRelease, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decider_name = models.CharField(_("who"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    minutes = models.PositiveIntegerField(null=True)
    path = models.CharField(max_length=80, blank=True)
    file_name = models.CharField(max_length=160, blank=True)
    expires_at = models.DateTimeField(null=True)
    downloads = models.PositiveIntegerField(default=0)

    PERSONAL = {"decider_name": "personal"}

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission of a form")
        constraints = [
            models.UniqueConstraint(fields=["form", "period"], name="forms_one_period"),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(decided_by__isnull=False, decided_post__isnull=False),
                name="forms_released_by_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="waiting"), name="forms_waiting"),
            models.Index(fields=["expires_at"], condition=~Q(path=""), name="forms_to_delete"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"

    @property
    def percent_held(self) -> int:
        """How many of a hundred cells nobody had to fill in, rounded down."""
        return 100 * self.cells_held // self.cells if self.cells else 0


class Filling(models.Model):
    """填充: what Linli wrote into a form at a moment, kept to see what people changed in it, and what changed since.

    No personal data here; the rows lie sealed in its parts. `number` stands in the file, so that it is known again.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="fillings")
    number = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    rows = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("filling of a form")

    def __str__(self) -> str:
        return self.number


class FilledPart(models.Model):
    """Some rows of a filling, sealed: JSON, [[key of the row, [values]], …]."""

    filling = models.ForeignKey(Filling, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveIntegerField()
    rows_sealed = models.TextField()

    SEALED = {"rows_sealed": vault.FORM}
    PERSONAL = {"rows_sealed": "sensitive"}

    class Meta:
        verbose_name = _("rows of a filling")
        constraints = [models.UniqueConstraint(fields=["filling", "position"], name="forms_part_once")]

    def __str__(self) -> str:
        return f"{self.filling_id} {self.position}"


class ReturnedForm(models.Model):
    """收回的表: a form as people filled in the rest of it, compared with what Linli had filled. No personal data.

    It is looked at first (`kept_at` empty); kept, it is what leaves when the form is released.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="returned")
    filling = models.ForeignKey(Filling, null=True, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    rows = models.PositiveIntegerField(default=0)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("returned form")

    def __str__(self) -> str:
        return f"returned {self.submission_id}"


class Difference(models.Model):
    """差异: one place where a returned form is not what Linli had filled in.

    A changed value of the register is asked for as a correction; what no correction can say (an address, a relation)
    stays here until somebody has dealt with it. Values are sealed: JSON.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", _("changed cell")
        REMOVED = "removed", _("row left out")
        ADDED = "added", _("row added")
        TOTAL = "total", _("changed total")
        UNREAD = "unread", _("cell that cannot be read")

    returned = models.ForeignKey(ReturnedForm, on_delete=models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=30, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    old_sealed = models.TextField(blank=True)
    new_sealed = models.TextField(blank=True)
    correction = models.ForeignKey(Correction, null=True, on_delete=models.PROTECT, related_name="+")
    why_not = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)

    SEALED = {"old_sealed": vault.FORM, "new_sealed": vault.FORM}
    PERSONAL = {"old_sealed": "sensitive", "new_sealed": "sensitive"}

    class Meta:
        verbose_name = _("difference in a returned form")
        ordering = ["kind", "row", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.returned_id} {self.row}"


def _in_scope(actor: Actor, before: str) -> Q:
    """Inside the actor's area; a department sees what its own unit asked for. `before` leads to the form."""
    if actor.is_system:
        return Q()
    if not actor.can(Permission.TASK_READ):
        return Q(pk__in=())
    if actor.role == DEPARTMENT_STAFF.code:
        own = {f"{before}asked__handing__unit_id": actor.unit_id}
        return Q(**own) if actor.unit_id is not None else Q(pk__in=())
    rows = actor.within(f"{before}area_id")
    if len(actor.area_id) < COMMUNITY:
        return rows
    # As its task: what the street has, or did not let through, has not reached its community.
    return rows & ~Q(**{f"{before}task__case__state__in": sorted(UPSTREAM | CUT)})
