"""The person behind a request, in the one post they act under."""

from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Q

from linli.foundation.accounts.models import Post, User
from linli.foundation.accounts.roles import RESIDENT, permissions_of
from linli.lib import prefix


@dataclass(frozen=True)
class Actor:
    """Who acts: a user in one post, a resident, the system, or nobody.

    `role` is "" for a visitor who has not signed in and for a user without a post; `area_id` is "" for nowhere.
    Rights never add up over several posts: only the chosen post counts.
    """

    user_id: int | None = None
    name: str = ""
    post_id: int | None = None
    role: str = ""
    area_id: str = ""
    unit_id: int | None = None
    permissions: frozenset[str] = frozenset()

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody has proved who they are."""
        return self.user_id is not None

    @property
    def is_resident(self) -> bool:
        """Whether the actor is a resident, who sees only their own."""
        return self.role == RESIDENT.code

    @property
    def is_system(self) -> bool:
        """Whether Linli itself acts: clocks, escalations, jobs."""
        return self.role == SYSTEM_ROLE

    @property
    def is_staff(self) -> bool:
        """Whether the actor works here: signed in under a post."""
        return self.post_id is not None

    def can(self, permission: str) -> bool:
        """Whether the post allows this (a `roles.Permission`). The system may do everything."""
        return self.is_system or permission in self.permissions

    def covers(self, area_id: str) -> bool:
        """Whether this area lies inside the post's area. Outside it things do not exist for the actor (404)."""
        return self.is_system or (bool(self.area_id) and area_id.startswith(self.area_id))

    def within(self, field: str = "area_id") -> Q:
        """The condition that keeps a queryset inside the actor's area; nothing at all for those who are nowhere.

        `field` is the lookup of the area code, for example "area_id" or "case__area_id".
        """
        return Q() if self.is_system else Q(**prefix.within(field, self.area_id))

    def limited_to(self, scopes: frozenset[str]) -> "Actor":
        """The same actor with no more than these permissions (API tokens)."""
        return replace(self, permissions=self.permissions & scopes)


SYSTEM_ROLE: Final = "system"
ANONYMOUS: Final = Actor()
SYSTEM: Final = Actor(name="Linli", role=SYSTEM_ROLE)


def actor_for(user: User, post: Post | None = None) -> Actor:
    """The actor of a signed-in user: under this post, or as a resident, or (staff without a post) with no rights."""
    if post is not None:
        return Actor(
            user_id=user.pk,
            name=user.name,
            post_id=post.pk,
            role=post.role,
            area_id=post.area_id,
            unit_id=post.unit_id,
            permissions=frozenset(permissions_of(post.role)),
        )
    if user.kind == User.Kind.RESIDENT:
        permissions = frozenset[str](permissions_of(RESIDENT.code))
        return Actor(user_id=user.pk, name=user.name, role=RESIDENT.code, permissions=permissions)
    return Actor(user_id=user.pk, name=user.name)
