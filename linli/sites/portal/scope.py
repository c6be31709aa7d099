"""Which case a resident may open: their own or one they joined, or one whose code was typed in this session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from linli.apps.incidents import queries as incidents
from linli.foundation.accounts.http import ActorRequest
from linli.spine.cases.models import Case

Way = Literal["my", "follow"]

_SESSION_KEY: Final = "followed"
#: Phones are lent and office computers shared: a typed code opens its page for two hours.
GRANT_LIVES: Final = timedelta(hours=2)
MOST_GRANTS: Final = 10


@dataclass(frozen=True)
class Opened:
    """A case that somebody may read, and how: `is_reporter` may also move it; others only look."""

    case: Case
    way: Way
    is_reporter: bool

    @property
    def url(self) -> str:
        """Its page."""
        return reverse(f"portal:{self.way}_case", args=[self.case.number])

    def move_url(self, move: str) -> str:
        """Where a move of the reporter is sent."""
        return reverse(f"portal:{self.way}_move", args=[self.case.number, move])

    def photo_url(self, photo_id: UUID) -> str:
        """A photo of the case, in the scope of this way in."""
        return reverse(f"portal:{self.way}_photo", args=[self.case.number, photo_id])


def grant(request: ActorRequest, number: str, now: datetime) -> None:
    """Remember in the session that the code of this case was typed."""
    known = {**_granted(request), number: int(now.timestamp())}
    newest = sorted(known.items(), key=lambda pair: -pair[1])[:MOST_GRANTS]
    request.session[_SESSION_KEY] = dict(newest)


def forget(request: ActorRequest, number: str) -> None:
    """Close the page of a case that was opened by its code."""
    known = _granted(request)
    if known.pop(number, None) is not None:
        request.session[_SESSION_KEY] = known


def opened(request: ActorRequest, way: Way, number: str, now: datetime) -> Opened:
    """The case behind an address of the portal. One statement. Raises Http404 for everybody else."""
    if way == "my":
        case = incidents.own_case(request.actor, number)
        if case is None:
            raise Http404
        is_reporter = case.party is not None and case.party.user_id == request.actor.user_id
        return Opened(case, way, is_reporter)
    since = _granted(request).get(number)
    if since is None or now.timestamp() - since > GRANT_LIVES.total_seconds():
        raise Http404
    rows = Case.objects.select_related("area", "area__parent", "matter", "unit", "party").filter(number=number)
    case = rows.filter(tracking_index__isnull=False).first()
    if case is None:
        raise Http404
    return Opened(case, way, is_reporter=True)


def _granted(request: ActorRequest) -> dict[str, int]:
    known = request.session.get(_SESSION_KEY, {})
    return dict(known) if isinstance(known, dict) else {}
