"""The kinds of case that this installation knows: each app registers its own when Django starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.models import StoredFile
from linli.spine.cases import rights
from linli.spine.cases.flow import Flow, Move, Part
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Matter


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What somebody gave with a move."""

    note: str = ""
    public_note: str = ""
    reason: str = ""
    unit: Unit | None = None
    matter: Matter | None = None
    photos: tuple[StoredFile, ...] = ()
    days: int = 0
    satisfaction: int | None = None


@dataclass(kw_only=True)
class Change:
    """A move in the making: the locked case, who moves it, with what; `data` goes into the event."""

    case: Case
    move: Move
    by: Actor
    inputs: Inputs
    now: datetime
    data: dict[str, object] = field(default_factory=dict)


Effect = Callable[[Change], None]
Facts = Callable[[Case, Actor, datetime], object]
Parts = Callable[[Actor, Case], frozenset[Part]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of case: its flow, its coded reasons, what its moves change, and where its rules are found.

    `reads` is the right that opens its cases. Where residents wait for an answer (`answers`), its cases are counted,
    and its terms follow from the matter; another kind sets its terms when it opens a case. `facts` gathers what its
    guards look at, and `parts` who plays which part, where the usual ones (`cases.parts`) do not fit.
    """

    flow: Flow
    reasons: Mapping[str, Mapping[str, str]]
    effects: Mapping[str, Effect]
    steps_rule: str
    limits_rule: str
    reads: Permission = Permission.CASE_READ
    answers: bool = True
    facts: Facts | None = None
    parts: Parts | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. Its effects must belong to moves of its flow."""
    strangers = set(kind.effects) - set(kind.flow.move)
    if strangers:
        raise ValueError(f"{kind.flow.kind}: effects without a move: {', '.join(sorted(strangers))}")
    _kinds[kind.flow.kind] = kind
    rights.read_with(kind.flow.kind, kind.reads)


def of(code: str) -> Kind:
    """The kind with this code. KeyError when no app has registered it."""
    return _kinds[code]


def every() -> tuple[Kind, ...]:
    """All registered kinds."""
    return tuple(_kinds.values())


def answering() -> tuple[Kind, ...]:
    """The kinds whose cases residents wait for: those of the queue, the boards and the tallies."""
    return tuple(kind for kind in _kinds.values() if kind.answers)
