"""Cases in the words and shapes that the components of pages want: states, clocks, and who did something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext as _

from linli.spine.cases import kinds, queries
from linli.spine.cases.flow import PART_LABELS, Part, Tone
from linli.spine.cases.models import Case, Event
from linli.spine.cases.words import span

STATUS_KINDS: Mapping[Tone, str] = {
    Tone.NEW: "new",
    Tone.DOING: "doing",
    Tone.JOINT: "joint",
    Tone.DONE: "done",
    Tone.WARN: "soon",
    Tone.BACK: "returned",
}


@dataclass(frozen=True)
class Status:
    """A state as `{% status_tag %}` wants it."""

    kind: str
    label: str
    icon: str


@dataclass(frozen=True)
class Due:
    """A deadline as `{% due_tag %}` wants it."""

    kind: str
    words: str
    at: datetime | None = None


def status(case: Case) -> Status:
    """The state of a case."""
    state = kinds.of(case.kind).flow.state[case.state]
    return Status(STATUS_KINDS[state.tone], gettext(state.label), state.icon)


def due(case: Case, now: datetime) -> Due:
    """How much time is left, or by how much it is late."""
    reading = queries.reading(case, now)
    if reading.lateness == "paused":
        return Due("paused", _("Clock stopped"))
    if reading.due_at is None:
        return Due("none", _("Closed"))
    words = _("%(time)s left") if reading.minutes >= 0 else _("%(time)s late")
    return Due(reading.lateness, words % {"time": span(reading.minutes)}, reading.due_at)


def until(at: datetime, now: datetime) -> Due:
    """The same for a moment of its own (a whole term, a statutory limit)."""
    minutes = int((at - now).total_seconds() // 60)
    words = _("%(time)s left") if minutes >= 0 else _("%(time)s late")
    return Due("ok" if minutes >= 0 else "late", words % {"time": span(minutes)}, at)


def who(event: Event) -> str:
    """Who made a move, in which part and for whom: people by name inside the house, residents by their part."""
    part = gettext(PART_LABELS[Part(event.part)])
    if event.actor is None or event.part == Part.REPORTER:
        return part
    if event.post is None:
        return event.actor.name or part
    place = event.post.unit.name if event.post.unit is not None else event.post.area.name
    return pgettext("a person and where they work", "%(name)s, %(place)s") % {"name": event.actor.name, "place": place}
