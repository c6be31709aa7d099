"""Rail, phone tabs, search box and bell of every staff page, as a context processor.

It asks the database only for the number of unread messages, and only when the page draws the bell.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import ANONYMOUS, Actor
from linli.foundation.accounts.roles import GRID_HEAD, GRID_WORKER, Permission
from linli.foundation.notifications.queries import unread_count

FIELD_ROLES = (GRID_WORKER.code, GRID_HEAD.code)


@dataclass(frozen=True)
class Item:
    """An entry of the navigation."""

    label: str
    url: str
    icon: str
    current: bool = False
    badge: int = 0


@dataclass(frozen=True)
class Bell:
    """The way to the messages, and how many are unread."""

    url: str
    count: int


def desk_nav(request: HttpRequest) -> dict[str, object]:
    """Context processor: `nav`, `nav_foot`, `nav_phone`, `bell`, `home_url`, `new_url`, `search_url` for staff."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    match = request.resolver_match
    if not actor.is_staff or (match is not None and match.namespace == "portal"):
        return {}
    found: dict[str, object] = {
        "nav": rail(actor, request.path),
        "nav_foot": foot(actor, request.path),
        "nav_phone": tabs(actor, request.path),
        "home_url": reverse("desk:home"),
        "bell": SimpleLazyObject(lambda: Bell(reverse("notifications:inbox"), unread_count(actor))),
    }
    if actor.can(Permission.CASE_READ):
        found |= {"search_url": reverse("desk:queue"), "search_placeholder": _("Number, words, place")}
    if actor.can(Permission.REPORT_CREATE):
        found["new_url"] = reverse("desk:report")
    return found


def rail(actor: Actor, path: str) -> list[Item]:
    """The main navigation: what this post may open, and nothing else."""
    wanted = [
        (Permission.CASE_READ, _("My grid"), "desk:grid", "route", actor.role in FIELD_ROLES),
        (Permission.CASE_READ, _("Cases"), "desk:queue", "list-check", True),
        (Permission.CASE_READ, _("Grid map"), "desk:map", "map-2", True),
        (Permission.DASHBOARD_READ, _("Boards"), "dashboards", "layout-dashboard", True),
        ("", _("Messages"), "notifications:inbox", "bell", True),
        ("", _("Coverage"), "desk:gaps", "sitemap", _may_see_gaps(actor)),
        (Permission.AUDIT_READ, _("Access log"), "desk:audit", "shield-lock", True),
    ]
    return _marked(
        [
            Item(label, _address(name), icon)
            for permission, label, name, icon, fits in wanted
            if fits and (not permission or actor.can(permission))
        ],
        path,
    )


def foot(actor: Actor, path: str) -> list[Item]:
    """What stands at the bottom of the rail."""
    return _marked([Item(_("Me"), reverse("accounts:me"), "user")], path)


def tabs(actor: Actor, path: str) -> list[Item]:
    """The five tabs of the phone."""
    field = actor.role in FIELD_ROLES
    home = Item(_("To do"), reverse("desk:grid" if field else "desk:queue"), "list-check")
    found = [home] if actor.can(Permission.CASE_READ) else []
    if actor.can(Permission.REPORT_CREATE):
        found.append(Item(_("Report"), reverse("desk:report"), "plus"))
    if actor.can(Permission.CASE_READ):
        found.append(Item(_("Map"), reverse("desk:map"), "map-2"))
    found.append(Item(_("Messages"), reverse("notifications:inbox"), "bell"))
    found.append(Item(_("Me"), reverse("accounts:me"), "user"))
    return _marked(found, path)


def _may_see_gaps(actor: Actor) -> bool:
    return actor.can(Permission.DASHBOARD_READ) or actor.can(Permission.AREAS_MANAGE)


def _address(name: str) -> str:
    # The boards have one entry, the root of their own addresses, whatever they call it.
    return reverse("desk:home").removesuffix("desk/") + "dashboards/" if name == "dashboards" else reverse(name)


def _marked(items: list[Item], path: str) -> list[Item]:
    """Mark the entry that the page belongs to: the one with the longest address that begins the page's."""
    best = max((item.url for item in items if path.startswith(item.url)), key=len, default="")
    return [Item(item.label, item.url, item.icon, item.url == best and bool(best), item.badge) for item in items]
