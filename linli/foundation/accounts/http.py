"""The request as it looks behind the middleware, for type checkers and readers."""

from django.http import HttpRequest

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, User


class ActorRequest(HttpRequest):
    """A request whose `actor` is known. Use it as the type of a view's first argument."""

    actor: Actor
    posts: list[Post]


def user_of(request: HttpRequest) -> User:
    """The signed-in user of a view that is not public."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This view must not be public.")
    return user
