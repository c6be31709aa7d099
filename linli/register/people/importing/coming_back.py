"""Rows of an own export that come back: known by their key; only the cells that somebody changed say anything.

A cell that still says what the export showed (a masked number, a word, an address) is untouched. What the register
has changed since the export and the file changed otherwise is decided at the merge desk. Rows that are missing from the
file mean nothing; rows without a key are ordinary rows.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.areas.queries import names_of
from linli.foundation.imports.models import Batch
from linli.lib import citizen_id
from linli.lib.chinese import fold, mask_phone, same_name
from linli.register.people import groups, row_keys
from linli.register.people.actions import fields
from linli.register.people.importing import comparing, contacts
from linli.register.people.importing.naming import NAME_DIFFERS
from linli.register.people.importing.rows import BETWEEN
from linli.register.people.models import Change, Contact, Household, Person, Spell, Staged, StagedCell, Tag
from linli.register.people.row_keys import RowKey

CHUNK = 500
KEY: Final = "row_key"
REASON, CHANGED_SINCE = "key", "key changed_since"
MASK: Final = "*"
#: Errors of ours; they are found anew each time.
OURS: Final = frozenset({"key_unknown", "key_twice", "key_masked", "key_other"})
STATUS_WORDS: Final = {Person.Status.HERE: "在册", Person.Status.GONE: "已离开", Person.Status.DEAD: "已死亡"}
#: What a column of the sheet fills at a row: it is emptied when the cell is untouched.
FILLS: Final[Mapping[str, Mapping[str, Any]]] = {
    "identity": {"identity_sealed": "", "identity_index": None, "identity_kind": "000"},
    "phone": {"phone_sealed": "", "phone_index": ""},
    "other_phone": {"other_phone_sealed": ""},
    "tags": {"tags": "[]"},
    "status": {"event": "", "event_on": None},
    "address": {
        "estate": "", "building": "", "entrance": "", "room": "", "floor": None, "building_id": None,
        "dwelling_id": None,
    },
}  # fmt: skip
WRITTEN: Final = (
    "state", "errors", "given", "unread", "person_id", "person_version", "decision", "reason", "score",
    "differs", "keep", "area_id", "household_number",
    *dict.fromkeys(name for filled in FILLS.values() for name in filled),
)  # fmt: skip


@dataclass
class Known:
    """A person of the register as an export shows them, now or at the time of the export."""

    person: Person
    spell: Spell | None
    #: Word of a group → its kind, and whether it is open still: some ended since the export.
    groups: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    household_number: str = ""
    head: str = ""
    area_name: str = ""
    #: Field → text that it had at the export, where it was changed since.
    before: Mapping[str, str] = field(default_factory=dict)
    spell_then: Spell | None = None
    area_name_then: str = ""


def find(batch: Batch) -> None:
    """Find whom the keyed rows mean, and let untouched cells say nothing."""
    if KEY not in batch.mapping.values():
        return
    rows = Staged.objects.filter(batch=batch, decided_by_id__isnull=True).exclude(row_key="")
    rows = rows.exclude(state=Staged.State.LEFT_OUT)
    twice = set(
        rows.values("row_key").order_by().annotate(n=Count("pk")).filter(n__gt=1).values_list("row_key", flat=True)
    )
    columns = {name: int(at) for at, name in batch.mapping.items() if name}
    for part in _chunks(rows):
        keys = {row.pk: row_keys.read(row.row_key) for row in part}
        known = _known(batch, [key for key in keys.values() if key is not None])
        unread = {row.row: row.unread for row in part}
        beside = contacts.held_by(list(known)) if any(row.contacts_sealed for row in part) else {}
        for row in part:
            key = keys[row.pk]
            _forget_own_errors(row)
            held = known.get(key.person_id) if key is not None else None
            if row.row_key in twice:
                _refuse(row, KEY, "key_twice")
            elif key is None or held is None or not (key.at or _fits(row, columns, held)):
                _unknown(row)
            elif row.person_id not in (None, held.person.pk):
                _refuse(row, "identity", "key_other")
            else:
                _settle(row, columns, key, held, beside.get(held.person.pk, ()))
        Staged.objects.bulk_update(part, WRITTEN, batch_size=100)
        _forget_unread(batch, part, unread)


def _chunks(rows: QuerySet[Staged]) -> Iterator[list[Staged]]:
    last = 0
    while part := list(rows.filter(row__gt=last).order_by("row")[:CHUNK]):
        yield part
        last = part[-1].row


def _forget_unread(batch: Batch, part: list[Staged], before: Mapping[int, str]) -> None:
    """Cells that could not be read and say only what the register holds, masked, are no work for anybody."""
    for name in FILLS:
        mark = f"/{name}/"
        silent = [row.row for row in part if mark in before[row.row] and mark not in row.unread]
        if silent:
            StagedCell.objects.filter(batch=batch, row__in=silent, field=name).delete()


def _forget_own_errors(row: Staged) -> None:
    errors = {name: why for name, why in json.loads(row.errors).items() if why[0] not in OURS}
    _put_errors(row, errors)


def _put_errors(row: Staged, errors: Mapping[str, Any]) -> None:
    row.errors = json.dumps(errors, ensure_ascii=False) if errors else "{}"
    if errors:
        row.state = Staged.State.ERROR
    elif row.state == Staged.State.ERROR:
        row.state = Staged.State.OK


def _refuse(row: Staged, name: str, code: str) -> None:
    row.person_id, row.decision, row.reason = None, Staged.Decision.NONE, ""
    _put_errors(row, {**json.loads(row.errors), name: [code, {}]})


def _unknown(row: Staged) -> None:
    """A key that fits nobody here: the number of the document may still say who it is."""
    if row.person_id is None:
        _refuse(row, KEY, "key_unknown")


def _known(batch: Batch, keys: Collection[RowKey]) -> dict[int, Known]:
    """The people of the district whom keys mean, with what the export shows of them. Some statements for a chunk."""
    ids = [key.person_id for key in keys]
    people = Person.objects.select_related("dwelling").filter(district_id=batch.area_id[:6]).in_bulk(ids)
    open_spells = {
        one.person_id: one for one in Spell.objects.open().select_related("dwelling").filter(person_id__in=ids)
    }
    homes = dict(Household.objects.filter(people__in=ids).values_list("pk", "number"))
    heads = dict(
        Person.objects.filter(household_id__in=homes, relation="02", status=Person.Status.HERE).values_list(
            "household_id", "name"
        )
    )
    found = {}
    names = names_of({person.area_id for person in people.values()})
    held = _groups(batch, keys)
    for pk, person in people.items():
        found[pk] = Known(
            person, open_spells.get(pk), held.get(pk, {}), homes.get(person.household_id or 0, ""),
            heads.get(person.household_id or 0, ""), names.get(person.area_id, ""),
        )  # fmt: skip
    for key in keys:
        if key.at is not None and key.person_id in found and found[key.person_id].person.version != key.version:
            _as_it_was(found[key.person_id], key.at)
    return found


def _groups(batch: Batch, keys: Collection[RowKey]) -> dict[int, dict[str, tuple[str, bool]]]:
    """The groups that an export shows of people; with those that ended since it was made."""
    labels = groups.groups(area_id=batch.area_id)
    since = {key.person_id: key.at for key in keys}
    found: dict[int, dict[str, tuple[str, bool]]] = {}
    for tag in Tag.objects.filter(person_id__in=since).select_related("ended_by"):
        at = since[tag.person_id]
        if tag.until is not None and (at is None or not _ended_after(tag, at)):
            continue
        label = labels[tag.kind].label if tag.kind in labels else tag.kind
        found.setdefault(tag.person_id, {})[f"{label}{tag.level}"] = (tag.kind, tag.until is None)
    return found


def _ended_after(tag: Tag, at: datetime) -> bool:
    told = tag.ended_by.reported_at if tag.ended_by is not None else None
    return told > at if told is not None else tag.until is not None and tag.until >= timezone.localdate(at)


def _as_it_was(known: Known, at: datetime) -> None:
    """Add what the person's fields were at the export, where they were changed since."""
    before: dict[str, str] = {}
    changes = Change.objects.filter(person=known.person, at__gt=at).order_by("at", "pk")
    for name, sealed in changes.values_list("field", "old_sealed"):
        before.setdefault(name, vault.unseal(sealed, vault.CHANGE))
    known.before = before
    spells = Spell.objects.select_related("dwelling").filter(person=known.person, recorded_at__lte=at)
    then = spells.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at)).order_by("-recorded_at", "-pk").first()
    known.spell_then = then
    known.area_name_then = names_of({then.area_id}).get(then.area_id, "") if then is not None else ""


