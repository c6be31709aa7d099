"""The search box on top of every page: people, homes, organisations and cases, while one types and as a page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, fold, tidy
from linli.register.people.models import Person
from linli.register.people.queries import lists, search
from linli.sites.register import words
from linli.sites.register.edge import page
from linli.sites.register.views import people
from linli.spine.cases import kinds
from linli.spine.cases import queries as cases
from linli.spine.cases.models import Case

LONGEST = 60
ON_PAGE = 20
IN_LIST = 6
CASES = 10
#: So many digits make the number of a case: the day and a count.
CASE_DIGITS = 13


@requires(Permission.PEOPLE_READ)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: ActorRequest) -> HttpResponse:
    """What was typed, found in all that the post may read. Numbers come in the body and never stand in an address."""
    if request.method == "POST":
        typed = clip(tidy(request.POST.get("q", "")), LONGEST)
        if not lists.is_number(typed):
            return redirect(f"{reverse('register:search')}?{urlencode({'q': typed})}")
        case = _case(request.actor, typed)
        return redirect("desk:case", case.number) if case is not None else people.of_number(request, typed)
    typed = clip(tidy(request.GET.get("q", "")), LONGEST)
    if lists.is_number(typed):
        return redirect("register:search")
    actor = request.actor
    found = search.as_typed(actor, typed, most=ON_PAGE)
    context = {
        "search_value": typed,
        "typed": typed,
        "sections": [*_sections(found), *_case_section(actor, typed)],
        "lists": _lists(actor, typed),
    }
    return page(request, "search.html", context)


@requires(Permission.PEOPLE_READ)
@never_cache
@require_POST
def suggest(request: ActorRequest) -> TemplateResponse:
    """The first few of each kind, for the list under the box. A whole number is looked for, and that is logged."""
    typed = clip(tidy(request.POST.get("q", "")), LONGEST)
    actor = request.actor
    if search.whole_number(typed, timezone.localdate()):
        found = search.Found(people=people.numbered(request, typed)[:IN_LIST])
    else:
        found = search.as_typed(actor, typed, most=IN_LIST)
    context = {"sections": _sections(found), "typed": typed, "is_number": lists.is_number(typed)}
    return page(request, "suggestions.html", context)


def _sections(found: search.Found) -> list[dict[str, Any]]:
    """What was found, by kind: title, icon, rows of (name, facts, address of its page)."""
    today = timezone.localdate()
    made = [
        (_("People"), "user", [_person(one, today) for one in found.people]),
        (
            _("Estates"),
            "building-community",
            [(one.name, one.address, reverse("register:estate", args=[one.pk])) for one in found.estates],
        ),
        (
            _("Homes"),
            "home",
            [(one.address, "", reverse("register:dwelling", args=[one.pk])) for one in found.dwellings],
        ),
        (
            _("Organisations"),
            "briefcase",
            [
                (one.name, one.address or one.area.name, reverse("register:organisation", args=[one.pk]))
                for one in found.organisations
            ],
        ),
    ]
    return [{"title": title, "icon": icon, "rows": rows} for title, icon, rows in made if rows]


def _person(one: Person, today: Any) -> tuple[str, str, str]:
    facts = [words.sex(one), words.years(one, today), words.home(one)]
    return one.name, " · ".join(fact for fact in facts if fact), reverse("register:person", args=[one.pk])


def _case_section(actor: Actor, typed: str) -> list[dict[str, Any]]:
    if not typed or not actor.can(Permission.CASE_READ):
        return []
    found = cases.page(actor, cases.Filter(q=typed), after="", now=timezone.now(), size=CASES).rows
    rows = [
        (
            case.title,
            f"{case.number} · {_(kinds.of(case.kind).flow.state[case.state].label)}",
            reverse("desk:case", args=[case.number]),
        )
        for case in found
    ]
    return [{"title": _("Cases"), "icon": "list-check", "rows": rows}] if rows else []


def _lists(actor: Actor, typed: str) -> list[dict[str, str]]:
    """The lists that show all of it, page by page and with filters."""
    if not typed:
        return []
    asked = urlencode({"q": typed})
    people_url = f"{reverse('register:people')}?{asked}&status=all"
    found = [
        {"label": _("In the list of people, also those who left"), "url": people_url},
        {"label": _("In the list of homes"), "url": f"{reverse('register:homes')}?{asked}"},
        {"label": _("In the list of organisations"), "url": f"{reverse('register:organisations')}?{asked}"},
    ]
    if actor.can(Permission.CASE_READ):
        found.append({"label": _("In the list of cases"), "url": f"{reverse('desk:queue')}?{asked}"})
    return found


def _case(actor: Actor, typed: str) -> Case | None:
    """The case with this number, if the post may read it."""
    number = fold(typed).replace(" ", "")
    if not actor.can(Permission.CASE_READ) or len(number) != CASE_DIGITS or not number.isdigit():
        return None
    return Case.objects.visible_to(actor).filter(number=number).first()
