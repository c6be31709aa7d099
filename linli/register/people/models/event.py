"""Population events (人口变动): what changed in somebody's life, and when it was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Post
from linli.foundation.areas.models import Area
from linli.foundation.imports.models import Batch
from linli.register.homes.models.scope import PlacedQuerySet


class EventKind(models.TextChoices):
    """The kinds of change (domain.md §6.4, seed S3-06). `entry` takes up somebody who lives here already."""

    ENTRY = "entry", _("entered into the register")
    BIRTH = "birth", _("birth")
    DEATH = "death", _("death")
    MOVE_IN = "move_in", _("hukou moved in")
    MOVE_OUT = "move_out", _("hukou moved out")
    FLOW_IN = "flow_in", _("came to live here")
    FLOW_OUT = "flow_out", _("went to live elsewhere")
    MOVE_WITHIN = "move_within", _("moved inside the community")
    MARRIAGE = "marriage", _("change of marital status")
    HEAD_CHANGE = "head_change", _("change of the head")
    SPLIT = "split", _("household split")
    MERGE = "merge", _("households merged")


class PopulationEventQuerySet(PlacedQuerySet["PopulationEvent"]):
    """Chainable questions."""


class PopulationEvent(models.Model):
    """人口变动: one change for one person. `happened_on` is the day it became true, `reported_at` when it was told.

    Each event closes one spell and opens another, or does one of both. `stopped` names what hung on the person and
    ended with it (tags, visit plans). `area` is where it counts: for a move out, where the person lived.
    Personal data: `reason` and `data` may tell of the person's life; neither may hold numbers of documents or phones.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="events", db_index=False)
    household = models.ForeignKey("people.Household", null=True, on_delete=models.PROTECT, related_name="events")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices)
    happened_on = models.DateField(_("happened on"))
    reported_at = models.DateTimeField(_("reported at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    data = models.JSONField(default=dict, blank=True)
    stopped = models.JSONField(default=list, blank=True)
    # The first event of the act that this one came with (a split of three people, a head who follows a death): one
    # act is taken back as a whole. Nothing for the first one itself.
    act = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    transfer = models.ForeignKey("people.Transfer", null=True, on_delete=models.PROTECT, related_name="events")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="events")
    # An event entered by mistake is taken back, not deleted: its spells go back to what they were.
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    PERSONAL = {"reason": "personal", "data": "personal", "stopped": "personal"}

    objects = PopulationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("population event")
        indexes = [
            models.Index(fields=["person", "id"], name="people_event_person"),
            models.Index(fields=["area", "kind", "happened_on"], name="people_event_count"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True) | Q(undone_at__isnull=False),
                name="people_event_undone_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id} {self.happened_on}"
