"""Give households, buildings and grids to a worker, and take one such act back as a whole."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.visits.models import Assignment
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission, permissions_of
from linli.foundation.areas.models import Area
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.homes.models import Building
from linli.register.people.models import Household

MOST_TARGETS = 2000


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is given away: any number of households, buildings and whole grids."""

    households: Collection[int] = ()
    buildings: Collection[int] = ()
    areas: Collection[str] = ()

    def __len__(self) -> int:
        return len(self.households) + len(self.buildings) + len(self.areas)


@dataclass(frozen=True)
class Act:
    """One act of assigning: its key (for taking it back) and how many things it gave away."""

    key: uuid.UUID
    made: int


def assign(*, by: Actor, target: Target, post_id: int | None, now: datetime) -> Act:
    """Give the target to the holder of a post, or (without one) to nobody; what held before ends today.

    Raises NotAllowed (only the community's office plans), Invalid (nothing chosen, outside the area, a post that does
    not visit), Stale (somebody assigned the same at the same moment).
    """
    _may_plan(by)
    if not len(target):
        raise Invalid(fields={"target": _("Choose what to assign: tick buildings, grids or households.")})
    if len(target) > MOST_TARGETS:
        raise Invalid(fields={"target": _("That is too much at once. Assign a whole grid instead.")})
    today = timezone.localdate(now)
    post = _post(by, post_id, now) if post_id is not None else None
    key = uuid.uuid4()
    fresh = _fresh(by, target, post, key, now)
    try:
        with transaction.atomic():
            before = Assignment.objects.select_for_update().filter(_same(fresh), until__isnull=True).order_by("pk")
            for row in before:
                row.until, row.ended_in = max(row.since, today), key
                row.save(update_fields=["until", "ended_in"])
            if post is not None:
                Assignment.objects.bulk_create(fresh, batch_size=500)
    except IntegrityError:
        raise Stale(_("Somebody has just assigned the same. Look at the page again.")) from None
    return Act(key, len(fresh))


def take_back(*, by: Actor, key: uuid.UUID, now: datetime) -> int:
    """Undo one act: what it gave ends as if it never held, what it ended goes on. Returns how many were put back.

    Raises NotAllowed, Invalid (no such act here), Stale (changed again since).
    """
    _may_plan(by)
    with transaction.atomic():
        made = list(Assignment.objects.visible_to(by).select_for_update().filter(made_in=key).order_by("pk"))
        ended = list(Assignment.objects.visible_to(by).select_for_update().filter(ended_in=key).order_by("pk"))
        if not made and not ended:
            raise Invalid(_("There is nothing to undo any more."))
        if any(row.until is not None for row in made):
            raise Stale(_("It has been assigned anew since. Change it on the plan instead."))
        try:
            with transaction.atomic():
                for row in made:
                    row.until, row.ended_in = row.since, key
                Assignment.objects.bulk_update(made, ["until", "ended_in"], batch_size=200)
                Assignment.objects.filter(pk__in=[row.pk for row in ended]).update(until=None, ended_in=None)
        except IntegrityError:
            raise Stale(_("It has been assigned anew since. Change it on the plan instead.")) from None
    return len(made) + len(ended)


def may_plan(by: Actor) -> bool:
    """Whether this post hands out households: the community's office and the street, not the worker at the door."""
    return by.can(Permission.VISIT_WORK) and by.role not in ("grid_worker",)


def _may_plan(by: Actor) -> None:
    if not may_plan(by):
        raise NotAllowed(_("Your post does not include planning visits."))


def _post(by: Actor, post_id: int, now: datetime) -> Post:
    today = timezone.localdate(now)
    post = Post.objects.active(today).filter(pk=post_id, user__is_active=True).select_related("user").first()
    if post is None or Permission.VISIT_WORK not in permissions_of(post.role):
        raise Invalid(fields={"post": _("Choose a worker of the list.")})
    if not (by.covers(post.area_id) or by.area_id.startswith(post.area_id)):
        raise Invalid(fields={"post": _("Choose a worker of the list.")})
    return post


def _fresh(by: Actor, target: Target, post: Post | None, key: uuid.UUID, now: datetime) -> list[Assignment]:
    """The rows to make, everything of it inside the actor's area and the worker's own."""
    found: list[Assignment] = []
    households = Household.objects.visible_to(by).filter(pk__in=list(target.households))
    buildings = Building.objects.visible_to(by).filter(pk__in=list(target.buildings))
    areas = Area.objects.grids().filter(by.within("id"), pk__in=list(target.areas), valid_to__isnull=True)
    found += [Assignment(household_id=pk, area_id=area) for pk, area in households.values_list("pk", "area_id")]
    found += [Assignment(building_id=pk, area_id=area) for pk, area in buildings.values_list("pk", "area_id")]
    found += [Assignment(area_id=pk) for pk in areas.values_list("pk", flat=True)]
    outside = _("Choose homes of your area.")
    if len(found) != len(target):
        raise Invalid(fields={"target": outside})
    for row in found:
        if post is not None:
            if not row.area_id.startswith(post.area_id):
                raise Invalid(fields={"target": _("Some of it lies outside the worker's area.")})
            row.post = post
        row.since, row.made_in = timezone.localdate(now), key
        row.recorded_at, row.recorded_by_id = now, by.user_id
    return found


def _same(rows: list[Assignment]) -> Q:
    """Those that name the same household, building or grid."""
    return (
        Q(household_id__in=[row.household_id for row in rows if row.household_id])
        | Q(building_id__in=[row.building_id for row in rows if row.building_id])
        | Q(
            area_id__in=[row.area_id for row in rows if not (row.household_id or row.building_id)],
            building__isnull=True,
            household__isnull=True,
        )
    )
