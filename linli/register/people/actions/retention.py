"""Erasing what may be kept no longer: by the rule set "retention", every night, or because somebody asked for it.

What is erased is gone from the trace of changes and from corrections, too: a trace that keeps the value defeats the
deletion. The trace keeps that a field was erased, when and why. Identity, residence and events stay: they are the
register itself, and others' duties hang on them (domain.md §14; PIPL §47).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.accounts.actors import SYSTEM, Actor
from linli.foundation.files.models import StoredFile
from linli.foundation.rules import queries as rules
from linli.lib.months import months_later
from linli.register.people.actions import fields, spells
from linli.register.people.models import (
    Change,
    Contact,
    Correction,
    Household,
    Person,
    RestrictedTag,
    Spell,
    SubjectRequest,
    UnreadCell,
)

#: What may be erased at all. A rule that names anything else is not followed there.
#: Who stands beside a person goes when the emergency contact does: both are others' data, kept for the person's sake.
CONTACTS: Final = "contacts"
ERASABLE: Final = ("phone", "other_contact", "other_phone", "photo", "workplace", "note", CONTACTS)
#: Field → the column that tells whether there is anything.
COLUMNS: Final[Mapping[str, str]] = {
    "phone": "phone_sealed",
    "other_contact": "other_contact",
    "other_phone": "other_phone_sealed",
    "photo": "photo",
    "workplace": "workplace",
    "note": "note",
    CONTACTS: "has_contacts",
}
KEPT_LONG_ENOUGH: Final = "保存期满"
BATCH: Final = 500


@dataclass(frozen=True)
class DataClass:
    """One class of data of a rule set, and how many months after leaving or death it is kept."""

    code: str
    label: str
    fields: tuple[str, ...]
    gone_months: int
    dead_months: int


@dataclass
class Erased:
    """What a run erased, or (in a dry run) would erase: people, fields by name, households, answered requests."""

    people: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    households: int = 0
    requests: int = 0

    def __str__(self) -> str:
        parts = [f"{name} {n}" for name, n in sorted(self.fields.items())]
        parts += [f"{name} {n}" for name, n in (("economy", self.households), ("requests", self.requests)) if n]
        return f"{self.people} people: {', '.join(parts)}" if parts else ""


def classes(area_id: str, on: date) -> list[DataClass]:
    """The classes of data in force at a place on a day."""
    rows: list[dict[str, Any]] = rules.params("retention", area_id, on)["classes"]
    return [
        DataClass(
            code=row["code"],
            label=row["label"],
            fields=_with_contacts(name for name in row["fields"] if name in ERASABLE),
            gone_months=int(row["gone_months"]),
            dead_months=int(row["dead_months"]),
        )
        for row in rows
    ]


def _with_contacts(names: Iterable[str]) -> tuple[str, ...]:
    found = tuple(names)
    return (*found, CONTACTS) if "other_contact" in found else found


@transaction.atomic
def erase(*, person_id: int, names: Iterable[str], reason: str, now: datetime, by: Actor = SYSTEM) -> list[str]:
    """Erase these fields of one person for good, the trace of their values included; returns those that held anything.

    The caller has asked for the right. Values leave no copy in the database; backups keep theirs until they expire.
    """
    person = spells.locked([person_id])[person_id]
    wanted = [name for name in ERASABLE if name in set(names)]
    return _erase({person: wanted}, reason=reason, now=now, by=by)[person_id]


def run(*, now: datetime, dry_run: bool = False) -> Erased:
    """Erase everything that is due, in batches, each whole or not at all. Safe to stop and to run again."""
    done = Erased()
    for batch in _batches(_due(timezone.localdate(now)), BATCH):
        if dry_run:
            _count(done, dict(batch))
            continue
        with transaction.atomic():
            locked = spells.locked(pk for pk, _names in batch)
            # Somebody may have come back since.
            left = {locked[pk]: names for pk, names in batch if locked[pk].status != Person.Status.HERE}
            _count(done, _erase(left, reason=KEPT_LONG_ENOUGH, now=now, by=SYSTEM))
    done.households = _economy(timezone.localdate(now), dry_run=dry_run)
    done.requests = _requests(now, dry_run=dry_run)
    _restricted(timezone.localdate(now), dry_run=dry_run)
    return done


def _count(done: Erased, erased: Mapping[int, Iterable[str]]) -> None:
    for names in erased.values():
        found = list(names)
        done.people += bool(found)
        done.fields.update(found)


def _due(today: date) -> Iterator[tuple[int, list[str]]]:
    """Those who left or died long enough ago and whose data is still there, each with the fields that are due."""
    left = Spell.objects.filter(person=OuterRef("pk")).order_by().values("person").annotate(day=Max("valid_to"))
    something = Q()
    for column in COLUMNS.values():
        something |= _SOMETHING.get(column, ~Q(**{column: ""}))
    beside = Exists(Contact.objects.filter(person=OuterRef("pk")))
    gone = Person.objects.exclude(status=Person.Status.HERE).annotate(has_contacts=beside)
    rows = gone.filter(something).annotate(left=Subquery(left.values("day")))
    names = list(COLUMNS.values())
    after = 0
    while True:
        page = list(
            rows.filter(pk__gt=after)
            .order_by("pk")
            .values("pk", "area_id", "status", "died", "left", *names)[: 4 * BATCH]
        )
        for row in page:
            due = _due_fields(row, today)
            if due:
                yield row["pk"], due
        if len(page) < 4 * BATCH:
            return
        after = page[-1]["pk"]


_SOMETHING: Final = {"photo": Q(photo__isnull=False), "has_contacts": Q(has_contacts=True)}


def _due_fields(row: Mapping[str, Any], today: date) -> list[str]:
    dead = row["status"] == Person.Status.DEAD
    since: date | None = row["died"] if dead else row["left"]
    if since is None:
        return []
    return [
        name
        for one in classes(row["area_id"], today)
        if months_later(since, one.dead_months if dead else one.gone_months) <= today
        for name in one.fields
        if row[COLUMNS[name]]
    ]


def _batches(found: Iterable[tuple[int, list[str]]], size: int) -> Iterator[list[tuple[int, list[str]]]]:
    batch: list[tuple[int, list[str]]] = []
    for one in found:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _erase(wanted: Mapping[Person, Iterable[str]], *, reason: str, now: datetime, by: Actor) -> dict[int, list[str]]:
    """Erase fields of locked people; returns what held anything, by person."""
    erased: dict[int, list[str]] = {}
    by_field: dict[str, list[int]] = defaultdict(list)
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    photos: list[UUID] = []
    beside = set(Contact.objects.filter(person__in=list(wanted)).values_list("person_id", flat=True))
    for person, names in wanted.items():
        for name in names:
            # A field that is empty now may still have its old values in the trace.
            by_field[name].append(person.pk)
        held = [name for name in names if _holds(person, name, beside)]
        erased[person.pk] = held
        if held:
            alike[tuple(held)].append(person.pk)
        if person.photo_id is not None and "photo" in held:
            photos.append(person.photo_id)
    for held_fields, people in alike.items():
        Person.objects.filter(pk__in=people).update(**_blank(held_fields), version=F("version") + 1, updated_at=now)
    Contact.objects.filter(person_id__in=by_field[CONTACTS]).delete()
    # Not linked any more: the sweep of orphans takes it within a day.
    StoredFile.objects.filter(pk__in=photos).update(kept=False)
    for name, people in by_field.items():
        values = Change.objects.filter(person_id__in=people, field=name).exclude(old_sealed="", new_sealed="")
        values.update(old_sealed="", new_sealed="")
        UnreadCell.objects.filter(person_id__in=people, field=name).update(text_sealed="")
    _forget_in_corrections(wanted)
    Change.objects.bulk_create(
        Change(person=person, field=name, reason=reason[:300], at=now, by_id=by.user_id, post_id=by.post_id)
        for person in wanted
        for name in erased[person.pk]
    )
    return erased


def _holds(person: Person, name: str, beside: set[int]) -> bool:
    """Whether a field holds anything; `beside`: who has others beside them."""
    if name == CONTACTS:
        return person.pk in beside
    return bool(getattr(person, "photo_id" if name == "photo" else COLUMNS[name]))


def _blank(names: Iterable[str]) -> dict[str, Any]:
    """What the columns of these fields hold when there is nothing."""
    own = [name for name in names if name != CONTACTS]
    values: dict[str, Any] = {COLUMNS[name]: None if name == "photo" else "" for name in own}
    return {**values, "phone_index": ""} if "phone" in names else values


def _forget_in_corrections(wanted: Mapping[Person, Iterable[str]]) -> None:
    """Take the erased fields out of what was asked in corrections."""
    names = {person.pk: set(found) for person, found in wanted.items()}
    rows = list(Correction.objects.select_for_update().filter(person_id__in=list(names)).order_by("pk"))
    for row in rows:
        asked = fields.from_sealed_json(row.proposed_sealed)
        kept = {name: value for name, value in asked.items() if name not in names[row.person_id]}
        if kept != asked:
            row.proposed_sealed = vault.seal(json.dumps(kept, ensure_ascii=False), vault.CORRECTION)
    Correction.objects.bulk_update(rows, ["proposed_sealed"], batch_size=BATCH)


def _economy(today: date, *, dry_run: bool) -> int:
    """The economic state of households of which nobody is left."""
    over = Household.objects.filter(ended_on__isnull=False, ended_on__lte=today).exclude(economy="")
    due = [
        pk
        for pk, area_id, ended_on in over.values_list("pk", "area_id", "ended_on").iterator(4 * BATCH)
        if ended_on
        and months_later(ended_on, int(rules.params("retention", area_id, today)["economy_months"])) <= today
    ]
    for start in range(0, 0 if dry_run else len(due), BATCH):
        Household.objects.filter(pk__in=due[start : start + BATCH], ended_on__isnull=False).update(economy="")
    return len(due)


def _requests(now: datetime, *, dry_run: bool) -> int:
    """The words of requests that were answered long ago: who asked for what, and when, stays."""
    today = timezone.localdate(now)
    said = ~Q(text="") | ~Q(proof="") | ~Q(answer="")
    answered = SubjectRequest.objects.filter(said, answered_at__isnull=False)
    due = [
        pk
        for pk, area_id, at in answered.values_list("pk", "area_id", "answered_at").iterator(4 * BATCH)
        if months_later(timezone.localdate(at), int(rules.params("retention", area_id, today)["request_months"]))
        <= today
    ]
    for start in range(0, 0 if dry_run else len(due), BATCH):
        SubjectRequest.objects.filter(pk__in=due[start : start + BATCH]).update(text="", proof="", answer="")
    return len(due)


def _restricted(today: date, *, dry_run: bool) -> None:
    """Restricted groups that ended long ago go whole. Not counted: so small a figure would tell something."""
    ended = RestrictedTag.objects.filter(until__isnull=False, until__lte=today)
    due = [
        pk
        for pk, area_id, until in ended.values_list("pk", "person__area_id", "until").iterator(4 * BATCH)
        if until and months_later(until, int(rules.params("retention", area_id, today)["restricted_months"])) <= today
    ]
    if not dry_run:
        RestrictedTag.objects.filter(pk__in=due, until__isnull=False).delete()
