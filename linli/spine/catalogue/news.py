"""Who is told that a list waits for them: whoever holds the right of its next step, at the nearest place."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import POST_ROLES, permissions_of
from linli.foundation.notifications.actions import News, notify_many
from linli.spine.catalogue.models import MatterList
from linli.spine.catalogue.models.matter_list import AREA_SIZES
from linli.spine.catalogue.queries import NEXT_RIGHT

Status = MatterList.Status


def tell_next(matter_list: MatterList, by: Actor, now: datetime) -> None:
    """Tell whose work a list is now, in the caller's transaction. No personal data. Two statements."""
    with translation.override(settings.LANGUAGE_CODE):
        told = {
            Status.DRAFT: _("“%(list)s” came back: change what its check says, and send it in again."),
            Status.CHECKING: _("“%(list)s” waits for the legality check."),
            Status.APPROVING: _("“%(list)s” passed its check and waits for approval."),
        }
        words = told[Status(matter_list.status)] % {"list": f"{matter_list.name} v{matter_list.version}"}
    link = f"{reverse('admission:lists')}?view=todo"
    notify_many(
        news=[
            News(to_user_id=one, text=words, subject_kind="list", subject_id=str(matter_list.pk), link_path=link)
            for one in _next(matter_list, now)
            if one != by.user_id
        ],
        now=now,
    )


def _next(matter_list: MatterList, now: datetime) -> list[int]:
    """Whoever may take the next step; where nobody holds the right, those of the next wider area. One statement."""
    right = NEXT_RIGHT[Status(matter_list.status)]
    roles = [role.code for role in POST_ROLES if right in permissions_of(role.code)]
    # Whoever drafted or checked it does not decide on it.
    done = {matter_list.drafted_by_id, matter_list.checked_by_id} if matter_list.status != Status.DRAFT else set()
    places = [matter_list.area_id[:size] for size in AREA_SIZES if size <= len(matter_list.area_id)]
    posts = Post.objects.active(timezone.localdate(now)).filter(role__in=roles, area_id__in=places)
    free = [post for post in posts if post.user_id not in done]
    nearest = max((len(post.area_id) for post in free), default=0)
    return sorted({post.user_id for post in free if len(post.area_id) == nearest})
