"""The frame of every page of the residents' site: tabs, the way back, and a number to call."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import ANONYMOUS, Actor

#: 12345 政务服务便民热线, the one number for everything that is not an emergency (国办发〔2020〕53号).
HOTLINE: Final = "12345"


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    tab: str = "",
    back_url: str = "",
    status: int = 200,
) -> TemplateResponse:
    """A page of the portal. `tab`: home, mine or me. Asks nothing of the database."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    framed = {
        "nav": _tabs(actor, tab),
        "home_url": reverse("portal:home"),
        "back_url": back_url,
        "help_line": {"text": _("Rather speak to somebody?"), "url": f"tel:{HOTLINE}", "label": HOTLINE},
        **context,
    }
    return TemplateResponse(request, template, framed, status=status)


def _tabs(actor: Actor, current: str) -> list[dict[str, object]]:
    mine = "portal:my" if actor.is_resident else "portal:follow"
    me = {"label": _("Me"), "url": reverse("accounts:me"), "icon": "user"}
    if not actor.is_signed_in:
        me = {"label": _("Sign in"), "url": reverse("accounts:phone"), "icon": "login"}
    tabs = [
        {"key": "home", "label": _("First page"), "url": reverse("portal:home"), "icon": "home"},
        {"key": "mine", "label": _("My reports"), "url": reverse(mine), "icon": "list-check"},
        {"key": "me", **me},
    ]
    return [{**one, "current": one["key"] == current} for one in tabs]
