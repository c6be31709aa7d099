"""What cases look like in answers: built by hand from the read side, so that nothing leaves by accident."""

from datetime import datetime
from typing import Any, Self

from django.utils.translation import gettext as _
from pydantic import Field

from linli.apps.incidents.models import Incident
from linli.foundation import vault
from linli.foundation.accounts.models import Unit, User
from linli.foundation.accounts.roles import ROLES
from linli.lib.chinese import mask_name, mask_phone
from linli.sites.api.fields import Answer, CaseNumber, ClassCode, StateCode, example
from linli.spine.cases import kinds, queries
from linli.spine.cases.flow import PART_LABELS, Part
from linli.spine.cases.kinds import Kind
from linli.spine.cases.models import Attachment, Case, Event
from linli.spine.cases.queries import CaseView
from linli.spine.catalogue.models import EventClass


class Named(Answer):
    """An area, by code and name."""

    id: str
    name: str


class UnitOut(Answer):
    """An office, department or company. `phone` is its public number."""

    id: int
    code: str
    name: str
    kind: str
    phone: str

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """The unit as it is shown to everybody."""
        return cls(id=unit.pk, code=unit.code, name=unit.name, kind=unit.kind, phone=unit.phone)


class UnitName(Answer):
    """A unit, by key and name."""

    id: int
    name: str


class PhotoOut(Answer):
    """A photo: read it at GET /files/{id}?case=<number>."""

    id: str
    width: int | None
    height: int | None

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        """The photo of an event."""
        file = attachment.file
        return cls(id=str(file.pk), width=file.width, height=file.height)


_ROW_EXAMPLE: dict[str, Any] = {
    "number": "2026112300001",
    "kind": "incident",
    "title": "3 幢 2 单元楼道堆放杂物，影响通行",
    "place": "凤栖苑 3 幢",
    "area": {"id": "320105001001001", "name": "凤栖苑网格"},
    "matter_name": "楼道堆物",
    "event_class": "hazard",
    "event_class_label": "安全隐患",
    "state": "accepted",
    "state_label": "已受理",
    "is_open": True,
    "source": "resident",
    "unit": None,
    "opened_at": "2026-11-23T09:30:00+08:00",
    "state_since": "2026-11-23T09:42:00+08:00",
    "due_at": "2026-11-23T15:12:00+08:00",
    "term_due": "2026-11-26T17:30:00+08:00",
    "handled_at": None,
    "lateness": "ok",
    "minutes_left": 330,
    "level": 0,
    "reopens": 0,
    "solved": None,
    "satisfaction": None,
    "seq": 2,
}


class CaseRow(Answer):
    """A case in a list."""

    model_config = example(_ROW_EXAMPLE)

    number: CaseNumber
    kind: str
    title: str
    place: str
    area: Named
    matter_name: str
    event_class: ClassCode
    event_class_label: str
    state: StateCode
    state_label: str
    is_open: bool
    source: str = Field(description="resident, anonymous, grid or community.")
    unit: UnitName | None = Field(description="Who has the case now.")
    opened_at: datetime
    state_since: datetime
    due_at: datetime | None = Field(description="The next deadline; none when closed or paused.")
    term_due: datetime = Field(description="The promised deadline of the whole case.")
    handled_at: datetime | None = Field(description="The unit's word. Done is not solved.")
    lateness: str = Field(description="ok, soon, late, very_late, paused or none.")
    minutes_left: int = Field(description="To the next deadline; negative when late.")
    level: int = Field(description="0 community, 1 street, 2 district.")
    reopens: int
    solved: bool | None = Field(description="The resident's word.")
    satisfaction: int | None = Field(description="1 to 3, by the resident.")
    seq: int = Field(description="How many events the case has; send it with a move.")

    @classmethod
    def facts(cls, case: Case, now: datetime) -> dict[str, object]:
        """The fields of a row. Needs area, matter and unit loaded; asks nothing of the database."""
        reading = queries.reading(case, now)
        return {
            "number": case.number,
            "kind": case.kind,
            "title": case.title,
            "place": case.place,
            "area": Named(id=case.area_id, name=case.area.name),
            "matter_name": case.cited.name,
            "event_class": case.event_class,
            "event_class_label": str(EventClass(case.event_class).label),
            "state": case.state,
            "state_label": _(kinds.of(case.kind).flow.state[case.state].label),
            "is_open": case.is_open,
            "source": case.source,
            "unit": None if case.unit is None else UnitName(id=case.unit.pk, name=case.unit.name),
            "opened_at": case.opened_at,
            "state_since": case.state_since,
            "due_at": case.deadline,
            "term_due": case.term_due,
            "handled_at": case.handled_at,
            "lateness": reading.lateness,
            "minutes_left": reading.minutes,
            "level": case.level,
            "reopens": case.reopens,
            "solved": case.solved,
            "satisfaction": case.satisfaction,
            "seq": case.seq,
        }

    @classmethod
    def of(cls, case: Case, now: datetime) -> "CaseRow":
        """A listed case."""
        return CaseRow.model_validate(cls.facts(case, now))


class ReporterOut(Answer):
    """Who reported, masked. The whole number is revealed on the page of the case, with a reason that is logged."""

    name: str
    phone: str


