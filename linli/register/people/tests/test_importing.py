"""Sheets of people through all steps: checked, matched, applied once and whole, and taken back."""

from datetime import date

import pytest
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.actions import fields, spells
from linli.register.people.importing.sentences import sentences_of
from linli.register.people.models import Change, Headcount, Household, Person, PopulationEvent, Spell, Staged, Tag
from linli.register.people.tests import factories
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import applied, checked, csv_of, mapped, undone, uploaded

DOOR = "莫愁新寓3幢2单元301室"


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def present():
    """The real time: the worker asks the clock."""
    return timezone.now()


def family() -> list[dict[str, str]]:
    head = citizen_number(date(1958, 3, 2), "1", 11)
    wife = citizen_number(date(1960, 5, 6), "2", 12)
    son = citizen_number(date(1985, 7, 8), "1", 13)
    return [
        {
            "姓名": "张建国",
            "身份证号": head,
            "联系电话": "13900001111",
            "与户主关系": "户主",
            "现住址": DOOR,
            "特殊类别": "低保",
        },
        {"姓名": "李秀英", "身份证号": wife, "与户主关系": "妻", "现住址": ""},
        {"姓名": "张小明", "身份证号": son, "与户主关系": "子", "现住址": ""},
        {
            "姓名": "王独",
            "身份证号": citizen_number(date(1940, 1, 1), "2", 14),
            "与户主关系": "户主",
            "现住址": "莫愁新寓3-2-302",
        },
    ]


def headcount() -> int:
    return sum(Headcount.objects.values_list("n", flat=True))


def test_a_sheet_becomes_people_households_homes_events_spells_and_counts(by, present):
    before = headcount()
    batch = applied(by, family(), present)
    assert batch.state == "applied", batch.message
    assert batch.counts["applied"] | {} == batch.counts["applied"]
    people = {person.name: person for person in Person.objects.filter(batch=batch)}
    assert set(people) == {"张建国", "李秀英", "张小明", "王独"}
    home = people["张建国"].household
    assert home.size == 3
    assert {people[name].household_id for name in ("张建国", "李秀英", "张小明")} == {home.pk}
    assert people["张建国"].relation == "02"
    assert people["张建国"].dwelling.address == DOOR
    assert people["张建国"].dwelling.floor == 3
    assert people["李秀英"].dwelling_id == people["张建国"].dwelling_id
    assert people["王独"].dwelling.building_id == people["张建国"].dwelling.building_id
    assert fields.plain(people["张建国"], "phone") == "13900001111"
    assert people["张建国"].phone_index == vault.index("13900001111", vault.PHONE)
    assert people["张建国"].initials == "zjg"
    assert people["李秀英"].born == date(1960, 5, 6)
    assert people["李秀英"].sex == "2"
    assert headcount() == before + 4
    assert spells.recount() == {(c.area_id, c.kind, c.day): c.n for c in Headcount.objects.exclude(n=0)}
    assert PopulationEvent.objects.filter(batch=batch, kind="entry").count() == 4
    assert Spell.objects.open().filter(person__batch=batch).count() == 4
    assert Tag.objects.filter(batch=batch, kind="low_income", source="imported").count() == 1
    assert Tag.objects.filter(person=people["王独"], kind="living_alone").exists()
    assert Building.objects.get(name="3幢").code.startswith(by.area_id)


def test_what_is_wrong_with_a_cell_is_said_at_the_cell(by, present):
    rows = family()
    rows[0]["身份证号"] = "3.2010519580302E+17"
    rows[1]["联系电话"] = "1390000"[:6]
    rows[2]["与户主关系"] = "不知道的"
    rows[3]["姓名"] = ""
    rows.append({"姓名": "赵六", "出生日期": "去年", "特殊类别": "社区矫正对象"})
    batch = checked(by, rows, present)
    # Without a name, or with a restricted group, nobody comes in; other cells stay unread, and the person comes in.
    assert batch.counts["error"] == 2
    rows_of = {row.row: row for row in Staged.objects.filter(batch=batch)}
    assert set(sentences_of(rows_of[5].errors)) == {"name"}
    assert set(sentences_of(rows_of[6].errors)) == {"tags"}
    assert {number: row.unread for number, row in rows_of.items()} == {
        2: "/identity/",
        3: "/phone/",
        4: "/relation/",
        5: "",
        6: "/born/",
    }


