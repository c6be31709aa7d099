"""The head of a household: who it is, and who follows."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid
from linli.register.people import kinship
from linli.register.people.actions import spells
from linli.register.people.actions.events.base import HEAD, checked_code, may_edit, record, vars_of
from linli.register.people.actions.spells import Life
from linli.register.people.models import Household, Person, PopulationEvent, Spell
from linli.register.people.models.event import EventKind


@transaction.atomic
def change_head(
    *,
    by: Actor,
    household_id: int,
    new_head: int,
    relations: Mapping[int, str],
    happened_on: date,
    reason: str,
    now: datetime,
) -> list[PopulationEvent]:
    """Another member becomes the head; `relations` says what each of the others is to the new head."""
    may_edit(by)
    spells.locked(Person.objects.filter(household_id=household_id).values_list("pk", flat=True))
    household = spells.checked_household(household_id, by)
    return hand_over(household, new_head, relations, happened_on=happened_on, by=by, reason=reason, now=now)


def led_by(households: Iterable[int | None]) -> dict[int, int]:
    """The head of each household that has one, before anybody goes."""
    rows = Spell.objects.open().filter(household_id__in=[one for one in households if one], relation=HEAD)
    return {household: person for household, person in rows.values_list("household_id", "person_id") if household}


def follow_heads(
    led: Mapping[int, int],
    heads: Mapping[int | None, int | None],
    gone: Collection[Person],
    *,
    happened_on: date,
    by: Actor,
    reason: str,
    now: datetime,
    act: PopulationEvent | None,
    relations: Mapping[int, str] | None = None,
) -> None:
    """A head has gone: hand the household to whom is named. Without a name it has no head until somebody says who.

    What the others are to the new head follows from what they were to the old one, where `relations` does not say.
    """
    left = {person.pk for person in gone}
    for household_id, head in led.items():
        new_head = heads.get(household_id)
        if head not in left or new_head is None:
            continue
        if new_head in left:
            raise Invalid(fields={"new_head": _("The new head has to stay.")})
        household = spells.checked_household(household_id, by)
        members = Person.objects.filter(household_id=household_id, status=Person.Status.HERE)
        known = {pk: (relation, sex) for pk, relation, sex in members.values_list("pk", "relation", "sex")}
        wanted = {**kinship.suggest(known, new_head), **(relations or {})}
        hand_over(
            household,
            new_head,
            wanted,
            happened_on=happened_on,
            by=by,
            reason=reason,
            now=now,
            act=act,
            as_follower=True,
        )


def hand_over(
    household: Household,
    new_head: int,
    relations: Mapping[int, str],
    *,
    happened_on: date,
    by: Actor,
    reason: str,
    now: datetime,
    act: PopulationEvent | None = None,
    as_follower: bool = False,
) -> list[PopulationEvent]:
    """Make a member the head, one event for each member whose relation changes.

    `as_follower`: the old head has gone. That may be told late; who has a newer spell by then takes the new relation
    from that day on, because what is known already does not change.
    """
    today = timezone.localdate(now)
    members = {spell.person_id: spell for spell in Spell.objects.open().filter(household_id=household.pk)}
    people = spells.locked(members)
    if new_head not in members:
        raise Invalid(fields={"new_head": _("The new head has to be a member of the household.")})
    if members[new_head].relation == HEAD:
        raise Invalid(fields={"new_head": _("This person is the head already.")})
    wanted = {
        pk: HEAD if pk == new_head else checked_code(f"relation_{pk}", "relation", relations.get(pk, ""), today)
        for pk in members
    }
    if sum(code == HEAD for code in wanted.values()) > 1:
        raise Invalid(fields={"relations": _("A household has one head.")})
    events: list[PopulationEvent] = []
    # The old head steps down first: there is never a moment with two.
    for pk in sorted(members, key=lambda one: (members[one].relation != HEAD, one == new_head)):
        spell = members[pk]
        if wanted[pk] == spell.relation:
            continue
        day = max(happened_on, spell.valid_from) if as_follower else happened_on
        spells.checked_day(day, today=today, spell=spell)
        life = Life(**{**vars_of(spells.life_of(spell)), "relation": wanted[pk]})
        data = {"head": new_head}
        event = record(
            people[pk],
            EventKind.HEAD_CHANGE,
            day,
            by=by,
            now=now,
            life=life,
            reason=reason,
            data=data,
            act=act or (events[0] if events else None),
        )
        spells.turn(event=event, person=people[pk], spell=spell, now=now, relation=wanted[pk])
        events.append(event)
    return events