def _cells(row: Staged) -> list[str]:
    return vault.unseal(row.cells_sealed, vault.STAGED).split(BETWEEN) if row.cells_sealed else []


def _text(cells: list[str], columns: Mapping[str, int], name: str) -> str:
    at = columns.get(name, -1)
    return fold(cells[at]) if 0 <= at < len(cells) else ""


def _fits(row: Staged, columns: Mapping[str, int], known: Known) -> bool:
    """Whether a row says enough of the person whom an unsealed key means."""
    person, number = known.person, _text(_cells(row), columns, "identity")
    if number and person.identity_sealed:
        held = str(fields.plain(person, "identity"))
        return number in (held, *citizen_id.masks(held)) and (
            number == held or same_name(row.name, person.name) or (row.born is not None and row.born == person.born)
        )
    return same_name(row.name, person.name) and row.born is not None and row.born == person.born


def _settle(row: Staged, columns: Mapping[str, int], key: RowKey, known: Known, beside: Sequence[Contact]) -> None:
    """The row means this person: what is untouched says nothing, what both sides changed is to be decided."""
    person, cells = known.person, _cells(row)
    row.person_id, row.person_version = person.pk, person.version
    row.decision, row.reason, row.score = Staged.Decision.SAME, REASON, 100
    errors = json.loads(row.errors)
    for name in (
        "identity",
        "phone",
        "other_phone",
        "tags",
        "address",
        "grid",
        "household_number",
        "head_name",
        "status",
    ):
        text = _text(cells, columns, name)
        if not text:
            continue
        if text in _shown(name, known) or (name == "tags" and set(text.split("、")) <= set(known.groups)):
            _silence(row, name, known, errors)
        elif name == "tags":
            # What ended since the export does not begin again because another group was added.
            ended = {kind for kind, is_open in known.groups.values() if not is_open}
            row.tags = json.dumps([one for one in json.loads(row.tags) if one[0] not in ended], ensure_ascii=False)
        elif MASK in text and name in ("identity", "phone", "other_phone"):
            errors[name] = ["key_masked", {}]
    _put_errors(row, errors)
    if row.state == Staged.State.ERROR:
        return
    row.state = Staged.State.OK
    have = {kind for kind, is_open in known.groups.values() if is_open}
    differ = comparing.differences(row, person, have, beside)
    if key.version != person.version:
        differ = _touched(row, differ, key, known)
    if person.status == Person.Status.DEAD and not (differ or row.event or comparing.moves(row, person)):
        row.state = Staged.State.UNCHANGED
    if "name" in differ:
        row.state, row.decision, row.reason = Staged.State.DUPLICATE, Staged.Decision.NONE, NAME_DIFFERS


