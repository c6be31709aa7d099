"""Change of the marital status."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid
from linli.register.people.actions import spells
from linli.register.people.actions.events.base import checked_code, fresh, may_edit, record, several, spell_of, vars_of
from linli.register.people.actions.spells import Life
from linli.register.people.models import PopulationEvent
from linli.register.people.models.event import EventKind


@transaction.atomic
def change_marital(
    *,
    by: Actor,
    person_id: int,
    version: int,
    marital: str,
    happened_on: date,
    reason: str,
    now: datetime,
    spouse_id: int | None = None,
) -> list[PopulationEvent]:
    """The marital status changes; for a spouse of the register the same event is entered, too."""
    may_edit(by)
    today = timezone.localdate(now)
    code = checked_code("marital", "marital", marital, today)
    if not code:
        raise Invalid(fields={"marital": _("Choose the new marital status.")})
    if spouse_id == person_id:
        raise Invalid(fields={"spouse": _("Nobody marries themselves.")})
    rows = several([person_id, *([spouse_id] if spouse_id else [])], by)
    person = next(one for one in rows if one.pk == person_id)
    fresh(person, version)
    current = spells.open_spells([one.pk for one in rows])
    events: list[PopulationEvent] = []
    for one in rows:
        spell = spell_of(current, one)
        spells.checked_day(happened_on, today=today, spell=spell, born=one.born_from)
        if spell.marital == code:
            raise Invalid(fields={"marital": _("%(name)s already has this status.") % {"name": one.name}})
        other = next((two for two in rows if two.pk != one.pk), None)
        data: dict[str, Any] = {"from": spell.marital, "to": code}
        if other is not None:
            data["spouse"] = other.pk
        life = Life(**{**vars_of(spells.life_of(spell)), "marital": code})
        event = record(
            one,
            EventKind.MARRIAGE,
            happened_on,
            by=by,
            now=now,
            life=life,
            reason=reason,
            data=data,
            act=events[0] if events else None,
        )
        spells.turn(event=event, person=one, spell=spell, now=now, marital=code)
        events.append(event)
    return events
