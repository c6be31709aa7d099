"""Who is told what after a move: residents in words written for them, staff when something comes to their desk.

Messages are rows written in the transaction of the move; a job sends them. They name no person and no address.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.apps.incidents.flow import INCIDENT
from linli.foundation import vault
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import COMMUNITY_SECRETARY, COMMUNITY_WORKER, STREET_STAFF
from linli.foundation.notifications import actions as notifications
from linli.foundation.notifications.actions import News
from linli.lib.codes import tracking_code
from linli.register.people.models import Party
from linli.spine.cases.models import Case, Event, Follower

# The moves that bring a case to another desk.
_HEARD = frozenset({"dispatch", "return", "reopen", "remind", "dispute", "escalate"})
_COMMUNITY = (COMMUNITY_WORKER.code, COMMUNITY_SECRETARY.code)


def tell(case: Case, event: Event, now: datetime) -> None:
    """Write the messages that follow from a move: to the reporter, the followers, and the next desk."""
    with translation.override(settings.LANGUAGE_CODE):
        news: list[News] = []
        told = INCIDENT.move[event.move].told
        if told and case.party is not None:
            news += _to_party(case, case.party, told, with_code=True)
        if told and event.seq > 1:
            for follower in Follower.objects.filter(case_id=case.pk).select_related("party"):
                news += _to_party(case, follower.party, told, with_code=False)
        news += _to_staff(case, event, now)
    if news:
        notifications.notify_many(news=news, now=now)


def tell_party(case: Case, party: Party, event: Event, now: datetime) -> None:
    """Tell one party of one move (whoever has just joined)."""
    with translation.override(settings.LANGUAGE_CODE):
        news = list(_to_party(case, party, INCIDENT.move[event.move].told, with_code=False))
    notifications.notify_many(news=news, now=now)


def _to_party(case: Case, party: Party, told: str, *, with_code: bool) -> Iterable[News]:
    words = _("[Linli] Report %(number)s: %(told)s") % {"number": case.number, "told": _(told)}
    if party.user_id is not None:
        link = f"/my/{case.number}/"
        yield News(to_user_id=party.user_id, text=words, subject_kind="case", subject_id=case.number, link_path=link)
    elif with_code:
        code = tracking_code(vault.keyring().index_key, case.number)
        words += " " + _("To follow it, enter code %(code)s.") % {"code": code}
    if party.phone_sealed:
        phone = vault.unseal(party.phone_sealed, vault.PHONE)
        yield News(phone=phone, text=words, subject_kind="case", subject_id=case.number)


def _to_staff(case: Case, event: Event, now: datetime) -> Iterable[News]:
    if event.move not in _HEARD:
        return
    posts = Post.objects.active(timezone.localtime(now).date())
    community = posts.filter(role__in=_COMMUNITY, area_id=case.area_id[:12])
    match event.move:
        case "dispatch":
            posts, words = posts.filter(unit=case.unit), _("Case %(number)s was dispatched to your unit.")
        case "return":
            posts, words = community, _("Case %(number)s came back: the unit says it was wrongly sent.")
        case "reopen":
            posts, words = community, _("Case %(number)s was reopened: the resident says it is not solved.")
        case "remind":
            posts, words = community, _("The resident reminds you of case %(number)s.")
        case _:
            posts = posts.filter(role=STREET_STAFF.code, area_id=case.area_id[:9])
            words = _("Case %(number)s now needs the street.")
    for user_id in sorted(set(posts.values_list("user_id", flat=True))):
        yield News(
            to_user_id=user_id,
            text=words % {"number": case.number},
            subject_kind="case",
            subject_id=case.number,
            link_path=f"/desk/cases/{case.number}/",
        )
