"""Moves: which may be made and why not the others, and making one, by the flow that the screens ask, too."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from linli.apps.incidents import actions
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Stale
from linli.sites.api.door import SCOPED, STORAGE, reads, writes
from linli.sites.api.fields import Answer, CaseNumber, MoveName, StateCode
from linli.sites.api.inputs import MoveIn, held_photos, of_staff
from linli.sites.api.offers import MoveOut
from linli.sites.api.shapes import CaseOut, UnitOut
from linli.sites.api.tokens import need
from linli.sites.api.views.cases import reader, view_of
from linli.spine.cases.models import Case, Event
from linli.spine.catalogue import queries as catalogue

router = Router(tags=["moves"])


class MovesOut(Answer):
    """The moves of the caller's part in this case."""

    number: CaseNumber
    seq: int = Field(description="Send it with a move, so that nobody decides on what they have not read.")
    state: StateCode
    moves: list[MoveOut]
    units: list[UnitOut] = Field(description="The units that may be given this case.")
    lead_unit: UnitOut | None = Field(description="The unit that leads the matter here.")


@reads(router, "/{number}/moves", answer=MovesOut, name="list_case_moves", problems=SCOPED)
def offered(request: HttpRequest, number: CaseNumber) -> MovesOut:
    """Every move that your part could ever make in this case: those allowed now, and why not the others."""
    view = view_of(reader(request), number)
    case = view.case
    lead = catalogue.lead_unit(case.cited, case.area_id)
    return MovesOut(
        number=case.number,
        seq=case.seq,
        state=case.state,
        moves=[MoveOut.of(choice, view.kind) for choice in view.choices],
        units=[UnitOut.of(unit) for unit in catalogue.units_for(case.area_id)],
        lead_unit=None if lead is None else UnitOut.of(lead),
    )


@writes(
    router,
    "/{number}/moves/{name}",
    answers={200: CaseOut},
    name="make_case_move",
    problems=(404, *STORAGE),
)
def made(request: HttpRequest, number: CaseNumber, name: MoveName, given: MoveIn) -> CaseOut:
    """Make a move. With `seq` it is made at most once: sent again by the same post, the first answer comes again."""
    by, now = reader(request), timezone.now()
    view = view_of(by, number)
    need(by, Permission.NOTE_WRITE if name == "note" else Permission.CASE_WORK)
    try:
        with transaction.atomic():
            actions.act(
                case_id=view.case.pk,
                name=name,
                by=by,
                inputs=of_staff(given, view.case, held_photos(given.photos, by)),
                now=now,
                expected_seq=given.seq,
            )
    except Stale:
        if not was_made(view.case, name, by, given.seq, given.public_note, given.note):
            raise
    return CaseOut.seen(view_of(by, number), now)


def was_made(case: Case, name: str, by: Actor, seq: int | None, public_note: str, note: str = "") -> bool:
    """Whether the event after `seq` is this very move by this very post: the answer to it was lost on the way."""
    if seq is None:
        return False
    event = Event.objects.filter(case_id=case.pk, seq=seq + 1).first()
    return (
        event is not None
        and (event.move, event.actor_id, event.post_id) == (name, by.user_id, by.post_id)
        and event.public_note == actions.checked_note(public_note, "public_note")
        and event.note == actions.checked_note(note, "note")
    )
