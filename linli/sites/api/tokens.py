"""Who calls: `Authorization: Bearer <token>`, and nothing else. Session cookies open nothing here."""

from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from linli.foundation.accounts import access
from linli.foundation.accounts.actions import actor_by_token
from linli.foundation.accounts.actors import ANONYMOUS, Actor
from linli.foundation.accounts.roles import Permission, permissions_of
from linli.lib.errors import NotAllowed


class Token(HttpBearer):
    """A token of `linli token`: one post, some of its permissions, until a day."""

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor of the token, a visitor where none is asked for, or None (401)."""
        if self.optional and not request.headers.get(self.header):
            return ANONYMOUS
        return cast(Actor | None, super().__call__(request))

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Raises BadToken (401)."""
        return actor_by_token(token.strip(), timezone.now())


NEEDED = Token()
WELCOME = Token(optional=True)


def actor_of(request: HttpRequest) -> Actor:
    """Who calls, as the token says; never the visitor of a session cookie."""
    return cast(Actor, request.auth)  # type: ignore[attr-defined]


def need(by: Actor, permission: Permission) -> None:
    """Let the actor pass, or raise NotAllowed and say whether the post or only the token lacks the permission."""
    if by.can(permission):
        return
    if permission in permissions_of(by.role):
        text = _("This token does not include the permission %(code)s.") % {"code": permission.value}
        raise NotAllowed(text, code="not_granted")
    raise NotAllowed(access.refusal(permission), code="not_granted")
