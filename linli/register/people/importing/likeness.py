"""Who may be the same person although no document says so: name, birthday, door and phone, with the reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from rapidfuzz import fuzz

from linli.foundation import vault
from linli.foundation.imports.models import Batch
from linli.lib import addresses
from linli.lib.prefix import within
from linli.register.people.importing.happening import ENDS
from linli.register.people.importing.staging import TABLE
from linli.register.people.models import Person, Staged

PEOPLE = Person._meta.db_table
#: What each likeness counts, and from how much on somebody has to look.
POINTS = {
    "name": 35,
    "sound": 20,
    "name_like": 10,
    "born": 35,
    "born_near": 15,
    "door": 25,
    "address_like": 10,
    "phone": 30,
    "identity_near": 30,
}
BORN_DIFFERS = -40
IDENTITY_DIFFERS = -60
ENOUGH = 60
#: Whoever died or left is somebody of the register: the name alone is worth a question.
ENOUGH_TO_END = 35
MOST_PAIRS = 200_000
CHUNK = 1000

#: Pairs worth a look: cheap conditions that an index or a hash join answers.
IN_REGISTER = (
    "p.name = s.name AND p.born = s.born",
    "p.name = s.name AND (p.born IS NULL OR s.born IS NULL)",
    (
        "p.phone_index = s.phone_index AND s.phone_index <> '' AND p.phone_index <> ''"
        " AND (p.name = s.name OR p.born = s.born OR p.pinyin = s.pinyin)"
    ),
    "p.pinyin = s.pinyin AND p.born = s.born AND s.pinyin <> ''",
)


@dataclass
class Likeness:
    """How much two look like one, and why."""

    score: int
    reason: str


def find(batch: Batch) -> None:
    """Mark the rows that look like somebody of the register, or (without a document) like an earlier row."""
    _from_register(batch)
    _from_sheet(batch)


def find_since(batch: Batch, since: datetime) -> list[int]:
    """Mark the rows that look like somebody who was entered or changed since then; returns their numbers.

    Rows of which somebody said that they are another person than the one they had looked like are asked again.
    """
    return _from_register(batch, since=since)


def _from_register(batch: Batch, since: datetime | None = None) -> list[int]:
    low, high = within("area_id", batch.area_id).values()
    people = Person.objects.filter(**within("area_id", batch.area_id))
    if not (people if since is None else people.filter(updated_at__gte=since)).exists():
        return []
    recent = "" if since is None else " AND p.updated_at >= %s"
    open_ones = "s.decision = ''" if since is None else "s.decision IN ('', 'different')"
    pairs: set[tuple[int, int]] = set()
    with connection.cursor() as cursor:
        for condition in IN_REGISTER:
            cursor.execute(
                f'SELECT s.id, p.id FROM "{TABLE}" AS s JOIN "{PEOPLE}" AS p ON {condition}'  # noqa: S608
                f" WHERE s.batch_id = %s AND s.person_id IS NULL AND s.state = %s AND {open_ones}{recent}"
                " AND p.area_id >= %s AND p.area_id < %s AND p.status <> %s"
                " AND (s.unlike_person_id IS NULL OR s.unlike_person_id <> p.id)"
                " AND (s.unlike = '' OR s.unlike NOT LIKE '%%' || ' ' || p.id || ' ' || '%%')"
                f' AND NOT EXISTS (SELECT 1 FROM "{TABLE}" AS o WHERE o.batch_id = s.batch_id AND o.person_id = p.id)'
                " LIMIT %s",
                [batch.pk, "ok", *([] if since is None else [since]), low, high, "dead", MOST_PAIRS],
            )
            pairs.update(cursor.fetchall())
    return _mark(sorted(pairs))


def _mark(pairs: list[tuple[int, int]]) -> list[int]:
    best: dict[int, tuple[Likeness, int]] = {}
    numbers: dict[int, int] = {}
    for start in range(0, len(pairs), CHUNK):
        part = pairs[start : start + CHUNK]
        rows = Staged.objects.in_bulk([row for row, _person in part])
        people = Person.objects.select_related("dwelling").in_bulk([person for _row, person in part])
        for row_id, person_id in part:
            found = of_person(rows[row_id], people[person_id])
            if found.score >= (ENOUGH_TO_END if rows[row_id].event in ENDS else ENOUGH) and (
                row_id not in best or found.score > best[row_id][0].score
            ):
                best[row_id], numbers[row_id] = (found, person_id), rows[row_id].row
    _save(
        {
            row_id: {"person_id": person_id, "score": min(found.score, 99), "reason": found.reason}
            for row_id, (found, person_id) in best.items()
        }
    )
    return list(numbers.values())


def _save(found: dict[int, dict[str, Any]]) -> None:
    rows = Staged.objects.in_bulk(list(found))
    for row_id, row in rows.items():
        row.state, row.decision, row.decided_by_id = Staged.State.DUPLICATE, Staged.Decision.NONE, None
        for name, value in found[row_id].items():
            setattr(row, name, value)
    names = ["state", "decision", "decided_by_id", "person_id", "same_as_row", "score", "reason"]
    Staged.objects.bulk_update(rows.values(), names, batch_size=200)


def of_person(row: Staged, person: Person) -> Likeness:
    """How much a row looks like somebody of the register."""
    why = _names(row.name, row.pinyin, person.name, person.pinyin)
    penalty = _born(why, row.born, person.born)
    if row.phone_index and row.phone_index == person.phone_index:
        why.append("phone")
    if row.dwelling_id is not None and row.dwelling_id == person.dwelling_id:
        why.append("door")
    elif person.dwelling is not None and row.building:
        said = f"{row.estate}{row.building}{row.entrance}{row.room}"
        if addresses.key(said) == addresses.key(person.dwelling.address):
            why.append("door")
        elif fuzz.ratio(said, person.dwelling.address) >= 85:
            why.append("address_like")
    if row.identity_index and person.identity_index and row.identity_kind == person.identity_kind:
        near = _identity_near(row, person)
        why += ["identity_near"] if near else []
        penalty += 0 if near else IDENTITY_DIFFERS
    return _likeness(why, penalty)


def _identity_near(row: Staged, person: Person) -> bool:
    """Whether two documents differ in one or two characters: a typing error more often than two people."""
    one = vault.unseal(row.identity_sealed, vault.IDENTITY)
    other = vault.unseal(person.identity_sealed, vault.IDENTITY)
    if len(one) != len(other):
        return False
    # Twins have numbers that differ only in the sequence and the check digit.
    return one[:14] != other[:14] and sum(a != b for a, b in zip(one, other, strict=True)) <= 2


def _names(name: str, sound: str, other: str, other_sound: str) -> list[str]:
    if name == other:
        return ["name"]
    if sound and sound == other_sound:
        return ["sound"]
    return ["name_like"] if fuzz.ratio(name, other) >= 60 else []


def _born(why: list[str], one: Any, other: Any) -> int:
    if one is None or other is None:
        return 0
    if one == other:
        why.append("born")
        return 0
    if sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) <= 1 or (
        one.year == other.year and one.month == other.day and one.day == other.month
    ):
        why.append("born_near")
        return 0
    return BORN_DIFFERS


def _likeness(why: Iterable[str], penalty: int = 0) -> Likeness:
    reasons = list(why)
    return Likeness(sum(POINTS[one] for one in reasons) + penalty, " ".join(reasons))


#: The same for two rows of one sheet, of which the first has no document.
IN_SHEET = (
    (
        "o.name = s.name AND (o.born = s.born OR ((o.born IS NULL OR s.born IS NULL) AND"
        " (o.household_key = s.household_key OR (o.phone_index <> '' AND o.phone_index = s.phone_index))))"
    ),
    (
        "o.phone_index = s.phone_index AND o.phone_index <> '' AND o.name <> s.name AND o.room = s.room"
        " AND s.room <> '' AND o.entrance = s.entrance AND o.building = s.building"
    ),
)


def _from_sheet(batch: Batch) -> None:
    """Rows without a document that look like another row of the sheet."""
    pairs: dict[int, int] = {}
    with connection.cursor() as cursor:
        for condition in IN_SHEET:
            cursor.execute(
                f'SELECT s.id, MIN(o."row") FROM "{TABLE}" AS s JOIN "{TABLE}" AS o'  # noqa: S608
                f" ON o.batch_id = s.batch_id AND o.id <> s.id AND {condition}"
                ' AND (o.identity_index IS NOT NULL OR o."row" < s."row")'
                " WHERE s.batch_id = %s AND s.identity_index IS NULL AND s.state = %s AND s.person_id IS NULL"
                " AND s.decision = %s AND o.state IN (%s, %s)"
                ' AND (s.unlike_row IS NULL OR s.unlike_row <> o."row") GROUP BY s.id LIMIT %s',
                [batch.pk, "ok", "", "ok", "unchanged", MOST_PAIRS],
            )
            for row_id, other in cursor.fetchall():
                pairs.setdefault(row_id, other)
    rows = Staged.objects.in_bulk(list(pairs))
    others = {row.row: row for row in Staged.objects.filter(batch=batch, row__in=set(pairs.values()))}
    found = {}
    for row_id, row in rows.items():
        other = others[pairs[row_id]]
        why = _names(row.name, row.pinyin, other.name, other.pinyin)
        penalty = _born(why, row.born, other.born)
        if row.phone_index and row.phone_index == other.phone_index:
            why.append("phone")
        if row.room and (row.estate, row.building, row.entrance, row.room) == (
            other.estate, other.building, other.entrance, other.room,
        ):  # fmt: skip
            why.append("door")
        like = _likeness(why, penalty)
        if like.score >= ENOUGH:
            found[row_id] = {"same_as_row": other.row, "score": min(like.score, 99), "reason": like.reason}
    _save(found)
