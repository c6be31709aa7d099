"""A case as its reporter may read it: public words, units, no names, no internal notes, nothing of other residents."""

from datetime import datetime

from django.utils.translation import gettext as _
from pydantic import Field

from linli.apps.incidents.queries import photos_for_residents
from linli.sites.api.fields import Answer, CaseNumber, StateCode, example
from linli.sites.api.offers import MoveOut
from linli.sites.api.shapes import Named, PhotoOut
from linli.spine.cases.flow import Part
from linli.spine.cases.models import Event
from linli.spine.cases.queries import CaseView

#: Joining is what other residents do; the one who reported has joined already.
NOT_OFFERED = frozenset({"join"})


class StepOut(Answer):
    """Something that happened, in public words."""

    at: datetime
    move: str
    told: str = Field(description="What the reporter is told of it; empty for what they did themselves.")
    part: str
    unit: str
    public_note: str
    reason_label: str
    to_state: str


class StoryOut(Answer):
    """A report as whoever holds its tracking code reads it."""

    model_config = example(
        {
            "number": "2026112300001",
            "title": "3 幢 2 单元楼上漏水，天花板已经湿了一片。",
            "place": "凤栖苑 3 幢 2 单元",
            "area": {"id": "320105001001001", "name": "凤栖苑网格"},
            "matter_name": "邻里纠纷",
            "state": "handled",
            "state_label": "已办理，待居民评价",
            "told": "已办理。问题解决了吗？请告诉我们。",
            "is_open": True,
            "unit": "凤栖苑社区居委会",
            "opened_at": "2026-11-23T09:30:00+08:00",
            "respond_due": "2026-11-24T09:30:00+08:00",
            "term_due": "2026-11-30T09:30:00+08:00",
            "handled_at": "2026-11-25T16:02:00+08:00",
            "closed_at": None,
            "solved": None,
            "satisfaction": None,
            "seq": 6,
            "steps": [],
            "photos": [],
            "moves": [],
        }
    )

    number: CaseNumber
    title: str
    place: str
    area: Named
    matter_name: str
    state: StateCode
    state_label: str
    told: str = Field(description="The state in words for residents.")
    is_open: bool
    unit: str = Field(description="Who has it now; empty while the community decides.")
    opened_at: datetime
    respond_due: datetime
    term_due: datetime = Field(description="The promised deadline.")
    handled_at: datetime | None = Field(description="The unit's word. Done is not solved.")
    closed_at: datetime | None
    solved: bool | None = Field(description="Your word.")
    satisfaction: int | None
    seq: int
    steps: list[StepOut]
    photos: list[PhotoOut] = Field(description="Read them at GET /files/{id} with the header Tracking-Code.")
    moves: list[MoveOut]

    @classmethod
    def of(cls, view: CaseView) -> "StoryOut":
        """The story of a case that was opened by its tracking code."""
        case, state = view.case, view.flow.state[view.case.state]
        return cls(
            number=case.number,
            title=case.title,
            place=case.place,
            area=Named(id=case.area_id, name=case.area.name),
            matter_name=case.cited.name,
            state=case.state,
            state_label=_(state.label),
            told=_(state.told),
            is_open=case.is_open,
            unit="" if case.unit is None else case.unit.name,
            opened_at=case.opened_at,
            respond_due=case.respond_due,
            term_due=case.term_due,
            handled_at=case.handled_at,
            closed_at=case.closed_at,
            solved=case.solved,
            satisfaction=case.satisfaction,
            seq=case.seq,
            steps=[_step(event, view) for event in view.events if _is_public(event, view)],
            photos=[PhotoOut.of(shown.attachment) for shown in photos_for_residents(view, is_reporter=True)],
            moves=[MoveOut.of(choice, view.kind) for choice in view.choices if choice.move.name not in NOT_OFFERED],
        )


def _is_public(event: Event, view: CaseView) -> bool:
    if event.move in NOT_OFFERED:
        return False
    return bool(view.flow.move[event.move].told or event.public_note or event.part == Part.REPORTER)


def _step(event: Event, view: CaseView) -> StepOut:
    told = view.flow.move[event.move].told
    reason = view.kind.reasons.get(event.move, {}).get(str(event.data.get("reason", "")), "")
    return StepOut(
        at=event.at,
        move=event.move,
        told=_(told) if told and event.part != Part.REPORTER else "",
        part=event.part,
        unit="" if event.post is None or event.post.unit is None else event.post.unit.name,
        public_note=event.public_note,
        reason_label=_(reason) if reason else "",
        to_state=event.to_state,
    )
