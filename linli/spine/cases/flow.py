"""The flow engine (流程): states and moves as one frozen table per kind of case. Pure: no Django, no database.

From the one table come the buttons, the permission checks, the API, the diagram in `docs/reference` and the
tests of every allowed and forbidden pair. A table that cannot work is refused when it is imported.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


def _(text: str) -> str:
    """Marks a sentence for the catalogues without importing Django; screens translate it."""
    return text


class Part(StrEnum):
    """The part somebody plays in one case (not the role of a post: a worker may also be a reporter)."""

    REPORTER = "reporter"
    GRID = "grid"
    COMMUNITY = "community"
    UNIT = "unit"
    STREET = "street"
    DISTRICT = "district"
    SENDER = "sender"
    LEGAL = "legal"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class Need(StrEnum):
    """What a move asks for before it may be made."""

    NOTE = "note"
    PUBLIC_NOTE = "public_note"
    REASON = "reason"
    UNIT = "unit"
    MATTER = "matter"
    PHOTO = "photo"
    DAYS = "days"
    SATISFACTION = "satisfaction"


class Tone(StrEnum):
    """How a state looks: always icon and word, and this colour."""

    NEW = "new"
    DOING = "doing"
    JOINT = "joint"
    DONE = "done"
    WARN = "warn"
    BACK = "back"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A condition beyond state and part, with the sentence that is shown where it does not hold.

    `holds` looks at facts of the case and of who asks, gathered beforehand; which facts is for the kind to say.
    """

    name: str
    reason: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True, kw_only=True)
class State:
    """A state of a case.

    `owner`: whose work it is while it stands here (their queue shows it). `step`: has a term of its own in the
    rule set. `final`: nothing moves any more. `stopped`: the clocks stand still.
    """

    code: str
    label: str
    told: str
    owner: frozenset[Part] = frozenset()
    tone: Tone = Tone.DOING
    icon: str = "progress"
    step: bool = False
    final: bool = False
    stopped: bool = False


@dataclass(frozen=True, kw_only=True)
class Move:
    """A named step from states to a state. `target` None: the case stays where it is."""

    name: str
    label: str
    source: frozenset[str]
    target: str | None
    who: frozenset[Part]
    needs: tuple[Need, ...] = ()
    wants: tuple[Need, ...] = ()
    guards: tuple[Guard, ...] = ()
    told: str = ""
    icon: str = "check"
    primary: bool = False
    bulk: bool = False
    grave: bool = False


class BadFlow(ValueError):  # noqa: N818 - the flow is bad, not in error
    """The table contradicts itself; the message names the state or move."""


NOT_THIS_STATE = _("This cannot be done while the case is “%(state)s”.")
NOT_YOUR_PART = _("Only %(parts)s may do this.")

PART_LABELS: Mapping[Part, str] = {
    Part.REPORTER: _("the person who reported it"),
    Part.GRID: _("the grid worker of this grid"),
    Part.COMMUNITY: _("the community"),
    Part.UNIT: _("the unit that has the case"),
    Part.STREET: _("the street"),
    Part.DISTRICT: _("the district"),
    Part.SENDER: _("the unit that asks"),
    Part.LEGAL: _("the legality reviewer"),
    Part.SUPERVISOR: _("the organisation department"),
    Part.SYSTEM: _("the system"),
}


@dataclass(frozen=True)
class Objection:
    """Why a move may not be made now: a sentence with its values, translated where it is shown."""

    code: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    final_for_actor: bool = False


@dataclass(frozen=True)
class Flow:
    """The table of one kind of case, checked when it is made."""

    kind: str
    start: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    openings: tuple[Move, ...]

    def __post_init__(self) -> None:
        self._check_names()
        self._check_ends()
        self._check_reach()

    @cached_property
    def state(self) -> Mapping[str, State]:
        return {state.code: state for state in self.states}

    @cached_property
    def move(self) -> Mapping[str, Move]:
        return {move.name: move for move in (*self.openings, *self.moves)}

    @cached_property
    def open_states(self) -> frozenset[str]:
        return frozenset(state.code for state in self.states if not state.final)

    def owned_by(self, part: Part) -> frozenset[str]:
        """The states in which a case is on the desk of `part`."""
        return frozenset(state.code for state in self.states if part in state.owner)

    def objection(self, name: str, *, state: str, parts: Iterable[Part], snapshot: object) -> Objection | None:
        """Why `name` may not be made in `state` by somebody who plays `parts`; None where it may.

        Asked by the engine before it moves and by the screens for the greyed button: one rule, one sentence.
        """
        move = self.move[name]
        if state not in move.source:
            return Objection("state", NOT_THIS_STATE, {"state": self.state[state].label})
        if not move.who & frozenset(parts):
            return Objection("part", NOT_YOUR_PART, {"parts": sorted(move.who)}, final_for_actor=True)
        for guard in move.guards:
            if not guard.holds(snapshot):
                return Objection(guard.name, guard.reason)
        return None

    def _check_names(self) -> None:
        codes = [state.code for state in self.states]
        names = [move.name for move in (*self.openings, *self.moves)]
        for kind, given in (("state", codes), ("move", names)):
            twice = sorted({one for one in given if given.count(one) > 1})
            if twice:
                raise BadFlow(f"{self.kind}: {kind} named twice: {', '.join(twice)}")
        for move in (*self.openings, *self.moves):
            unknown = ({move.target} if move.target else set()) | move.source
            unknown -= set(codes)
            if unknown:
                raise BadFlow(f"{self.kind}: move {move.name} names unknown states: {', '.join(sorted(unknown))}")
            if not move.who:
                raise BadFlow(f"{self.kind}: nobody may make move {move.name}")

    def _check_ends(self) -> None:
        for state in self.states:
            leaving = [m for m in self.moves if state.code in m.source and m.target not in (None, state.code)]
            if state.final and leaving:
                raise BadFlow(f"{self.kind}: final state {state.code} is left by {leaving[0].name}")
            if not state.final and not leaving:
                raise BadFlow(f"{self.kind}: state {state.code} is a dead end")
            if not state.final and not state.owner:
                raise BadFlow(f"{self.kind}: state {state.code} is on nobody's desk")
            owners_can_leave = any(move.who & state.owner for move in leaving)
            if not state.final and not owners_can_leave:
                raise BadFlow(f"{self.kind}: the owner of {state.code} has no move out of it")

    def _check_reach(self) -> None:
        reached = {move.target for move in self.openings if move.target}
        frontier = set(reached)
        while frontier:
            frontier = {m.target for m in self.moves if m.target and m.source & frontier} - reached
            reached |= frontier
        missing = {state.code for state in self.states} - reached
        if missing:
            raise BadFlow(f"{self.kind}: states never reached: {', '.join(sorted(missing))}")
        if self.start not in reached:
            raise BadFlow(f"{self.kind}: start {self.start} is not reached")
