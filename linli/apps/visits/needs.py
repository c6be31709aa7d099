"""A need found at the door becomes a case in one tap: who opens it stands on a floor above and says so here.

    needs.register(open_case)      # in AppConfig.ready of a higher floor

Visits know people and cases, but not the kinds of cases: those are neighbours on the same floor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from linli.foundation.accounts.actors import Actor
from linli.register.people.models import Person
from linli.spine.cases.models import Case


@dataclass(frozen=True, kw_only=True)
class Need:
    """What somebody needs: in words, as a matter of the catalogue ("" lets the words decide). `key` makes it one."""

    person: Person
    text: str
    matter: str
    key: str


Opener = Callable[[Actor, Need, datetime], Case]

_opener: list[Opener] = []


def register(opener: Opener) -> None:
    """Say who opens the case of a need; the last one wins. It raises Invalid with the fields need and matter."""
    _opener[:] = [opener]


def open_case(by: Actor, need: Need, now: datetime) -> Case | None:
    """The case of a need; None where nobody opens cases: then the need stays on the record of the visit alone."""
    return _opener[0](by, need, now) if _opener else None
