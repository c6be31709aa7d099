"""Keys for programs: made once, shown once, limited in scope and time, taken back at will."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import ApiToken, Post, User
from linli.foundation.accounts.roles import permissions_of
from linli.foundation.audit.actions import record
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Refusal

LONGEST_DAYS = 366
# A program that calls ten times a second must not write ten times a second.
USE_NOTED_EVERY = timedelta(minutes=1)


class BadToken(Refusal):
    """No such token, or no longer valid. The answer does not say which."""

    status: ClassVar[int] = 401
    code = "bad_token"
    message = gettext_lazy("This token is not valid.")


def issue_token(
    *, by: Actor, user: User, post: Post, name: str, scopes: Collection[str], days: int, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token for `user` acting under `post` and return it with its secret, which cannot be shown again.

    `scopes` are permission codes of the post's role, never more; `days` is 1 to 366. Raises Invalid.
    """
    label = clip(tidy(name), 100)
    allowed = permissions_of(post.role)
    beyond = sorted(set(scopes) - allowed)
    problems = {}
    if not label:
        problems["name"] = _("Give the token a name that says what uses it.")
    if not scopes:
        problems["scopes"] = _("Choose at least one permission.")
    if beyond:
        problems["scopes"] = _("The post does not hold these permissions: %(codes)s.") % {"codes": ", ".join(beyond)}
    if not 1 <= days <= LONGEST_DAYS:
        problems["days"] = _("A token is valid for 1 to %(most)d days.") % {"most": LONGEST_DAYS}
    if post.user_id != user.pk or not is_held(post, now):
        problems["post"] = _("The user does not hold this post.")
    if problems:
        raise Invalid(" ".join(problems.values()), fields=problems)
    prefix = secrets.token_hex(4)
    secret = f"linli_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            post=post,
            name=label,
            prefix=prefix,
            secret_hash=_hash(secret),
            scopes=sorted(str(scope) for scope in scopes),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        record(by=by, action="token.issued", subject_kind="token", subject_id=prefix, now=now)
    return token, secret


def actor_by_token(secret: str, now: datetime) -> Actor:
    """The actor behind a token: its post, limited to its scopes. Raises BadToken.

    One query, and one write a minute at most.
    """
    parts = secret[:200].split("_", 2)
    if len(parts) != 3 or parts[0] != "linli" or not secret.isascii() or "\x00" in secret:
        raise BadToken
    token = ApiToken.objects.filter(prefix=parts[1]).select_related("user", "post").first()
    if token is None or not constant_time_compare(token.secret_hash, _hash(secret)):
        raise BadToken
    if token.revoked_at is not None or token.expires_at <= now or not token.user.is_active:
        raise BadToken
    if not is_held(token.post, now):
        raise BadToken
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return actor_for(token.user, token.post).limited_to(frozenset(token.scopes))


@transaction.atomic
def revoke_token(*, by: Actor, token: ApiToken, now: datetime) -> None:
    """Make the token useless from this moment. Revoking twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        record(by=by, action="token.revoked", subject_kind="token", subject_id=token.prefix, now=now)


def is_held(post: Post, now: datetime) -> bool:
    """Whether the post is held today; its last day counts."""
    today = timezone.localdate(now)
    return post.starts_on <= today and (post.ends_on is None or post.ends_on >= today)


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
