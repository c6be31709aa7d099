"""What every event needs: the right to edit, locked people, codes that are in their tables, and its row."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports.models import Batch
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people import codes
from linli.register.people.actions import spells
from linli.register.people.actions.spells import Life
from linli.register.people.models import Person, PopulationEvent, Spell

COMMUNITY_DIGITS = 12
DISTRICT_DIGITS = 6
HEAD = Spell.HEAD


def may_edit(by: Actor) -> None:
    """Raise NotAllowed unless the post includes changing the register."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise NotAllowed(_("Your post does not include changing the register of people."))


def checked_code(name: str, table: str, value: str, on: date) -> str:
    """A code of a table, or nothing; raises Invalid for the field `name`."""
    text = str(value or "").strip()
    if not text:
        return ""
    code = codes.code_of(table, text, on=on)
    if code is None:
        raise Invalid(
            fields={name: _("“%(text)s” is not in the table. Choose one of its entries.") % {"text": text[:30]}}
        )
    return code


def vars_of(life: Life) -> dict[str, Any]:
    """The fields of a life by name."""
    return {name: getattr(life, name) for name in Life.__dataclass_fields__}


def record(
    person: Person,
    kind: str,
    day: date,
    *,
    by: Actor,
    now: datetime,
    life: Life | Spell,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    transfer: Any = None,
    act: PopulationEvent | None = None,
    batch: Batch | None = None,
) -> PopulationEvent:
    """Write the row of the event for one person; `act` is the first event of the act it belongs to."""
    return PopulationEvent.objects.create(
        person=person,
        household_id=life.household_id,
        area_id=life.area_id,
        kind=kind,
        happened_on=day,
        reported_at=now,
        by_id=by.user_id,
        post_id=by.post_id,
        reason=clip(tidy(reason), 300),
        data=dict(data or {}),
        transfer=transfer,
        act=act,
        batch=batch,
    )


def one_of(person_id: int, by: Actor, version: int | None) -> Person:
    """The person, locked, if they live (or last lived) in the actor's area. Raises Invalid, Stale."""
    person = spells.locked_with_homes([person_id]).get(person_id)
    if person is None or not by.covers(person.area_id):
        raise Invalid(_("There is no such person in your area."))
    if version is not None:
        fresh(person, version)
    return person


def fresh(person: Person, version: int | None) -> None:
    """Raise Stale when the person has changed since the form was drawn."""
    if version is not None and person.version != version:
        raise Stale


def several(people: Iterable[int], by: Actor) -> list[Person]:
    """People of the actor's area who live here, locked, in the order given. Raises Invalid, Stale."""
    wanted = list(dict.fromkeys(people))
    found = spells.locked_with_homes(wanted)
    if not wanted or any(pk not in found or not by.covers(found[pk].area_id) for pk in wanted):
        raise Invalid(fields={"people": _("Choose people of your area.")})
    if any(found[pk].status != Person.Status.HERE for pk in wanted):
        raise Stale(_("One of them does not live here any more. Reload the page."))
    return [found[pk] for pk in wanted]


def spell_of(current: Mapping[int, Spell], person: Person) -> Spell:
    """The open spell of a person. Raises Stale when there is none."""
    spell = current.get(person.pk)
    if spell is None:
        raise Stale(_("One of them does not live here any more. Reload the page."))
    return spell


def address_of(spell: Spell) -> str:
    """The address of a spell's dwelling, nothing where none is known."""
    return spell.dwelling.address if spell.dwelling_id and spell.dwelling else ""
