"""The only writer of cases: `open_case` and `move`. Each writes one event in the same transaction (design.md §1)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.chain import GENESIS
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.cases import clock, kinds
from linli.spine.cases.chain import digest
from linli.spine.cases.flow import Move, Need, Objection, Part
from linli.spine.cases.kinds import Change, Inputs, Kind
from linli.spine.cases.models import Attachment, Case, Event
from linli.spine.cases.parts import parts_of, snapshot
from linli.spine.cases.tally import Before
from linli.spine.cases.words import sentence

_WRITTEN_BY_MOVES = (
    "matter",
    "event_class",
    "area",
    "title",
    "state",
    "is_open",
    "unit",
    "handler",
    "state_since",
    "responded_at",
    "step_due",
    "term_due",
    "statutory_due",
    "due_at",
    "extension_days",
    "asked_days",
    "handled_at",
    "answered_at",
    "solved",
    "satisfaction",
    "closed_at",
    "reopens",
    "on_spot",
    "level",
    "reminded_at",
    "seq",
    "head_hash",
)


def open_case(
    *,
    case: Case,
    opening: str,
    by: Actor,
    part: Part,
    inputs: Inputs,
    now: datetime,
    numbered: Callable[[Case], None],
) -> Event:
    """Open the case that the caller has filled in (kind, matter, area, party, words, place), by a move of its flow.

    Gives it a number (`numbered` may then add what follows from it), starts its clocks, writes the first event.
    Runs inside the caller's transaction. The number is taken late, because whoever holds the day's series makes
    the others wait.
    """
    kind = kinds.of(case.kind)
    move = kind.flow.move[opening]
    if part not in move.who:
        raise NotAllowed(_("You may not open a case in this way."))
    _check_inputs(move, kind, inputs)
    case.state = move.target or kind.flow.start
    case.opened_at = case.state_since = now
    case.head_hash = GENESIS
    clock.start(case, kind, now)
    change = Change(case=case, move=move, by=by, inputs=inputs, now=now)
    _apply(change, kind)
    case.number = next_number(now)
    numbered(case)
    event = _event(change, part=part, before="")
    case.seq, case.head_hash = event.seq, event.hash
    case.save(force_insert=True)
    event.case = case
    event.save(force_insert=True)
    _attach(event, case, inputs)
    Before().settle(case)
    return event


def open_many(
    *,
    cases: Sequence[Case],
    opening: str,
    by: Actor,
    part: Part,
    now: datetime,
    facts: Callable[[Case], Mapping[str, object]],
) -> list[Event]:
    """Open many cases of one kind by the same move, with a number, clocks and an event each, in a few statements.

    `facts` of each case go into its event. As `open_case`, it runs inside the caller's transaction; it is for kinds
    whose cases are not tallied and whose opening changes nothing beyond the state.
    """
    if not cases:
        return []
    kind = kinds.of(cases[0].kind)
    step = kind.flow.move[opening]
    if part not in step.who:
        raise NotAllowed(_("You may not open a case in this way."))
    assert opening not in kind.effects
    assert not kind.answers
    events = []
    for case, number in zip(cases, next_numbers(now, len(cases)), strict=True):
        case.state = step.target or kind.flow.start
        case.opened_at = case.state_since = now
        case.head_hash = GENESIS
        clock.start(case, kind, now)
        # The step clock belongs to the state that it was opened into, which may not be the usual first one.
        clock.start_step(case, kind, now)
        case.number = number
        change = Change(case=case, move=step, by=by, inputs=Inputs(), now=now, data=dict(facts(case)))
        event = _event(change, part=part, before="")
        case.seq, case.head_hash = event.seq, event.hash
        events.append(event)
    Case.objects.bulk_create(cases, batch_size=500)
    for case, event in zip(cases, events, strict=True):
        event.case = case
    Event.objects.bulk_create(events, batch_size=500)
    return events


def move(
    *,
    case_id: int,
    name: str,
    by: Actor,
    inputs: Inputs,
    now: datetime,
    expected_seq: int | None = None,
    is_reporter: bool = False,
    afterwards: Callable[[Change, Event], None] | None = None,
    facts: Mapping[str, object] | None = None,
) -> Case:
    """Move a case: lock it, ask the flow, change it, write one event.

    `expected_seq`: how many events the page showed; a different count is refused as Stale, so that nobody decides
    on what they have not read. `afterwards` runs in the same transaction (the app's own facts, messages);
    `facts` go into the event.
    Raises NotAllowed (part), Stale (state or count), Invalid (inputs).
    """
    with transaction.atomic():
        case = _locked().select_related("matter", "unit", "party").get(pk=case_id)
        kind = kinds.of(case.kind)
        step = kind.flow.move.get(name)
        if step is None or not step.source:
            raise Invalid(_("There is no such move."), code="unknown_move")
        if expected_seq is not None and expected_seq != case.seq:
            raise Stale(_("This has moved on meanwhile, perhaps by your own second press. Look at what is new first."))
        parts = parts_of(by, case, is_reporter=is_reporter)
        objection = kind.flow.objection(name, state=case.state, parts=parts, snapshot=snapshot(case, kind, by, now))
        if objection is not None:
            raise _refusal(objection, kind)
        _check_inputs(step, kind, inputs)
        before, was = Before(case), case.state
        change = Change(case=case, move=step, by=by, inputs=inputs, now=now, data=dict(facts or {}))
        _enter(change, kind)
        _apply(change, kind)
        part = min(parts & step.who, key=list(Part).index)
        event = _event(change, part=part, before=was)
        case.seq, case.head_hash = event.seq, event.hash
        case.save(update_fields=_WRITTEN_BY_MOVES)
        event.save(force_insert=True)
        _attach(event, case, inputs)
        before.settle(case)
        if afterwards is not None:
            afterwards(change, event)
    return case


def next_number(now: datetime) -> str:
    """The next case number of the day: date and a gap-free count. The row stays locked until the transaction ends."""
    return next_numbers(now, 1)[0]


def next_numbers(now: datetime, count: int) -> list[str]:
    """As many next numbers of the day, in order. The row stays locked until the transaction ends."""
    day = timezone.localtime(now).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numberseries (day, last) VALUES (%s, %s)"
            " ON CONFLICT (day) DO UPDATE SET last = cases_numberseries.last + excluded.last RETURNING last",
            [day, count],
        )
        row = cursor.fetchone()
    assert row is not None
    return [f"{day:%Y%m%d}{number:05d}" for number in range(row[0] - count + 1, row[0] + 1)]


def _locked() -> QuerySet[Case]:
    # SQLite has locked the whole database already (immediate transactions) and knows no row locks.
    if connection.features.has_select_for_update_of:
        return Case.objects.select_for_update(of=("self",))
    return Case.objects.all()


def _enter(change: Change, kind: Kind) -> None:
    case, target = change.case, change.move.target
    if target is None:
        return
    stood_still_since = case.state_since if kind.flow.state[case.state].stopped else None
    case.state = target
    if stood_still_since is not None:
        change.data["moved_minutes"] = clock.shift(case, stood_still_since, change.now)


def _apply(change: Change, kind: Kind) -> None:
    """The move's own effect, then what every state means for the clocks."""
    case, now = change.case, change.now
    effect = kind.effects.get(change.move.name)
    if effect is not None:
        effect(change)
    if change.move.target is not None:
        final = kind.flow.state[case.state].final
        case.is_open = not final
        case.closed_at = now if final else None
        clock.start_step(case, kind, now)
    else:
        clock.set_due(case, kind)


def _event(change: Change, *, part: Part, before: str) -> Event:
    case, inputs, data = change.case, change.inputs, change.data
    if inputs.reason:
        data["reason"] = inputs.reason
    if inputs.photos:
        data["photos"] = [photo.sha256 for photo in inputs.photos]
    event = Event(
        case=case if case.pk else None,
        seq=case.seq + 1,
        at=change.now,
        actor_id=change.by.user_id,
        post_id=change.by.post_id,
        part=part,
        move=change.move.name,
        from_state=before,
        to_state=case.state,
        note=inputs.note,
        public_note=inputs.public_note,
        data=data,
        prev_hash=case.head_hash,
    )
    event.hash = digest(event, case.number)
    return event


def _attach(event: Event, case: Case, inputs: Inputs) -> None:
    if inputs.photos:
        Attachment.objects.bulk_create(Attachment(event=event, case=case, file=photo) for photo in inputs.photos)


def _refusal(objection: Objection, kind: Kind) -> NotAllowed | Stale:
    text = sentence(objection, kind.flow)
    return NotAllowed(text) if objection.final_for_actor else Stale(text, code=objection.code)


_EMPTY: dict[Need, Callable[[Inputs], bool]] = {
    Need.NOTE: lambda given: not given.note,
    Need.PUBLIC_NOTE: lambda given: not given.public_note,
    Need.REASON: lambda given: not given.reason,
    Need.UNIT: lambda given: given.unit is None,
    Need.MATTER: lambda given: given.matter is None,
    Need.PHOTO: lambda given: not given.photos,
    Need.DAYS: lambda given: given.days < 1,
    Need.SATISFACTION: lambda given: given.satisfaction is None,
}


def missing(move: Move, inputs: Inputs) -> Collection[Need]:
    """What the move needs and was not given."""
    return [need for need in move.needs if _EMPTY[need](inputs)]


def _check_inputs(move: Move, kind: Kind, inputs: Inputs) -> None:
    asked = {
        Need.NOTE: _("Write what was done or why."),
        Need.PUBLIC_NOTE: _("Write what the resident will read."),
        Need.REASON: _("Choose a reason."),
        Need.UNIT: _("Choose the unit in charge."),
        Need.MATTER: _("Choose the matter."),
        Need.PHOTO: _("Add at least one photo as proof."),
        Need.DAYS: _("Say how many more working days are needed."),
        Need.SATISFACTION: _("Choose how satisfied you are."),
    }
    fields: dict[str, object] = {need.value: asked[need] for need in missing(move, inputs)}
    reasons = kind.reasons.get(move.name, {})
    if inputs.reason and inputs.reason not in reasons:
        fields["reason"] = _("Choose one of the reasons on the list.")
    if inputs.satisfaction is not None and inputs.satisfaction not in (1, 2, 3):
        fields["satisfaction"] = _("Choose one of the three faces.")
    if fields:
        raise Invalid(fields=fields)
