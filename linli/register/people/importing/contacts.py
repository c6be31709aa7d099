"""What the rows of a sheet say of others (监护人, 配偶, 房东 …): never of the person, and kept beside them.

A row is compared with those who are known already: the same number or the same name is the same one, and what is new
of them comes together with what was known; somebody else takes the place of a guardian, and stands beside a child.
Nothing is overwritten: the row before ends, and opens again when the batch is undone.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.imports.models import Batch
from linli.lib import citizen_id
from linli.lib.chinese import same_name, tidy
from linli.register.people.actions.contacts import Facts, described, facts_of, row_of
from linli.register.people.importing.cells import DITTO, NOTHING, Identities, Why, tidy_number
from linli.register.people.importing.numbers import read_phones
from linli.register.people.importing.unread import unread
from linli.register.people.models import Contact, Staged

FIELD: Final = "contacts"
STAGED: Final = Staged._meta.db_table
CHUNK: Final = 1000
LONGEST: Final = {"name": 60, "relation": 30}
LEAST_DOCUMENT: Final = 5
Values = dict[str, Any]
Errors = dict[str, Why]


class Step(NamedTuple):
    """One that applying a row would enter, and the row of the register that it takes the place of."""

    facts: Facts
    instead: Contact | None


def handler(kind: str, fact: str, identities: Identities) -> Callable[[Values, str, Errors], None]:
    """What takes a cell of somebody else."""

    def handle(values: Values, text: str, errors: Errors) -> None:
        said, why = _read(fact, text, identities)
        if why is not None:
            # What a sheet says of others keeps nobody out.
            unread(values, f"{kind}:{fact}", text, why)
        if said:
            values.setdefault("_contacts", {}).setdefault(kind, {})[fact] = said

    return handle


def _read(fact: str, text: str, identities: Identities) -> tuple[str, Why | None]:
    if tidy(text).strip() in NOTHING:
        return "", None
    if text in DITTO:
        return "", ("ditto", {"text": text})
    if fact == "phone":
        return _phone(text)
    if fact == "identity":
        return _number(text, identities)
    said = " ".join(tidy(text).split())
    if len(said) > LONGEST[fact]:
        return "", ("long", {"n": LONGEST[fact], "had": len(said)})
    return said, None


def _phone(text: str) -> tuple[str, Why | None]:
    """The first number of the cell; what else is in it is kept as text."""
    read = read_phones(text)
    if read.why:
        return "", (read.why, {"digits": read.digits})
    more = read.rest or bool(read.own and read.other)
    return read.own or read.other, ("phone_more", {}) if more else None


def _number(text: str, identities: Identities) -> tuple[str, Why | None]:
    number = tidy_number(text)
    read = citizen_id.read(number, today=identities.today)
    if read is not None:
        return read.number, None
    if number.isdigit() or len(number) == citizen_id.WHOLE or "E+" in number or "." in number:
        return "", identities.why_not(number)
    return (number, None) if len(number) >= LEAST_DOCUMENT else ("", ("document_short", {}))


def packed(values: Mapping[str, Any], seal: Callable[[str], str]) -> str:
    """What `Staged` keeps of a row's others; "" for none."""
    said = values.get("_contacts")
    return seal(json.dumps(said, ensure_ascii=False)) if said else ""


def said(row: Staged) -> list[Facts]:
    """The others that a row names."""
    if not row.contacts_sealed:
        return []
    kinds: dict[str, dict[str, Any]] = json.loads(vault.unseal(row.contacts_sealed, vault.STAGED))
    # A relation alone names nobody.
    return [Facts(kind, **facts) for kind, facts in kinds.items() if facts.keys() - {"relation"}]


def held_by(people: Iterable[int]) -> dict[int, list[Contact]]:
    """Those who stand beside people now. One statement."""
    found: dict[int, list[Contact]] = {}
    for one in Contact.objects.open().filter(person_id__in=list(people)).order_by("pk"):
        found.setdefault(one.person_id, []).append(one)
    return found