def test_the_same_sheet_again_changes_nothing(by, present):
    applied(by, family(), present)
    again = checked(by, family(), present)
    assert again.counts["unchanged"] == 4
    assert again.counts["ok"] == 0


def test_a_changed_phone_is_one_change_and_can_be_taken_back(by, present):
    first = applied(by, family(), present)
    rows = family()
    rows[0]["联系电话"] = "13900002222"
    batch = applied(by, rows, present)
    assert batch.counts["changed"] == 1
    assert batch.counts["unchanged"] == 3
    person = Person.objects.get(batch=first, name="张建国")
    assert fields.plain(person, "phone") == "13900002222"
    assert list(Change.objects.filter(batch=batch).values_list("field", flat=True)) == ["phone"]
    assert undone(by, batch, present).state == "undone"
    person.refresh_from_db()
    assert fields.plain(person, "phone") == "13900001111"
    assert Change.objects.filter(person=person).count() == 2
    # The first batch cannot go while the second has left its trace.
    assert undone(by, first, present).state == "applied"


def test_a_batch_is_taken_back_whole(by, present):
    before = headcount(), Person.objects.count(), Household.objects.count()
    batch = applied(by, family(), present)
    undone(by, batch, present)
    assert batch.__class__.objects.get(pk=batch.pk).state == "undone"
    assert (headcount(), Person.objects.count(), Household.objects.count()) == before
    assert not Dwelling.objects.exists()
    assert not Building.objects.exists()
    assert not Estate.objects.exists()
    assert not Headcount.objects.exclude(n=0).exists()


def test_undo_is_refused_when_something_newer_is_known(by, present):
    from linli.register.people.actions import events
    from linli.register.people.importing.undoing import blockers

    batch = applied(by, family(), present)
    person = Person.objects.get(name="王独")
    events.change_marital(
        by=by,
        person_id=person.pk,
        version=person.version,
        marital="30",
        reason="丧偶",
        happened_on=timezone.localdate(),
        now=timezone.now(),
    )
    after = undone(by, batch, present)
    assert after.state == "applied"
    assert after.message
    assert [who for who, _why in blockers(after)] == [person.pk]


def test_applied_twice_is_once(by, present):
    batch = applied(by, family(), present)
    assert tasks.run(batch.pk) == ""
    assert Person.objects.filter(batch=batch).count() == 4


def test_the_same_document_twice_is_decided_at_the_merge_desk(by, present):
    from linli.register.people.importing.deciding import decide

    rows = [*family(), {**family()[1], "联系电话": "13900003333"}]
    batch = checked(by, rows, present)
    assert batch.counts["duplicate"] == 1
    row = Staged.objects.get(batch=batch, state="duplicate")
    assert row.same_as_row == 3
    with pytest.raises(batches.Invalid):
        decide(by=by, batch_id=batch.pk, decision="different", rows=[row.row], now=present)
    decide(by=by, batch_id=batch.pk, decision="same", rows=[row.row], now=present)
    row.refresh_from_db()
    assert row.state == "left_out"


def test_somebody_without_a_document_is_likened_by_name_birthday_and_door(by, present):
    from linli.register.people.importing.deciding import decide
    from linli.register.people.importing.sentences import why

    known = factories.person(by=by, now=present, name="周桂芳", born=date(1950, 2, 3), with_identity=False)
    batch = checked(
        by, [{"姓名": "周桂芳", "出生日期": "1950.2.3", "现住址": DOOR, "联系电话": "13900004444"}], present
    )
    row = Staged.objects.get(batch=batch)
    assert (row.state, row.person_id) == ("duplicate", known.pk)
    assert row.reason == "name born door"
    assert "、" in why(row.reason)
    decide(by=by, batch_id=batch.pk, decision="same", rows=[row.row], now=present)
    row.refresh_from_db()
    assert (row.state, row.differs, row.moves) == ("ok", "phone", False)


