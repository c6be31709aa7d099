"""Cases in the words and shapes that the components want: states, clocks, rows, histories."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from linli.spine.cases.flow import Part
from linli.spine.cases.models import Attachment, Case, Event
from linli.spine.cases.queries import CaseView
from linli.spine.cases.shown import Due, Status, due, status, until, who
from linli.ui.templatetags.ui import draw_icon, due_tag, status_tag

__all__ = [
    "Due",
    "Entry",
    "Row",
    "Status",
    "due",
    "first_receiver",
    "history",
    "lines",
    "rows",
    "status",
    "until",
    "who",
]


@dataclass(frozen=True)
class Row:
    """A case on a list."""

    case: Case
    status: Status
    due: Due
    url: str


@dataclass(frozen=True)
class Entry:
    """One line of a history. `kind`: public (the resident reads it), internal, system or late."""

    at: datetime
    who: str
    what: str
    kind: str
    text: str = ""
    details: Sequence[str] = ()
    photos: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def rows(cases: Iterable[Case], now: datetime) -> list[Row]:
    """Cases as rows of the queue."""
    pattern = reverse("desk:case", args=["NUMBER"])  # once, not fifty times
    return [Row(case, status(case), due(case, now), pattern.replace("NUMBER", case.number)) for case in cases]


def lines(cases: Iterable[Case], now: datetime) -> list[dict[str, object]]:
    """Cases as lines of the queue: flat and drawn, because fifty times twenty look-ups make a template slow."""
    reopened = format_html(" · {} {}", draw_icon("refresh"), _("reopened"))
    found: list[dict[str, object]] = []
    for row in rows(cases, now):
        case = row.case
        facts = (case.cited.name, case.number, case.area.name, *([case.place] if case.place else []))
        found.append(
            {
                "number": case.number,
                "title": case.title,
                "url": row.url,
                "pick": f"{case.number}:{case.seq}",
                "sub": format_html("{}{}", " · ".join(facts), reopened if case.reopens else ""),
                "status": status_tag(row.status.kind, row.status.label, row.status.icon),
                "due": due_tag(row.due, show_time=True),
                "unit": case.unit.name if case.unit else "–",
            }
        )
    return found


def history(view: CaseView) -> list[Entry]:
    """The events of a case, newest first; what was written for the resident and for colleagues stands apart."""
    entries: list[Entry] = []
    for event in view.events:
        entries.extend(_entries(event, view))
    return entries[::-1]


def first_receiver(view: CaseView) -> str:
    """首接负责 (S3-08): whoever of the staff received it first answers for it to the end, whoever it was passed on to.

    Read from the history, which nobody can change; each passing on is an event of its own.
    """
    for event in view.events:
        if event.actor_id is not None and event.part not in (Part.REPORTER, Part.SYSTEM):
            return who(event)
    return ""


def _entries(event: Event, view: CaseView) -> Iterable[Entry]:
    move = view.flow.move[event.move]
    photos = photo_rows(view.photos.get(event.pk, ()), view.case, event.at)
    automatic = event.part == Part.SYSTEM
    kind = "late" if event.move == "escalate" else "system" if automatic else "public"
    # An act that only colleagues were told of carries its photos and its text inside the lock.
    private = bool(event.note) and not event.public_note
    yield Entry(
        at=event.at,
        who=who(event),
        what=gettext(move.label),
        kind="internal" if private else kind,
        text=event.note if private else event.public_note,
        details=details(event, view),
        photos=photos,
    )
    if event.note and event.public_note:
        yield Entry(at=event.at, who=who(event), what=gettext(move.label), kind="internal", text=event.note)


def details(event: Event, view: CaseView) -> list[str]:
    """What a move changed, beyond the words that went with it."""
    data = event.data if isinstance(event.data, dict) else {}
    found = []
    reasons = view.kind.reasons.get(event.move, {})
    if data.get("reason") in reasons:
        found.append(_("Reason: %(reason)s") % {"reason": gettext(reasons[data["reason"]])})
    if data.get("days"):
        found.append(_("Working days asked for: %(days)s") % {"days": data["days"]})
    if data.get("due_before"):
        found.append(_("Deadline before: %(time)s") % {"time": _moment(data["due_before"])})
    if isinstance(data.get("matter"), dict):
        found.append(_("Matter: %(before)s → %(after)s") % {
            "before": data["matter"].get("from", ""), "after": data["matter"].get("to", "")
        })  # fmt: skip
    if data.get("satisfaction"):
        found.append(_("Satisfaction: %(words)s") % {"words": satisfaction(int(data["satisfaction"]))})
    if event.move == "escalate":
        found.append(_("Level %(level)s") % {"level": data.get("level", "")})
    return found


def _moment(text: str) -> str:
    try:
        return f"{timezone.localtime(datetime.fromisoformat(text)):%m-%d %H:%M}"
    except ValueError:
        return text


def satisfaction(value: int) -> str:
    """The resident's face in words: 1 not satisfied, 2 mostly satisfied, 3 satisfied."""
    return {1: _("not satisfied"), 2: _("mostly satisfied"), 3: _("satisfied")}.get(value, "")


def reported_photos(view: CaseView) -> list[dict[str, str]]:
    """The photos that came with the report; what was added later stands in the history."""
    first = view.events[0]
    return photo_rows(view.photos.get(first.pk, ()), view.case, first.at)


def photo_rows(photos: Iterable[Attachment], case: Case, sent_at: datetime) -> list[dict[str, str]]:
    """Photos as `{% photo_strip %}` wants them; the words beside a photo say kind, place and time.

    The time is that of the camera, or when the photo was sent if the camera did not say.
    """
    found = []
    for photo in photos:
        url = reverse("desk:photo", args=[case.number, photo.file_id])
        taken = photo.file.taken_at or sent_at
        time = f"{timezone.localtime(taken):%m-%d %H:%M}"
        words = {"matter": case.cited.name, "place": case.place or case.area.name, "time": time}
        found.append({
            "url": url,
            "thumb_url": f"{url}?size=small",
            "alt": _("Photo: %(matter)s, %(place)s, %(time)s") % words,
            "caption": time,
        })  # fmt: skip
    return found
