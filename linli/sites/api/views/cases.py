"""Cases inside the caller's scope: lists by keyset, one case, and its history."""

from datetime import date
from typing import Annotated

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import Invalid
from linli.sites.api import fields
from linli.sites.api.door import SCOPED, reads
from linli.sites.api.fields import Answer, AreaIdOrNone, CaseNumber, Cursor, Given, Size
from linli.sites.api.shapes import CaseOut, CaseRow, EventOut
from linli.sites.api.tokens import actor_of, need
from linli.spine.cases import queries
from linli.spine.cases.queries import CaseView

router = Router(tags=["cases"])


class Chosen(Given):
    """What a list of cases is narrowed to. Empty means: not narrowed."""

    view: str = Field(
        "todo",
        pattern=fields.VIEW_PATTERN,
        max_length=10,
        description="`todo`: on the desk of your post. `open`, `late`, `handled` (waiting for the resident), `all`.",
    )
    q: str = Field("", max_length=100, description="Words in title and place, or the beginning of a number.")
    area: AreaIdOrNone = ""
    event_class: str = Field("", pattern=fields.CLASS_PATTERN, max_length=20)
    state: str = Field("", pattern=fields.STATE_PATTERN, max_length=20)
    due: str = Field("", pattern=fields.DUE_PATTERN, max_length=10, description="`late`, `today` or `week`.")
    month: str = Field("", pattern=fields.MONTH_PATTERN, max_length=7, description="Opened in this month, 2026-11.")
    months_to: str = Field("", pattern=fields.MONTH_PATTERN, max_length=7, description="… and up to this month.")
    facet: str = Field("", pattern=fields.FACET_PATTERN, max_length=20, description="What became of them.")
    unit: int = Field(0, ge=0, le=9_007_199_254_740_991, description="The id of the unit that has them; 0 for any.")
    sort: str = Field("", pattern=fields.one_of("new"), max_length=10, description="`new`: newest first.")
    after: Cursor = ""
    size: Size = 50

    def filter(self) -> queries.Filter:
        """The filter of the read side."""
        return queries.Filter(
            view=self.view or "todo",
            q=self.q,
            area=self.area,
            event_class=self.event_class,
            state=self.state,
            due=self.due,
            month=_month(self.month),
            months_to=_month(self.months_to),
            facet=self.facet,
            unit=self.unit or None,
            sort=self.sort,
        )


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


class CasesOut(Answer):
    """One page of cases."""

    cases: list[CaseRow]
    after: str = Field(description="Ask for the next page with this; empty on the last.")


class EventsOut(Answer):
    """One page of a history."""

    events: list[EventOut]
    after: int = Field(description="Ask for the next page with this; 0 on the last.")


@reads(router, "", answer=CasesOut, name="list_cases", problems=(403,))
def listed(request: HttpRequest, chosen: Query[Chosen]) -> CasesOut:
    """Open work by its next deadline, everything else newest first; always inside the area of the post."""
    by, now = reader(request), timezone.now()
    if chosen.after and queries.cursor_of(chosen.after) is None:
        raise Invalid(fields={"after": _("This is no cursor of ours. Begin with the first page.")})
    page = queries.page(by, chosen.filter(), after=chosen.after, now=now, size=chosen.size)
    return CasesOut(cases=[CaseRow.of(case, now) for case in page.rows], after=page.after)


@reads(router, "/{number}", answer=CaseOut, name="get_case", problems=SCOPED)
def one(request: HttpRequest, number: CaseNumber) -> CaseOut:
    """One case."""
    return CaseOut.seen(view_of(reader(request), number), timezone.now())


@reads(router, "/{number}/events", answer=EventsOut, name="list_case_events", problems=SCOPED)
def events(
    request: HttpRequest, number: CaseNumber, after: Annotated[int, Field(ge=0, le=1_000_000)] = 0, size: Size = 50
) -> EventsOut:
    """The history of a case, oldest first. It is never edited."""
    view = view_of(reader(request), number)
    rest = [event for event in view.events if event.seq > after]
    shown = rest[:size]
    return EventsOut(
        events=[EventOut.of(event, view) for event in shown], after=shown[-1].seq if len(rest) > size else 0
    )


def reader(request: HttpRequest) -> Actor:
    """Who calls, allowed to read cases. Raises NotAllowed."""
    by = actor_of(request)
    need(by, Permission.CASE_READ)
    return by


def view_of(by: Actor, number: str) -> CaseView:
    """The case with this number in the caller's scope. Raises Http404 outside it."""
    view = queries.case_view(by, number, timezone.now())
    if view is None:
        raise Http404
    return view