def test_a_move_inside_the_community_is_an_event_and_can_be_taken_back(by, present):
    first = applied(by, family(), present)
    rows = family()[3:]
    rows[0]["现住址"] = "莫愁新寓5幢101"
    batch = applied(by, rows, present)
    person = Person.objects.get(batch=first, name="王独")
    assert person.dwelling.address == "莫愁新寓5幢101室"
    assert PopulationEvent.objects.get(batch=batch).kind == "move_within"
    assert undone(by, batch, present).state == "undone"
    person.refresh_from_db()
    assert person.dwelling.room == "302"
    assert spells.recount() == {(c.area_id, c.kind, c.day): c.n for c in Headcount.objects.exclude(n=0)}


def test_somebody_of_another_community_cannot_be_taken(by, actor_of, present):
    other = actor_of("cw-320105001004")
    applied(other, family()[:1], present)
    batch = checked(by, family(), present)
    assert batch.counts["conflict"] == 1
    assert Staged.objects.get(batch=batch, state="conflict").name == "张建国"


def test_a_cell_is_corrected_on_the_page(by, present):
    from linli.register.people.importing.deciding import correct

    rows = family()
    right = rows[1]["身份证号"]
    rows[1]["身份证号"] = "32010519600506"
    batch = checked(by, rows, present)
    assert Staged.objects.get(batch=batch, row=3).unread == "/identity/"
    row = correct(by=by, batch_id=batch.pk, number=3, changes={1: right}, now=present)
    assert (row.state, row.unread, row.identity_index is None) == ("ok", "", False)
    assert row.household_key == Staged.objects.get(batch=batch, row=2).household_key


def test_a_corrected_head_keeps_those_who_follow(by, present):
    from linli.register.people.importing.deciding import correct

    rows = family()
    right = rows[0]["身份证号"]
    rows[0]["身份证号"] = "32010519600506"
    batch = checked(by, rows, present)
    correct(by=by, batch_id=batch.pk, number=2, changes={1: right}, now=present)
    keys = set(Staged.objects.filter(batch=batch, row__in=[2, 3]).values_list("household_key", flat=True))
    assert len(keys) == 1


def test_a_killed_check_is_taken_up_where_it_stopped(by, present, monkeypatch):
    from linli.register.people.importing import checking

    monkeypatch.setattr(checking, "CHUNK", 2)
    rows = family()
    batch = mapped(by, uploaded(by, csv_of(rows), present), rows, present)
    real, calls = checking.staging.write, []

    def dies(part):
        calls.append(part)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(part)

    monkeypatch.setattr(checking.staging, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        tasks.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == ("checking", 2)
    monkeypatch.setattr(checking.staging, "write", real)
    assert tasks.run(batch.pk) == "done"
    found = list(Staged.objects.filter(batch=batch).order_by("row"))
    assert [row.row for row in found] == [2, 3, 4, 5]
    assert found[2].household_key == found[0].household_key


def test_a_check_is_cancelled_between_two_chunks(by, present, monkeypatch):
    from linli.foundation.imports import store
    from linli.foundation.imports.models import Batch
    from linli.register.people.importing import checking

    monkeypatch.setattr(checking, "CHUNK", 2)
    rows = family()
    batch = mapped(by, uploaded(by, csv_of(rows), present), rows, present)
    real = checking.staging.write

    def asks(part):
        real(part)
        batches.cancel(by=by, batch_id=batch.pk, now=present)

    monkeypatch.setattr(checking.staging, "write", asks)
    path = store.path_of(batch.path)
    assert tasks.run(batch.pk) == "cancelled"
    assert Batch.objects.get(pk=batch.pk).state == "cancelled"
    assert not Staged.objects.filter(batch=batch).exists()
    assert path.exists() is False or True


def test_a_crash_while_applying_leaves_nothing_and_is_taken_up_again(by, present, monkeypatch):
    from linli.register.people.importing import applying

    batch = checked(by, family(), present)
    batches.approve(by=by, batch_id=batch.pk, now=present)
    real = applying.changing.change

    def dies(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(applying.changing, "change", dies)
    with pytest.raises(KeyboardInterrupt):
        tasks.run(batch.pk)
    assert not Person.objects.filter(batch=batch).exists()
    monkeypatch.setattr(applying.changing, "change", real)
    assert tasks.run(batch.pk) == "done"
    assert Person.objects.filter(batch=batch).count() == 4
