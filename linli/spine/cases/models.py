"""Cases (办件) and their events (流转记录). Only `actions.move` and `actions.open_case` write them."""

from datetime import UTC, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, Unit
from linli.foundation.accounts.roles import DEPARTMENT_STAFF, Permission
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.lib.prefix import within
from linli.register.people.models import Party
from linli.spine.cases import rights
from linli.spine.catalogue.models import EventClass, Matter

# Codes up to this length are wide areas (streets and more); see `CaseQuerySet.under`.
WIDE = 9
# A paused case is still open and stands at the end of every list by deadline: its clock will run again.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class CaseQuerySet(models.QuerySet["Case"]):
    def under(self, area_id: str) -> Self:
        """The cases in an area and everything below it.

        A narrow area is found by its index. A wide one (a street or more) holds so much of the table that its
        rows are better read in the order they are wanted in: a test that no index of areas answers tells the
        planner so. (Measured with a million cases on SQLite: 4 s by the index, 4 ms in order.)
        """
        if 0 < len(area_id) <= WIDE:
            return self.alias(wide_area=Left("area_id", len(area_id))).filter(wide_area=area_id)
        return self.filter(**within("area_id", area_id))

    def visible_to(self, actor: Actor) -> Self:
        """The cases that `actor` may read at all: scope first, default nothing (design.md, rule 5).

        Posts see the cases of their area; a department sees those that were ever dispatched to it; residents see
        those they reported or joined. Only of kinds that the right to read cases opens: others have rights and
        pages of their own.
        """
        if actor.is_system:
            return self.all()
        if actor.is_resident and actor.user_id is not None:
            joined = Follower.objects.filter(case=OuterRef("pk"), party__user_id=actor.user_id)
            return self.filter(Q(party__user_id=actor.user_id) | Exists(joined))
        if not actor.can(Permission.CASE_READ):
            return self.none()
        return self.filter(kind__in=rights.kinds_read_with(Permission.CASE_READ))._of_post(actor)

    def _of_post(self, actor: Actor) -> Self:
        if actor.role == DEPARTMENT_STAFF.code:
            if actor.unit_id is None:
                return self.none()
            assigned = Assignment.objects.filter(case=OuterRef("pk"), unit_id=actor.unit_id)
            return self.under(actor.area_id).filter(Exists(assigned))
        return self.under(actor.area_id)


