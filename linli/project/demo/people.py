"""People of the demo beyond its accounts: somebody in every department and street office, and the actors of all."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.demo import synthetic_name
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.accounts.roles import (
    COMMUNITY_SECRETARY,
    COMMUNITY_WORKER,
    DEPARTMENT_STAFF,
    GRID_WORKER,
    STREET_STAFF,
)
from linli.lib.prefix import within

ROLE_OF_UNIT = {Unit.Kind.DEPARTMENT: DEPARTMENT_STAFF.code, Unit.Kind.STREET_OFFICE: STREET_STAFF.code}


def staff_units(*, district_id: str, now: datetime) -> None:
    """Give every department and street office that has nobody one member of staff, who cannot sign in."""
    held = set(Post.objects.active(timezone.localdate(now)).values_list("unit_id", flat=True))
    units = [
        unit
        for unit in Unit.objects.filter(kind__in=list(ROLE_OF_UNIT), **within("area_id", district_id)).order_by("code")
        if unit.pk not in held
    ]
    names = {unit.pk: f"staff-{unit.code}" for unit in units}
    User.objects.bulk_create(
        User(username=name, name=synthetic_name(name), password=make_password(None), created_at=now)
        for name in names.values()
    )
    users = {user.username: user for user in User.objects.filter(username__in=names.values())}
    since = timezone.localdate(now) - timedelta(days=400)
    Post.objects.bulk_create(
        Post(
            user=users[names[unit.pk]],
            role=ROLE_OF_UNIT[Unit.Kind(unit.kind)],
            area_id=unit.area_id,
            unit=unit,
            starts_on=since,
        )
        for unit in units
    )


class Cast:
    """Who plays which part where, looked up once."""

    def __init__(self, district_id: str, now: datetime) -> None:
        posts = (
            Post.objects.active(timezone.localdate(now))
            .filter(**within("area_id", district_id))
            .select_related("user", "unit")
            .order_by("pk")
        )
        self._by_area: Mapping[tuple[str, str], list[Actor]] = defaultdict(list)
        self._by_unit: Mapping[int, list[Actor]] = defaultdict(list)
        for post in posts:
            actor = actor_for(post.user, post)
            self._by_area[(post.role, post.area_id)].append(actor)
            if post.unit_id is not None and post.role in ROLE_OF_UNIT.values():
                self._by_unit[post.unit_id].append(actor)

    def has_office(self, area_id: str) -> bool:
        """Whether somebody works in this community."""
        return (COMMUNITY_WORKER.code, area_id[:12]) in self._by_area

    def community_worker(self, area_id: str) -> Actor:
        """The worker of the community."""
        return self._by_area[(COMMUNITY_WORKER.code, area_id[:12])][0]

    def secretary(self, area_id: str) -> Actor:
        """The secretary of the community."""
        return self._by_area[(COMMUNITY_SECRETARY.code, area_id[:12])][0]

    def grid_worker(self, area_id: str) -> Actor:
        """The worker of the grid."""
        return self._by_area[(GRID_WORKER.code, area_id[:15])][0]

    def street(self, area_id: str) -> Actor:
        """Somebody at the street."""
        return self._by_area[(STREET_STAFF.code, area_id[:9])][0]

    def of_unit(self, unit_id: int) -> Actor | None:
        """Somebody of a department or street office."""
        return next(iter(self._by_unit.get(unit_id, ())), None)
