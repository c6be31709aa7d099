"""Rail, phone tabs, search box and bell of every staff page, as a context processor.

It asks the database only for the number of unread messages, and only when the page draws the bell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import ANONYMOUS, Actor
from linli.foundation.accounts.roles import GRID_HEAD, GRID_WORKER, Permission
from linli.foundation.notifications.queries import unread_count
from linli.spine.catalogue.queries import LIST_RIGHTS

#: Entries of the rail that stand for several parts.
_COVERS = {
    "/admission/tasks/": ("/admission/", "/certificates/", "/forms/"),
    "/dashboards/": ("/population/", "/burden/"),
}
COMMUNITY_DIGITS = 12
FIELD_ROLES = (GRID_WORKER.code, GRID_HEAD.code)


@dataclass(frozen=True)
class Item:
    """An entry of the navigation."""

    label: str
    url: str
    icon: str
    current: bool = False
    badge: int = 0
    #: What else belongs to it, as the beginnings of addresses.
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bell:
    """The way to the messages, and how many are unread."""

    url: str
    count: int


def desk_nav(request: HttpRequest) -> dict[str, object]:
    """Context processor for staff: `nav*`, `bell`, `home_url`, `new_url`, and `search_url`, `suggest_url` of a box."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    match = request.resolver_match
    if not actor.is_staff or (match is not None and match.namespace == "portal"):
        return {}
    found: dict[str, object] = {
        "nav": rail(actor, request.path),
        "nav_foot": foot(actor, request.path),
        "nav_phone": tabs(actor, request.path),
        "nav_sections": sections(actor, request.path),
        "home_url": reverse("desk:home"),
        "bell": SimpleLazyObject(lambda: Bell(reverse("notifications:inbox"), unread_count(actor))),
    }
    if actor.can(Permission.PEOPLE_READ):
        found |= {
            "search_url": reverse("register:search"),
            "suggest_url": reverse("register:suggest"),
            "search_placeholder": _("Name, address, number"),
        }
    elif actor.can(Permission.CASE_READ):
        found |= {"search_url": reverse("desk:queue"), "search_placeholder": _("Number, words, place")}
    if actor.can(Permission.REPORT_CREATE):
        found["new_url"] = reverse("desk:report")
    return found


def rail(actor: Actor, path: str) -> list[Item]:
    """The main navigation, at most eight entries: what this post may open, and nothing else."""
    wanted = [
        (Permission.CASE_READ, _("My grid"), "desk:grid", "route", actor.role in FIELD_ROLES),
        (Permission.CASE_READ, _("Cases"), "desk:queue", "list-check", True),
        (Permission.VISIT_WORK, _("Visits"), "visits:today", "heart-handshake", True),
        (Permission.PEOPLE_READ, _("People"), "register:people", "users", True),
        (Permission.PEOPLE_READ, _("Homes"), "register:homes", "building", True),
        (Permission.CASE_READ, _("Grid map"), "desk:map", "map-2", True),
        (Permission.PEOPLE_READ, _("Ledgers"), "ledgers:home", "file-spreadsheet", True),
        (Permission.TASK_READ, _("Tasks and lists"), "admission:tasks", "list-details", True),
        ("", _("Lists"), "admission:lists", "list-details", _only_lists(actor)),
        (Permission.DASHBOARD_READ, _("Boards"), "dashboards", "layout-dashboard", True),
    ]
    # One entry stands for several parts, whichever of them is open.
    items = [replace(item, covers=_COVERS.get(item.url, ())) for item in _allowed(actor, wanted)]
    return _marked(items, path)


def foot(actor: Actor, path: str) -> list[Item]:
    """What stands at the bottom of the rail: what is looked after now and then."""
    wanted = [
        (
            "",
            _("Lists"),
            "admission:lists",
            "list-details",
            not _only_lists(actor) and not actor.can(Permission.TASK_READ),
        ),
        ("", _("Coverage"), "desk:gaps", "sitemap", _may_see_gaps(actor)),
        (Permission.AUDIT_READ, _("Access log"), "desk:audit", "shield-lock", True),
        ("", _("Me"), "accounts:me", "user", True),
    ]
    return _marked(_allowed(actor, wanted), path)


def tabs(actor: Actor, path: str) -> list[Item]:
    """The five tabs of the phone; the bell on top leads to the messages."""
    field = actor.role in FIELD_ROLES
    wanted = [
        (Permission.CASE_READ, _("To do"), "desk:grid" if field else "desk:queue", "list-check", True),
        (Permission.VISIT_WORK, _("Visits"), "visits:today", "heart-handshake", True),
        (Permission.REPORT_CREATE, _("Report"), "desk:report", "plus", True),
        (Permission.PEOPLE_READ, _("People"), "register:people", "users", True),
        (Permission.TASK_READ, _("Tasks"), "admission:tasks", "clipboard-list", not actor.can(Permission.VISIT_WORK)),
        (Permission.CASE_READ, _("Map"), "desk:map", "map-2", not actor.can(Permission.PEOPLE_READ)),
        ("", _("Me"), "accounts:me", "user", True),
    ]
    return _marked(_allowed(actor, wanted), path)


