"""Moves inside the district: two communities, one move, finished when both have agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, same_name, tidy
from linli.lib.errors import Invalid, Refusal, Stale
from linli.register.people import news
from linli.register.people.actions import events, fields, spells
from linli.register.people.actions.events import COMMUNITY_DIGITS, DISTRICT_DIGITS, Home
from linli.register.people.models import Person, PopulationEvent, Transfer
from linli.register.people.models.event import EventKind
from linli.register.people.news import answering_area, asking_area


class LivesNowhere(Refusal):
    """The district knows the person, who is gone: nobody has to agree, the return is entered (`events.come_back`)."""

    code = "lives_nowhere"
    message = _lazy("This person is not registered as living anywhere: enter the return instead.")

    def __init__(self, person_id: int) -> None:
        super().__init__(fields={"identity": self.message})
        self.person_id = person_id


@transaction.atomic
def ask_out(
    *,
    by: Actor,
    people: Sequence[int],
    to_area_id: str,
    happened_on: date,
    reason: str,
    now: datetime,
    with_hukou: bool = False,
) -> Transfer:
    """The community they leave says that they move to another community of the district. Nothing changes yet."""
    events.may_edit(by)
    rows = events.several(people, by)
    community = Area.objects.filter(pk=to_area_id, level=Level.COMMUNITY).first()
    origin = rows[0].area_id[:COMMUNITY_DIGITS]
    if community is None or not to_area_id.startswith(origin[:DISTRICT_DIGITS]):
        raise Invalid(fields={"to_area": _("Choose a community of the district.")})
    if to_area_id == origin:
        raise Invalid(fields={"to_area": _("They stay in the community: enter a move inside it.")})
    if any(person.area_id[:COMMUNITY_DIGITS] != origin for person in rows):
        raise Invalid(fields={"people": _("They do not all live in the same community.")})
    return _ask(
        rows,
        origin,
        to_area_id,
        Transfer.Side.OUT,
        by=by,
        happened_on=happened_on,
        reason=reason,
        now=now,
        with_hukou=with_hukou,
    )


@transaction.atomic
def ask_in(
    *,
    by: Actor,
    identity_kind: str,
    identity: str,
    name: str,
    dwelling_id: int | None,
    area_id: str,
    happened_on: date,
    reason: str,
    now: datetime,
    with_hukou: bool = False,
) -> Transfer:
    """The community they come to asks for somebody who is registered elsewhere in the district.

    It must know the number of the document and the name: what it gets to see of the person comes with acceptance.
    """
    events.may_edit(by)
    home = events.placed_area(Home(dwelling_id=dwelling_id, area_id=area_id), by)
    given = {"identity_kind": identity_kind, "identity": clean_identity(identity_kind, identity, now)}
    index = fields.identity_index(given["identity_kind"], given["identity"])
    person = Person.objects.filter(district_id=home.area_id[:DISTRICT_DIGITS], identity_index=index).first()
    if person is None or not same_name(name, person.name):
        raise Invalid(
            fields={"identity": _("The district has nobody with this document and name. Enter the person as new.")}
        )
    person = spells.locked([person.pk])[person.pk]
    if person.status == Person.Status.DEAD:
        raise Invalid(fields={"identity": _("This person is registered as dead. Ask the district if that is wrong.")})
    if person.status == Person.Status.GONE:
        raise LivesNowhere(person.pk)
    if by.covers(person.area_id):
        raise Invalid(fields={"identity": _("This person lives in your area already.")})
    made = _ask(
        [person],
        person.area_id[:COMMUNITY_DIGITS],
        home.area_id,
        Transfer.Side.IN,
        by=by,
        happened_on=happened_on,
        reason=reason,
        now=now,
        with_hukou=with_hukou,
    )
    made.dwelling_id = home.dwelling_id
    made.save(update_fields=["dwelling"])
    return made


def clean_identity(kind: str, number: str, now: datetime) -> str:
    """The number of a document in its normal form; raises Invalid for what cannot be one."""
    found = fields.clean({"identity_kind": kind, "identity": number}, today=timezone.localdate(now))
    return str(found["identity"])


@transaction.atomic
def accept(
    *,
    by: Actor,
    transfer_id: int,
    now: datetime,
    home: Home | None = None,
    relations: Mapping[int, str] | None = None,
    answer: str = "",
) -> list[PopulationEvent]:
    """The other side agrees: the people live there from the day of the move on, in one event for each.

    The side that takes them in says where they live (`home`); when it was that side that asked, it has said so already.
    """
    events.may_edit(by)
    transfer = _waiting(transfer_id, by)
    side_in = transfer.asked_by == Transfer.Side.OUT
    locked = spells.locked_with_homes(transfer.people)
    rows = [locked[pk] for pk in transfer.people]
    if any(one.status != Person.Status.HERE or not one.area_id.startswith(transfer.from_area_id) for one in rows):
        raise Stale(_("Meanwhile something else happened to one of them. Refuse this move and ask anew."))
    new_home = home if side_in else Home(dwelling_id=transfer.dwelling_id, area_id=transfer.to_area_id)
    # When the community they leave agrees, the home was chosen, and its right checked, by the one they come to.
    who = by if side_in else _of_the_other_side(by, transfer.to_area_id)
    spells.lock_households([*(one.household_id for one in rows), new_home.household_id if new_home else None])
    relation = "02" if new_home is not None and not new_home.household_id else ""
    place = events.placed(new_home or Home(), who, on=transfer.happened_on, relation=relation)
    if not place.area_id.startswith(transfer.to_area_id[:COMMUNITY_DIGITS]):
        raise Invalid(fields={"home": _("This home does not lie in the community they move to.")})
    kind = EventKind.MOVE_IN if transfer.with_hukou else EventKind.FLOW_IN
    wanted = dict(relations or {})
    if place.is_new and not wanted:
        wanted = {rows[0].pk: "02"}
    done = events.rehouse(
        rows,
        place,
        wanted,
        kind=kind,
        happened_on=transfer.happened_on,
        by=by,
        reason=transfer.reason,
        now=now,
        heads={},
        transfer=transfer,
    )
    _answer(transfer, Transfer.State.ACCEPTED, by, answer, now)
    return done


@transaction.atomic
def refuse(*, by: Actor, transfer_id: int, answer: str, now: datetime) -> Transfer:
    """The other side does not agree, and says why. Nothing changes in the register."""
    events.may_edit(by)
    transfer = _waiting(transfer_id, by)
    if len(tidy(answer)) < 2:
        raise Invalid(fields={"answer": _("Say why, so that the other side knows what to do.")})
    return _answer(transfer, Transfer.State.REFUSED, by, answer, now)


@transaction.atomic
def withdraw(*, by: Actor, transfer_id: int, now: datetime) -> Transfer:
    """The side that asked takes it back, as long as nobody has answered."""
    events.may_edit(by)
    transfer = Transfer.objects.select_for_update().filter(pk=transfer_id, state=Transfer.State.WAITING).first()
    if transfer is None or not by.covers(asking_area(transfer)):
        raise Stale(_("This move is not waiting any more."))
    return _answer(transfer, Transfer.State.WITHDRAWN, by, "", now)


def _ask(
    rows: Sequence[Person],
    origin: str,
    target: str,
    side: str,
    *,
    by: Actor,
    happened_on: date,
    reason: str,
    now: datetime,
    with_hukou: bool,
) -> Transfer:
    today = timezone.localdate(now)
    current = spells.open_spells([person.pk for person in rows])
    for person in rows:
        spell, kind = current.get(person.pk), EventKind.FLOW_IN
        spells.checked_day(happened_on, today=today, spell=spell, born=person.born_from, kind=kind)
    waiting = Transfer.objects.waiting().filter(from_area_id=origin).values_list("people", flat=True)
    taken = {pk for people in waiting for pk in people}
    for person in rows:
        if person.pk in taken:
            raise Stale(_("A move of one of them is waiting already."))
    days = rules.params("register.limits", origin, today)["transfer_days"]
    transfer = Transfer.objects.create(
        from_area_id=origin,
        to_area_id=target,
        asked_by=side,
        people=[person.pk for person in rows],
        with_hukou=with_hukou,
        happened_on=happened_on,
        reason=clip(tidy(reason), 300),
        asked_at=now,
        asker_id=by.user_id,
        due_at=now + timedelta(days=days),
    )
    news.asked(transfer, now)
    return transfer


def _waiting(transfer_id: int, by: Actor) -> Transfer:
    transfer = Transfer.objects.select_for_update().filter(pk=transfer_id).first()
    if transfer is None or not by.covers(answering_area(transfer)):
        raise Invalid(_("There is no such move for your area to answer."))
    if transfer.state != Transfer.State.WAITING:
        raise Stale(_("This move is not waiting any more."))
    return transfer


def _answer(transfer: Transfer, state: str, by: Actor, answer: str, now: datetime) -> Transfer:
    transfer.state, transfer.answered_at, transfer.answerer_id = state, now, by.user_id
    transfer.answer = clip(tidy(answer), 300)
    transfer.save(update_fields=["state", "answered_at", "answerer", "answer"])
    news.answered(transfer, now)
    return transfer


def _of_the_other_side(by: Actor, area_id: str) -> Actor:
    """The same person, looking at the place that the other side chose: only for finding the home it named."""
    return replace(by, area_id=area_id[:COMMUNITY_DIGITS])
