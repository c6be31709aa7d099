"""Assignments (分片包户): which worker looks after which households."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.lib.prefix import within
from linli.register.homes.models import Building
from linli.register.people.models import Household, PopulationEvent


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, actor: Actor) -> Self:
        """The assignments inside the actor's area, for those who visit or plan visits."""
        if not actor.can(Permission.VISIT_WORK):
            return self.none()
        return self.filter(actor.within())

    def within(self, area_id: str) -> Self:
        """Those in an area and everything below it."""
        return self.filter(**within("area_id", area_id))

    def on(self, day: date) -> Self:
        """Those in force on a day, of workers who still hold the post."""
        held = Q(post__ends_on__isnull=True) | Q(post__ends_on__gte=day)
        return self.filter(held, Q(until__isnull=True) | Q(until__gt=day), since__lte=day, post__starts_on__lte=day)


class Assignment(models.Model):
    """包户: a worker, in one post, looks after one household, one building, or one whole grid (neither named).

    The most precise one wins, so that a household always has at most one worker: household before building before
    grid, a finer grid before a wider one. `area` is the finest area of what is assigned. `until` is the first day on
    which it no longer holds. `made_in` and `ended_in` name the act, so that one act is taken back as a whole.
    No personal data of its own.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="visit_assignments")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    building = models.ForeignKey(Building, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="visit_assignments"
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    made_in = models.UUIDField(db_index=True)
    ended_in = models.UUIDField(null=True, blank=True, db_index=True)
    ended_by = models.ForeignKey(PopulationEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment of households")
        indexes = [models.Index(fields=["area", "id"], condition=Q(until__isnull=True), name="visits_assigned_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until__isnull=True), name="visits_one_worker_household"
            ),
            models.UniqueConstraint(
                fields=["building"], condition=Q(until__isnull=True), name="visits_one_worker_building"
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(until__isnull=True, building__isnull=True, household__isnull=True),
                name="visits_one_worker_grid",
            ),
            models.CheckConstraint(
                condition=Q(building__isnull=True) | Q(household__isnull=True), name="visits_assigned_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="visits_assigned_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"
