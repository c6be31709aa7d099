"""Reading cases, shaped for screens and for the API. Every read starts from the actor (`Case.objects.visible_to`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import STREET_STAFF
from linli.lib.chinese import tidy
from linli.spine.cases import clock, kinds
from linli.spine.cases.flow import Flow, Move, Need, Part
from linli.spine.cases.kinds import Kind
from linli.spine.cases.models import NEVER, Attachment, Case, Event
from linli.spine.cases.parts import own_part, parts_of, snapshot
from linli.spine.cases.words import sentence

PAGE: Final = 50
LONGEST_CURSOR: Final = 40  # beyond that Python itself may refuse to read the digits
LAST_MICROSECOND: Final = int(NEVER.timestamp()) * 1_000_000

_LIST_FIELDS = (
    "number",
    "kind",
    "title",
    "place",
    "area_id",
    "area__name",
    "event_class",
    "matter__name",
    "state",
    "is_open",
    "opened_at",
    "due_at",
    "term_due",
    "handled_at",
    "state_since",
    "unit_id",
    "unit__name",
    "level",
    "seq",
    "source",
    "reopens",
    "solved",
    "satisfaction",
)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of cases is narrowed to: one value per query parameter, so that every list is a link."""

    view: str = "todo"
    q: str = ""
    area: str = ""
    event_class: str = ""
    state: str = ""
    due: str = ""
    month: date | None = None
    months_to: date | None = None
    facet: str = ""
    unit: int | None = None
    sort: str = ""

    @property
    def by_deadline(self) -> bool:
        """Open work is listed by its next deadline, everything else by the day it came in, newest first."""
        return self.view in ("todo", "open", "late") and self.sort != "new"


VIEWS: Final = ("todo", "open", "late", "handled", "all")
DUES: Final = ("late", "today", "week")
UNRESPONDED = Q(is_open=True, responded_at__isnull=True)
UNHANDLED = Q(is_open=True, handled_at__isnull=True, due_at__lt=NEVER)
# Every figure of a board is one of these conditions, so that it can open the rows it counts. The terms of
# domain.md §3.4: what is due has been done, or its time is over.
FACETS: Final[Mapping[str, Callable[[datetime], Q]]] = {
    "opened": lambda now: Q(),
    "responded": lambda now: Q(responded_at__isnull=False),
    "responded_in_time": lambda now: Q(responded_at__lte=F("respond_due")),
    "response_due": lambda now: Q(responded_at__isnull=False) | UNRESPONDED & Q(respond_due__lt=now),
    "handled": lambda now: Q(handled_at__isnull=False),
    "handled_in_time": lambda now: Q(handled_at__lte=F("term_due")),
    "handling_due": lambda now: Q(handled_at__isnull=False) | UNHANDLED & Q(term_due__lt=now),
    "answered": lambda now: Q(answered_at__isnull=False),
    "solved": lambda now: Q(solved=True),
    "not_solved": lambda now: Q(solved=False),
    "satisfied": lambda now: Q(satisfaction__gte=2),
    "unanswered": lambda now: Q(state="unanswered"),
    "refused": lambda now: Q(state="refused"),
    "reopened": lambda now: Q(reopens__gt=0),
    "on_spot": lambda now: Q(on_spot=True),
}


@dataclass(frozen=True)
class Page:
    """One page of a list: the rows, and the cursor of the next page ("" on the last)."""

    rows: Sequence[Case]
    after: str = ""


@dataclass(frozen=True)
class Counts:
    """The figures on the tabs of the queue."""

    todo: int = 0
    open: int = 0
    late: int = 0
    handled: int = 0


