"""Taking back a whole batch, while nothing newer touches what it brought."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.imports import actions as batches
from linli.foundation.imports.kinds import Cancelled, Run
from linli.foundation.imports.models import Batch
from linli.lib.errors import Refusal
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.actions import fields, spells, tags
from linli.register.people.importing.staging import execute
from linli.register.people.models import Change, Household, MadeHome, Person, PopulationEvent, Spell, Tag

SHOWN = 50
CHUNK = 1000


class Touched(Refusal):
    """Something newer touches people of the batch; `lines` are (person id, why)."""

    code = "touched_since"
    status = 409

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        super().__init__(_("Something newer is known of people of this batch, so that it cannot be undone."))
        self.lines = lines


def undo(run: Run) -> None:
    """Take back everything that a batch did. Raises Touched; then nothing changed."""
    batch = run.batch
    try:
        with transaction.atomic():
            held = batches.locked(batch.pk, Batch.State.UNDOING)
            if held.claimed_by != run.worker:
                raise Cancelled
            found = blockers(held)
            if found:
                raise Touched(found)
            now = timezone.now()
            _undo(held, now, run)
            batches.turn(batch_id=batch.pk, worker=run.worker, to=Batch.State.UNDONE, undone_at=now)
    except IntegrityError as clash:
        raise Touched([]) from clash


def created(batch: Batch) -> QuerySet[Person]:
    """The people whom the batch brought."""
    return Person.objects.filter(batch=batch)


def touched(batch: Batch) -> QuerySet[Person]:
    """The people whom the batch changed, moved or put in a group, without those it brought."""
    of_batch = Q(pk__in=Change.objects.filter(batch=batch).values("person"))
    of_batch |= Q(pk__in=PopulationEvent.objects.filter(batch=batch).values("person"))
    of_batch |= Q(pk__in=Tag.objects.filter(batch=batch).values("person"))
    return Person.objects.filter(of_batch).exclude(batch=batch)


def blockers(batch: Batch) -> list[tuple[int, str]]:
    """Who has something newer, and what it is: at most fifty."""
    found: dict[int, str] = {}
    for person_id, why in _blockers(batch):
        found.setdefault(person_id, why)
        if len(found) >= SHOWN:
            break
    return sorted(found.items())


def _blockers(batch: Batch) -> Iterator[tuple[int, str]]:
    since = batch.applied_at
    concerned = Q(person__batch=batch) | Q(person__in=touched(batch).values("pk"))
    newer_events = PopulationEvent.objects.filter(concerned, undone_at__isnull=True, reported_at__gt=since)
    for person_id, kind in _without(newer_events, batch).values_list("person_id", "kind")[:SHOWN]:
        yield person_id, str(dict(PopulationEvent._meta.get_field("kind").flatchoices)[kind])
    # What an undone batch changed and changed back says nothing new; but a trace keeps the person whom it is about.
    taken_back = Q(batch__state=Batch.State.UNDONE) & ~Q(person__batch=batch)
    changes = Change.objects.filter(concerned, at__gt=since).exclude(taken_back)
    for person_id in _without(changes, batch).values_list("person_id", flat=True)[:SHOWN]:
        yield person_id, _("a field was changed")
    newer_tags = Tag.objects.filter(concerned, recorded_at__gt=since).exclude(source=Tag.Source.COMPUTED)
    for person_id in _without(newer_tags, batch).values_list("person_id", flat=True)[:SHOWN]:
        yield person_id, _("put in a special group")
    joined = (
        Person.objects.filter(household__batch=batch).exclude(batch=batch).exclude(pk__in=touched(batch).values("pk"))
    )
    for person_id in joined.values_list("pk", flat=True)[:SHOWN]:
        yield person_id, _("joined a household of the batch")
    yield from _hanging(batch)


def _without(rows: QuerySet[Any], batch: Batch) -> QuerySet[Any]:
    return rows.filter(Q(batch__isnull=True) | ~Q(batch=batch))


def _hanging(batch: Batch) -> Iterator[tuple[int, str]]:
    """Whatever else in the house points to somebody whom the batch brought: visits, cases, requests."""
    own = (PopulationEvent, Spell, Tag, Change)
    for relation in Person._meta.related_objects:
        model, field = relation.related_model, relation.field
        if model in own or not isinstance(field, models.ForeignKey):
            continue
        rows = model._base_manager.filter(**{f"{field.name}__batch": batch})
        for person_id in rows.values_list(f"{field.name}_id", flat=True)[:SHOWN]:
            yield person_id, str(model._meta.verbose_name)


def _undo(batch: Batch, now: datetime, run: Run) -> None:
    run.say("changes")
    households = _take_back_moves(batch, now)
    _put_fields_back(batch, now)
    Tag.objects.filter(batch=batch).delete()
    run.say("people")
    _remove_people(batch)
    run.say("homes")
    _remove_homes(batch)
    tags.refresh(
        households=households,
        people=list(touched(batch).values_list("pk", flat=True)),
        on=timezone.localdate(now),
        now=now,
    )


def _take_back_moves(batch: Batch, now: datetime) -> list[int | None]:
    events = PopulationEvent.objects.filter(batch=batch, undone_at__isnull=True).exclude(person__batch=batch)
    homes: list[int | None] = []
    for event in events.select_related("person").order_by("-pk"):
        homes.append(event.person.household_id)
        spells.locked([event.person_id])
        spells.take_back(event=event, now=now)
        event.undone_at, event.undone_by_id = now, batch.undone_by_id
        event.save(update_fields=["undone_at", "undone_by"])
        homes.append(event.person.household_id)
    # A household that the batch made and somebody moved into is empty now; spells that ended there are gone with it.
    return homes


def _put_fields_back(batch: Batch, now: datetime) -> None:
    reason = _("Import undone: %(file)s") % {"file": batch.original_name[:60]}
    people = sorted(set(Change.objects.filter(batch=batch).values_list("person_id", flat=True)))
    for start in range(0, len(people), CHUNK):
        part = people[start : start + CHUNK]
        held, trace = spells.locked(part), []
        for change in Change.objects.filter(batch=batch, person_id__in=part).order_by("-pk"):
            person = held[change.person_id]
            old = vault.unseal(change.old_sealed, vault.CHANGE)
            fields.set_plain(person, change.field, _value(person, change.field, old))
            trace.append(
                Change(
                    person=person,
                    field=change.field,
                    old_sealed=change.new_sealed,
                    new_sealed=change.old_sealed,
                    reason=reason,
                    at=now,
                    by_id=batch.undone_by_id,
                    batch=batch,
                )
            )
        for person in held.values():
            if person.identity_sealed:
                fields.set_plain(person, "identity", fields.plain(person, "identity"))
            person.version += 1
            person.updated_at = now
            person.save()
        Change.objects.bulk_create(trace, batch_size=500)


def _value(person: Person, name: str, text: str) -> Any:
    if name == "born":
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 - a day has no zone
    return text


def _remove_people(batch: Batch) -> None:
    people, events, open_spells, tag = (f'"{model._meta.db_table}"' for model in (Person, PopulationEvent, Spell, Tag))
    mine = f"(SELECT id FROM {people} WHERE batch_id = %s)"  # noqa: S608 - table names of ours
    deltas = {
        (area, kind, day): -n
        for area, kind, day, n in Spell.objects.filter(person__batch=batch)
        .values_list("area_id", "kind", "valid_from")
        .order_by("area_id", "kind", "valid_from")
        .annotate(n=models.Count("pk"))
    }
    spells.add_counts(deltas)
    for home, n in (
        created(batch).exclude(household__batch=batch).exclude(household=None).values_list("household_id")
        .order_by("household_id").annotate(n=models.Count("pk"))
    ):  # fmt: skip
        Household.objects.filter(pk=home).update(size=F("size") - n)
    for table in (tag, open_spells, events):
        execute(f"DELETE FROM {table} WHERE person_id IN {mine}", [batch.pk])  # noqa: S608 - table names of ours
    execute(f"DELETE FROM {people} WHERE batch_id = %s", [batch.pk])  # noqa: S608 - a table name of ours


def _remove_homes(batch: Batch) -> None:
    """Households, dwellings, buildings and estates of the batch, where nobody else uses them by now."""
    homes = Household.objects.filter(batch=batch)
    PopulationEvent.objects.filter(batch=batch, household__batch=batch).update(household=None)
    _unused(homes).delete()
    for what, model in (("dwelling", Dwelling), ("building", Building), ("estate", Estate)):
        made = MadeHome.objects.filter(batch=batch, what=what)
        rows = model._default_manager.filter(pk__in=made.values("object_id"))
        _unused(rows).delete()
        made.delete()


def _unused(rows: QuerySet[Any]) -> QuerySet[Any]:
    for relation in rows.model._meta.related_objects:
        if isinstance(relation.field, models.ForeignKey):
            others = relation.related_model._base_manager.filter(**{relation.field.name: models.OuterRef("pk")})
            rows = rows.filter(~models.Exists(others))
    return rows