def sections(actor: Actor, path: str) -> list[Item]:
    """The parts beside the page that is open: a second row, where an entry of the rail has several."""
    homes = [
        (Permission.PEOPLE_READ, _("Estates and buildings"), "register:homes", "building", True),
        (Permission.PEOPLE_READ, _("Map of buildings"), "register:map", "map-2", True),
        (Permission.PEOPLE_READ, _("Organisations"), "register:organisations", "briefcase", True),
    ]
    people = [
        (Permission.PEOPLE_READ, _("People"), "register:people", "users", True),
        (Permission.PEOPLE_READ, _("Moves"), "register:moves", "arrows-exchange", True),
        (Permission.PEOPLE_PROPOSE, _("Corrections"), "register:corrections", "pencil", True),
        (Permission.PEOPLE_EDIT, _("Still to be read"), "register:unread", "alert-triangle", True),
        (Permission.PEOPLE_IMPORT, _("Import of sheets"), "register:imports", "upload", True),
        (Permission.PEOPLE_READ, _("Requests about data"), "register:requests", "mail", _may_take_requests(actor)),
        (Permission.PEOPLE_RESTRICTED, _("Restricted groups"), "register:restricted", "lock", True),
    ]
    ledgers = [
        (Permission.PEOPLE_READ, _("Ledgers"), "ledgers:home", "file-spreadsheet", True),
        (Permission.EXPORT, _("Exports"), "ledgers:exports", "download", True),
    ]
    tasks = [
        (Permission.TASK_READ, _("Tasks"), "admission:tasks", "clipboard-list", True),
        (Permission.TASK_READ, _("Forms"), "forms:directory", "file-spreadsheet", True),
        (Permission.TASK_READ, _("Applications"), "admission:applications", "file-text", True),
        (Permission.TASK_READ, _("Agreements"), "admission:agreements", "scale", True),
        ("", _("Lists"), "admission:lists", "list-details", actor.can(Permission.TASK_READ)),
        (Permission.TASK_READ, _("Certificates"), "certificates:certificates", "file-text", True),
    ]
    figures = [
        (Permission.DASHBOARD_READ, _("Boards"), "dashboards", "layout-dashboard", True),
        (Permission.DASHBOARD_READ, _("Population figures"), "population:figures", "chart-bar", True),
        # A grid has no burden of its own: tasks go to communities.
        (Permission.DASHBOARD_READ, _("Burden"), "burden:burden", "hourglass", len(actor.area_id) <= COMMUNITY_DIGITS),
    ]
    # On the phone there is no rail: whoever has cases finds the tasks beside them.
    to_do = [
        (Permission.CASE_READ, _("Cases"), "desk:queue", "list-check", actor.can(Permission.TASK_READ)),
        (Permission.TASK_READ, _("Tasks"), "admission:tasks", "clipboard-list", True),
    ]
    for group in (homes, people, ledgers, tasks, figures, to_do):
        shown = _marked(_allowed(actor, group), path)
        if any(item.current for item in shown):
            return shown if len(shown) > 1 else []
    return []


def _allowed(actor: Actor, wanted: Sequence[tuple[str, str, str, str, bool]]) -> list[Item]:
    return [
        Item(label, _address(name), icon)
        for permission, label, name, icon, fits in wanted
        if fits and (not permission or actor.can(permission))
    ]


def _only_lists(actor: Actor) -> bool:
    """Whoever makes lists without seeing tasks has them in the rail; all others look them up now and then."""
    return any(actor.can(right) for right in LIST_RIGHTS) and not actor.can(Permission.TASK_READ)


def _may_see_gaps(actor: Actor) -> bool:
    return actor.can(Permission.DASHBOARD_READ) or actor.can(Permission.AREAS_MANAGE)


def _may_take_requests(actor: Actor) -> bool:
    return actor.can(Permission.PEOPLE_EDIT) or actor.can(Permission.PEOPLE_APPROVE)


def _address(name: str) -> str:
    # The boards have one entry, the root of their own addresses, whatever they call it.
    return reverse("desk:home").removesuffix("desk/") + "dashboards/" if name == "dashboards" else reverse(name)


def _marked(items: list[Item], path: str) -> list[Item]:
    """Mark the entry that the page belongs to: the one with the longest address that begins the page's."""

    def reach(item: Item) -> int:
        return max((len(start) for start in (item.url, *item.covers) if path.startswith(start)), default=0)

    best = max((reach(item) for item in items), default=0)
    return [replace(item, current=best > 0 and reach(item) == best) for item in items]
