"""`linli account`: the first administrator of a fresh installation, and help when nobody can sign in."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from linli.foundation.accounts import actions, queries
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.accounts.models import Post, Unit, User
from linli.foundation.accounts.roles import POST_ROLES
from linli.foundation.areas.models import Area
from linli.lib.errors import Refusal


class Command(BaseCommand):
    help = "Make staff accounts, give and end posts, reset passwords, close accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        create = commands.add_parser("create", help="A new account; its first password is shown once.")
        create.add_argument("username")
        create.add_argument("--name", required=True)
        create.add_argument("--phone", default="")
        post = commands.add_parser("post", help="Give a post.")
        post.add_argument("username")
        post.add_argument("--role", required=True, choices=[role.code for role in POST_ROLES])
        post.add_argument("--area", required=True, help="Area code, such as 320105001001.")
        post.add_argument("--unit", default="", help="Unit code.")
        post.add_argument("--from", dest="starts_on", type=date.fromisoformat, help="First day (default today).")
        post.add_argument("--until", dest="ends_on", type=date.fromisoformat, help="Last day (default open).")
        end = commands.add_parser("end-post", help="End a post.")
        end.add_argument("post", type=int)
        end.add_argument("--until", dest="ends_on", type=date.fromisoformat, help="Last day (default today).")
        for what, text in (
            ("show", "Show an account and its posts."),
            ("reset", "Give a new first password and lift the lock."),
            ("close", "Close an account and end its sessions."),
            ("open", "Reopen a closed account."),
        ):
            commands.add_parser(what, help=text).add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["what"].replace("-", "_"))(**options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None

    def _create(self, *, username: str, name: str, phone: str, **_rest: Any) -> None:
        now = timezone.now()
        password = actions.made_up_password()
        user = actions.create_user(by=SYSTEM, username=username, name=name, phone=phone, password=password, now=now)
        self.stderr.write(
            f"Account {user.username} is made; it needs a post to be of use. First password, shown only now:"
        )
        self.stdout.write(password)

    def _post(self, *, username: str, role: str, area: str, unit: str, **rest: Any) -> None:
        now = timezone.now()
        place = Area.objects.filter(pk=area).first()
        office = Unit.objects.filter(code=unit).first()
        if place is None:
            raise CommandError(f"There is no area {area}.")
        if unit and office is None:
            raise CommandError(f"There is no unit {unit}.")
        post = actions.open_post(
            by=SYSTEM,
            user=_user(username),
            role=role,
            area=place,
            unit=office,
            starts_on=rest["starts_on"] or timezone.localdate(now),
            ends_on=rest["ends_on"],
            now=now,
        )
        self.stdout.write(f"Post {post.pk}: {queries.post_label(post)}")

    def _end_post(self, *, post: int, ends_on: date | None, **_rest: Any) -> None:
        now = timezone.now()
        row = Post.objects.filter(pk=post).first()
        if row is None:
            raise CommandError(f"There is no post {post}.")
        last = ends_on or timezone.localdate(now)
        actions.end_post(by=SYSTEM, post=row, ends_on=last, now=now)
        self.stdout.write(f"Post {post} ends with {last}.")

    def _show(self, *, username: str, **_rest: Any) -> None:
        user = _user(username)
        self.stdout.write(f"{user.username}  {user.name}  {'open' if user.is_active else 'closed'}")
        for post in user.posts.select_related("area", "unit"):
            until = post.ends_on or ""
            self.stdout.write(f"  {post.pk}  {queries.post_label(post)}  {post.area_id}  {post.starts_on}–{until}")

    def _reset(self, *, username: str, **_rest: Any) -> None:
        password = actions.reset_password(by=SYSTEM, user=_user(username), now=timezone.now())
        self.stderr.write("New first password, shown only now:")
        self.stdout.write(password)

    def _close(self, *, username: str, **_rest: Any) -> None:
        actions.set_active(by=SYSTEM, user=_user(username), active=False, now=timezone.now())
        self.stdout.write(f"Account {username} is closed.")

    def _open(self, *, username: str, **_rest: Any) -> None:
        actions.set_active(by=SYSTEM, user=_user(username), active=True, now=timezone.now())
        self.stdout.write(f"Account {username} is open.")


def _user(username: str) -> User:
    user = User.objects.filter(username=username.lower(), kind=User.Kind.STAFF).first()
    if user is None:
        raise CommandError(f"There is no staff account {username}.")
    return user
