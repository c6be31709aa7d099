"""Reporting: once for each key, by anybody."""

from contextlib import nullcontext
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Router, Status
from pydantic import ConfigDict, Field, Strict

from linli.apps.incidents import actions, brake, places
from linli.apps.incidents.actions import Receipt, Report, Reporter
from linli.foundation.accounts.client import ip_of
from linli.lib.errors import Invalid
from linli.sites.api.door import STORAGE, writes
from linli.sites.api.fields import (
    Answer,
    AreaIdOrNone,
    CaseNumber,
    Coordinates,
    FileId,
    Given,
    Lat,
    Lon,
    MatterCode,
    StateCode,
    SubmissionKey,
    Yes,
    example,
)
from linli.sites.api.inputs import MOST_PHOTOS, held_photos, matter_here
from linli.sites.api.shapes import Named
from linli.sites.api.tokens import actor_of

router = Router(tags=["reports"])

_EXAMPLE: dict[str, Any] = {
    "text": "3 幢 2 单元楼上漏水，天花板已经湿了一片。",
    "matter": "dispute.neighbour",
    "place": "凤栖苑 3 幢 2 单元",
    "point": {"lon": 118.7459, "lat": 32.0329, "crs": "gcj02"},
    "name": "",
    "phone": "",
    "photos": [],
}


class Point(Given):
    """A point, with its reference system."""

    lon: Annotated[Lon, Strict()]
    lat: Annotated[Lat, Strict()]
    crs: Coordinates = "wgs84"


class ReportIn(Given):
    """What is wrong and where. The place: `point`, or `area`, or the name of a community in `place`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    text: str = Field(min_length=1, max_length=actions.LONGEST_TEXT, description="What is wrong, in your own words.")
    matter: MatterCode
    place: str = Field("", max_length=200, description="Where, in words: the building, the corner.")
    point: Point | None = None
    area: AreaIdOrNone = ""
    name: str = Field("", max_length=60, description="The reporter's name, if they give one.")
    phone: str = Field("", max_length=40, description="A mobile number for the messages; without one, keep the code.")
    photos: list[FileId] = Field([], max_length=MOST_PHOTOS, description="Ids that POST /files gave to you.")
    on_spot: Yes = Field(False, description="Handled on the spot, with a photo (grid and community workers).")
    submission_key: SubmissionKey = ""


class ReceiptOut(Answer):
    """What the reporter keeps."""

    model_config = example(
        {
            "number": "2026112300001",
            "tracking_code": "7K2M-Q9XA-04TZ",
            "repeated": False,
            "state": "reported",
            "area": {"id": "320105001001001", "name": "凤栖苑网格"},
            "matter_name": "邻里纠纷",
            "found_by": "point",
            "metres_off": 0,
            "respond_due": "2026-11-24T09:30:00+08:00",
            "term_due": "2026-11-30T09:30:00+08:00",
        }
    )

    number: CaseNumber
    tracking_code: str = Field(description="Opens the report at POST /follow; empty where no resident waits.")
    repeated: bool = Field(description="True when this key had been sent before: nothing was kept twice.")
    state: StateCode
    area: Named
    matter_name: str
    found_by: str = Field(description="How the area was found: point, list or words.")
    metres_off: int = Field(description="How far the point lies outside every community.")
    respond_due: datetime
    term_due: datetime


@writes(router, "", answers={201: ReceiptOut, 200: ReceiptOut}, name="send_report", problems=STORAGE, token=False)
def sent(
    request: HttpRequest,
    given: ReportIn,
    idempotency_key: Annotated[SubmissionKey, Header("", alias="Idempotency-Key")],
) -> Status[ReceiptOut]:
    """Report, with or without a token. Send an `Idempotency-Key` (a random UUID), and a retry is no second report."""
    by, now = actor_of(request), timezone.now()
    if not by.is_signed_in:
        brake.count(key=f"report:{ip_of(request)}", limit="reports_per_hour_ip", area_id="", now=now)
    point = given.point
    found = places.find(
        places.Given(
            lon=point.lon if point else None,
            lat=point.lat if point else None,
            crs=point.crs if point else "wgs84",
            area_id=given.area,
            words=given.place,
        ),
        now,
    )
    matter = matter_here(given.matter, found.area_id)
    # Photos stay locked until they are linked, so that no sweep takes them in between.
    with transaction.atomic() if given.photos else nullcontext():
        receipt = actions.report(
            by=by,
            given=Report(
                text=given.text,
                matter=matter,
                found=found,
                submission_key=_key(given.submission_key, idempotency_key),
                place=given.place,
                reporter=Reporter(phone=given.phone, name=given.name),
                photos=held_photos(given.photos, by),
                on_spot=given.on_spot,
            ),
            now=now,
        )
    return Status(200 if receipt.repeated else 201, _receipt(receipt, found))


def _key(in_body: str, in_header: str) -> str:
    """The one key of the two places. Raises Invalid when they differ."""
    keys = {key.strip('"').lower() for key in (in_body, in_header) if key.strip('"')}
    if len(keys) > 1:
        raise Invalid(fields={"submission_key": _("The Idempotency-Key header says something else.")})
    return keys.pop() if keys else str(uuid4())


def _receipt(receipt: Receipt, found: places.Found) -> ReceiptOut:
    case = receipt.case
    return ReceiptOut(
        number=case.number,
        tracking_code=receipt.code if case.tracking_index else "",
        repeated=receipt.repeated,
        state=case.state,
        area=Named(id=case.area_id, name=case.area.name),
        matter_name=case.cited.name,
        found_by=found.by,
        metres_off=found.metres_off,
        respond_due=case.respond_due,
        term_due=case.term_due,
    )
