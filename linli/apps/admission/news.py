"""Who is told what: the community, the sender, and the two supervising offices. Messages name no person."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.apps.admission.models import Handing
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import (
    CIVIL_AFFAIRS,
    COMMUNITY_SECRETARY,
    COMMUNITY_WORKER,
    LEGAL_REVIEW,
    ORGANISATION,
    POST_ROLES,
    STREET_STAFF,
    Permission,
    permissions_of,
)
from linli.foundation.notifications import actions as notifications
from linli.foundation.notifications.actions import News
from linli.lib.prefix import within
from linli.spine.cases.flow import Part
from linli.spine.catalogue.models.matter_list import AREA_SIZES

SENDING = [role.code for role in POST_ROLES if Permission.TASK_SEND in permissions_of(role.code)]
KEEPING = [role.code for role in POST_ROLES if Permission.CATALOGUE_MANAGE in permissions_of(role.code)]
DISTRICT = 6
SUPERVISING = (CIVIL_AFFAIRS.code, ORGANISATION.code)


#: Under which name each part that may own a state of a task is told (`told`).
DESKS = {
    Part.COMMUNITY: "community",
    Part.SENDER: "sender",
    Part.STREET: "street",
    Part.DISTRICT: "supervisors",
    Part.SUPERVISOR: "supervisors",
}


def community(area_ids: Sequence[str], now: datetime) -> dict[str, list[int]]:
    """Whom to tell in each community: its secretary or, where there is none, its workers. One statement."""
    posts = Post.objects.active(timezone.localdate(now)).filter(
        role__in=(COMMUNITY_SECRETARY.code, COMMUNITY_WORKER.code)
    )
    posts = posts.filter(area_id__in=area_ids) if len(area_ids) == 1 else posts.filter(area_id__in=set(area_ids))
    found: dict[str, dict[str, list[int]]] = {}
    for area_id, role, user_id in posts.order_by("pk").values_list("area_id", "role", "user_id"):
        found.setdefault(area_id, {}).setdefault(role, []).append(user_id)
    return {
        area_id: by_role.get(COMMUNITY_SECRETARY.code) or by_role.get(COMMUNITY_WORKER.code, [])
        for area_id, by_role in found.items()
    }


def unit(unit_id: int, now: datetime) -> list[int]:
    """The staff of a unit who hand tasks down. One statement."""
    posts = Post.objects.active(timezone.localdate(now)).filter(unit_id=unit_id, role__in=SENDING)
    return sorted(set(posts.values_list("user_id", flat=True)))


def supervisors(area_id: str, now: datetime, *, besides: int | None = None) -> list[int]:
    """Civil affairs and organisation department of a district, without the unit that sent it.

    Where a district has none, those of the nearest wider area. A statement or two.
    """
    posts = _posts(SUPERVISING, now).filter(**within("area_id", area_id[:DISTRICT]))
    return _users(posts, besides) or _wider(area_id, now, besides)


def above_supervisors(area_id: str, now: datetime, *, besides: int | None = None) -> list[int]:
    """Who supervises the supervisors of a district: the same offices of the nearest wider area.

    Where there are none, the district's own: then it stays with them, and is told again. A statement or two.
    """
    return _wider(area_id, now, besides) or supervisors(area_id, now, besides=besides)


def _wider(area_id: str, now: datetime, besides: int | None) -> list[int]:
    """The supervising offices of the nearest area around a district that has any."""
    wider = [area_id[:size] for size in AREA_SIZES if size < DISTRICT]
    posts = [post for post in _posts(SUPERVISING, now).filter(area_id__in=wider) if post.unit_id != besides]
    nearest = max((len(post.area_id) for post in posts), default=0)
    return _users([post for post in posts if len(post.area_id) == nearest], besides)


def street(area_id: str, now: datetime) -> list[int]:
    """The staff of the street in which a community lies. One statement."""
    posts = Post.objects.active(timezone.localdate(now)).filter(role=STREET_STAFF.code, area_id=area_id[:9])
    return sorted(set(posts.values_list("user_id", flat=True)))


def keepers(area_id: str, now: datetime) -> list[int]:
    """Whoever may change the lists of an area: by right and place, not by name. One statement."""
    places = [area_id[:size] for size in AREA_SIZES if size <= len(area_id)]
    posts = Post.objects.active(timezone.localdate(now)).filter(role__in=KEEPING, area_id__in=places)
    return sorted(set(posts.values_list("user_id", flat=True)))


def legality(area_id: str, now: datetime) -> list[int]:
    """The legality reviewers of a district. One statement."""
    return _of_roles((LEGAL_REVIEW.code,), area_id, now)


def _posts(roles: Sequence[str], now: datetime) -> QuerySet[Post]:
    return Post.objects.active(timezone.localdate(now)).filter(role__in=roles)


def _users(posts: Iterable[Post], besides: int | None) -> list[int]:
    return sorted({post.user_id for post in posts if besides is None or post.unit_id != besides})


def _of_roles(roles: Sequence[str], area_id: str, now: datetime) -> list[int]:
    posts = Post.objects.active(timezone.localdate(now)).filter(role__in=roles, **within("area_id", area_id[:6]))
    return sorted(set(posts.values_list("user_id", flat=True)))


def task_news(user_ids: Iterable[int], number: str, title: str, words: str) -> list[News]:
    """The same sentence about a task to each of these people."""
    link = reverse("admission:task", args=[number])
    return _to(user_ids, words % {"title": title, "number": number}, "task", number, link)


def street_news(handing: Handing, area_ids: Iterable[str], words: str, now: datetime) -> list[News]:
    """One sentence to the staff of each street about what was handed to its communities. A statement for each."""
    link = f"{reverse('admission:tasks')}?view=all&handing={handing.pk}"
    streets = sorted({area_id[:9] for area_id in area_ids})
    return [
        one
        for code in streets
        for one in _to(street(code, now), words % {"title": handing.title}, "handing", str(handing.pk), link)
    ]


def application_news(
    user_ids: Iterable[int], application_id: int, name: str, words: str, *, key: str = ""
) -> list[News]:
    """The same sentence about an application to each of these people; with a key only once."""
    link = reverse("admission:application", args=[application_id])
    return _to(user_ids, words % {"name": name}, "application", str(application_id), link, key)


def agreement_news(user_ids: Iterable[int], agreement_id: int, words: str, *, key: str = "") -> list[News]:
    """The same sentence about an agreement to each of these people; with a key only once."""
    link = reverse("admission:agreement", args=[agreement_id])
    return _to(user_ids, words, "agreement", str(agreement_id), link, key)


def list_news(user_ids: Iterable[int], list_id: int, words: str, *, key: str) -> list[News]:
    """The same sentence about a list to each of these people, once."""
    link = f"{reverse('admission:lists')}?view=todo"
    return _to(user_ids, words, "list", str(list_id), link, key)


def _to(user_ids: Iterable[int], words: str, kind: str, subject: str, link: str, key: str = "") -> list[News]:
    return [
        News(to_user_id=one, text=words, subject_kind=kind, subject_id=subject, link_path=link, collision_key=key)
        for one in dict.fromkeys(user_ids)
    ]


def send(news: Sequence[News], now: datetime) -> None:
    """Write messages in the caller's transaction."""
    if news:
        notifications.notify_many(news=news, now=now)


