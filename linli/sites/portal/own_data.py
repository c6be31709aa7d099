"""The entry of the register that a resident has confirmed as their own, remembered in the session for some minutes."""

from datetime import UTC, datetime
from typing import Final

from linli.foundation.accounts.http import ActorRequest
from linli.register.people.actions import own
from linli.register.people.models import Person

_SESSION_KEY: Final = "own_person"


def remember(request: ActorRequest, person: Person, now: datetime) -> None:
    """Keep it for this session and this user."""
    request.session[_SESSION_KEY] = [request.actor.user_id, person.pk, int(now.timestamp())]


def forget(request: ActorRequest) -> None:
    """Ask again next time."""
    request.session.pop(_SESSION_KEY, None)


def person_of(request: ActorRequest, now: datetime) -> Person | None:
    """The resident's own entry, or None when it must be confirmed (again)."""
    match request.session.get(_SESSION_KEY):
        case [int(user_id), int(person_id), int(since)] if user_id == request.actor.user_id:
            at = datetime.fromtimestamp(since, tz=UTC)
            return own.confirmed(by=request.actor, person_id=person_id, since=at, now=max(now, at))
    return None
