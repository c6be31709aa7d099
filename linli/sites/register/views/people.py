"""The list of people: every question a link, numbers looked for without leaving a trace in any address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.register.people.models import Person
from linli.register.people.queries import lists
from linli.sites.register import filters, words
from linli.sites.register.edge import page, url_or_none
from linli.ui.links import Chip, from_page, without
from linli.ui.toasts import toast_error

MOST_PRINTED = 500


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def people(request: ActorRequest) -> HttpResponse:
    """The people of the actor's area that a filter finds. Three statements, however many people there are."""
    if lists.is_number(request.GET.get("q", "")):
        toast_error(request, _("Numbers of documents and phones are found by the search box, never by an address."))
        return redirect(reverse("register:people") + without(request, "q"))
    today, actor = timezone.localdate(), request.actor
    chosen = filters.read(request.GET)
    found = lists.page(actor, chosen, today=today, after=request.GET.get("after", ""))
    shown = filters.options(chosen, filters.choosable_areas(actor, today, chosen.area))
    chips = filters.chips(request, chosen, shown)
    query = without(request).removeprefix("?")
    exports = url_or_none("ledgers:home") if actor.can(Permission.EXPORT) else ""
    context: dict[str, Any] = {
        "chosen": chosen,
        "rows": words.lines(found.rows, lists.tags_of(found.rows), today),
        "tabs": filters.tab_items(chosen),
        "options": shown,
        "chips": chips,
        "empty": empty(chips),
        "older_url": from_page(request, found.after),
        "first_url": without(request) if request.GET.get("after") else "",
        "query": query,
        "export_url": f"{exports}?{query}" if exports else "",
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
    }
    return page(request, "people.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_POST
def find(request: ActorRequest) -> HttpResponse:
    """Look for what was typed: a number leads to the person, everything else to the list with its filters."""
    typed = request.POST.get("q", "")[:100]
    if not lists.is_number(typed):
        asked = {name: value for name in filters.NAMES if (value := request.POST.get(name, "").strip()[:100])}
        return redirect(f"{reverse('register:people')}?{urlencode(asked)}")
    return of_number(request, typed)


def of_number(request: ActorRequest, typed: str) -> HttpResponse:
    """Whoever has this number: their page, or a list when they are none or several."""
    found = numbered(request, typed)
    if len(found) == 1:
        return redirect("register:person", found[0].pk)
    today = timezone.localdate()
    context = {"rows": words.lines(found, lists.tags_of(found), today), "tabs": filters.tab_items(lists.Filter(q="?"))}
    return page(request, "found.html", context)


def numbered(request: ActorRequest, typed: str) -> list[Person]:
    """The people of the area with this number. Who looks for one learns whether somebody has it: worth a line."""
    found = lists.by_number(request.actor, typed)
    data = {"found": [person.pk for person in found]}
    record(by=request.actor, action="people.find_number", data=data, ip=ip_of(request), now=timezone.now())
    return found


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def print_list(request: ActorRequest) -> TemplateResponse:
    """The same list on paper, the first 500 people of it."""
    today, actor = timezone.localdate(), request.actor
    chosen = filters.read(request.GET)
    found = lists.page(actor, chosen, today=today, size=MOST_PRINTED)
    shown = filters.options(chosen, filters.choosable_areas(actor, today, chosen.area))
    context = {
        "rows": words.lines(found.rows, lists.tags_of(found.rows), today),
        "chips": filters.chips(request, chosen, shown),
        "more": bool(found.after),
        "most": MOST_PRINTED,
        "back_url": reverse("register:people") + without(request),
        "printed_by": actor.name,
        "printed_at": timezone.now(),
    }
    return page(request, "people_print.html", context)


def empty(chips: list[Chip]) -> str:
    """Why the list is empty, and which filter to drop."""
    if chips:
        values = {"label": chips[-1].label, "value": chips[-1].value}
        return _("Nobody matches. Try it without “%(label)s: %(value)s”.") % values
    return _("Nobody is in the register here yet. Enter somebody, or import a sheet.")
