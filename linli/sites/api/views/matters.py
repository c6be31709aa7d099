"""Matters: what may be asked in an area, who leads it, in what time, on what basis; and what words point to."""

from typing import Annotated

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from linli.sites.api.door import reads
from linli.sites.api.fields import Answer, AreaId, ClassCode, MatterCode, Size, example
from linli.sites.api.shapes import UnitOut
from linli.spine.catalogue import queries
from linli.spine.catalogue.models import EventClass, Matter

router = Router(tags=["matters"])


class TermOut(Answer):
    """A length of time as a list states it."""

    amount: int
    unit: str = Field(description="hours, working_hours, working_days or calendar_days.")


class MatterOut(Answer):
    """A matter of a published list."""

    model_config = example(
        {
            "code": "dispute.neighbour",
            "name": "邻里纠纷",
            "event_class": "dispute",
            "event_class_label": "矛盾纠纷",
            "told": "邻居之间的噪声、漏水、占用、宠物等纠纷，由社区调解。",
            "lead": "community_office",
            "lead_unit": None,
            "promised": {"amount": 5, "unit": "working_days"},
            "statutory": {"amount": 60, "unit": "calendar_days"},
            "basis": "《信访工作条例》第三十四条",
            "urgent_call": "",
        }
    )

    code: MatterCode
    name: str
    event_class: ClassCode
    event_class_label: str
    told: str = Field(description="What residents read about it.")
    lead: str = Field(description="community_office, street_office or department.")
    lead_unit: UnitOut | None = Field(description="The department that leads, where one does.")
    promised: TermOut
    statutory: TermOut
    basis: str
    urgent_call: str = Field(description="The number to call first when it is urgent; empty for most.")


class MattersOut(Answer):
    """One page of matters, in the order of their list."""

    matters: list[MatterOut]
    after: str = Field(description="Ask for the next page with this; empty on the last.")


@reads(router, "", answer=MattersOut, name="list_matters", token=False)
def listed(
    request: HttpRequest,
    area: AreaId,
    after: Annotated[str, Field(pattern="^([a-z0-9_.-]{1,60})?$", max_length=60)] = "",
    size: Size = 100,
) -> MattersOut:
    """What may be reported in an area today."""
    rows = list(queries.offered(area, timezone.localdate()))
    start = next((place + 1 for place, matter in enumerate(rows) if matter.code == after), 0)
    shown = rows[start : start + size]
    more = start + size < len(rows)
    return MattersOut(matters=[_out(matter) for matter in shown], after=shown[-1].code if more and shown else "")


@reads(router, "/suggest", answer=MattersOut, name="suggest_matters", token=False)
def suggested(
    request: HttpRequest,
    area: AreaId,
    text: Annotated[str, Field(min_length=1, max_length=5000, examples=["楼上漏水"])],
) -> MattersOut:
    """The matters that the words of a report point to, most likely first; none when no word is known."""
    rows = queries.suggest(text, area, timezone.localdate())
    return MattersOut(matters=[_out(matter) for matter in rows[:10]], after="")


@reads(router, "/{code}", answer=MatterOut, name="get_matter", problems=(404,), token=False)
def one(request: HttpRequest, code: MatterCode, area: AreaId) -> MatterOut:
    """One matter, as it is offered in an area today."""
    matter = queries.one(code, area, timezone.localdate())
    if matter is None:
        raise Http404
    return _out(matter)


def _out(matter: Matter) -> MatterOut:
    unit = matter.lead_unit
    return MatterOut(
        code=matter.code,
        name=matter.name,
        event_class=matter.event_class,
        event_class_label=str(EventClass(matter.event_class).label),
        told=matter.told,
        lead=matter.lead,
        lead_unit=None if unit is None else UnitOut.of(unit),
        promised=TermOut(amount=matter.promised_amount, unit=matter.promised_unit),
        statutory=TermOut(amount=matter.statutory_amount, unit=matter.statutory_unit),
        basis=matter.basis,
        urgent_call=matter.urgent_call,
    )
