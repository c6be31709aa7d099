"""A case as residents read it: steps like a parcel's, public words, photos before and after.

Internal notes, names of staff, and whatever concerns another resident stay out. Whoever joined a case sees the
work, but neither the words nor the photos of the first reporter.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from linli.apps.incidents import flow as incident
from linli.spine.cases.flow import Part, Tone
from linli.spine.cases.models import Case, Event
from linli.spine.cases.queries import CaseView
from linli.spine.cases.words import part_names

#: moves of the one who reported, as the portal offers them (joining is another resident's move)
REPORTER_MOVES: Final = ("confirm", "reopen", "dispute", "add", "remind", "withdraw")
#: tone of a state → kind of its tag in the ui
TAGS: Final[Mapping[Tone, str]] = {
    Tone.NEW: "new",
    Tone.DOING: "doing",
    Tone.JOINT: "joint",
    Tone.DONE: "done",
    Tone.WARN: "paused",
    Tone.BACK: "returned",
}

_STAGE: Final[Mapping[str, int]] = {
    incident.REPORTED: 0,
    incident.ACCEPTED: 1,
    incident.DISPATCHED: 2,
    incident.HANDLING: 2,
    incident.EXTENSION_ASKED: 2,
    incident.PAUSED: 2,
    incident.CHECKING: 2,
    incident.HANDLED: 3,
    incident.DISPUTED: 4,
    incident.SOLVED: 4,
    incident.UNANSWERED: 4,
    incident.UNSOLVED: 4,
    incident.CLOSED: 4,
    incident.REFUSED: 1,
    incident.WITHDRAWN: 1,
}
_ENDED_EARLY: Final = (incident.REFUSED, incident.WITHDRAWN)
#: moves without words of their own for residents, that residents should read about all the same
_LOUD_SILENT: Final = frozenset({"confirm", "withdraw", "add", "remind", "join", "escalate"})


def state_tag(case: Case, *, is_reporter: bool) -> dict[str, str]:
    """The state for `{% status_tag %}`: kind, label, icon."""
    state = incident.INCIDENT.state[case.state]
    own = is_reporter and case.state == incident.HANDLED
    label = _("Handled, waiting for your answer") if own else _(state.label)
    return {"kind": TAGS[state.tone], "label": label, "icon": state.icon}


def told(case: Case) -> str:
    """The state in words written for residents."""
    return _(incident.INCIDENT.state[case.state].told)


def steps(case: Case, events: Sequence[Event]) -> list[dict[str, object]]:
    """The parcel's way for `{% steps %}`. A reopened case goes back; what was done before stays in the history."""
    labels = [_("Reported"), _("Accepted"), _("Being handled"), _("Handled"), _("Your answer")]
    reached: dict[int, datetime] = {}
    for event in events:
        stage = _STAGE[event.to_state]
        for later in [one for one in reached if one > stage]:
            del reached[later]
        reached.setdefault(stage, event.at)
    now = _STAGE[case.state]
    if case.state in _ENDED_EARLY:
        labels = [labels[0], _(incident.INCIDENT.state[case.state].label)]
    return [
        {
            "label": label,
            "state": "current" if stage == now else "done" if stage < now else "todo",
            "at": case.closed_at if stage and case.state in _ENDED_EARLY else reached.get(stage),
        }
        for stage, label in enumerate(labels)
    ]


def who_has_it(case: Case, community: str) -> str:
    """On whose desk the case lies now, as a unit or an office, never as a person."""
    state = incident.INCIDENT.state[case.state]
    if state.final:
        return ""
    if Part.REPORTER in state.owner:
        return _("You")
    if Part.STREET in state.owner:
        return _("The street office")
    if Part.UNIT in state.owner and case.unit is not None:
        return case.unit.name
    return community


def promise(case: Case, now: datetime) -> dict[str, object]:
    """By when, for `{% due_tag %}`: what was promised, whether it is late, or until when an answer is awaited."""
    state = incident.INCIDENT.state[case.state]
    if state.final:
        return {"kind": "none", "words": ""}
    if state.stopped:
        return {"kind": "paused", "words": _("Paused: the promised time moves on"), "at": None}
    if case.state == incident.HANDLED:
        return {"kind": "ok", "words": _("Answer by"), "at": case.due_at}
    if case.state == incident.DISPUTED:
        return {"kind": "ok", "words": _("Decision by"), "at": case.due_at}
    if now > case.term_due:
        return {"kind": "late", "words": _("Late; promised by"), "at": case.term_due}
    return {"kind": "ok", "words": _("Promised by"), "at": case.term_due}


def entries(view: CaseView, *, is_reporter: bool) -> list[dict[str, object]]:
    """The history for `{% timeline %}`, newest first, without photos (they have their own place)."""
    return [entry for event in reversed(view.events) if (entry := _entry(event, is_reporter=is_reporter)) is not None]


def _entry(event: Event, *, is_reporter: bool) -> dict[str, object] | None:
    move = incident.INCIDENT.move[event.move]
    own = event.part == Part.REPORTER
    if not (move.told or event.public_note or event.move in _LOUD_SILENT):
        return None
    text = event.public_note
    if own and (event.move == "join" or not is_reporter):
        text = ""  # Another resident's words are not this reader's to read.
    reason = incident.REASONS.get(event.move, {}).get(str(event.data.get("reason", "")), "")
    if reason:
        text = f"{_(reason)}\n{text}".strip()
    return {
        "at": event.at,
        "who": _who(event, is_reporter=is_reporter),
        "what": _what(event),
        "text": text,
        "kind": "late" if event.move == "escalate" else "system" if event.part == Part.SYSTEM else "public",
    }


def _who(event: Event, *, is_reporter: bool) -> str:
    if event.move == "join":
        return _("Another resident")
    if event.part == Part.REPORTER:
        return _("You") if is_reporter else _("The resident who reported it")
    if event.part == Part.SYSTEM:
        return _("Linli")
    if event.post is not None and event.post.unit is not None:
        return event.post.unit.name
    return part_names([event.part])


def _what(event: Event) -> str:
    own = {
        "report": _("Reported"),
        "report_solved": _("Handled on the spot"),
        "solve_on_spot": _("Handled on the spot"),
        "accept": _("Accepted"),
        "handle_here": _("The community handles it"),
        "dispatch": _("Handed to the unit in charge"),
        "sign": _("The unit in charge has taken it up"),
        "finish": _("Handled, and waiting to be checked"),
        "verify": _("Checked: it is handled"),
        "grant_extension": _("More time was given"),
        "confirm": _("It is solved"),
        "reopen": _("It is not solved"),
        "dispute": _("It is still not solved"),
        "withdraw": _("Withdrawn"),
        "add": _("Added something"),
        "remind": _("Reminded"),
        "join": _("Has the same trouble and follows this report"),
        "escalate": _("It took too long, so the next level was called in"),
        "order_again": _("Ordered it to be handled again"),
        "close_unsolved": _("Closed, with the reason"),
        "close_unanswered": _("Closed, because no answer came"),
        "pause": _("Work is paused"),
        "resume": _("Work goes on"),
        "refuse": _("Not accepted"),
        "reply": _("Reply"),
    }
    move = incident.INCIDENT.move[event.move]
    return own.get(event.move) or _(move.told or move.label)
