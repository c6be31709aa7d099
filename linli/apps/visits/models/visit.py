"""Visits (走访记录): what was found, by whom, in which way."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.lib.prefix import within
from linli.register.people.models import Household, Person, PopulationEvent
from linli.spine.cases.models import Case


class Way(models.TextChoices):
    """The seven ways of looking after somebody (domain.md §6.4, P62)."""

    HOME = "home", _("at the door")
    PHONE = "phone", _("by phone")
    MESSAGE = "message", _("by message or video")
    THIRD_PARTY = "third_party", _("through a service provider")
    NEIGHBOUR = "neighbour", _("through a neighbour")
    VOLUNTEER = "volunteer", _("through a volunteer")
    DEVICE = "device", _("by an alarm device")


class Outcome(models.TextChoices):
    """How it went. Only a visit that met the person counts."""

    MET = "met", _("met")
    NOBODY_HOME = "nobody_home", _("nobody home")
    REFUSED = "refused", _("did not want a visit")
    MOVED_AWAY = "moved_away", _("does not live here any more")
    OTHER = "other", _("something else")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, actor: Actor) -> Self:
        """The visits of the actor's area, for those who visit; the same person's visits elsewhere stay there."""
        if not (actor.can(Permission.VISIT_WORK) or actor.can(Permission.PEOPLE_READ)):
            return self.none()
        return self.filter(actor.within())

    def within(self, area_id: str) -> Self:
        """Those in an area and everything below it."""
        return self.filter(**within("area_id", area_id))


class Visit(models.Model):
    """走访: one visit to one person. Written once and never changed (but for what ends with an event).

    `visited_at` is when it was, `recorded_at` when Linli learned of it. Who records more than a day later says why in
    `late_reason`, and it stays marked. Nothing tells where the worker stood, for how long, or how they got there.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visits", db_index=False)
    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    way = models.CharField(_("way"), max_length=12, choices=Way.choices)
    outcome = models.CharField(_("how it went"), max_length=12, choices=Outcome.choices)
    visited_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded at"))
    is_late = models.BooleanField(_("recorded late"), default=False)
    late_reason = models.CharField(_("why so late"), max_length=300, blank=True)
    text = models.TextField(_("what was found"), blank=True)
    # What is different from the register, as codes of `care.DIFFERENCES`.
    differences = models.JSONField(default=list, blank=True)
    need = models.TextField(_("need found"), blank=True)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    voice = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    next_on = models.DateField(_("next visit agreed for"), null=True, blank=True)
    # The person died or left: the agreed day no longer counts.
    next_ended_by = models.ForeignKey(
        PopulationEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submission_key = models.CharField(max_length=64, unique=True)
    photos = models.ManyToManyField(StoredFile, through="visits.VisitPhoto", related_name="+")

    PERSONAL = {
        "text": "personal",
        "differences": "personal",
        "need": "personal",
        "voice": "personal",
        "photos": "personal",
        "late_reason": "personal",
    }

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        indexes = [
            models.Index(fields=["person", "visited_at"], name="visits_of_person"),
            models.Index(fields=["area", "visited_at"], name="visits_of_area"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(is_late=False) | ~Q(late_reason=""), name="visits_late_has_a_reason"),
            models.CheckConstraint(condition=Q(recorded_at__gte=F("visited_at")), name="visits_not_in_the_future"),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"


class VisitPhoto(models.Model):
    """A photo of a visit, in its order. Personal data: the photo."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="pictures")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "file"], name="visits_photo_once")]

    def __str__(self) -> str:
        return f"photo {self.position} of visit {self.visit_id}"