def desk_of(actor: Actor) -> Q:
    """What lies on the actor's desk: open cases in a state that is theirs to move, for every kind of case."""
    desk = Q(pk__in=())
    part = own_part(actor)
    for kind in kinds.answering():
        flow = kind.flow
        if part is not None and part is not Part.GRID:
            desk |= Q(kind=flow.kind, state__in=sorted(flow.owned_by(part)))
        if part is Part.GRID:
            desk |= Q(kind=flow.kind, state=flow.start)
        if actor.unit_id is not None and part is not Part.GRID:
            desk |= Q(kind=flow.kind, unit_id=actor.unit_id, state__in=sorted(flow.owned_by(Part.UNIT)))
        if actor.role == STREET_STAFF.code:
            desk |= Q(kind=flow.kind, level__gte=1, state__in=sorted(flow.open_states - flow.owned_by(Part.REPORTER)))
    return Q(is_open=True) & desk


def listed(actor: Actor, chosen: Filter, now: datetime) -> QuerySet[Case]:
    """The cases a list shows, unordered."""
    rows = Case.objects.visible_to(actor)
    match chosen.view:
        case "todo":
            rows = rows.filter(desk_of(actor))
        case "open":
            rows = rows.filter(is_open=True)
        case "late":
            rows = rows.filter(is_open=True, due_at__lt=now)
        case "handled":
            rows = rows.filter(is_open=True, state="handled")
    if chosen.area:
        rows = rows.under(chosen.area)
    return rows.filter(_narrow(chosen, now))


def _narrow(chosen: Filter, now: datetime) -> Q:
    kept = Q()
    if chosen.event_class:
        kept &= Q(event_class=chosen.event_class)
    if chosen.state:
        kept &= Q(state=chosen.state)
    if chosen.unit is not None:
        kept &= Q(unit_id=chosen.unit)
    if chosen.due:
        kept &= _due(chosen.due, now)
    if chosen.month:
        kept &= opened_in(chosen.month, chosen.months_to or chosen.month)
    if chosen.facet in FACETS:
        kept &= FACETS[chosen.facet](now)
    if chosen.q:
        kept &= _words(chosen.q)
    return kept


def _due(due: str, now: datetime) -> Q:
    midnight = datetime.combine(
        timezone.localtime(now).date() + timedelta(days=1), time.min, timezone.get_current_timezone()
    )
    match due:
        case "late":
            return Q(is_open=True, due_at__lt=now)
        case "today":
            return Q(is_open=True, due_at__gte=now, due_at__lt=midnight)
        case "week":
            return Q(is_open=True, due_at__gte=now, due_at__lt=midnight + timedelta(days=6))
    return Q()


def opened_in(first: date, last: date) -> Q:
    """Cases opened in these months, first and last included."""
    zone = timezone.get_current_timezone()
    after_last = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Q(
        opened_at__gte=datetime.combine(first.replace(day=1), time.min, zone),
        opened_at__lt=datetime.combine(after_last, time.min, zone),
    )


def _words(text: str) -> Q:
    """Numbers are looked up by their index; other words in title and place, inside the rows already narrowed."""
    text = tidy(text)  # PostgreSQL refuses what no person can type
    if text.isascii() and text.isdigit() and 8 <= len(text) <= 16:
        return Q(number__gte=text, number__lt=str(int(text) + 1).zfill(len(text)))
    kept = Q()
    for word in text.split()[:5]:
        kept &= Q(title__icontains=word) | Q(place__icontains=word)
    return kept


