"""`linli token`: keys for programs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from linli.foundation.accounts import actions, queries
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.accounts.models import ApiToken, User
from linli.foundation.accounts.roles import permissions_of
from linli.lib.errors import Refusal


class Command(BaseCommand):
    help = "Make, list and revoke API tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        create = commands.add_parser("create", help="Make a token; its secret is shown once.")
        create.add_argument("username")
        create.add_argument("--name", required=True, help="What will use it.")
        create.add_argument("--post", type=int, help="Number of the post, for users with several.")
        create.add_argument("--scope", action="append", default=[], help="A permission; repeat for more.")
        create.add_argument("--days", type=int, default=90, help="Days of validity, 1 to 366 (default 90).")
        listing = commands.add_parser("list", help="Show tokens, never their secrets.")
        listing.add_argument("username", nargs="?")
        revoke = commands.add_parser("revoke", help="Make a token useless.")
        revoke.add_argument("prefix", help="The eight characters after linli_.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(**options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None

    def _create(self, *, username: str, name: str, post: int | None, scope: list[str], days: int, **_rest: Any) -> None:
        now = timezone.now()
        user = _user(username)
        posts = queries.posts_of(user.pk, timezone.localdate(now))
        chosen = [one for one in posts if post in (None, one.pk)]
        if len(chosen) != 1:
            lines = [f"  --post {one.pk}  {queries.post_label(one)}" for one in posts]
            raise CommandError("\n".join(["Say which post the token acts under:", *lines]))
        held = sorted(permissions_of(chosen[0].role))
        if not scope:
            raise CommandError("Name at least one --scope. The post holds: " + ", ".join(held))
        token, secret = actions.issue_token(
            by=SYSTEM, user=user, post=chosen[0], name=name, scopes=scope, days=days, now=now
        )
        self.stderr.write(f"Valid until {timezone.localtime(token.expires_at):%Y-%m-%d %H:%M}. Shown only now:")
        self.stdout.write(secret)

    def _list(self, *, username: str | None, **_rest: Any) -> None:
        now = timezone.now()
        for token in queries.tokens(_user(username).pk if username else None):
            state = "revoked" if token.revoked_at else "expired" if token.expires_at <= now else "valid"
            until = timezone.localtime(token.expires_at)
            scopes = ",".join(token.scopes)
            self.stdout.write(f"{token.prefix}  {state:8}{until:%Y-%m-%d}  {token.user}  {scopes}  {token.name}")

    def _revoke(self, *, prefix: str, **_rest: Any) -> None:
        token = ApiToken.objects.filter(prefix=prefix).first()
        if token is None:
            raise CommandError(f"There is no token {prefix}.")
        actions.revoke_token(by=SYSTEM, token=token, now=timezone.now())
        self.stdout.write(f"Token {prefix} is revoked.")


def _user(username: str) -> User:
    user = User.objects.filter(username=username.lower()).first()
    if user is None:
        raise CommandError(f"There is no user {username}.")
    return user
