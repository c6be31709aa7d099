"""Who is told of moves between communities: those who hold a post in the community of either side.

Messages are rows written in the transaction of the move. They name no person and no address: the desk of moves shows
to each side what it may see.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import COMMUNITY_SECRETARY, COMMUNITY_WORKER
from linli.foundation.areas.models import Area
from linli.foundation.notifications import actions as notifications
from linli.foundation.notifications.actions import News
from linli.register.people.models import Transfer

COMMUNITY = 12
DESK = "/register/moves/"
ROLES = (COMMUNITY_WORKER.code, COMMUNITY_SECRETARY.code)
#: A late answer is asked for again after so many days.
AGAIN = timedelta(days=3)

ASKED = _("A move to or from {community} waits for your answer until {day}.")
WITHDRAWN = _("{community} has withdrawn a move that waited for your answer.")
ANSWERS = {
    Transfer.State.ACCEPTED: _("{community} has accepted your move: the register is up to date."),
    Transfer.State.REFUSED: _("{community} has refused your move, and says why."),
}
LATE = _("A move to or from {community} should have been answered by {day}. Please answer it.")
STILL_LATE = _("{community} has not answered your move in time. It was reminded.")


def asking_area(transfer: Transfer) -> str:
    """The area of the side that asked."""
    return transfer.from_area_id if transfer.asked_by == Transfer.Side.OUT else transfer.to_area_id


def answering_area(transfer: Transfer) -> str:
    """The area of the side that has to answer."""
    return transfer.to_area_id if transfer.asked_by == Transfer.Side.OUT else transfer.from_area_id


def asked(transfer: Transfer, now: datetime) -> None:
    """Tell the other side that a move waits."""
    notifications.notify_many(news=_to(transfer, answering_area(transfer), ASKED, asking_area(transfer), now), now=now)


def answered(transfer: Transfer, now: datetime) -> None:
    """Tell the side that asked what was answered, or the other side that nothing is to be answered any more."""
    asking, answering = asking_area(transfer), answering_area(transfer)
    if transfer.state == Transfer.State.WITHDRAWN:
        news = _to(transfer, answering, WITHDRAWN, asking, now)
    else:
        news = _to(transfer, asking, ANSWERS[Transfer.State(transfer.state)], answering, now, tab="finished")
    notifications.notify_many(news=news, now=now)


def remind(transfer: Transfer, now: datetime) -> None:
    """The answer is late: tell both sides, again every few days. Nobody is ever accepted by the clock."""
    asking, answering = asking_area(transfer), answering_area(transfer)
    turn = f"transfer-{transfer.pk}-late-{(now - transfer.due_at) // AGAIN}"
    news = [
        *_to(transfer, answering, LATE, asking, now, key=turn),
        *_to(transfer, asking, STILL_LATE, answering, now, key=turn, tab="asked"),
    ]
    notifications.notify_many(news=news, now=now)


def _to(
    transfer: Transfer, area_id: str, text: StrOrPromise, other: str, now: datetime, *, key: str = "", tab: str = ""
) -> Iterable[News]:
    words = format_lazy(text, community=_community_name(other), day=timezone.localdate(transfer.due_at).isoformat())
    posts = Post.objects.active(timezone.localdate(now)).filter(role__in=ROLES, area_id=area_id[:COMMUNITY])
    for user_id in sorted(set(posts.values_list("user_id", flat=True))):
        yield News(
            to_user_id=user_id,
            text=words,
            subject_kind="transfer",
            subject_id=str(transfer.pk),
            link_path=f"{DESK}?tab={tab}" if tab else DESK,
            collision_key=key,
        )


def _community_name(area_id: str) -> str:
    return Area.objects.filter(pk=area_id[:COMMUNITY]).values_list("name", flat=True).first() or ""
