"""Events of one person: death, leaving, coming back, marriage, moving inside; and taking an event back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.register.people import codes, stops
from linli.register.people.actions import events
from linli.register.people.actions.events import Arrival, of_act
from linli.register.people.models import Person, PopulationEvent, Spell
from linli.register.people.models.event import EventKind
from linli.register.people.queries import life
from linli.sites.register import history, words
from linli.sites.register.acts import SaidInForm, answer, rehearse
from linli.sites.register.edge import MOST, person_in_scope
from linli.sites.register.forms.events import BackForm, DeathForm, LeaveForm, MarriageForm
from linli.sites.register.forms.homes import ReasonForm
from linli.sites.register.views.households import moved
from linli.ui.toasts import toast


def crumbs_of(person: Person) -> list[tuple[str, str]]:
    """People › the person."""
    return [
        (_("People"), reverse("register:people")),
        (person.name, reverse("register:person", args=[person.pk])),
    ]


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_event(request: ActorRequest, person_id: int, kind: str) -> HttpResponse:
    """The form of one kind of event for one person."""
    person = person_in_scope(request.actor, person_id)
    page = PAGES.get(kind.replace("_", "-"))
    if page is None:
        raise Http404
    gone = person.status == Person.Status.GONE
    if (page is back) != gone or person.status == Person.Status.DEAD:
        # The button was pressed on an old page: the person's page says what is so now.
        toast(request, _("This does not fit the state of this person any more."))
        return redirect("register:person", person_id=person.pk)
    return page(request, person)


def stopped(done: list[PopulationEvent]) -> list[str]:
    """What ended with events, in words."""
    return [line for event in done for line in event.stopped]


def told(request: ActorRequest, sentence: str, done: list[PopulationEvent]) -> None:
    """Say what was entered and what ended with it, with a way back."""
    lines = stopped(done)
    text = _("%(sentence)s Ended with it: %(lines)s.") if lines else "%(sentence)s"
    toast(request, text % {"sentence": sentence, "lines": "、".join(lines)})


def death(request: ActorRequest, person: Person) -> HttpResponse:
    """Somebody died. Shown before: what ends with it. A head: who follows."""
    now = timezone.now()
    others = life.family(person) if person.relation == Spell.HEAD else []
    form = DeathForm(request.POST or None, others=others, initial={"version": person.version})
    here = reverse("register:person", args=[person.pk])

    def die() -> list[PopulationEvent]:
        data = form.cleaned_data
        return [
            events.die(
                by=request.actor, person_id=person.pk, version=data["version"], happened_on=data["happened_on"],
                reason=data["reason"], now=now, new_head=form.follower(),
            )
        ]  # fmt: skip

    def confirm(data: dict[str, Any]) -> dict[str, Any]:
        values = {"name": person.name, "day": data["happened_on"].isoformat()}
        return {
            "sure": _("%(name)s died on %(day)s. Is that right?") % values,
            "facts": [*named(person), *against(person, data["happened_on"])],
            "lines": rehearse(die, stopped),
            "ends": True,
            "button": _("Enter the death of %(name)s") % values,
        }

    def act(_data: dict[str, Any]) -> str:
        told(request, _("The death of %(name)s is in the register.") % {"name": person.name}, die())
        return here

    return answer(
        request, form, act, title=_("Death of %(name)s") % {"name": person.name}, button=_("Go on"),
        crumbs=crumbs_of(person), cancel=here, confirm=confirm, danger=True,
    )  # fmt: skip


def against(person: Person, died: date) -> list[tuple[str, str]]:
    """What speaks against a day of death that lies long ago: seen since, or entered into the register since."""
    seen, first = stops.last_seen(person.pk), life.known_since(person)
    found = []
    if first is not None and died < first:
        text = _("%(day)s, after this day: the entry will count on no day") % {"day": first.isoformat()}
        found.append((_("In the register since"), text))
    if seen is not None and died < seen:
        text = _("%(day)s, after this day: make sure that this is the right person") % {"day": seen.isoformat()}
        found.append((_("Last met at a visit"), text))
    return found


def named(person: Person) -> list[tuple[str, str]]:
    """Who is meant, so that two people of one name are told apart."""
    today = timezone.localdate()
    return [
        (_("Name"), person.name),
        (_("Sex and age"), " · ".join(one for one in (words.sex(person), words.years(person, today)) if one)),
        (_("Document"), words.masked(person, "identity")),
        (_("Home"), words.home(person)),
    ]


def leave(request: ActorRequest, person: Person) -> HttpResponse:
    """Somebody leaves the district, with or without the hukou, alone or with others."""
    now = timezone.now()
    family = life.family(person)
    kind = (
        EventKind.MOVE_OUT
        if "move" in (request.resolver_match.kwargs["kind"] if request.resolver_match else "")
        else EventKind.FLOW_OUT
    )
    form = LeaveForm(
        request.POST or None, family=family, others=family if person.relation == Spell.HEAD else [],
        initial={"version": person.version, "kind": kind},
    )  # fmt: skip
    here = reverse("register:person", args=[person.pk])

    def go() -> list[PopulationEvent]:
        data = form.cleaned_data
        people = [person.pk, *form.along()]
        follower = form.follower()
        return events.leave(
            by=request.actor, people=people, kind=data["kind"], happened_on=data["happened_on"], to=data["to"],
            reason=data["reason"], now=now, new_head=follower, versions={person.pk: data["version"]},
        )  # fmt: skip

    def confirm(data: dict[str, Any]) -> dict[str, Any]:
        along = [one.name for one in family if one.pk in form.along()]
        values = {"names": "、".join([person.name, *along]), "day": data["happened_on"].isoformat()}
        return {
            "sure": _("%(names)s left the district on %(day)s. Is that right?") % values,
            "facts": named(person),
            "lines": rehearse(go, stopped),
            "ends": True,
            "button": _("Enter the leaving of %(names)s") % values,
        }

    def act(_data: dict[str, Any]) -> str:
        told(request, _("The leaving is in the register."), go())
        return here

    ask = reverse("register:move_out", args=[person.household_id]) if person.household_id else ""
    return answer(
        request, form, act, title=_("%(name)s leaves the district") % {"name": person.name}, button=_("Go on"),
        crumbs=crumbs_of(person), cancel=here, confirm=confirm, danger=True,
        intro=_("To another community of this district? Then ask that community for the move instead."),
        other_url=ask, other_label=_("Ask another community"), names={"people": "along"},
    )  # fmt: skip


def marriage(request: ActorRequest, person: Person) -> HttpResponse:
    """The marital status changes, with a spouse of the household."""
    now = timezone.now()
    form = MarriageForm(
        request.POST or None, family=life.family(person),
        initial={"version": person.version, "happened_on": timezone.localdate(now)},
    )  # fmt: skip
    here = reverse("register:person", args=[person.pk])

    def act(data: dict[str, Any]) -> str:
        events.change_marital(
            by=request.actor, person_id=person.pk, version=data["version"], marital=data["marital"],
            happened_on=data["happened_on"], reason=data["reason"], now=now, spouse_id=form.spouse(),
        )  # fmt: skip
        toast(request, _("The marital status is in the register."))
        return here

    now_is = codes.label("marital", person.marital) or "–"
    return answer(
        request, form, act, title=_("Marital status of %(name)s") % {"name": person.name}, button=_("Save"),
        crumbs=crumbs_of(person), cancel=here, notes=[_("Now: %(status)s") % {"status": now_is}],
    )  # fmt: skip


def back(request: ActorRequest, person: Person) -> HttpResponse:
    """Somebody who was gone lives here again."""
    now, actor = timezone.now(), request.actor
    form = BackForm(
        request.POST or None, actor=actor, first=f"d-{person.dwelling_id}" if person.dwelling_id else "",
        initial={"version": person.version, "happened_on": timezone.localdate(now), "population": person.kind},
    )  # fmt: skip
    here = reverse("register:person", args=[person.pk])

    def act(data: dict[str, Any]) -> str:
        home = form.home_chosen()
        if home is None:
            raise SaidInForm
        arrival = Arrival(
            given={}, home=home, kind=data["population"], relation=data["relation"], event=data["kind"],
            happened_on=data["happened_on"], reason=data["reason"],
        )  # fmt: skip
        events.come_back(by=actor, person_id=person.pk, version=data["version"], arrival=arrival, now=now)
        toast(request, _("%(name)s lives here again.") % {"name": person.name})
        return here

    return answer(
        request, form, act, title=_("%(name)s comes back") % {"name": person.name}, button=_("Enter"),
        crumbs=crumbs_of(person), cancel=here, names={"home": "where", "household": "where"},
    )  # fmt: skip


def within(request: ActorRequest, person: Person) -> HttpResponse:
    """A move inside the community, of the person and of who goes along."""
    if person.household is None:
        raise Http404
    return moved(request, person.household, ticked=person)


def head(_request: ActorRequest, person: Person) -> HttpResponse:
    """Changing the head is asked on the page of the household, with this person chosen."""
    if person.household_id is None:
        raise Http404
    url = reverse("register:household_head", args=[person.household_id])
    return redirect(url if person.relation == Spell.HEAD else f"{url}?new_head={person.pk}")


def split(_request: ActorRequest, person: Person) -> HttpResponse:
    """Splitting is asked on the page of the household."""
    if person.household_id is None:
        raise Http404
    return redirect("register:household_split", household_id=person.household_id)


PAGES: dict[str, Callable[[ActorRequest, Person], HttpResponse]] = {
    "death": death,
    "leave": leave,
    "move-out": leave,
    "flow-out": leave,
    "marriage": marriage,
    "come-back": back,
    "move-within": within,
    "head-change": head,
    "split": split,
}


@requires(Permission.PEOPLE_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def event_undo(request: ActorRequest, event_id: int) -> HttpResponse:
    """Take back an event that was entered by mistake, with everything that came with it."""
    rows = PopulationEvent.objects.visible_to(request.actor).select_related("person")
    event = rows.filter(pk=event_id).first() if event_id <= MOST else None
    if event is None:
        raise Http404
    person = event.person
    in_reach = request.actor.covers(person.area_id)
    here = reverse("register:person", args=[person.pk]) if in_reach else reverse("register:people")
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = _("Why is it taken back?")

    def act(data: dict[str, Any]) -> str:
        events.take_back(by=request.actor, event_id=event.pk, reason=data["reason"], now=timezone.now())
        toast(request, _("Taken back: the register is as it was before."))
        return here

    parts = PopulationEvent.objects.filter(of_act(event)).select_related("person").order_by("pk")
    notes = [
        f"{one.happened_on.isoformat()} {words.capital(str(one.get_kind_display()))}: {one.person.name} "
        f"{history.event_words(one)}".rstrip()
        for one in parts[:50]
    ]
    return answer(
        request, form, act, title=_("Take back an event"), button=_("Take back"), crumbs=crumbs_of(person), cancel=here,
        notes=notes, danger=True,
        intro=_("These belong together and are taken back together. What ended with them goes on."),
    )  # fmt: skip
