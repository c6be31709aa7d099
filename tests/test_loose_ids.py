"""Numbers of rows that the database does not know as keys: all written down, none left behind, none given twice."""

from datetime import date

import pytest
from django.db import connection, models
from django.utils import timezone

from linli.apps.visits import actions as visit_actions
from linli.apps.visits.tests import factories as visits
from linli.foundation.imports.models import Batch
from linli.insight.ledgers.models import Export, ExportedPerson
from linli.project import loose_ids
from linli.register.people.actions import corrections, events, requests, restricted, revealing, tags, transfers
from linli.register.people.importing.undoing import blockers
from linli.register.people.models import Person, PopulationEvent, Removed, Staged, Transfer
from linli.register.people.models.removed import keep_taken
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import applied, checked, undone

ELSEWHERE = "320105001004"


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def present():
    """The real time: the worker asks the clock."""
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def sheet(first: int = 11) -> list[dict[str, str]]:
    def row(name: str, born: date, sex: str, at: int, relation: str, door: str) -> dict[str, str]:
        number = make.citizen_number(born, sex, at)
        return {"姓名": name, "身份证号": number, "联系电话": f"139000011{at}", "与户主关系": relation, "现住址": door}

    return [
        row("张建国", date(1958, 3, 2), "1", first, "户主", "莫愁新寓3幢2单元301室"),
        row("李秀英", date(1960, 5, 6), "2", first + 1, "妻", "莫愁新寓3幢2单元301室"),
        row("王独", date(1940, 1, 1), "2", first + 2, "户主", "莫愁新寓3幢2单元302室"),
    ]


# --- the register of places


def test_every_column_that_may_hold_a_number_of_a_row_is_written_down():
    """Use a foreign key; or say in `linli.project.loose_ids` what the column names, or that it names nothing."""
    assert loose_ids.undeclared_columns() == []


def test_what_is_written_down_exists():
    for place in loose_ids.LOOSE:
        assert place.model._meta.get_field(place.field) is not None
        assert issubclass(loose_ids.apps.get_model(place.names), models.Model)


def test_a_number_under_a_key_that_nobody_declared_is_seen(db, district, by, now):
    person = make.person(by=by, now=now)
    event = PopulationEvent.objects.get(person=person)
    event.data = {"witness_id": 7, "inside": [{"members": [1, 2]}], "count": 3, "head": 5, "to": "莫愁新寓"}
    event.save()
    column = "people.PopulationEvent.data"
    assert loose_ids.undeclared_values() == [f"{column}: inside.members", f"{column}: witness_id"]
    # What is declared and leads nowhere is dangling.
    assert loose_ids.dangling() == [f"{column}.head → people.Person: [5]"]


# --- everything that can happen to people of a batch, and then the batch is undone


def a_move_waits(by, people, now):
    transfers.ask_out(by=by, people=[people[2].pk], to_area_id=ELSEWHERE, happened_on=today(), reason="", now=now)


def a_move_was_withdrawn(by, people, now):
    a_move_waits(by, people, now)
    transfers.withdraw(by=by, transfer_id=Transfer.objects.latest("pk").pk, now=now)


def a_number_was_revealed(by, people, now):
    revealing.reveal(by=by, person=people[0], field="phone", reason="回访", now=now)


def a_number_was_looked_for(by, people, now, client_for=None):
    from linli.foundation.audit.actions import record

    record(by=by, action="people.find_number", data={"found": [people[0].pk]}, now=now)


def they_were_exported(by, people, now):
    export = Export.objects.create(
        area_id=by.area_id, subject="people", title="居民", reason="check", why="核对名册", state="expired",
        asked_by_id=by.user_id, asker_name=by.name, asked_at=now,
    )  # fmt: skip
    ExportedPerson.objects.bulk_create([ExportedPerson(export=export, person_id=one.pk) for one in people])


def somebody_married(by, people, now):
    known = make.person(by=by, name="赵老", now=now, born=date(1941, 1, 1), sex="1", sequence=77, with_identity=True)
    return events.change_marital(
        by=by, person_id=known.pk, version=known.version, marital="20", happened_on=today(), reason="", now=now,
        spouse_id=people[2].pk,
    )  # fmt: skip


def a_marriage_was_taken_back(by, people, now):
    events.take_back(by=by, event_id=somebody_married(by, people, now)[0].pk, reason="弄错了", now=now)


def somebody_died(by, people, now):
    return events.die(
        by=by, person_id=people[0].pk, version=people[0].version, happened_on=today(), reason="", now=now,
        new_head=people[1].pk,
    )  # fmt: skip


def a_death_was_taken_back(by, people, now):
    events.take_back(by=by, event_id=somebody_died(by, people, now).pk, reason="弄错了", now=now)


def a_correction_was_asked(by, people, now):
    corrections.propose(by=by, person=people[0], given={"note": "耳背"}, reason="走访", now=now)


def a_copy_was_asked(by, people, now):
    requests.ask(by=by, person=people[0], kind="copy", now=now, proof="身份证")


def a_group_was_given(by, people, now):
    tags.give(by=by, person=people[0], kind="low_income", level="全额", basis="低保证", since=today(), now=now)


def somebody_was_visited(by, people, now):
    visits.visit(by=by, person=people[2], at=now)


def a_household_got_a_worker(by, people, now):
    target = visit_actions.Target(households=[people[2].household_id])
    visit_actions.assign(by=by, target=target, post_id=by.post_id, now=now)


