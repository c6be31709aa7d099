"""Keeping accounts: who may sign in, and which posts they hold."""

import re
import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actions import attempts
from linli.foundation.accounts.actions.password import set_password
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.accounts.roles import POST_ROLES, Permission
from linli.foundation.areas.models import Area
from linli.foundation.audit.actions import record
from linli.lib import chinese
from linli.lib.errors import Invalid, NotAllowed

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)


def create_user(*, by: Actor, username: str, name: str, password: str, now: datetime, phone: str = "") -> User:
    """A new staff account whose first password must be changed at the first sign-in.

    `username`: 2 to 64 of a-z, 0-9, dot, hyphen, underscore; it never changes. `phone`: a mobile number or empty.
    Raises NotAllowed, or Invalid with the fields at fault.
    """
    _may_manage(by)
    number = chinese.mobile(phone) if phone else ""
    label = chinese.tidy(name)
    problems = {}
    if not USERNAME.fullmatch(username):
        problems["username"] = _("Use 2 to 64 small letters, digits, dots, hyphens or underscores.")
    if not label or len(label) > 60:
        problems["name"] = _("Enter a name of at most 60 characters.")
    if number is None:
        problems["phone"] = _("Enter the 11 digits of a mobile number.")
    if problems:
        raise Invalid(" ".join(problems.values()), fields=problems)
    user = User(username=username, name=label, created_at=now)
    if number:
        user.phone_sealed, user.phone_index = vault.seal(number, vault.PHONE), vault.index(number, vault.PHONE)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            set_password(user=user, new=password, must_change=True, now=now)
            record(by=by, action="user.created", subject_kind="user", subject_id=user.pk, now=now)
    except IntegrityError:
        text = _("This user name or phone number is taken.")
        raise Invalid(text, fields={"username": text}) from None
    return user


@transaction.atomic
def open_post(
    *,
    by: Actor,
    user: User,
    role: str,
    area: Area,
    unit: Unit | None,
    starts_on: date,
    ends_on: date | None,
    now: datetime,
) -> Post:
    """Give the user a post. Raises NotAllowed outside one's own area or for oneself, Invalid for wrong dates."""
    _may_manage(by, area.pk)
    _not_oneself(by, user.pk)
    problems = {}
    if role not in {one.code for one in POST_ROLES}:
        problems["role"] = _("There is no such role.")
    if ends_on is not None and ends_on < starts_on:
        problems["ends_on"] = _("The last day lies before the first day.")
    if user.kind != User.Kind.STAFF:
        problems["user"] = _("A resident cannot hold a post.")
    if Post.objects.filter(user=user, role=role, area=area, starts_on=starts_on).exists():
        problems["starts_on"] = _("The user already holds this post from this day.")
    if problems:
        raise Invalid(" ".join(problems.values()), fields=problems)
    post = Post.objects.create(user=user, role=role, area=area, unit=unit, starts_on=starts_on, ends_on=ends_on)
    record(by=by, action="post.opened", subject_kind="post", subject_id=post.pk, data={"role": role}, now=now)
    return post


@transaction.atomic
def end_post(*, by: Actor, post: Post, ends_on: date, now: datetime) -> None:
    """Let the post end with this day. The row stays, because history points at it. Raises NotAllowed, Invalid."""
    _may_manage(by, post.area_id)
    _not_oneself(by, post.user_id)
    if ends_on < post.starts_on:
        text = _("The last day lies before the first day.")
        raise Invalid(text, fields={"ends_on": text})
    post.ends_on = ends_on
    post.save(update_fields=["ends_on"])
    record(by=by, action="post.ended", subject_kind="post", subject_id=post.pk, now=now)


@transaction.atomic
def set_active(*, by: Actor, user: User, active: bool, now: datetime) -> None:
    """Close or reopen an account. Closing ends its sessions and its tokens at once. Raises NotAllowed."""
    _may_manage(by)
    user.is_active = active
    user.session_generation += 1
    user.save(update_fields=["is_active", "session_generation"])
    action = "user.opened" if active else "user.closed"
    record(by=by, action=action, subject_kind="user", subject_id=user.pk, now=now)


def reset_password(*, by: Actor, user: User, now: datetime) -> str:
    """Give the user a made-up password to be told once and changed at the first sign-in. Returns it.

    Also lifts a lock from failed sign-ins. Raises NotAllowed.
    """
    _may_manage(by)
    fresh = made_up_password()
    with transaction.atomic():
        set_password(user=user, new=fresh, must_change=True, now=now)
        record(by=by, action="password.reset", subject_kind="user", subject_id=user.pk, now=now)
    attempts.forgive("user:" + vault.index(user.username, "username"))
    return fresh


def made_up_password() -> str:
    """A first password of every class, 60 random bits, easy to read out: groups of four."""
    groups = ["".join(secrets.choice("abcdefghjkmnpqrstvwxyz23456789") for _char in range(4)) for _group in range(3)]
    return "-".join([*groups, secrets.choice("ABCDEFGHJKMNPQRSTVWXYZ") + secrets.choice("23456789")])


def _may_manage(by: Actor, area_id: str | None = None) -> None:
    if not by.can(Permission.ACCOUNTS_MANAGE):
        raise NotAllowed(refusal(Permission.ACCOUNTS_MANAGE))
    if area_id is not None and not by.covers(area_id):
        raise NotAllowed(_("This area lies outside yours."))


def _not_oneself(by: Actor, user_id: int) -> None:
    """Whoever hands out rights may not hand them to themselves (separation of administrators, domain.md §14)."""
    if by.user_id == user_id:
        raise NotAllowed(_("You cannot change your own posts. Ask another administrator."), code="own_post")
