"""The inbox."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.foundation.accounts.access import signed_in
from linli.foundation.accounts.actors import Actor
from linli.foundation.notifications import actions, queries

LARGEST_ID = 2**63 - 1


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _key(value: str | None) -> int | None:
    """A message id out of the address or a form; None for what is none."""
    if not value or not value.isascii() or not value.isdigit() or len(value) > 19:
        return None
    return min(int(value), LARGEST_ID)


@signed_in
@never_cache
@require_safe
def inbox(request: HttpRequest) -> TemplateResponse:
    """My messages, newest first, by day."""
    actor = _actor(request)
    after = _key(request.GET.get("after"))
    page = queries.inbox(actor, after)
    return TemplateResponse(
        request,
        "notifications/inbox.html",
        {
            "base": "ui/base_portal.html" if actor.is_resident else "ui/base_desk.html",
            "page": page,
            "newer_url": reverse("notifications:inbox") if after is not None else "",
            "older_url": "" if page.next_after is None else f"?after={page.next_after}",
            "later_page": after is not None,
            "unread": queries.unread_count(actor),
            "most_counted": queries.MOST_COUNTED,
            "up_to": page.messages[0].pk if page.messages else 0,
        },
    )


@signed_in
@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark everything up to the newest message that the page showed as read."""
    actions.mark_read(by=_actor(request), up_to=_key(request.POST.get("up_to")), now=timezone.now())
    return redirect("notifications:inbox")


@signed_in
@never_cache
@require_safe
def open_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Go to what a message is about; going there is reading it."""
    actor = _actor(request)
    message = queries.message_of(actor, min(message_id, LARGEST_ID))
    if message is None:
        raise Http404
    if request.method == "GET":
        actions.mark_read(by=actor, message_id=message.pk, now=timezone.now())
    if message.link_path and url_has_allowed_host_and_scheme(message.link_path, allowed_hosts=None):
        return redirect(message.link_path)
    return redirect("notifications:inbox")