def in_house() -> translation.override:
    """Messages are written in the language of the installation."""
    return translation.override(settings.LANGUAGE_CODE)


#: What is said of a task after a move, and to whom: "community", "sender", "supervisors".
def told(move: str) -> tuple[tuple[str, ...], str]:
    """Whom a move of a task concerns, and what they read; nobody for moves that concern no other desk."""
    words = {
        "refuse": (("supervisors", "sender"), _("A community refuses “%(title)s” (%(number)s): it is on no list.")),
        "refuse_late": (
            ("supervisors", "sender"),
            _("A community refuses “%(title)s” (%(number)s): what belongs to it is late."),
        ),
        "pass_on": (("community",), _("New task: “%(title)s” (%(number)s).")),
        "pass_off_list": (
            ("community",),
            _("“%(title)s” (%(number)s) was handed down without a list. You may refuse it."),
        ),
        "hold": (("sender",), _("The street holds “%(title)s” (%(number)s) back. Its reason stands with the task.")),
        "merge": (("sender",), _("The street has merged “%(title)s” (%(number)s) into another task.")),
        "turn_down": (("sender",), _("The street turns “%(title)s” (%(number)s) down. Its reason stands with it.")),
        "contest": (
            ("supervisors", "sender"),
            _("A community contests “%(title)s” (%(number)s): this is not what the item says. Judge it in time."),
        ),
        "uphold": (
            ("community", "sender"),
            _("“%(title)s” (%(number)s) is not what its item says: it is on no list. The reason stands with the task."),
        ),
        "dismiss": (
            ("community", "sender"),
            _("“%(title)s” (%(number)s) is what its item says: the community takes it on, or accepts under protest."),
        ),
        "accept_once": (
            ("supervisors", "sender"),
            _("A community accepts “%(title)s” (%(number)s) once, under protest."),
        ),
        "ask": (("supervisors",), _("A community asks whether “%(title)s” (%(number)s) may be demanded.")),
        "allow": (("community", "sender"), _("The supervisors say: “%(title)s” (%(number)s) may be asked.")),
        "disallow": (
            ("community", "sender"),
            _("The supervisors say: “%(title)s” (%(number)s) may not be asked. The sender corrects it."),
        ),
        "order": (
            ("sender", "community"),
            _("“%(title)s” (%(number)s) was refused and must be corrected by its sender."),
        ),
        "insist": (("sender",), _("“%(title)s” (%(number)s) is not corrected yet: it is ordered again.")),
        "give_back": (("community", "sender"), _("“%(title)s” (%(number)s) goes back to the community.")),
        "correct": (("supervisors", "community"), _("The sender says how “%(title)s” (%(number)s) was corrected.")),
        "close": (("community", "sender"), _("The correction of “%(title)s” (%(number)s) is closed.")),
        "overdue": ((), _("“%(title)s” (%(number)s) was not answered in time.")),
        "hand_in": (("sender",), _("A community hands in “%(title)s” (%(number)s).")),
        "send_back": (("community",), _("“%(title)s” (%(number)s) came back: the sender says it is not done.")),
        "recall": (("community",), _("“%(title)s” (%(number)s) was recalled by its sender.")),
    }
    return words.get(move, ((), ""))
