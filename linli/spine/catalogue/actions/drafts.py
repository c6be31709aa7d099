"""Who may take a step with a list, and what is written down of it."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, tidy
from linli.lib.errors import NotAllowed, Stale
from linli.spine.catalogue.models import ListStep, MatterList

MOVED: Final = gettext_lazy("Somebody else has moved this list meanwhile. Look at what is new, then decide again.")


def may(by: Actor, right: Permission, area_id: str) -> None:
    """Raise NotAllowed unless the post has this right in this area."""
    if not by.can(right) or not by.covers(area_id):
        raise NotAllowed(_("Your post does not include this step of the lists of this area."))


def locked_in(by: Actor, matter_list: MatterList, right: Permission, *states: str) -> MatterList:
    """The list, locked, when the actor may take this step and it stands in one of these states. Raises Stale."""
    may(by, right, matter_list.area_id)
    locked = MatterList.objects.select_for_update().get(pk=matter_list.pk)
    if locked.status not in states:
        raise Stale(MOVED)
    return locked


def locked_draft(by: Actor, matter_list: MatterList) -> MatterList:
    """The draft, locked, for who may change it. Raises NotAllowed, Stale."""
    return locked_in(by, matter_list, Permission.CATALOGUE_MANAGE, MatterList.Status.DRAFT)


def note_step(matter_list: MatterList, step: str, by: Actor, now: datetime, note: str = "") -> None:
    """Add a line to the history of a list."""
    ListStep.objects.create(
        matter_list=matter_list,
        step=step,
        at=now,
        by_id=by.user_id,
        post_id=by.post_id,
        note=clip(tidy(note), 500),
    )
