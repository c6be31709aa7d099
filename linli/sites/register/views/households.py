"""A household: who belongs to it, who did on a day, what happened, and the events of the whole household."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.register.people import codes, groups, kinship
from linli.register.people.actions import events, households
from linli.register.people.models import Household, Person, Spell
from linli.register.people.queries import homes as living
from linli.sites.register import history
from linli.sites.register.acts import SaidInForm, answer
from linli.sites.register.edge import page
from linli.sites.register.forms.households import HeadForm, HouseholdForm, MergeForm, MoveForm, SplitForm
from linli.sites.register.places import dwelling_crumbs, homes_crumb, household_in_scope, linked
from linli.sites.register.views.dwellings import member_line, person_url
from linli.sites.register.views.person import day_of
from linli.ui.toasts import toast

#: Where the refusals of events belong in these forms.
NAMES = {"home": "where", "household": "where", "dwelling": "where", "new_head": "new_head"}


def crumbs_of(found: Household, members: Sequence[Person]) -> list[tuple[str, str]]:
    """Homes › estate › building › dwelling › household."""
    crumbs = dwelling_crumbs(found.dwelling) if found.dwelling else [homes_crumb()]
    return [*crumbs, (name_of(members), reverse("register:household", args=[found.pk]))]


def name_of(members: Sequence[Person]) -> str:
    """How a household is called: after its head."""
    head = next((one.name for one in members if one.relation == Spell.HEAD), "")
    return _("Household of %(name)s") % {"name": head} if head else _("Household without a head")


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def household(request: ActorRequest, household_id: int) -> TemplateResponse:
    """Members now, or on the day of `?on=`, and what happened. Six statements."""
    actor, today = request.actor, timezone.localdate()
    found = household_in_scope(actor, household_id)
    members = living.members(found)
    tags = living.tags_of(members)
    named = groups.groups()
    asked = request.GET.get("on", "")[:20]
    on = day_of(asked)
    then = living.members_on(found, on) if on else []
    happened = living.events_of_household(found)
    told = [
        line | {"person_name": one.person.name, "may_go_back": not (one.batch_id or one.transfer_id)}
        for one, line in zip(happened, history.events(happened, actor), strict=True)
    ]
    may = actor.can(Permission.PEOPLE_EDIT)
    context = {
        "household": found,
        "title": name_of(members),
        "head": next((one for one in members if one.relation == Spell.HEAD), None),
        "facts": facts_of(found),
        "members": [member_line(one, tags.get(one.pk, []), named, today) for one in members],
        "asked_on": asked if on else "",
        "bad_day": bool(asked) and on is None,
        "on": on,
        "today": today,
        "then": [
            {
                "name": one.person.name,
                "url": person_url(actor, one.person),
                "facts": codes.label("relation", one.relation) or _("relation not known"),
            }
            for one in then
        ],
        "events": told,
        "crumbs": linked(crumbs_of(found, members)),
        "may_edit": may,
        "single": len(members) < 2,
    }
    return page(request, "household.html", context)


def facts_of(found: Household) -> list[tuple[str, Any]]:
    """What a household is."""
    return [
        (_("Address"), found.dwelling.address if found.dwelling else ""),
        (_("Grid"), found.area.name),
        (_("Kind"), found.get_kind_display()),
        (_("Household number"), found.number),
        (_("Economic state"), codes.label("household_economy", found.economy) if found.economy else ""),
        (_("Members"), found.size),
        (_("Since"), found.began_on.isoformat()),
        (_("Until"), found.ended_on.isoformat() if found.ended_on else ""),
    ]


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household_edit(request: ActorRequest, household_id: int) -> HttpResponse:
    """Kind, number and economic state."""
    now, found = timezone.now(), household_in_scope(request.actor, household_id)
    initial = {name: getattr(found, name) for name in ("kind", "number", "economy")}
    form = HouseholdForm(request.POST or None, initial=initial)
    here = reverse("register:household", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        households.describe(by=request.actor, household_id=found.pk, given=data, now=now)
        toast(request, _("Saved."))
        return here

    crumbs = crumbs_of(found, living.members(found))
    return answer(request, form, act, title=_("Change the household"), button=_("Save"), crumbs=crumbs, cancel=here)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household_head(request: ActorRequest, household_id: int) -> HttpResponse:
    """Another head: first who (`?new_head=`), then what each of the others is to them."""
    now, found = timezone.now(), household_in_scope(request.actor, household_id)
    members = living.members(found)
    here = reverse("register:household", args=[found.pk])
    wanted = request.POST.get("new_head", "") or request.GET.get("new_head", "")
    chosen = next((one for one in members if str(one.pk) == wanted and one.relation != Spell.HEAD), None)
    crumbs = crumbs_of(found, members)
    if chosen is None:
        context = {
            "title": _("Change the head"),
            "members": [one for one in members if one.relation != Spell.HEAD],
            "crumbs": linked([*crumbs, (_("Change the head"), "")]),
            "cancel": here,
        }
        return page(request, "head.html", context, status=422 if request.method == "POST" else 200)
    known = kinship.suggest({one.pk: (one.relation, one.sex) for one in members}, chosen.pk)
    form = HeadForm(
        request.POST or None, people=members, new_head=chosen, known=known,
        initial={"happened_on": timezone.localdate(now)},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> str:
        events.change_head(
            by=request.actor, household_id=found.pk, new_head=chosen.pk, relations=form.relations(),
            happened_on=data["happened_on"], reason=data["reason"], now=now,
        )  # fmt: skip
        toast(request, _("%(name)s is the head now.") % {"name": chosen.name})
        return here

    title = _("%(name)s becomes the head") % {"name": chosen.name}
    intro = _("Suggested is what follows from the relations to the old head. Look at each.")
    return answer(request, form, act, title=title, button=title, crumbs=crumbs, cancel=here, intro=intro)


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household_split(request: ActorRequest, household_id: int) -> HttpResponse:
    """Some members form a household of their own."""
    now, actor = timezone.now(), request.actor
    found = household_in_scope(actor, household_id)
    members = living.members(found)
    form = SplitForm(
        request.POST or None, people=members, actor=actor, initial={"happened_on": timezone.localdate(now)}
    )
    here = reverse("register:household", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        dwelling_id = None
        if data.get("where") or data.get("home"):
            home = form.home_chosen()
            if home is None:
                raise SaidInForm
            dwelling_id = home.dwelling_id
        people = form.chosen()
        made = events.split(
            by=actor, household_id=found.pk, people=people, relations=of_these(form.relations(), people),
            happened_on=data["happened_on"], reason=data["reason"], now=now, dwelling_id=dwelling_id,
            new_head=form.follower(),
        )  # fmt: skip
        toast(request, _("A new household was formed."))
        return reverse("register:household", args=[made.pk])

    return answer(
        request, form, act, title=_("Split the household"), button=_("Split"), crumbs=crumbs_of(found, members),
        cancel=here, names=NAMES, intro=_("Tick who forms the new household; one of them is its head."),
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household_move(request: ActorRequest, household_id: int) -> HttpResponse:
    """Some or all members move to another home of the community."""
    return moved(request, household_in_scope(request.actor, household_id), ticked=None)


def moved(request: ActorRequest, found: Household, *, ticked: Person | None) -> HttpResponse:
    """The form of a move inside the community, for a household or beginning with one person of it."""
    now, actor = timezone.now(), request.actor
    members = living.members(found)
    who = [str(ticked.pk)] if ticked else [str(one.pk) for one in members]
    first = f"d-{request.GET['dwelling']}"[:22] if request.GET.get("dwelling", "").isdigit() else ""
    form = MoveForm(
        request.POST or None, people=members, actor=actor, first=first,
        initial={"happened_on": timezone.localdate(now), "people": who},
    )  # fmt: skip
    here = reverse("register:household", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        home = form.home_chosen()
        if home is None:
            raise SaidInForm
        people = form.chosen()
        done = events.move_within(
            by=actor, people=people, home=home, relations=of_these(form.relations(), people),
            happened_on=data["happened_on"], reason=data["reason"], now=now, new_head=form.follower(),
        )  # fmt: skip
        toast(request, _("The move is in the register."))
        return reverse("register:household", args=[done[0].household_id])

    intro = _("Inside the community nobody leaves and nobody arrives: the same people with another address.")
    return answer(
        request, form, act, title=_("Move inside the community"), button=_("Enter the move"),
        crumbs=crumbs_of(found, members), cancel=here, names=NAMES, intro=intro,
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household_merge(request: ActorRequest, household_id: int) -> HttpResponse:
    """All members join another household."""
    now, actor = timezone.now(), request.actor
    found = household_in_scope(actor, household_id)
    members = living.members(found)
    form = MergeForm(
        request.POST or None, people=members, actor=actor, initial={"happened_on": timezone.localdate(now)}
    )
    here = reverse("register:household", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        home = form.home_chosen()
        if home is None:
            raise SaidInForm
        if home.household_id is None:
            form.add_error("home", _("Choose a household that is there. A new one would be a move."))
            raise SaidInForm
        into = events.merge(
            by=actor, into_id=home.household_id, from_id=found.pk, relations=form.relations(),
            happened_on=data["happened_on"], reason=data["reason"], now=now,
        )  # fmt: skip
        toast(request, _("The households are one now."))
        return reverse("register:household", args=[into.pk])

    return answer(
        request, form, act, title=_("Join another household"), button=_("Join"), crumbs=crumbs_of(found, members),
        cancel=here, names=NAMES,
    )  # fmt: skip


def of_these(relations: Mapping[int, str], people: Sequence[int]) -> dict[int, str]:
    """The relations of those who were ticked."""
    return {pk: code for pk, code in relations.items() if pk in people}