def page(actor: Actor, chosen: Filter, *, after: str, now: datetime, size: int = PAGE) -> Page:
    """One page of a list, by keyset: the cost does not grow with the table nor with the page number. One statement."""
    rows = listed(actor, chosen, now).select_related("area", "matter", "unit").only(*_LIST_FIELDS)
    cursor = cursor_of(after)
    if chosen.by_deadline:
        if cursor is not None:
            at, pk = cursor
            rows = rows.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=pk))
        found = list(rows.order_by("due_at", "pk")[: size + 1])
    else:
        if cursor is not None:
            at, pk = cursor
            rows = rows.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=pk))
        found = list(rows.order_by("-opened_at", "-pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    last = found[-1] if found else None
    if not more or last is None:
        return Page(found)
    return Page(found, mark_of(last.due_at if chosen.by_deadline else last.opened_at, last.pk))


def mark_of(at: datetime | None, pk: int) -> str:
    """The cursor that stands behind a row: its moment to the microsecond, and its key."""
    assert at is not None
    return f"{int(at.timestamp() * 1_000_000)}-{pk}"


def cursor_of(text: str) -> tuple[datetime, int] | None:
    """Read a cursor; None for anything that is not one."""
    left, dash, right = text.partition("-")
    if not (dash and left.isascii() and left.isdigit() and right.isascii() and right.isdigit()):
        return None
    if len(text) > LONGEST_CURSOR:
        return None
    micros = int(left)
    if micros > LAST_MICROSECOND or int(right) > 2**62:
        return None
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, tz=timezone.get_current_timezone()) + timedelta(microseconds=rest), int(
        right
    )


def counts(actor: Actor, now: datetime) -> Counts:
    """The figures on the tabs, over the open cases in scope. One statement."""
    row = (
        Case.objects.visible_to(actor)
        .filter(is_open=True)
        .aggregate(
            todo=Count("pk", filter=desk_of(actor)),
            open=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=now)),
            handled=Count("pk", filter=Q(state="handled")),
        )
    )
    return Counts(**row)


@dataclass(frozen=True)
class Choice:
    """A move as a button: may be made now, or why not."""

    move: Move
    allowed: bool
    why_not: str = ""

    @property
    def needs_form(self) -> bool:
        return bool(self.move.needs or self.move.wants)

    @property
    def optional(self) -> frozenset[Need]:
        return frozenset(self.move.wants)


@dataclass(frozen=True)
class CaseView:
    """A case as its page shows it."""

    case: Case
    kind: Kind
    parts: frozenset[Part]
    choices: tuple[Choice, ...]
    events: Sequence[Event]
    photos: Mapping[int, Sequence[Attachment]] = field(default_factory=dict)

    @property
    def flow(self) -> Flow:
        return self.kind.flow


def choices(case: Case, actor: Actor, now: datetime, *, is_reporter: bool = False) -> tuple[Choice, ...]:
    """Every move that the actor's part could ever make: those possible now, the others with the reason.

    Moves of other people's parts are left out; moves that belong to another state are shown greyed.
    """
    kind = kinds.of(case.kind)
    parts = parts_of(actor, case, is_reporter=is_reporter)
    facts = snapshot(case, kind, actor, now)
    found = []
    for move in kind.flow.moves:
        if not move.who & parts:
            continue
        objection = kind.flow.objection(move.name, state=case.state, parts=parts, snapshot=facts)
        found.append(Choice(move, objection is None, sentence(objection, kind.flow) if objection else ""))
    return tuple(found)


def case_view(actor: Actor, number: str, now: datetime) -> CaseView | None:
    """Everything on the page of a case, or None outside the actor's scope. Three statements (photos included)."""
    case = (
        Case.objects.visible_to(actor)
        .select_related(
            "area", "area__parent", "area__parent__parent", "matter", "matter__matter_list", "unit", "party", "handler"
        )
        .filter(number=number)
        .first()
    )
    return None if case is None else view_of(case, actor, now)


def view_of(case: Case, actor: Actor, now: datetime, *, is_reporter: bool = False) -> CaseView:
    """The page of a case that was fetched in scope already (or by its tracking code). Two statements."""
    kind = kinds.of(case.kind)
    events = list(case.events.select_related("actor", "post", "post__unit", "post__area").order_by("seq"))
    photos: dict[int, list[Attachment]] = {}
    for attachment in case.attachments.select_related("file").order_by("pk"):
        photos.setdefault(attachment.event_id, []).append(attachment)
    return CaseView(
        case=case,
        kind=kind,
        parts=parts_of(actor, case, is_reporter=is_reporter),
        choices=choices(case, actor, now, is_reporter=is_reporter),
        events=events,
        photos=photos,
    )


def reading(case: Case, now: datetime) -> clock.Reading:
    """The clock of a listed case."""
    return clock.read(case, kinds.of(case.kind), now)