def held_for(rows: Iterable[Staged]) -> dict[int, list[Contact]]:
    """Those who stand beside the people whom rows mean, where a row names anybody at all."""
    people = [row.person_id for row in rows if row.person_id and row.contacts_sealed]
    return held_by(people) if people else {}


def steps(row: Staged, held: Sequence[Contact]) -> list[Step]:
    """What a row says that is not known yet."""
    found = (_step(facts, [one for one in held if one.kind == facts.kind]) for facts in said(row))
    return [step for step in found if step is not None]


def _step(facts: Facts, held: Sequence[Contact]) -> Step | None:
    known = [(one, facts_of(one)) for one in held]
    twin = next((pair for pair in known if _is_same(facts, pair[1])), None)
    if twin is None:
        instead = held[0] if held and facts.kind in Contact.ONE_AT_A_TIME else None
        return Step(facts, instead) if facts.name or facts.identity or not held else None
    before = twin[1]
    new = {name: told for name in ("name", "relation", "phone", "identity") if (told := getattr(facts, name))}
    if same_name(facts.name, before.name):
        new.pop("name", None)
    merged = replace(before, **new)
    return None if merged == before else Step(merged, twin[0])


def _is_same(facts: Facts, known: Facts) -> bool:
    """The same number; or the same name, where numbers do not say otherwise; or no name, only a phone of theirs."""
    if facts.identity and known.identity:
        return facts.identity == known.identity
    if facts.name:
        return bool(known.name) and same_name(facts.name, known.name)
    return not facts.identity and (facts.kind in Contact.ONE_AT_A_TIME or facts.phone == known.phone)


def words(row: Staged, held: Sequence[Contact]) -> tuple[str, str]:
    """What is known, and what the row says instead, in words for the preview; numbers masked."""
    found = steps(row, held)
    old = "；".join(described(facts_of(step.instead)) for step in found if step.instead is not None)
    return old, "；".join(described(step.facts) for step in found)


def apply(batch: Batch, person_id: int, row: Staged, held: Sequence[Contact], now: datetime) -> list[Contact]:
    """End whom a row replaces, and return those it brings, unsaved."""
    fresh: list[Contact] = []
    for facts, instead in steps(row, held):
        if instead is not None:
            today = timezone.localdate(now)
            instead.until = max(today, instead.since) if instead.since else today
            instead.ended_because, instead.ended_batch = batch.original_name[:200], batch
            instead.save(update_fields=["until", "ended_because", "ended_batch"])
        fresh.append(_row(batch, person_id, facts, None, now))
    return fresh


def _row(batch: Batch, person_id: int, facts: Facts, since: date | None, now: datetime) -> Contact:
    told = replace(facts, since=since)
    by = {"recorded_by_id": batch.approved_by_id, "recorded_post_id": batch.made_post_id}
    return row_of(person_id, told, now, batch=batch, **by)


def enter(batch: Batch, people: str, now: datetime) -> int:
    """Those whom the rows of new people name; `people` is the table of staged row and new person. Chunk by chunk."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT n.staged_id, n.person_id FROM {people} AS n JOIN "{STAGED}" AS s ON s.id = n.staged_id'  # noqa: S608
            " WHERE s.contacts_sealed <> ''"
        )
        found = dict(cursor.fetchall())
    made, ids = 0, sorted(found)
    for start in range(0, len(ids), CHUNK):
        rows = Staged.objects.in_bulk(ids[start : start + CHUNK])
        fresh = [_row(batch, found[pk], facts, None, now) for pk, row in rows.items() for facts in said(row)]
        made += len(Contact.objects.bulk_create(fresh, batch_size=500))
    return made


def take_back(batch: Batch) -> None:
    """Undo what the batch brought, and open again what it ended."""
    Contact.objects.filter(batch=batch).delete()
    Contact.objects.filter(ended_batch=batch).update(until=None, ended_because="", ended_batch=None)
