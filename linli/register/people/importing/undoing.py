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
from linli.foundation.imports.tasks import work
from linli.lib.days import day_of_words
from linli.lib.errors import Refusal
from linli.lib.prefix import within
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people import stops
from linli.register.people.actions import fields, spells, tags
from linli.register.people.importing import contacts
from linli.register.people.importing.staging import execute
from linli.register.people.models import (
    Change,
    Contact,
    Household,
    MadeHome,
    Person,
    PopulationEvent,
    Removed,
    RestrictedTag,
    Spell,
    Staged,
    Tag,
    Transfer,
)
from linli.register.people.models.removed import note_removed

SHOWN = 50
CHUNK = 1000
COMMUNITY_DIGITS = 12
#: What a batch brings itself and takes away again; anything else that points to its people keeps them.
OWN = (PopulationEvent, Spell, Tag, Change)
State = Batch.State


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
    of_batch |= Q(pk__in=Contact.objects.filter(batch=batch).values("person"))
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
    newer_contacts = Contact.objects.filter(person__in=touched(batch).values("pk"), recorded_at__gt=since)
    for person_id in _without(newer_contacts, batch).values_list("person_id", flat=True)[:SHOWN]:
        yield person_id, _called(Contact)
    joined = (
        Person.objects.filter(household__batch=batch).exclude(batch=batch).exclude(pk__in=touched(batch).values("pk"))
    )
    for person_id in joined.values_list("pk", flat=True)[:SHOWN]:
        yield person_id, _("joined a household of the batch")
    yield from _moves_waiting(batch)
    yield from _hanging(batch)
    yield from _hanging_on_households(batch)


def _without(rows: QuerySet[Any], batch: Batch) -> QuerySet[Any]:
    return rows.filter(Q(batch__isnull=True) | ~Q(batch=batch))


def _moves_waiting(batch: Batch) -> Iterator[tuple[int, str]]:
    """Whom another community waits for. A move names its people by number, without a key that the database knows."""
    asked = Transfer.objects.waiting().filter(**within("from_area_id", batch.area_id[:COMMUNITY_DIGITS]))
    named = {pk for people in asked.values_list("people", flat=True) for pk in people}
    for person_id in created(batch).filter(pk__in=named).values_list("pk", flat=True)[:SHOWN]:
        yield person_id, _("a move to or from another community waits for an answer")


def _hanging(batch: Batch) -> Iterator[tuple[int, str]]:
    """Whatever else in the house points to somebody whom the batch brought: visits, cases, requests."""
    for model, field in _pointing_at(Person):
        if model in OWN:
            continue
        rows = _of_others(model, batch).filter(**{f"{field}__batch": batch})
        for person_id in rows.values_list(f"{field}_id", flat=True)[:SHOWN]:
            yield person_id, _called(model)


def _hanging_on_households(batch: Batch) -> Iterator[tuple[int, str]]:
    """Whatever points to a household that the batch made: a worker who looks after it."""
    for model, field in _pointing_at(Household):
        if model in (*OWN, Person):
            continue
        homes = _of_others(model, batch).filter(**{f"{field}__batch": batch}).values_list(f"{field}_id", flat=True)
        lived = Spell.objects.filter(household_id__in=list(homes[:SHOWN]))
        for person_id in lived.values_list("person_id", flat=True).distinct()[:SHOWN]:
            yield person_id, _called(model)


def _pointing_at(target: type[models.Model]) -> list[tuple[Any, str]]:
    """Model and field of every foreign key to a model, also of those without a way back (`related_name="+"`)."""
    found = target._meta.get_fields(include_hidden=True)
    relations = [one for one in found if isinstance(one, models.ForeignObjectRel)]
    return [
        (one.related_model, one.field.name)
        for one in relations
        if isinstance(one.field, models.ForeignKey) and not one.related_model._meta.auto_created
    ]


def _of_others(model: Any, batch: Batch) -> QuerySet[Any]:
    """The rows of a model that did not come with the batch itself."""
    rows = model._base_manager.all()
    return _without(rows, batch) if _comes_with_batches(model) else rows


def _comes_with_batches(model: Any) -> bool:
    return any(one.name == "batch" and one.related_model is Batch for one in model._meta.fields)


def _called(model: Any) -> str:
    """What a record is called. That somebody is in a restricted group is told to nobody by way of an undo."""
    return _("another record is about this person") if model is RestrictedTag else str(model._meta.verbose_name)


def _undo(batch: Batch, now: datetime, run: Run) -> None:
    run.say("changes")
    behind = _behind_the_same_doors(batch) | set(touched(batch).values_list("pk", flat=True))
    _take_back_moves(batch, now)
    _put_fields_back(batch, now)
    Tag.objects.filter(batch=batch).delete()
    contacts.take_back(batch)
    for model, _field in _pointing_at(Person):
        if model not in OWN and _comes_with_batches(model):
            model._base_manager.filter(batch=batch).delete()
    run.say("people")
    _free_waiting_rows(batch)
    _remove_people(batch)
    run.say("homes")
    _remove_homes(batch)
    concerned = sorted(behind)
    for start in range(0, len(concerned), CHUNK):
        tags.refresh(people=concerned[start : start + CHUNK], on=timezone.localdate(now), now=now)


