"""Moves between communities: what waits for our answer, what we asked, what is finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.queries import names_of
from linli.lib.errors import Refusal
from linli.lib.prefix import within
from linli.register.people import codes
from linli.register.people.actions import events, transfers
from linli.register.people.actions.events import Arrival, Home
from linli.register.people.actions.transfers import LivesNowhere
from linli.register.people.models import Person, Transfer
from linli.register.people.models.event import EventKind
from linli.register.people.news import answering_area
from linli.register.people.queries import homes as living
from linli.sites.register import words
from linli.sites.register.acts import SaidInForm, answer
from linli.sites.register.edge import MOST, page
from linli.sites.register.forms.moves import AcceptForm, AgreeForm, AskInForm, AskOutForm, RefuseForm
from linli.sites.register.places import household_in_scope
from linli.sites.register.views.households import crumbs_of as household_crumbs
from linli.sites.register.views.households import of_these
from linli.ui.links import from_page, without
from linli.ui.toasts import toast, toast_error

PAGE = 20
COMMUNITY = 12
STATE_KINDS = {"waiting": "soon", "accepted": "done", "refused": "returned", "withdrawn": "muted"}


@dataclass(frozen=True)
class Line:
    """A move as one side sees it."""

    row: Transfer
    other: str
    people: list[dict[str, str]]
    hidden: int
    outwards: bool
    late: bool
    mine: bool
    state_kind: str


def desk_crumb() -> tuple[str, str]:
    """The first crumb of the pages of moves."""
    return _("Moves"), reverse("register:moves")


def answering(actor: Actor) -> Q:
    """The moves that this actor's side has to answer."""
    return Q(asked_by=Transfer.Side.OUT, **within("to_area_id", actor.area_id)) | Q(
        asked_by=Transfer.Side.IN, **within("from_area_id", actor.area_id)
    )


def asking(actor: Actor) -> Q:
    """The moves that this actor's side has asked for."""
    return Q(asked_by=Transfer.Side.IN, **within("to_area_id", actor.area_id)) | Q(
        asked_by=Transfer.Side.OUT, **within("from_area_id", actor.area_id)
    )


TABS = {
    "answer": lambda actor: answering(actor) & Q(state=Transfer.State.WAITING),
    "asked": lambda actor: asking(actor) & Q(state=Transfer.State.WAITING),
    "finished": lambda actor: (asking(actor) | answering(actor)) & ~Q(state=Transfer.State.WAITING),
}


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def moves(request: ActorRequest) -> TemplateResponse:
    """The desk of moves. Seven statements."""
    actor, now = request.actor, timezone.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "answer"
    after = request.GET.get("after", "")
    rows = Transfer.objects.filter(TABS[tab](actor)).order_by("-pk")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    titles = {"answer": _("To answer"), "asked": _("Asked by us"), "finished": _("Finished")}
    waiting = {name: Transfer.objects.filter(TABS[name](actor)).count() for name in ("answer", "asked")}
    context = {
        "tabs": [
            {"label": label, "url": f"?tab={name}", "count": waiting.get(name), "current": name == tab}
            for name, label in titles.items()
        ],
        "tab": tab,
        "title": titles[tab],
        "lines": lines_of(actor, shown, now),
        "older_url": from_page(request, str(shown[-1].pk) if len(found) > PAGE else ""),
        "first_url": without(request) if after else "",
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
    }
    return page(request, "moves.html", context)


def lines_of(actor: Actor, rows: Sequence[Transfer], now: datetime) -> list[Line]:
    """The moves of a page. Two statements: the people, and the names of the other communities."""
    people = Person.objects.in_bulk([pk for one in rows for pk in one.people])
    names = names_of({area[:COMMUNITY] for one in rows for area in (one.from_area_id, one.to_area_id)})
    today = timezone.localdate(now)
    found = []
    for one in rows:
        outwards = actor.covers(one.from_area_id)
        other = one.to_area_id if outwards else one.from_area_id
        known = [people[pk] for pk in one.people if pk in people]
        may = sees_people(actor, one)
        found.append(
            Line(
                row=one,
                other=names.get(other[:COMMUNITY], ""),
                people=[person_line(actor, person, today) for person in known] if may else [],
                hidden=0 if may else len(one.people),
                outwards=outwards,
                late=one.state == Transfer.State.WAITING and one.due_at < now,
                mine=actor.covers(answering_area(one)) and one.state == Transfer.State.WAITING,
                state_kind=STATE_KINDS[one.state],
            )
        )
    return found


