"""New people of a batch: person, event and spell, each table in one statement."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from linli.foundation.imports.models import Batch
from linli.foundation.rules import queries as rules
from linli.register.people.actions.spells import Delta
from linli.register.people.importing import contacts
from linli.register.people.importing.founding import HOMES, HOUSEHOLDS, PLACED, create, next_id
from linli.register.people.importing.matching import DISTRICT_DIGITS
from linli.register.people.importing.staging import TABLE, execute
from linli.register.people.models import Person, PopulationEvent, Spell, Staged, Tag

NEW = "linli_people"
PEOPLE, EVENTS, SPELLS = Person._meta.db_table, PopulationEvent._meta.db_table, Spell._meta.db_table
#: Columns that have the same name and the same form on both sides.
SAME = (
    "name", "pinyin", "initials", "identity_kind", "identity_sealed", "identity_index", "sex", "born",
    "born_precision", "ethnic", "nationality", "marital", "education", "political", "employment", "workplace",
    "phone_sealed", "phone_index", "other_contact", "other_phone_sealed", "registered_area",
    "registered_address", "match", "inflow_reason", "note", "kind",
)  # fmt: skip


def enter(batch: Batch, now: datetime) -> dict[str, int]:
    """Enter everybody who is new. Raises IntegrityError when somebody else entered one of them meanwhile."""
    kind = str(batch.options.get("event") or "entry")
    _gather()
    names = ", ".join(f'"{name}"' for name in SAME)
    values = ", ".join(f's."{name}"' for name in SAME)
    moment = _moment(now)
    entered = execute(
        f'INSERT INTO "{PEOPLE}" (id, district_id, area_id, household_id, dwelling_id, status, relation,'  # noqa: S608
        f" given, {names}, died, photo_id, batch_id, version, created_at, updated_at)"
        " SELECT n.person_id, %s, n.area_id, n.household_id, n.dwelling_id, 'here', n.relation, s.given_name,"
        f" {values},"
        f' NULL, NULL, %s, 1, {moment}, {moment} FROM {NEW} AS n JOIN "{TABLE}" AS s ON s.id = n.staged_id',
        [batch.area_id[:DISTRICT_DIGITS], batch.pk, now, now],
    )
    execute(
        f'INSERT INTO "{EVENTS}" (id, person_id, household_id, area_id, kind, happened_on, reported_at,'  # noqa: S608
        " by_id, post_id, reason, data, stopped, transfer_id, batch_id, undone_at, undone_by_id)"
        f" SELECT event_id, person_id, household_id, area_id, COALESCE(NULLIF(event, ''), %s), happened_on, {moment},"
        " %s, %s, '',"
        f" {_json()}, {_json()}, NULL, %s, NULL, NULL FROM {NEW}",
        [kind, now, batch.approved_by_id, batch.made_post_id, "{}", "[]", batch.pk],
    )
    execute(
        f'INSERT INTO "{SPELLS}" (person_id, area_id, household_id, dwelling_id, kind, relation, marital, "match",'  # noqa: S608
        " valid_from, valid_to, recorded_at, closed_at, opened_by_id, closed_by_id)"
        f' SELECT n.person_id, n.area_id, n.household_id, n.dwelling_id, s.kind, n.relation, s.marital, s."match",'
        f" n.happened_on, NULL, {moment}, NULL, n.event_id, NULL"
        f' FROM {NEW} AS n JOIN "{TABLE}" AS s ON s.id = n.staged_id',
        [now],
    )
    execute(
        f'UPDATE "{HOUSEHOLDS}" SET size = size + f.n FROM (SELECT household_id, COUNT(*) AS n FROM {NEW}'  # noqa: S608
        f' GROUP BY household_id) AS f WHERE "{HOUSEHOLDS}".id = f.household_id'
    )
    return {"people": entered, "tags": _tags(batch, now), "contacts": contacts.enter(batch, NEW, now)}


def _moment(now: datetime) -> str:
    """SQL for a point in time that is given as a parameter."""
    return "%s" if connection.vendor != "postgresql" else "%s::timestamptz"


def _json() -> str:
    return "%s::jsonb" if connection.vendor == "postgresql" else "%s"


def _gather() -> None:
    """Who is new, with keys given ahead, so that each table is written once."""
    create(
        NEW,
        f"SELECT {next_id(Person, 'p.staged_id')} AS person_id,"  # noqa: S608
        f" {next_id(PopulationEvent, 'p.staged_id')} AS event_id,"
        " p.staged_id, p.area_id, p.dwelling_id, p.happened_on, p.event,"
        " COALESCE(p.household_id, h.id) AS household_id,"
        " CASE WHEN p.relation = '' AND p.relation_unread = 0 AND h.has_head = 0 AND h.first_row = p.\"row\""
        " THEN '02' ELSE p.relation END"
        " AS relation"
        f" FROM {PLACED} AS p LEFT JOIN {HOMES} AS h ON p.household_id IS NULL AND h.household_key = p.household_key"
        " WHERE p.newcomer = 1",
    )


def headcounts() -> Mapping[Delta, int]:
    """How many came, by area, kind and day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT n.area_id, s.kind, n.happened_on, COUNT(*) FROM {NEW} AS n JOIN "{TABLE}" AS s'  # noqa: S608
            " ON s.id = n.staged_id GROUP BY 1, 2, 3"
        )
        return {(area, kind, _day(day)): n for area, kind, day, n in cursor.fetchall()}


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _tags(batch: Batch, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT n.staged_id, n.person_id FROM {NEW} AS n JOIN "{TABLE}" AS s ON s.id = n.staged_id'  # noqa: S608
            " WHERE s.tags <> %s",
            ["[]"],
        )
        found = dict(cursor.fetchall())
    made, ids = 0, sorted(found)
    for start in range(0, len(ids), 1000):
        rows = Staged.objects.in_bulk(ids[start : start + 1000])
        made += give(batch, [(found[pk], row) for pk, row in rows.items()], now)
    return made


def give(
    batch: Batch, people: list[tuple[int, Staged]], now: datetime, *, but: Mapping[int, set[str]] | None = None
) -> int:
    """Put people in the special groups that their rows name (those they are not in already: `but`)."""
    reviews = {
        kind["code"]: int(kind.get("review_months", 0))
        for kind in rules.params("tags", batch.area_id, timezone.localdate(now))["kinds"]
    }
    fresh = [
        Tag(
            person_id=person_id,
            kind=kind,
            level=level,
            facts=facts,
            basis=f"{batch.original_name}"[:200],
            source=Tag.Source.IMPORTED,
            since=row.happened_on or timezone.localdate(now),
            review_on=_later(timezone.localdate(now), reviews[kind]) if reviews.get(kind) else None,
            recorded_at=now,
            recorded_by_id=batch.approved_by_id,
            batch=batch,
        )
        for person_id, row in people
        for kind, level, facts in groups_of(row)
        if kind not in (but or {}).get(person_id, set())
    ]
    Tag.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def groups_of(row: Staged) -> list[tuple[str, str, dict[str, str]]]:
    """The groups that a row names, each once: kind, level, and what is held with it."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for kind, level, *facts in json.loads(row.tags):
        before = found.get(kind, ("", {}))
        found[kind] = (level or before[0], {**before[1], **(facts[0] if facts else {})})
    return [(kind, level, facts) for kind, (level, facts) in found.items()]


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))