def _behind_the_same_doors(batch: Batch) -> set[int]:
    """Who else ever lived behind a door to which the batch brought somebody: whether they are alone may change."""
    told = Spell.objects.filter(Q(person__batch=batch) | Q(opened_by__batch=batch))
    others = Spell.objects.exclude(person__batch=batch).order_by()
    found: set[int] = set()
    for door in ("dwelling_id", "household_id"):
        there = others.filter(**{f"{door}__in": told.exclude(**{door: None}).values(door)})
        found.update(there.values_list("person_id", flat=True).distinct())
    return found


def _take_back_moves(batch: Batch, now: datetime) -> None:
    """Take back what the batch told of others. A household it made, and somebody moved into, is empty then."""
    events = PopulationEvent.objects.filter(batch=batch, undone_at__isnull=True).exclude(person__batch=batch)
    for event in events.order_by("-pk"):
        spells.locked([event.person_id])
        concerned = spells.take_back(event=event, now=now)
        tags.restart(concerned, event, now)
        stops.restart_all(concerned, event, now)
        event.undone_at, event.undone_by_id = now, batch.undone_by_id
        event.save(update_fields=["undone_at", "undone_by"])


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
        return day_of_words(text, today=timezone.localdate())
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
    # An act that was taken back may have been told of others, too; their part of it stands alone now.
    acts = PopulationEvent.objects.filter(act__person__batch=batch).exclude(person__batch=batch)
    acts.update(act=None)
    note_removed(batch, Removed.What.PERSON, created(batch).values_list("pk", flat=True).iterator(10_000))
    gone = PopulationEvent.objects.filter(person__batch=batch)
    note_removed(batch, Removed.What.EVENT, gone.values_list("pk", flat=True).iterator(10_000))
    for table in (tag, open_spells, events):
        execute(f"DELETE FROM {table} WHERE person_id IN {mine}", [batch.pk])  # noqa: S608 - table names of ours
    execute(f"DELETE FROM {people} WHERE batch_id = %s", [batch.pk])  # noqa: S608 - a table name of ours


def _free_waiting_rows(batch: Batch) -> None:
    """Rows of other batches that meant somebody of this one mean nobody now; a batch that waits is matched anew."""
    mine = created(batch).values("pk")
    theirs = Staged.objects.filter(person_id__in=mine).exclude(batch=batch)
    waiting = Batch.objects.filter(state__in=(State.CHECKED, State.APPROVED))
    about = Staged.objects.filter(Q(person_id__in=mine) | Q(unlike_person_id__in=mine)).exclude(batch=batch)
    again = list(waiting.filter(pk__in=about.values("batch_id")).values_list("pk", flat=True))
    meant = (Staged.State.UNCHANGED, Staged.State.CONFLICT, Staged.State.DUPLICATE)
    theirs.filter(state__in=meant).update(state=Staged.State.OK)
    theirs.update(
        person_id=None, same_as_row=None, reason="", score=0, decision="", decided_by_id=None, differs="", keep="",
        moves=False, household_id=None,
    )  # fmt: skip
    Staged.objects.filter(unlike_person_id__in=mine).exclude(batch=batch).update(unlike_person_id=None)
    homes = Household.objects.filter(batch=batch).values("pk")
    Staged.objects.filter(household_id__in=homes).exclude(batch=batch).update(household_id=None)
    Batch.objects.filter(pk__in=again).update(
        state=State.CHECKING, message="", cancel_asked=False, claimed_by="", counts={"fresh": False, "read": True}
    )
    for pk in again:
        transaction.on_commit(lambda pk=pk: work.enqueue(pk))  # type: ignore[misc]


def _remove_homes(batch: Batch) -> None:
    """Households, dwellings, buildings and estates of the batch, where nobody else uses them by now."""
    PopulationEvent.objects.filter(batch=batch, household__batch=batch).update(household=None)
    _remove(batch, Removed.What.HOUSEHOLD, Household.objects.filter(batch=batch))
    for what, model, column in (
        (Removed.What.DWELLING, Dwelling, "dwelling_id"),
        (Removed.What.BUILDING, Building, "building_id"),
        (Removed.What.ESTATE, Estate, ""),
    ):
        made = MadeHome.objects.filter(batch=batch, what=what)
        ids = _remove(batch, what, model._default_manager.filter(pk__in=made.values("object_id")))
        for start in range(0, len(ids) if column else 0, CHUNK):
            theirs = Staged.objects.filter(**{f"{column}__in": ids[start : start + CHUNK]})
            theirs.exclude(batch=batch).update(**{column: None})
        made.delete()


def _remove(batch: Batch, what: str, rows: QuerySet[Any]) -> list[int]:
    """Delete those of these rows that nobody uses, keep their ids taken, and return them."""
    ids = list(_unused(rows).values_list("pk", flat=True))
    note_removed(batch, what, ids)
    for start in range(0, len(ids), CHUNK):
        rows.model._default_manager.filter(pk__in=ids[start : start + CHUNK]).delete()
    return ids


def _unused(rows: QuerySet[Any]) -> QuerySet[Any]:
    for model, field in _pointing_at(rows.model):
        rows = rows.filter(~models.Exists(model._base_manager.filter(**{field: models.OuterRef("pk")})))
    return rows
