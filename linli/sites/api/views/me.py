"""Who the token speaks for."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from linli.foundation.accounts import queries
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import ROLES
from linli.sites.api.door import reads
from linli.sites.api.fields import Answer, example
from linli.sites.api.shapes import Named, UnitName
from linli.sites.api.tokens import actor_of

router = Router(tags=["me"])


class PostOut(Answer):
    """A post: a role, in an area, for a unit."""

    id: int
    role: str
    role_name: str
    area: Named
    unit: UnitName | None


class MeOut(Answer):
    """The actor of a token."""

    model_config = example(
        {
            "user_id": 12,
            "name": "王芳",
            "post_id": 31,
            "posts": [
                {
                    "id": 31,
                    "role": "community_worker",
                    "role_name": "社区工作者",
                    "area": {"id": "320105001001", "name": "凤栖苑社区居委会"},
                    "unit": {"id": 4, "name": "凤栖苑社区居委会"},
                }
            ],
            "scopes": ["case.read", "case.work", "report.create"],
        }
    )

    user_id: int
    name: str
    post_id: int = Field(description="The post that the token acts under. Rights of several posts never add up.")
    posts: list[PostOut] = Field(description="All posts that the user holds today.")
    scopes: list[str] = Field(description="The permissions that the post and the token both include.")


@reads(router, "", answer=MeOut, name="who_am_i")
def me(request: HttpRequest) -> MeOut:
    """Who the token speaks for, under which post, and what it may do."""
    by = actor_of(request)
    assert by.user_id is not None
    assert by.post_id is not None
    posts = queries.posts_of(by.user_id, timezone.localdate())
    return MeOut(
        user_id=by.user_id,
        name=by.name,
        post_id=by.post_id,
        posts=[_out(post) for post in posts],
        scopes=sorted(by.permissions),
    )


def _out(post: Post) -> PostOut:
    role = ROLES.get(post.role)
    return PostOut(
        id=post.pk,
        role=post.role,
        role_name=str(role.name) if role else post.role,
        area=Named(id=post.area_id, name=post.area.name),
        unit=None if post.unit is None else UnitName(id=post.unit.pk, name=post.unit.name),
    )
