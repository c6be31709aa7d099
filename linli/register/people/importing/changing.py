"""What a batch changes about people whom the register knows: fields with their trace, moves as events."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.imports.models import Batch
from linli.lib.days import as_known
from linli.lib.errors import Stale
from linli.register.people.actions import fields, spells
from linli.register.people.actions.spells import Life
from linli.register.people.importing import contacts
from linli.register.people.importing.comparing import BESIDE, LIFE, _tags, differences, moves
from linli.register.people.importing.founding import HOMES, PLACED
from linli.register.people.importing.happening import ENDS
from linli.register.people.importing.newcomers import give
from linli.register.people.models import Change, Contact, Person, PopulationEvent, Spell, Staged
from linli.register.people.models.event import EventKind

CHUNK = 500
Place = tuple[str, int | None, int | None]


def change(batch: Batch, now: datetime) -> dict[str, int]:
    """Change and move the people whom rows mean, as decided. Chunk by chunk, in the order of their ids."""
    rows = (
        Staged.objects.filter(
            batch=batch, state=Staged.State.OK, decision=Staged.Decision.SAME, person_id__isnull=False
        )
        .exclude(event__in=ENDS)
        .order_by("person_id", "row")
    )
    ids = list(rows.values_list("pk", flat=True))
    counts = {"changed": 0, "fields": 0, "moved": 0}
    seen: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        part = sorted(Staged.objects.filter(pk__in=ids[start : start + CHUNK]), key=lambda row: row.person_id or 0)
        part = [row for row in part if row.person_id not in seen]
        seen.update(row.person_id or 0 for row in part)
        _change_part(batch, part, now, counts)
    return counts


def _change_part(batch: Batch, part: list[Staged], now: datetime, counts: dict[str, int]) -> None:
    people = spells.locked([row.person_id or 0 for row in part])
    current = spells.open_spells(list(people))
    places, have = _places([row.pk for row in part]), _tags(list(people))
    beside, fresh = contacts.held_for(part), list[Contact]()
    trace: list[Change] = []
    for row in part:
        person = people.get(row.person_id or 0)
        if person is None or person.status == Person.Status.DEAD or not person.area_id.startswith(batch.area_id):
            raise Stale(
                _("Row %(row)s: the register changed meanwhile. Let the rows be checked again.") % {"row": row.row}
            )
        keep = set(row.keep.split())
        names = [
            name
            for name in differences(row, person, have.get(person.pk, set()), beside.get(person.pk, ()))
            if name not in keep
        ]
        changes = set_fields(batch, person, row, names, now)
        trace += changes
        moved = "move" not in keep and moves(row, person)
        if moved or any(name in LIFE for name in names):
            _turn(batch, person, row, names, current.get(person.pk), places.get(row.pk) if moved else None, now)
        if "tags" in names:
            give(batch, [(person.pk, row)], now, but=have)
        if contacts.FIELD in names:
            fresh += contacts.apply(batch, person.pk, row, beside.get(person.pk, ()), now)
        counts["changed"] += bool(names)
        counts["fields"] += len(names)
        counts["moved"] += moved
    Change.objects.bulk_create(trace, batch_size=500)
    Contact.objects.bulk_create(fresh, batch_size=500)


def set_fields(batch: Batch, person: Person, row: Staged, names: Collection[str], now: datetime) -> list[Change]:
    """Set the fields of a locked person to what the row says; returns the trace, unsaved."""
    plain = [name for name in names if name not in LIFE and name not in BESIDE]
    if not plain:
        return []
    if "identity" in plain and row.identity_kind != person.identity_kind:
        plain.append("identity_kind")
    before = {name: fields.as_text(fields.plain(person, name)) for name in plain}
    for name in sorted(plain, key=lambda one: one != "identity_kind"):
        fields.set_plain(person, name, said(row, name))
    person.version += 1
    person.updated_at = now
    person.save()
    reason = _("Import: %(file)s, row %(row)s") % {"file": batch.original_name[:60], "row": row.row}
    return [
        Change(
            person=person,
            field=name,
            old_sealed=vault.seal(before[name], vault.CHANGE),
            new_sealed=vault.seal(fields.as_text(said(row, name)), vault.CHANGE),
            reason=reason,
            at=now,
            by_id=batch.approved_by_id,
            post_id=batch.made_post_id,
            batch=batch,
        )
        for name in plain
    ]


def said(row: Staged, name: str) -> Any:
    """What a row says of a field, opened."""
    if name in fields.SEALED:
        return vault.unseal(getattr(row, f"{name}_sealed"), fields.SEALED[name])
    if name == "born":
        return as_known(row.born, row.born_precision)
    return getattr(row, name)


def _places(ids: list[int]) -> dict[int, Place]:
    """Staged row → area, dwelling and household that it moves to."""
    if not ids:
        return {}
    marks = ", ".join("%s" for _id in ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.staged_id, p.area_id, p.dwelling_id, COALESCE(p.household_id, h.id) FROM {PLACED} AS p"  # noqa: S608
            f" LEFT JOIN {HOMES} AS h ON p.household_id IS NULL AND h.household_key = p.household_key"
            f" WHERE p.staged_id IN ({marks})",
            ids,
        )
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def _turn(
    batch: Batch,
    person: Person,
    row: Staged,
    names: Collection[str],
    spell: Spell | None,
    place: Place | None,
    now: datetime,
) -> None:
    """One event for everything that a spell says and the row says differently."""
    life = {name: getattr(row, name) for name in LIFE if name in names}
    if place is not None:
        area_id, dwelling_id, household_id = place
        life |= {"area_id": area_id, "dwelling_id": dwelling_id, "household_id": household_id}
        life["relation"] = row.relation or ("02" if _alone(household_id) else "")
    day = _day(row, spell, now)
    before = spells.life_of(spell) if spell is not None else _last(person)
    after = replace(before, **life)
    event = PopulationEvent.objects.create(
        person=person,
        household_id=after.household_id,
        area_id=after.area_id,
        kind=_kind(batch, row, spell, place, names),
        happened_on=day,
        reported_at=now,
        by_id=batch.approved_by_id,
        post_id=batch.made_post_id,
        batch=batch,
    )
    if spell is None:
        spells.begin(event=event, person=person, life=after, now=now)
    else:
        spells.turn(event=event, person=person, spell=spell, now=now, **life)


def _alone(household_id: int | None) -> bool:
    return (
        household_id is not None and not Spell.objects.open().filter(household_id=household_id, relation="02").exists()
    )


def _day(row: Staged, spell: Spell | None, now: datetime) -> date:
    today = timezone.localdate(now)
    told = "happened_on" in row.given.split() or row.event_on is not None
    day = min(row.happened_on, today) if row.happened_on and told else today
    return max(day, spell.valid_from) if spell is not None else day


def _last(person: Person) -> Life:
    return Life(
        area_id=person.area_id,
        household_id=person.household_id,
        dwelling_id=person.dwelling_id,
        kind=person.kind,
        relation=person.relation,
        marital=person.marital,
        match=person.match,
    )


def _kind(batch: Batch, row: Staged, spell: Spell | None, place: Place | None, names: Collection[str]) -> str:
    if spell is None:
        return (
            row.event
            if row.event in (EventKind.MOVE_IN, EventKind.FLOW_IN)
            else str(batch.options.get("event") or EventKind.ENTRY)
        )
    if place is not None:
        return EventKind.MOVE_WITHIN
    return EventKind.MARRIAGE if "marital" in names else EventKind.ENTRY
