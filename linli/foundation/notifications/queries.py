"""What is in somebody's inbox."""

from dataclasses import dataclass

from linli.foundation.accounts.actors import Actor
from linli.foundation.notifications.models import Message

PAGE = 30
# Counting further would cost more than it tells; the badge shows "99+".
MOST_COUNTED = 100


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox, newest first; `next_after` is the key of the next page, None on the last."""

    messages: tuple[Message, ...]
    next_after: int | None


def inbox(actor: Actor, after: int | None = None, limit: int = PAGE) -> InboxPage:
    """The actor's messages older than the one with id `after`. One query, by key."""
    if actor.user_id is None:
        return InboxPage((), None)
    mine = Message.objects.filter(to_user_id=actor.user_id, channel=Message.Channel.INBOX)
    if after is not None:
        mine = mine.filter(pk__lt=after)
    rows = tuple(mine.order_by("-pk")[: limit + 1])
    return InboxPage(rows[:limit], rows[limit - 1].pk if len(rows) > limit else None)


def message_of(actor: Actor, message_id: int) -> Message | None:
    """One message of the actor's inbox; None for those of others."""
    if actor.user_id is None:
        return None
    return Message.objects.filter(pk=message_id, to_user_id=actor.user_id, channel=Message.Channel.INBOX).first()


def unread_count(actor: Actor) -> int:
    """How many messages the actor has not read, at most 100. One small query."""
    if actor.user_id is None:
        return 0
    unread = Message.objects.filter(to_user_id=actor.user_id, channel=Message.Channel.INBOX, state=Message.State.SENT)
    return unread[:MOST_COUNTED].count()