def sees_people(actor: Actor, one: Transfer) -> bool:
    """Whether a side may see who moves: those they leave always, those they come to while they have to decide, or once
    they live there. A refused or withdrawn move tells the other side no names any more."""
    if actor.covers(one.from_area_id):
        return True
    return one.state in (Transfer.State.ACCEPTED, Transfer.State.WAITING)


def person_line(actor: Actor, person: Person, today: date) -> dict[str, str]:
    """What the other side needs to recognise somebody: name, sex, age, relation. Nothing of documents and phones."""
    own = actor.covers(person.area_id)
    facts = [words.sex(person), words.years(person, today), codes.label("relation", person.relation)]
    return {
        "name": person.name,
        "facts": " · ".join(fact for fact in facts if fact),
        "url": reverse("register:person", args=[person.pk]) if own else "",
    }


def transfer_in_scope(actor: Actor, transfer_id: int, side: Any) -> Transfer:
    """The move, or 404 for those who are not on this side of it."""
    rows = Transfer.objects.filter(side(actor)).select_related("from_area", "to_area")
    found = rows.filter(pk=transfer_id).first() if transfer_id <= MOST else None
    if found is None:
        raise Http404
    return found


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_out(request: ActorRequest, household_id: int) -> HttpResponse:
    """Ask another community of the district to take in people of a household."""
    now, actor = timezone.now(), request.actor
    found = household_in_scope(actor, household_id)
    members = living.members(found)
    form = AskOutForm(
        request.POST or None, people=members, community=found.area_id[:COMMUNITY], today=timezone.localdate(now),
        initial={"happened_on": timezone.localdate(now), "people": [str(one.pk) for one in members]},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> str:
        made = transfers.ask_out(
            by=actor, people=form.chosen(), to_area_id=data["to_area"], happened_on=data["happened_on"],
            reason=data["reason"], now=now, with_hukou=data["with_hukou"],
        )  # fmt: skip
        day = timezone.localdate(made.due_at).isoformat()
        toast(request, _("Asked. The other community has until %(day)s to answer.") % {"day": day})
        return reverse("register:moves") + "?tab=asked"

    return answer(
        request, form, act, title=_("Move to another community"), button=_("Ask the community"),
        crumbs=household_crumbs(found, members), cancel=reverse("register:household", args=[found.pk]),
        intro=_("Nothing changes before the other community has agreed. Then both registers change at once."),
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_in(request: ActorRequest) -> HttpResponse:
    """Ask for somebody who is registered elsewhere in the district and lives here now."""
    now, actor = timezone.now(), request.actor
    today = timezone.localdate(now)
    form = AskInForm(request.POST or None, actor=actor, today=today, initial={"happened_on": today})

    def act(data: dict[str, Any]) -> str:
        home = Home(area_id=data["area_id"])
        if data.get("where") or data.get("home") or not data["area_id"]:
            chosen = form.home_chosen()
            if chosen is None:
                raise SaidInForm
            home = chosen
        try:
            transfers.ask_in(
                by=actor, identity_kind=data["identity_kind"], identity=data["identity"], name=data["name"],
                dwelling_id=home.dwelling_id, area_id=home.area_id, happened_on=data["happened_on"],
                reason=data["reason"], now=now, with_hukou=data["with_hukou"],
            )  # fmt: skip
        except LivesNowhere as gone:
            return come_home(request, gone.person_id, data, home, now)
        toast(request, _("Asked. The community where the person is registered has to agree."))
        return reverse("register:moves") + "?tab=asked"

    names = {"home": "where", "dwelling": "where"}
    return answer(
        request, form, act, title=_("Somebody comes from another community"), button=_("Ask the community"),
        crumbs=[desk_crumb()], cancel=reverse("register:moves"), names=names,
        intro=_("You need the number of the document and the name. Who is new to the district is entered as new."),
    )  # fmt: skip


def come_home(request: ActorRequest, person_id: int, data: dict[str, Any], home: Home, now: datetime) -> str:
    """The person is registered nowhere, so nobody has to agree: the return is entered at once."""
    person = Person.objects.get(pk=person_id)
    kind, number = data["identity_kind"], data["identity"]
    arrival = Arrival(
        given={"identity_kind": kind, "identity": transfers.clean_identity(kind, number, now), "name": person.name},
        home=home, kind=person.kind, event=EventKind.MOVE_IN if data["with_hukou"] else EventKind.FLOW_IN,
        happened_on=data["happened_on"], reason=data["reason"],
    )  # fmt: skip
    events.come_back(by=request.actor, person_id=person.pk, version=person.version, arrival=arrival, now=now)
    toast(request, _("%(name)s was registered nowhere any more, and lives here now.") % {"name": person.name})
    return reverse("register:person", args=[person.pk])


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_accept(request: ActorRequest, transfer_id: int) -> HttpResponse:
    """Agree to a move: the side they come to says where they live, the side they leave just agrees."""
    now, actor = timezone.now(), request.actor
    found = transfer_in_scope(actor, transfer_id, answering)
    people = sorted(Person.objects.filter(pk__in=found.people), key=lambda one: found.people.index(one.pk))
    today = timezone.localdate(now)
    side_in = found.asked_by == Transfer.Side.OUT
    form: AcceptForm | AgreeForm
    form = AcceptForm(request.POST or None, people=people, actor=actor) if side_in else AgreeForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        home, relations = None, {}
        if isinstance(form, AcceptForm):
            home = form.home_chosen()
            if home is None:
                raise SaidInForm
            relations = of_these(form.relations(), found.people)
        done = transfers.accept(
            by=actor, transfer_id=found.pk, now=now, home=home, relations=relations, answer=data["answer"]
        )
        toast(request, _("Agreed: the register is up to date on both sides."))
        return reverse("register:household", args=[done[0].household_id]) if side_in else reverse("register:moves")

    lines = [f"{one['name']} {one['facts']}" for one in (person_line(actor, person, today) for person in people)]
    names = {"home": "where", "household": "where", "dwelling": "where"}
    return answer(
        request, form, act, title=_("Agree to the move"), button=_("Agree"), crumbs=[desk_crumb()],
        cancel=reverse("register:moves"), names=names, notes=[*lines, summary(found)],
    )  # fmt: skip


def summary(one: Transfer) -> str:
    """A move in one line: from where to where, and when."""
    values = {
        "origin": names_of([one.from_area_id[:COMMUNITY]]).get(one.from_area_id[:COMMUNITY], ""),
        "target": names_of([one.to_area_id[:COMMUNITY]]).get(one.to_area_id[:COMMUNITY], ""),
        "day": one.happened_on.isoformat(),
    }
    text = _("%(day)s: from %(origin)s to %(target)s")
    if one.with_hukou:
        text = _("%(day)s: from %(origin)s to %(target)s, with the hukou")
    return text % values


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_refuse(request: ActorRequest, transfer_id: int) -> HttpResponse:
    """Not agreed, with the reason."""
    found = transfer_in_scope(request.actor, transfer_id, answering)
    form = RefuseForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        transfers.refuse(by=request.actor, transfer_id=found.pk, answer=data["answer"], now=timezone.now())
        toast(request, _("Refused. The other side reads why."))
        return reverse("register:moves")

    return answer(
        request, form, act, title=_("Refuse the move"), button=_("Refuse"), crumbs=[desk_crumb()],
        cancel=reverse("register:moves"), notes=[summary(found)], danger=True,
    )  # fmt: skip


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_POST
def move_withdraw(request: ActorRequest, transfer_id: int) -> HttpResponse:
    """Take back what we asked, while nobody has answered."""
    found = transfer_in_scope(request.actor, transfer_id, asking)
    try:
        transfers.withdraw(by=request.actor, transfer_id=found.pk, now=timezone.now())
        toast(request, _("Withdrawn. Nothing has changed."))
    except Refusal as refusal:
        toast_error(request, str(refusal))
    return redirect(reverse("register:moves") + "?tab=asked")