class CaseOut(CaseRow):
    """A case with everything but its history."""

    model_config = example(
        _ROW_EXAMPLE
        | {
            "matter_code": "hazard.fire",
            "area_path": [
                {"id": "320105001001", "name": "凤栖苑社区居委会"},
                {"id": "320105001001001", "name": "凤栖苑网格"},
            ],
            "text": "3 幢 2 单元楼道堆放杂物，影响通行，电动车也停在里面。",
            "lon": 118.7459,
            "lat": 32.0329,
            "reporter": {"name": "张**", "phone": "199****1234"},
            "handler": "",
            "respond_due": "2026-11-24T09:30:00+08:00",
            "responded_at": "2026-11-23T09:42:00+08:00",
            "step_due": "2026-11-23T15:12:00+08:00",
            "statutory_due": "2027-01-22T09:30:00+08:00",
            "extension_days": 0,
            "asked_days": 0,
            "answered_at": None,
            "closed_at": None,
            "on_spot": False,
        }
    )

    matter_code: str
    area_path: list[Named]
    text: str = Field(description="The reporter's own words.")
    lon: float | None = Field(description="WGS-84.")
    lat: float | None = Field(description="WGS-84.")
    reporter: ReporterOut | None
    handler: str = Field(description="Who handled it; empty before.")
    respond_due: datetime
    responded_at: datetime | None
    step_due: datetime | None
    statutory_due: datetime
    extension_days: int
    asked_days: int = Field(description="Working days that the unit has asked for.")
    answered_at: datetime | None
    closed_at: datetime | None
    on_spot: bool

    @classmethod
    def seen(cls, view: CaseView, now: datetime) -> "CaseOut":
        """A case as `queries.case_view` gives it. One statement for the words of an incident."""
        case = view.case
        text = Incident.objects.filter(pk=case.pk).values_list("text", flat=True).first()
        return CaseOut.model_validate(
            {
                **cls.facts(case, now),
                "matter_code": case.cited.code,
                "area_path": _path(case),
                "text": text or case.title,
                "lon": case.lon,
                "lat": case.lat,
                "reporter": _reporter(case),
                "handler": "" if case.handler is None else case.handler.name,
                "respond_due": case.respond_due,
                "responded_at": case.responded_at,
                "step_due": case.step_due,
                "statutory_due": case.statutory_due,
                "extension_days": case.extension_days,
                "asked_days": case.asked_days,
                "answered_at": case.answered_at,
                "closed_at": case.closed_at,
                "on_spot": case.on_spot,
            }
        )


def _path(case: Case) -> list[Named]:
    """The area and the two above it, the widest first: as far as the page of a case has loaded them."""
    area, path = case.area, [Named(id=case.area.pk, name=case.area.name)]
    while len(path) < 3 and area.parent is not None:
        area = area.parent
        path.insert(0, Named(id=area.pk, name=area.name))
    return path


def _reporter(case: Case) -> ReporterOut | None:
    if case.party is None:
        return None
    phone = vault.unseal(case.party.phone_sealed, vault.PHONE)
    return ReporterOut(name=mask_name(case.party.name), phone=mask_phone(phone))


class EventOut(Answer):
    """What happened, when, by whom in which post."""

    model_config = example(
        {
            "seq": 2,
            "at": "2026-11-23T09:42:00+08:00",
            "move": "accept",
            "move_label": "受理",
            "part": "community",
            "part_label": "社区",
            "by": "王芳",
            "role": "社区工作者",
            "unit": "凤栖苑社区居委会",
            "from_state": "reported",
            "to_state": "accepted",
            "note": "",
            "public_note": "今天下午派人去看。",
            "reason": "",
            "reason_label": "",
            "days": None,
            "unit_given": "",
            "matter_given": "",
            "photos": [],
        }
    )

    seq: int
    at: datetime
    move: str
    move_label: str
    part: str
    part_label: str
    by: str = Field(description="Staff by name, residents masked, empty for the system and for visitors.")
    role: str
    unit: str
    from_state: str
    to_state: str
    note: str = Field(description="Internal; never shown to residents.")
    public_note: str
    reason: str
    reason_label: str
    days: int | None = Field(description="Working days asked for or granted.")
    unit_given: str = Field(description="The code of the unit that got the case by this move; empty for most.")
    matter_given: str = Field(description="The code of the matter it became by this move; empty for most.")
    photos: list[PhotoOut]

    @classmethod
    def of(cls, event: Event, view: CaseView) -> Self:
        """An event as staff read it."""
        move = view.flow.move[event.move]
        reason = str(event.data.get("reason", ""))
        days, unit, matter = (event.data.get(key) for key in ("days", "unit", "matter"))
        return cls(
            seq=event.seq,
            at=event.at,
            move=event.move,
            move_label=_(move.label),
            part=event.part,
            part_label=_(PART_LABELS[Part(event.part)]),
            by=_name(event.actor),
            role="" if event.post is None else _role(event.post.role),
            unit="" if event.post is None or event.post.unit is None else event.post.unit.name,
            from_state=event.from_state,
            to_state=event.to_state,
            note=event.note,
            public_note=event.public_note,
            reason=reason,
            reason_label=_reason(view.kind, event.move, reason),
            days=days if isinstance(days, int) else None,
            unit_given=str(unit or ""),
            matter_given=str(matter["to"]) if isinstance(matter, dict) else "",
            photos=[PhotoOut.of(photo) for photo in view.photos.get(event.pk, ())],
        )


def _name(user: User | None) -> str:
    if user is None:
        return ""
    return mask_name(user.name) if user.kind == User.Kind.RESIDENT else user.name


def _role(code: str) -> str:
    role = ROLES.get(code)
    return str(role.name) if role else code


def _reason(kind: Kind, move: str, reason: str) -> str:
    label = kind.reasons.get(move, {}).get(reason, "")
    return _(label) if label else ""
