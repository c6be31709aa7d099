"""The read side: posts, teams, units, shaped for screens and for dispatch."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from linli.foundation.accounts.models import ApiToken, Post, TeamMember, Unit
from linli.foundation.accounts.roles import ROLES
from linli.lib import prefix


def posts_of(user_id: int, on: date) -> list[Post]:
    """The posts a user holds on a day, with area and unit, oldest first."""
    return list(Post.objects.active(on).filter(user_id=user_id).select_related("area", "unit").order_by("id"))


def holders(*, area_id: str, on: date, roles: Collection[str]) -> list[Post]:
    """Who holds one of these roles in exactly this area on a day, with their users; closed accounts are left out."""
    found = Post.objects.active(on).filter(area_id=area_id, role__in=roles, user__is_active=True)
    return list(found.select_related("user", "unit").order_by("id"))


def holders_within(*, area_id: str, on: date, roles: Collection[str]) -> QuerySet[Post]:
    """The same for an area and everything in it."""
    found = Post.objects.active(on).filter(role__in=roles, user__is_active=True, **prefix.within("area_id", area_id))
    return found.select_related("user", "unit", "area").order_by("area_id", "id")


def members_of_unit(unit_id: int, on: date) -> list[Post]:
    """Who works for a unit on a day, with their users."""
    found = Post.objects.active(on).filter(unit_id=unit_id, user__is_active=True)
    return list(found.select_related("user", "area").order_by("id"))


def team(area_id: str, on: date) -> list[TeamMember]:
    """The 3+N of a grid on a day: the three first, then the others, as the parts are listed."""
    found = TeamMember.objects.filter(area_id=area_id, starts_on__lte=on).select_related("user")
    order = list(TeamMember.Part)
    held = [one for one in found if one.ends_on is None or one.ends_on >= on]
    return sorted(held, key=lambda one: (order.index(TeamMember.Part(one.part)), one.pk))


def units(area_id: str, kinds: Collection[str] = ()) -> QuerySet[Unit]:
    """Units that sit inside an area, by code; `kinds` narrows them to Unit.Kind values."""
    found = Unit.objects.filter(**prefix.within("area_id", area_id)).select_related("area")
    return found.filter(kind__in=kinds) if kinds else found


def tokens(user_id: int | None = None) -> list[ApiToken]:
    """API tokens, of one user or of all, oldest first."""
    found = ApiToken.objects.select_related("user", "post").order_by("id")
    return list(found if user_id is None else found.filter(user_id=user_id))


def post_label(post: Post) -> str:
    """How a post is named on screen: the role, then where. Needs `area` and `unit` loaded."""
    role = ROLES.get(post.role)
    # The office says more than its area, but for a grid the grid says more than the office.
    place = post.unit.name if post.unit is not None and post.unit.area_id == post.area_id else post.area.name
    return f"{role.name if role else post.role} · {place}"
