"""What a row says differently from the register about somebody whom the register knows."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from linli.foundation import vault
from linli.foundation.imports.models import Batch
from linli.lib.chinese import same_name
from linli.lib.days import fits
from linli.register.people.importing import contacts
from linli.register.people.importing.happening import ENDS
from linli.register.people.models import Contact, Person, Staged, Tag

CHUNK = 1000
#: What a comparison writes down at a row.
FOUND = ("differs", "moves", "state", "errors")
HEAD = "02"
HEAD_CHANGE = '{"relation": ["head_change", {}]}'
#: Fields kept as they are, compared as they are.
PLAIN = (
    "name", "sex", "born", "ethnic", "nationality", "education", "political", "employment", "workplace",
    "other_contact", "registered_area", "registered_address", "inflow_reason", "note",
)  # fmt: skip
#: What a spell says: it changes with an event.
LIFE = ("kind", "marital", "match", "relation")
#: What stands in tables beside the person.
BESIDE = ("tags", contacts.FIELD)
#: What a citizen's number tells, whether or not the sheet has columns for it.
FROM_IDENTITY = ("born", "sex")


def compare(batch: Batch, **conditions: Any) -> None:
    """Write down for each row that means somebody known which fields differ and whether they move.

    Rows without any difference become `unchanged`. Chunk by chunk: memory does not grow with the sheet.
    """
    rows = Staged.objects.filter(
        batch=batch, person_id__isnull=False, decision=Staged.Decision.SAME, state__in=("ok", "unchanged"), **conditions
    ).exclude(event__in=ENDS)
    for part in _chunks(rows):
        before = {row.pk: (found(row), row.person_version) for row in part}
        changed = [row for row in compared(part) if (found(row), row.person_version) != before[row.pk]]
        Staged.objects.bulk_update(changed, [*FOUND, "person_version"], batch_size=200)


def compared(part: list[Staged]) -> Iterator[Staged]:
    """The rows compared with the people they mean, unsaved; without those whose person is gone."""
    people = Person.objects.in_bulk([row.person_id for row in part if row.person_id])
    have, beside = _tags([row.person_id or 0 for row in part]), contacts.held_for(part)
    for row in part:
        person = people.get(row.person_id or 0)
        if person is not None:
            _compare(row, person, have.get(person.pk, set()), beside.get(person.pk, ()))
            row.person_version = person.version
            yield row


def found(row: Staged) -> tuple[object, ...]:
    """What a comparison found."""
    return tuple(getattr(row, name) for name in FOUND)


def _chunks(rows: Any) -> Iterator[list[Staged]]:
    last = 0
    while part := list(rows.filter(row__gt=last).order_by("row")[:CHUNK]):
        yield part
        last = part[-1].row


def _tags(people: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for pk, kind in Tag.objects.open().filter(person_id__in=people).values_list("person_id", "kind"):
        found.setdefault(pk, set()).add(kind)
    return found


def _compare(row: Staged, person: Person, tags: set[str], beside: Sequence[Contact]) -> None:
    names = differences(row, person, tags, beside)
    keep = set(row.keep.split())
    row.moves = "move" not in keep and moves(row, person)
    if not row.moves and "relation" in names and HEAD in (row.relation, person.relation):
        row.state, row.errors = Staged.State.ERROR, HEAD_CHANGE
    else:
        row.state = Staged.State.OK if set(names) - keep or row.moves else Staged.State.UNCHANGED
    row.differs = " ".join(names)


def differences(row: Staged, person: Person, tags: set[str], beside: Sequence[Contact] = ()) -> list[str]:
    """The fields in which the row says something else than the register. Blank cells say nothing."""
    given = set(row.given.split())
    if row.identity_index:
        given.update(FROM_IDENTITY)
    names = [name for name in PLAIN if name in given and (said := getattr(row, name)) and said != getattr(person, name)]
    if "name" in names and same_name(row.name, person.name):
        names.remove("name")
    if "born" in names and _says_no_more(row, person):
        names.remove("born")
    if "sex" in names and row.sex == "0":
        names.remove("sex")
    if row.identity_index and row.identity_index != person.identity_index:
        names.append("identity")
    if row.phone_index and row.phone_index != person.phone_index:
        names.append("phone")
    if row.other_phone_sealed and vault.unseal(row.other_phone_sealed, vault.PHONE) != vault.unseal(
        person.other_phone_sealed, vault.PHONE
    ):
        names.append("other_phone")
    names += [name for name in LIFE if name in given and (said := getattr(row, name)) and said != getattr(person, name)]
    if row.tags != "[]" and set(kinds_of(row)) - tags:
        names.append("tags")
    if contacts.steps(row, beside):
        names.append(contacts.FIELD)
    return names


def _says_no_more(row: Staged, person: Person) -> bool:
    """Whether a birth of which the row knows the year or month alone is the one that is held."""
    if row.born is None or person.born is None or not row.born_precision:
        return False
    return fits(person.born, row.born, row.born_precision)


def kinds_of(row: Staged) -> list[str]:
    """The special groups that a row names."""
    return list(dict.fromkeys(kind for kind, *_more in json.loads(row.tags)))


def moves(row: Staged, person: Person) -> bool:
    """Whether the row says that somebody known lives at another door, in another grid, or here again."""
    if person.status == Person.Status.GONE:
        # A row of an own export that says no other address says nothing of a return.
        return not row.row_key or bool(row.building)
    if row.building:
        if row.dwelling_id is not None:
            return row.dwelling_id != person.dwelling_id
        # A door that the register does not know yet; a building without a room says too little.
        return bool(row.room) or (
            row.building_id is not None and person.dwelling_id is None and row.area_id != person.area_id
        )
    return "grid" in row.given.split() and person.dwelling_id is None and row.area_id != person.area_id
