"""The chain of events: each carries the SM3 hash of what it says and of the event before it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from linli.lib.chain import GENESIS, link
from linli.spine.cases.models import Case, Event, NumberSeries


def digest(event: Event, number: str) -> str:
    """The hash of an event: of everything it says, the case it belongs to, and its predecessor's hash."""
    return link(
        event.prev_hash,
        {
            "case": number,
            "seq": event.seq,
            "at": event.at,
            "actor": event.actor_id,
            "post": event.post_id,
            "part": event.part,
            "move": event.move,
            "from": event.from_state,
            "to": event.to_state,
            "note": event.note,
            "public_note": event.public_note,
            "data": event.data,
        },
    )


@dataclass(frozen=True)
class Break:
    """A place where the history is not whole, and what is wrong there, in plain words."""

    number: str
    seq: int
    what: str


def verify(number: str | None = None) -> Iterator[Break]:
    """Walk the history of one case, or of all, and name every edited, removed or reordered event.

    Reads in order of the case, holding one case in memory at a time. The last event is checked against the case
    (length, hash and state), and the numbers of each day against the series, so that nothing can be cut off.
    """
    cases = Case.objects.filter(number=number) if number else Case.objects.all()
    events = Event.objects.order_by("case_id", "seq")
    if number:
        events = events.filter(case__number=number)
    waiting = events.iterator(chunk_size=2000)
    ahead = next(waiting, None)
    fields = ("pk", "number", "seq", "head_hash", "state")
    for pk, case_number, length, head, state in cases.order_by("pk").values_list(*fields).iterator(chunk_size=2000):
        own: list[Event] = []
        while ahead is not None and ahead.case_id <= pk:
            if ahead.case_id == pk:
                own.append(ahead)
            ahead = next(waiting, None)
        yield from _verify_case(case_number, length, head, state, own)
    if number is None:
        yield from _verify_numbers()


def _verify_case(number: str, length: int, head: str, state: str, events: list[Event]) -> Iterator[Break]:
    before, place = GENESIS, 0
    for event in events:
        place += 1
        if event.seq != place:
            yield Break(number, place, _("An event is missing or out of order."))
            return
        if event.prev_hash != before:
            yield Break(number, place, _("The event does not follow from the one before it."))
            return
        if digest(event, number) != event.hash:
            yield Break(number, place, _("The event was changed after it was written."))
            return
        before = event.hash
    if place != length or before != head:
        yield Break(number, place + 1, _("Events at the end are missing, or were added past the engine."))
    elif not events or events[-1].to_state != state:
        yield Break(number, place, _("The case is not in the state that its last event says."))


def _verify_numbers() -> Iterator[Break]:
    for series in NumberSeries.objects.order_by("day"):
        prefix = f"{series.day:%Y%m%d}"
        found = Case.objects.filter(number__gte=prefix, number__lt=f"{int(prefix) + 1}").count()
        if found != series.last:
            text = _("%(found)s cases are here, but %(given)s numbers were given out.")
            yield Break(prefix, 0, text % {"found": found, "given": series.last})
