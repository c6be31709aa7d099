"""What is written down about signing in and its keys, where the auditor of the person's place finds it."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from linli.foundation.accounts.actors import ANONYMOUS, Actor, actor_for
from linli.foundation.accounts.models import Post, User
from linli.foundation.audit.actions import record


def note(*, user: User, action: str, ip: str, now: datetime) -> None:
    """Write that the user did something before choosing a post: one line for each area where they hold one."""
    for actor in _actors(user, now):
        record(by=actor, action=action, ip=ip, now=now)


def note_try(*, username: str, action: str, ip: str, now: datetime) -> None:
    """Write that somebody tried this name in vain. Of a name that nobody has, only the try is kept.

    The name itself is not: people type passwords into this field.
    """
    user = User.objects.filter(username=username).first()
    areas = [actor.area_id for actor in _actors(user, now)] if user else [""]
    for area_id in areas:
        by = replace(ANONYMOUS, area_id=area_id)
        subject = user.pk if user else ""
        record(by=by, action=action, subject_kind="user", subject_id=subject, ip=ip, now=now)


def _actors(user: User, now: datetime) -> list[Actor]:
    """The user under one post in each area: those of today, else those there were; without any, the user alone."""
    posts = Post.objects.filter(user=user).order_by("pk")
    held = list(posts.active(timezone.localdate(now))) or list(posts)
    by_area = {post.area_id: post for post in reversed(held)}
    return [actor_for(user, by_area[area_id]) for area_id in sorted(by_area)] or [actor_for(user)]
