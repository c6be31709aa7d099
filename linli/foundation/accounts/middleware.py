"""Who is asking, and may they: `request.actor`, idle time, and a door that is shut unless a view opens it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, logout
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from linli.foundation.accounts import access, queries
from linli.foundation.accounts.actors import ANONYMOUS, Actor, actor_for
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.models import Post, User
from linli.foundation.accounts.passwords import is_expired
from linli.foundation.audit.actions import record
from linli.foundation.rules import queries as rules
from linli.lib.errors import NotAllowed

logger = logging.getLogger(__name__)

Next = Callable[[HttpRequest], HttpResponse]

POST_KEY = "post_id"
SEEN_KEY = "last_seen"
BEGAN_KEY = "began"
# The session row is written at most this often for being alive; idle time is known to this precision.
SEEN_EVERY = 60
LONGEST_HOURS = 12


class ActorMiddleware:
    """Sets `request.actor` and `request.posts`: two queries for staff, one for residents, none for visitors."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.posts = []  # type: ignore[attr-defined]
        request.actor = self._actor(request, timezone.now())  # type: ignore[attr-defined]
        return self.get_response(request)

    def _actor(self, request: HttpRequest, now: datetime) -> Actor:
        if SESSION_KEY not in request.session:
            return ANONYMOUS
        user = request.user
        if not isinstance(user, User):
            return ANONYMOUS
        if self._is_over(request, now):
            logout(request)
            messages.info(request, _("You were signed out because you signed in long ago. Please sign in again."))
            return ANONYMOUS
        if self._was_idle(request, now):
            logout(request)
            messages.info(request, _("You were signed out because nothing happened for a while."))
            return ANONYMOUS
        if user.kind == User.Kind.RESIDENT:
            return actor_for(user)
        posts = queries.posts_of(user.pk, timezone.localdate(now))
        if not posts:
            logout(request)
            messages.error(request, _("Your post has ended, so you were signed out."))
            return ANONYMOUS
        request.posts = posts  # type: ignore[attr-defined]
        return actor_for(user, self._chosen(request, posts))

    def _is_over(self, request: HttpRequest, now: datetime) -> bool:
        """Whether the session ends however busy it is; one from before this was known begins now."""
        began = request.session.get(BEGAN_KEY)
        if not isinstance(began, int):
            request.session[BEGAN_KEY] = int(now.timestamp())
            return False
        return now.timestamp() - began >= longest_session(now).total_seconds()

    def _was_idle(self, request: HttpRequest, now: datetime) -> bool:
        seen = request.session.get(SEEN_KEY)
        present = int(now.timestamp())
        if isinstance(seen, int) and present - seen >= idle_time(now).total_seconds():
            return True
        if not isinstance(seen, int) or present - seen >= SEEN_EVERY:
            request.session[SEEN_KEY] = present
        return False

    def _chosen(self, request: HttpRequest, posts: list[Post]) -> Post:
        wanted = request.session.get(POST_KEY)
        for post in posts:
            if post.pk == wanted:
                return post
        if wanted is not None:
            label = queries.post_label(posts[0])
            messages.warning(
                request, _("The post you acted under has ended. You now act as: %(post)s.") % {"post": label}
            )
        request.session[POST_KEY] = posts[0].pk
        return posts[0]


class DefaultDeny:
    """Refuses every view that does not say who may open it (accounts.access), and enforces what it says."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        mark = getattr(view, "access", None)
        if mark is None:
            return self._unmarked(request)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if access.needs_sign_in(mark) and not actor.is_signed_in:
            return ask_to_sign_in(request, mark)
        try:
            access.check(mark, actor)
        except NotAllowed as refusal:
            now = timezone.now()
            name = request.resolver_match.view_name if request.resolver_match else ""
            record(by=actor, action="refused", subject_kind="view", subject_id=name, ip=ip_of(request), now=now)
            raise PermissionDenied(str(refusal)) from None
        if access.needs_sign_in(mark) and not getattr(view, "with_old_password", False):
            return self._old_password(request)
        return None

    def _unmarked(self, request: HttpRequest) -> HttpResponse:
        name = request.resolver_match.view_name if request.resolver_match else request.path
        text = f"The view {name!r} does not say who may open it; mark it with linli.foundation.accounts.access."
        if settings.DEBUG or getattr(settings, "LINLI_STRICT_ACCESS", False):
            raise ImproperlyConfigured(text)
        logger.error(text)
        raise Http404

    def _old_password(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not is_expired(user, timezone.now()):
            return None
        return go_to(request, reverse("accounts:password"), status=403)


def idle_time(now: datetime) -> timedelta:
    """After how long without a request a session ends (rule set "sign_in", 15 to 30 minutes by domain.md §14)."""
    return timedelta(minutes=rules.params("sign_in", "", timezone.localdate(now))["idle_minutes"])


def longest_session(now: datetime) -> timedelta:
    """After how long a session ends, used or not (rule set "sign_in"; a working day where the rule does not say)."""
    return timedelta(hours=rules.params("sign_in", "", timezone.localdate(now)).get("longest_hours", LONGEST_HOURS))


def ask_to_sign_in(request: HttpRequest, mark: str) -> HttpResponse:
    """Send the visitor to the right sign-in page, to come back after it; scripts get 401 and keep what was typed."""
    name = "accounts:phone" if mark == access.RESIDENT_ONLY else "accounts:sign_in"
    return go_to(request, f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: _here(request)})}", status=401)


def go_to(request: HttpRequest, url: str, *, status: int) -> HttpResponse:
    """A redirect for people, `status` with HX-Redirect for htmx, `status` with JSON for scripts."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=status, headers={"HX-Redirect": url})
    if request.accepts("text/html"):
        return HttpResponseRedirect(url)
    return JsonResponse({"code": "sign_in", "detail": _("Please sign in first."), "url": url}, status=status)


def _here(request: HttpRequest) -> str:
    """Where to come back to: the page itself, never the target of a form."""
    if request.headers.get("HX-Request"):
        address = request.headers.get("HX-Current-URL", "")
        host = f"{request.scheme}://{request.get_host()}"
        return address.removeprefix(host) if address.startswith(host + "/") else "/"
    return request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