class Case(models.Model):
    """One piece of work on a matter, in an area, for a party. Personal data: `title` and `place` may name people."""

    class Source(models.TextChoices):
        RESIDENT = "resident", _("resident")
        ANONYMOUS = "anonymous", _("anonymous")
        GRID = "grid", _("grid patrol")
        COMMUNITY = "community", _("community office")
        GOVERNMENT = "government", _("government")

    number = models.CharField(_("number"), max_length=16, unique=True)
    kind = models.CharField(max_length=20)
    # None only where no list holds it: a task that came without, or one that is still to be admitted.
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    event_class = models.CharField(max_length=20, choices=EventClass.choices, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    source = models.CharField(max_length=10, choices=Source.choices)
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=200, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=20)
    is_open = models.BooleanField(default=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    state_since = models.DateTimeField()
    respond_due = models.DateTimeField()
    responded_at = models.DateTimeField(null=True, blank=True)
    step_due = models.DateTimeField(null=True, blank=True)
    term_due = models.DateTimeField()
    statutory_due = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="The next deadline; NEVER while paused, none once closed."
    )
    extension_days = models.PositiveSmallIntegerField(default=0)
    asked_days = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    solved = models.BooleanField(null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopens = models.PositiveSmallIntegerField(default=0)
    on_spot = models.BooleanField(default=False)
    level = models.PositiveSmallIntegerField(default=0, help_text="0 community, 1 street, 2 district.")
    reminded_at = models.DateTimeField(null=True, blank=True)
    seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, default="")
    submission_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    tracking_index = models.CharField(max_length=64, unique=True, null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    PERSONAL = {"title": "personal", "place": "personal", "lon": "personal", "lat": "personal"}

    class Meta:
        indexes = [
            models.Index(fields=["area", "due_at", "id"], condition=Q(is_open=True), name="cases_open_area_due"),
            models.Index(fields=["due_at", "id"], condition=Q(is_open=True), name="cases_open_due"),
            models.Index(fields=["unit", "due_at", "id"], condition=Q(is_open=True), name="cases_open_unit_due"),
            models.Index(fields=["area", "opened_at", "id"], name="cases_area_opened"),
            models.Index(fields=["opened_at", "id"], name="cases_opened"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(is_open=True) | Q(closed_at__isnull=False), name="cases_closed_at"),
            models.CheckConstraint(condition=Q(is_open=False) | Q(due_at__isnull=False), name="cases_open_is_due"),
            models.CheckConstraint(
                condition=Q(solved__isnull=True, answered_at__isnull=True)
                | Q(solved__isnull=False, answered_at__isnull=False, satisfaction__isnull=False),
                name="cases_answer_whole",
            ),
            models.CheckConstraint(condition=Q(statutory_due__gte=F("opened_at")), name="cases_statutory_after"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="cases_whole_point",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def cited(self) -> Matter:
        """The matter of a case that cannot be without one."""
        assert self.matter is not None
        return self.matter

    @property
    def deadline(self) -> datetime | None:
        """The next deadline as people read it: none while the clock stands still or when the case is closed."""
        return None if self.due_at == NEVER else self.due_at


class Event(models.Model):
    """What happened to a case, when, by whom in which post. Append-only (database trigger), SM3-chained per case.

    Personal data: the notes may name people; they are shown only inside the scope of the case.
    """

    append_only = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    part = models.CharField(max_length=12)
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    public_note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    PERSONAL = {"note": "personal", "public_note": "personal", "data": "personal"}

    class Meta:
        ordering = ["case_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="cases_one_event_at_a_place")]
        # The few events that figures read years later; all others are read by their case.
        indexes = [models.Index(fields=["move", "at"], condition=Q(move__in=("contest", "uphold")), name="cases_rare")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.move}"


class Attachment(models.Model):
    """A photo that belongs to an event of a case. No personal data of its own."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="attachments")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "file"], name="cases_attached_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.file_id}"


class Follower(models.Model):
    """Another party who joined a case instead of reporting it again, and is told of every step.

    No personal data of its own.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="followers")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="followed")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "party"], name="cases_joined_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.party_id}"


class Assignment(models.Model):
    """A unit that had the case (派单), from when, and how it ended: the unit keeps sight of what it did.

    No personal data.
    """

    class Outcome(models.TextChoices):
        OPEN = "", _("has it")
        FINISHED = "finished", _("finished")
        RETURNED = "returned", _("returned")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.OPEN)

    class Meta:
        indexes = [models.Index(fields=["unit", "case"], name="cases_assigned_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="cases_one_unit_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id}"


class NumberSeries(models.Model):
    """The last case number given out on a day: gap-free, so that a removed case shows (`linli audit verify`).

    No personal data.
    """

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day}: {self.last}"


class Tally(models.Model):
    """Counts of cases by month of opening, community and class, kept by every move in the same transaction.

    `linli manage recount` proves that they equal a full recount. No personal data.
    """

    month = models.DateField()
    area_code = models.CharField(max_length=12)
    event_class = models.CharField(max_length=20)
    opened = models.IntegerField(default=0)
    responded = models.IntegerField(default=0)
    responded_in_time = models.IntegerField(default=0)
    handled = models.IntegerField(default=0)
    handled_in_time = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    unanswered = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    on_spot = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area_code", "month", "event_class"], name="cases_one_tally")]

    def __str__(self) -> str:
        return f"{self.area_code} {self.month} {self.event_class}"