def somebody_moved_in(by, people, now):
    home = events.Home(household_id=people[2].household_id)
    make.person(by=by, name="陈护工", now=now, born=date(1980, 1, 1), sequence=78, home=home, relation="97")


HISTORY = [a_move_was_withdrawn, a_number_was_revealed, a_number_was_looked_for, they_were_exported,
           a_marriage_was_taken_back, a_death_was_taken_back]  # fmt: skip
NEWER = [a_move_waits, somebody_married, somebody_died, a_correction_was_asked, a_copy_was_asked, a_group_was_given,
         somebody_was_visited, a_household_got_a_worker, somebody_moved_in]  # fmt: skip


def brought(batch: Batch) -> list[Person]:
    """The people of a batch, in the order of the sheet."""
    names = [row["姓名"] for row in sheet()]
    return sorted(Person.objects.filter(batch=batch), key=lambda one: names.index(one.name))


@pytest.mark.parametrize("touches", [*[[one] for one in HISTORY], HISTORY, HISTORY[::-1]], ids=lambda one: len(one))
def test_history_does_not_keep_a_batch_and_points_at_nobody_else(by, present, touches):
    batch = applied(by, sheet(), present)
    people = brought(batch)
    for touch in touches:
        for one in people:
            one.refresh_from_db()
        touch(by, people, timezone.now())
    ids = [one.pk for one in people]
    after = undone(by, batch, present)
    assert after.state == "undone", (after.message, blockers(after))
    assert loose_ids.dangling() == []
    assert loose_ids.undeclared_values() == []
    assert set(Removed.objects.of("person", ids)) == set(ids)
    history = {one.column.rpartition(".")[0] for one in loose_ids.LOOSE if one.history}
    assert named_anywhere(ids) <= history
    # Whoever comes next is somebody else: no number is given twice, whichever way they come.
    again = applied(by, sheet(), present)
    assert min(one.pk for one in brought(again)) > max(ids)
    assert make.person(by=by, name="新人", now=present, sequence=79).pk > max(one.pk for one in brought(again))


@pytest.mark.parametrize("touch", NEWER, ids=lambda one: one.__name__)
def test_what_is_newer_keeps_the_batch_and_is_named(by, present, touch):
    batch = applied(by, sheet(), present)
    people = brought(batch)
    touch(by, people, timezone.now())
    after = undone(by, batch, present)
    assert after.state == "applied"
    assert blockers(after)
    assert all(why for _pk, why in blockers(after))
    assert loose_ids.dangling() == []


def test_a_restricted_group_is_not_told_by_way_of_an_undo(by, actor_of, present):
    make.switch_restricted_on("320105")
    batch = applied(by, sheet(), present)
    person = brought(batch)[0]
    restricted.give(
        by=actor_of("restricted-care"), person=person, kind="mental", level="1", since=today(),
        basis="诊断证明", now=present,
    )  # fmt: skip
    ((who, why),) = blockers(batch)
    assert who == person.pk
    assert "restricted" not in why
    assert "受限" not in why


def test_a_batch_that_waits_and_means_them_is_matched_anew(by, present):
    first = applied(by, sheet(), present)
    waiting = checked(by, sheet(), present)
    assert waiting.counts["unchanged"] == 3
    assert undone(by, first, present).state == "undone"
    waiting.refresh_from_db()
    assert waiting.state in ("checking", "checked")
    assert not Staged.objects.filter(batch=waiting, person_id__isnull=False).exists()
    assert loose_ids.dangling() == []
    from linli.foundation.imports import tasks

    tasks.run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.counts["new"]) == ("checked", 3)


def test_an_undone_batch_leaves_nothing_but_history(by, present):
    batch = applied(by, sheet(), present)
    ids = [one.pk for one in brought(batch)]
    undone(by, batch, present)
    assert named_anywhere(ids) == set()
    assert set(Removed.objects.of("person", ids)) == set(ids)


def test_the_access_log_says_whom_a_number_meant(by, present, client_for):
    batch = applied(by, sheet(), present)
    a_number_was_revealed(by, brought(batch), present)
    client = client_for("auditor")
    assert "a person of import" not in client.get("/desk/audit/", headers={"accept-language": "en"}).content.decode()
    undone(by, batch, present)
    page = client.get("/desk/audit/", headers={"accept-language": "en"}).content.decode()
    assert f"a person of import {batch.pk}, undone on" in page or f"第 {batch.pk} 批" in page


@pytest.mark.skipif("sqlite" not in connection.vendor, reason="sequences of PostgreSQL stay through migrations")
def test_a_rebuilt_table_counts_on(by, present):
    batch = applied(by, sheet(), present)
    last = max(one.pk for one in brought(batch))
    undone(by, batch, present)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'people_person'")
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'people_populationevent'")
    keep_taken()
    person = make.person(by=by, name="新人", now=present, sequence=79)
    assert person.pk > last
    assert not Removed.objects.of("event", [PopulationEvent.objects.get(person=person).pk])


def named_anywhere(ids: list[int]) -> set[str]:
    """Where a number of these people stands: by foreign key, or in a declared place."""
    keys = [
        (model, field)
        for model in loose_ids.apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Person
    ]
    found = {model._meta.label for model, field in keys if model._base_manager.filter(**{f"{field.name}__in": ids})}
    places = [one for one in loose_ids.LOOSE if one.names == loose_ids.PERSON]
    return found | {one.column.rpartition(".")[0] for one in places if one.numbers() & set(ids)}
