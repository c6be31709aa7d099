"""Reading incidents: what is open nearby, what a tracking code opens, what a resident has reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Literal

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from linli.apps.incidents.actions import TRACKING
from linli.apps.incidents.flow import INCIDENT, OPEN
from linli.apps.incidents.places import Found
from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.rules import queries as rules
from linli.lib.codes import normal_tracking_code
from linli.lib.coordinates import metres_between
from linli.lib.prefix import within
from linli.spine.cases.flow import Part
from linli.spine.cases.models import Attachment, Case, Follower
from linli.spine.cases.queries import CaseView, Page, cursor_of, mark_of

METRES_PER_DEGREE = 111_320.0
MOST_NEARBY = 5


@dataclass(frozen=True)
class Near:
    """An open case that may be the same thing. Shown to residents: nothing of who reported it, nor their words."""

    case: Case
    metres: int | None


def nearby(*, event_class: str, found: Found, now: datetime) -> list[Near]:
    """Open cases of the same class near the place, nearest first: offered to join before a report is sent.

    With a point: within the radius of the rules; without one: in the same community. One statement.
    """
    limits = rules.params("incident.limits", found.area_id, timezone.localdate(now))
    since = now - timedelta(days=limits["nearby_days"])
    open_states = sorted(OPEN - {"handled", "disputed"})
    rows = Case.objects.filter(
        kind=INCIDENT.kind, is_open=True, state__in=open_states, event_class=event_class, opened_at__gte=since
    ).select_related("matter", "area")
    if found.lon is None or found.lat is None:
        rows = rows.filter(**within("area_id", found.area_id[:12]))
        return [Near(case, None) for case in rows.order_by("-opened_at", "-pk")[:MOST_NEARBY]]
    reach = limits["nearby_metres"]
    high = reach / METRES_PER_DEGREE
    wide = high / max(cos(radians(found.lat)), 0.01)
    rows = rows.filter(
        **within("area_id", found.area_id[:6]),
        lat__range=(found.lat - high, found.lat + high),
        lon__range=(found.lon - wide, found.lon + wide),
    )
    near = []
    for case in rows.order_by("-opened_at", "-pk")[: MOST_NEARBY * 20]:
        assert case.lon is not None
        assert case.lat is not None
        metres = metres_between(found.lon, found.lat, case.lon, case.lat)
        if metres <= reach:
            near.append(Near(case, round(metres)))
    return sorted(near, key=lambda one: (one.metres or 0, -one.case.pk))[:MOST_NEARBY]


def by_code(text: str) -> Case | None:
    """The case that a tracking code opens, however it is typed; None when there is none. One statement."""
    code = normal_tracking_code(text)
    if code is None:
        return None
    rows = Case.objects.select_related("area", "area__parent", "matter", "unit", "party")
    return rows.filter(tracking_index=vault.index(code, TRACKING)).first()


def mine(actor: Actor, *, after: str, size: int = 20) -> Page:
    """What a signed-in resident reported or joined, newest first, by keyset. One statement."""
    if actor.user_id is None:
        return Page([])
    joined = Follower.objects.filter(case=OuterRef("pk"), party__user_id=actor.user_id)
    rows = Case.objects.filter(Q(party__user_id=actor.user_id) | Exists(joined)).select_related(
        "area", "matter", "unit", "party"
    )
    cursor = cursor_of(after)
    if cursor is not None:
        at, pk = cursor
        rows = rows.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=pk))
    found: Sequence[Case] = list(rows.order_by("-opened_at", "-pk")[: size + 1])
    if len(found) <= size:
        return Page(found)
    found = found[:size]
    return Page(found, mark_of(found[-1].opened_at, found[-1].pk))


def own_case(actor: Actor, number: str) -> Case | None:
    """A case that the signed-in resident reported or joined. One statement."""
    rows = Case.objects.visible_to(actor).select_related("area", "area__parent", "matter", "unit", "party")
    return rows.filter(number=number).first() if actor.is_resident else None


@dataclass(frozen=True)
class ShownPhoto:
    """A photo that residents may see, and what it shows: before or after the work."""

    attachment: Attachment
    at: datetime
    when: Literal["before", "after"]


def photos_for_residents(view: CaseView, *, is_reporter: bool) -> list[ShownPhoto]:
    """The photos that residents may see: the reporter's own, and proof of work once the community has checked it.

    Photos of internal notes, of work that was sent back, and (for those who joined) of the first reporter stay out.
    Asks nothing of the database.
    """
    shown: list[ShownPhoto] = []
    unchecked: list[ShownPhoto] = []
    for event in view.events:
        when: Literal["before", "after"] = "before" if event.move in ("report", "add") else "after"
        attached = [ShownPhoto(attachment, event.at, when) for attachment in view.photos.get(event.pk, ())]
        match event.move:
            case "finish":
                unchecked = attached
            case "send_back" | "return":
                unchecked = []
            case "verify":
                shown += unchecked + attached
                unchecked = []
            case "report_solved" | "solve_on_spot":
                shown += attached
            case "report" | "add" if is_reporter or event.part != Part.REPORTER:
                shown += attached
    return shown