def _shown(name: str, known: Known) -> set[str]:
    """What the export may have shown in a column: as it is now, or as it was then."""
    person = known.person
    if name in ("identity", "phone", "other_phone"):
        values = [str(fields.plain(person, name)), known.before.get(name, "")]
        return {said for value in values if value for said in (value, *_masks(name, value))}
    if name == "address":
        homes = [one.dwelling.address for one in (known.spell, known.spell_then) if one is not None and one.dwelling]
        return {fold(one) for one in (*homes, known.area_name, known.area_name_then) if one}
    if name == "grid":
        return {fold(one) for one in (known.area_name, known.area_name_then) if one}
    if name == "status":
        return {STATUS_WORDS[Person.Status(person.status)]}
    return {fold({"household_number": known.household_number, "head_name": known.head}.get(name, ""))}


def _masks(name: str, value: str) -> tuple[str, ...]:
    return citizen_id.masks(value) if name == "identity" else (mask_phone(value),)


def _silence(row: Staged, name: str, known: Known, errors: dict[str, Any]) -> None:
    for column, blank in FILLS.get(name, {}).items():
        setattr(row, column, blank)
    if name in ("address", "grid"):
        row.area_id = known.person.area_id
        errors.pop("grid", None)
    if name == "status":
        errors.pop("event", None)
    errors.pop(name, None)
    row.unread = row.unread.replace(f"/{name}/", "/").removeprefix("/" if row.unread == f"/{name}/" else "")
    row.given = " ".join(one for one in row.given.split() if one != name)


def _touched(row: Staged, differ: list[str], key: RowKey, known: Known) -> list[str]:
    """Of what differs, what somebody changed in the file; what the register changed as well is to be decided."""
    both, mine = [], []
    for name in differ:
        then = _then(name, known)
        said = _said(row, name)
        if key.at is not None and said == then:
            row.given = " ".join(one for one in row.given.split() if one != name)
            continue
        mine.append(name)
        if key.at is None or _now(name, known) != then:
            both.append(name)
    if comparing.moves(row, known.person) and (key.at is None or _moved_since(known)):
        both.append("move")
    if both:
        row.state, row.decision, row.reason = Staged.State.DUPLICATE, Staged.Decision.NONE, CHANGED_SINCE
        row.differs, row.keep = " ".join(mine), " ".join(both)
    return [] if both else mine


def _moved_since(known: Known) -> bool:
    then, now = known.spell_then or known.spell, known.spell
    return then is None or now is None or (then.dwelling_id, then.area_id) != (now.dwelling_id, now.area_id)


def _now(name: str, known: Known) -> str:
    if name == "tags":
        return ""
    return fields.as_text(getattr(known.person, name) if name in comparing.LIFE else fields.plain(known.person, name))


def _then(name: str, known: Known) -> str:
    if name in comparing.LIFE:
        spell = known.spell_then or known.spell
        return str(getattr(spell, name)) if spell is not None else ""
    return known.before.get(name, _now(name, known))


def _said(row: Staged, name: str) -> str:
    if name == "tags":
        return row.tags
    if name in fields.SEALED:
        return vault.unseal(getattr(row, f"{name}_sealed"), fields.SEALED[name])
    return fields.as_text(getattr(row, name))
