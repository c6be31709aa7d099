"""Following a report by its tracking code, without a token: read it, answer, add, remind, withdraw.

The code comes in the body and never in the address, so that it stands in no log.
"""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import ConfigDict

from linli.apps.incidents import actions
from linli.foundation.accounts.actors import ANONYMOUS
from linli.lib.errors import NotAllowed, Stale
from linli.sites.api.door import STORAGE, writes
from linli.sites.api.fields import Given, MoveName, TrackingCode
from linli.sites.api.inputs import ReporterMoveIn, held_photos, of_reporter
from linli.sites.api.story import NOT_OFFERED, StoryOut
from linli.sites.api.tracking import case_of
from linli.sites.api.views.moves import was_made
from linli.spine.cases import queries
from linli.spine.cases.models import Case

router = Router(tags=["follow"])


class FollowIn(Given):
    """The code of the receipt."""

    code: TrackingCode


class FollowMoveIn(ReporterMoveIn):
    """The code of the receipt, and what the move asks for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "7K2M-Q9XA-04TZ", "seq": 6, "satisfaction": 3}]},
    )

    code: TrackingCode


@writes(router, "", answers={200: StoryOut}, name="follow_report", problems=(404,), token=False)
def followed(request: HttpRequest, given: FollowIn) -> StoryOut:
    """The report that the code opens, in public words, with the moves that the reporter may make."""
    return _story(case_of(request, given.code))


@writes(
    router, "/moves/{name}", answers={200: StoryOut}, name="make_reporter_move", problems=(404, *STORAGE), token=False
)
def made(request: HttpRequest, name: MoveName, given: FollowMoveIn) -> StoryOut:
    """Make a move as the reporter: confirm, reopen, dispute, add, remind, withdraw. With `seq`, at most once."""
    case, now = case_of(request, given.code), timezone.now()
    if name in NOT_OFFERED:
        raise NotAllowed(_("You follow this report already."))
    try:
        with transaction.atomic():
            actions.act(
                case_id=case.pk,
                name=name,
                by=ANONYMOUS,
                inputs=of_reporter(given, held_photos(given.photos, ANONYMOUS)),
                now=now,
                expected_seq=given.seq,
                is_reporter=True,
            )
    except Stale:
        if not was_made(case, name, ANONYMOUS, given.seq, given.public_note):
            raise
    case.refresh_from_db()
    return _story(case)


def _story(case: Case) -> StoryOut:
    return StoryOut.of(queries.view_of(case, ANONYMOUS, timezone.now(), is_reporter=True))
