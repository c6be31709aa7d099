"""An export that was corrected in Excel comes back: rows known by their key, only changed cells change (case 17)."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks as worker_tasks
from linli.insight.ledgers import making
from linli.insight.ledgers.tests.test_exports import FULL, MASKED, ask, fetch
from linli.register.people.actions import editing, events, fields, tags
from linli.register.people.actions.events import Home
from linli.register.people.importing.deciding import decide
from linli.register.people.importing.looking import look
from linli.register.people.importing.sentences import sentences_of
from linli.register.people.models import Change, Person, PopulationEvent, Staged, Tag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
PEOPLE = (
    ("张秀兰", date(1940, 3, 2), "2", 501, "301"),
    ("李建国", date(1962, 5, 6), "1", 502, "302"),
    ("王小明", date(1990, 7, 8), "1", 503, "303"),
    ("陈无证", None, "2", 504, "304"),
)


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LINLI_HOME = tmp_path
    return tmp_path


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def people(by):
    now, found = timezone.now(), []
    for at, (name, born, sex, sequence, room) in enumerate(PEOPLE):
        found.append(
            make.person(
                by=by, name=name, born=born, sex=sex, sequence=sequence, now=now, happened_on=date(2026, 1, 5),
                home=Home(dwelling_id=make.dwelling(room).pk), phone=f"1990000{at}111", workplace="老单位",
                ethnic="01", education="20", political="13", registered_address="江苏省淮安市",
            )
        )  # fmt: skip
    tags.give(by=by, person=found[0], kind="veteran", level="", basis="证", since=date(2026, 2, 1), now=now)
    tags.give(by=by, person=found[1], kind="disabled", level="二级", basis="证", since=date(2026, 2, 1), now=now)
    tags.refresh_area(by.area_id, on=timezone.localdate(), now=now)
    return found


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


def exported(client, slug="people", query="", **data):
    """The workbook as Excel opens it."""
    return openpyxl.load_workbook(io.BytesIO(fetch(client, ask(client, slug, query, **(data or MASKED))).body))


def column(book, head):
    return next(cell.column for cell in book.worksheets[0][1] if cell.value == head)


def put(book, row, head, value):
    book.worksheets[0].cell(row=row, column=column(book, head)).value = value


def row_of(book, name):
    at = column(book, "姓名")
    return next(row for row in range(2, 99) if book.worksheets[0].cell(row=row, column=at).value == name)


def checked(by, book):
    """The workbook saved and imported with the columns as Linli guesses them."""
    out, now = io.BytesIO(), timezone.now()
    book.save(out)
    batch = batches.receive(
        by=by, kind="people", area_id=by.area_id, name="人员台账.xlsx", chunks=[out.getvalue()], now=now
    )
    found = look(batch)
    batches.start_check(
        by=by, batch_id=batch.pk, sheet=found.sheet, header=(1, found.header.data_from),
        columns=list(found.header.names), mapping={str(one.index): one.field for one in found.columns if one.field},
        options={"event": "entry", "create": True}, signature=found.signature, now=now,
    )  # fmt: skip
    worker_tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    return batch


def applied(by, batch):
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    worker_tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    return batch


def told(batch):
    return {row.row: sentences_of(row.errors) for row in Staged.objects.filter(batch=batch, state="error")}


def everything():
    return list(Person.objects.order_by("pk").values()), PopulationEvent.objects.count(), Change.objects.count()


def test_unchanged_it_changes_nothing_at_all(by, people, client):
    before = everything()
    batch = checked(by, exported(client))
    assert told(batch) == {}
    assert (batch.counts["unchanged"], batch.counts["ok"], batch.counts["duplicate"]) == (4, 0, 0)
    assert everything() == before
    # Masked numbers that the register holds whole are no work for anybody.
    assert batch.counts["unread"] == 0


def test_only_the_changed_cells_change(by, people, client):
    book = exported(client)
    at = row_of(book, "李建国")
    put(book, at, "工作单位", "新单位")
    put(book, at, "联系电话", "13811112222")
    batch = checked(by, book)
    assert (batch.counts["changed"], batch.counts["unchanged"], batch.counts["error"]) == (1, 3, 0), told(batch)
    applied(by, batch)
    person = Person.objects.get(name="李建国")
    assert (person.workplace, fields.plain(person, "phone")) == ("新单位", "13811112222")
    assert fields.plain(person, "identity") == make.citizen_number(date(1962, 5, 6), "1", 502)
    assert sorted(Change.objects.filter(batch=batch).values_list("field", flat=True)) == ["phone", "workplace"]


def test_another_door_is_a_move(by, people, client):
    book = exported(client)
    put(book, row_of(book, "王小明"), "现住址", "莫愁新寓3幢2单元301室")
    batch = checked(by, book)
    assert (batch.counts["moved"], batch.counts["unchanged"]) == (1, 3)


def test_a_masked_cell_that_was_altered_asks(by, people, client):
    book = exported(client)
    put(book, row_of(book, "李建国"), "身份证号", "320105********9999")
    put(book, row_of(book, "王小明"), "联系电话", "199****9999")
    batch = checked(by, book)
    assert {row: set(said) for row, said in told(batch).items()} == {
        row_of(book, "李建国"): {"identity"},
        row_of(book, "王小明"): {"phone"},
    }


def test_rows_that_are_missing_mean_nothing_and_new_ones_are_new(by, people, client):
    book = exported(client)
    book.worksheets[0].delete_rows(row_of(book, "王小明"))
    at = book.worksheets[0].max_row + 1
    for head, value in (("姓名", "新来人"), ("出生日期", date(1999, 9, 9)), ("现住址", "莫愁新寓3幢2单元305室")):
        put(book, at, head, value)
    batch = checked(by, book)
    assert (batch.counts["new"], batch.counts["unchanged"], batch.counts["error"]) == (1, 3, 0), told(batch)
    applied(by, batch)
    assert Person.objects.living_here().count() == 5


def test_a_row_that_was_copied_asks(by, people, client):
    book, sheet = exported(client), None
    sheet = book.worksheets[0]
    at, source = sheet.max_row + 1, row_of(book, "王小明")
    for cell in sheet[source]:
        sheet.cell(row=at, column=cell.column).value = cell.value
    put(book, at, "姓名", "他弟弟")
    batch = checked(by, book)
    assert all("row_key" in told(batch)[row] for row in (source, at))
    assert batch.counts["new"] == 0


def test_a_column_that_was_sorted_alone_renames_nobody(by, people, client):
    """Names against keys: each is asked, none is overwritten."""
    book = exported(client)
    names = [name for name, *_rest in PEOPLE]
    rows = [row_of(book, name) for name in names]
    for row, name in zip(rows, names[1:] + names[:1], strict=True):
        put(book, row, "姓名", name)
    batch = checked(by, book)
    assert batch.counts["duplicate"] == 4
    assert batch.counts["changed"] == batch.counts["new"] == 0


def test_a_corrected_name_is_confirmed_once(by, people, client):
    book = exported(client)
    at = row_of(book, "王小明")
    put(book, at, "姓名", "王晓明")
    batch = checked(by, book)
    assert batch.counts["duplicate"] == 1
    decide(by=by, batch_id=batch.pk, decision="same", rows=[at], now=timezone.now())
    applied(by, batch)
    assert list(Change.objects.filter(batch=batch).values_list("field", flat=True)) == ["name"]


def corrected(by, person, **given):
    person.refresh_from_db()
    editing.edit(
        by=by, person_id=person.pk, given=given, reason="来电", version=person.version, now=timezone.now()
    )  # fmt: skip


def test_what_only_the_register_changed_since_stays(by, people, client):
    book = exported(client)
    corrected(by, people[1], workplace="登记簿的单位", phone="13822223333")
    put(book, row_of(book, "李建国"), "文化程度", "大学专科")
    batch = checked(by, book)
    assert (batch.counts["duplicate"], batch.counts["changed"]) == (0, 1)
    applied(by, batch)
    person = Person.objects.get(name="李建国")
    assert (person.workplace, person.education, fields.plain(person, "phone")) == ("登记簿的单位", "30", "13822223333")


def test_what_both_changed_is_decided(by, people, client):
    book = exported(client)
    corrected(by, people[1], workplace="登记簿的单位")
    at = row_of(book, "李建国")
    put(book, at, "工作单位", "表里的单位")
    batch = checked(by, book)
    row = Staged.objects.get(batch=batch, row=at)
    assert (row.state, row.differs, row.keep) == ("duplicate", "workplace", "workplace")
    page = client.get(reverse("register:import_merge", args=[batch.pk])).content.decode()
    assert "登记簿的单位" in page
    assert "表里的单位" in page
    decide(by=by, batch_id=batch.pk, decision="same", rows=[at], keep=["workplace"], now=timezone.now())
    batch.refresh_from_db()
    assert batch.counts["unchanged"] == 4


def test_who_moved_since_the_export_does_not_move_back(by, people, client):
    book = exported(client)
    person = people[2]
    events.move_within(
        by=by, people=[person.pk], home=Home(dwelling_id=make.dwelling("309").pk), relations={}, reason="",
        happened_on=timezone.localdate(), now=timezone.now(),
    )  # fmt: skip
    batch = checked(by, book)
    assert (batch.counts["moved"], batch.counts["unchanged"]) == (0, 4)


def test_who_died_or_left_since_does_not_come_back(by, people, client):
    book = exported(client)
    first, second = people[0], people[1]
    day, now = timezone.localdate(), timezone.now()
    events.die(by=by, person_id=first.pk, version=first.version, happened_on=day, reason="", now=now)
    second.refresh_from_db()
    events.leave(by=by, people=[second.pk], kind="flow_out", happened_on=day, to="外地", reason="", now=now)
    batch = checked(by, book)
    assert (batch.counts["unchanged"], batch.counts["moved"], batch.counts["new"]) == (4, 0, 0), told(batch)


def test_a_forged_key_reaches_nobody(by, people, client, actor_of):
    """Neither somebody of this register nor of another place by counting up the number in the key."""
    elsewhere = actor_of("cw-320105001004")
    far = make.person(
        by=elsewhere, name="远方人", born=date(1970, 1, 1), sequence=600, now=timezone.now(),
        home=Home(dwelling_id=make.dwelling("101", community="320105001004", estate="远方苑").pk),
    )  # fmt: skip
    book = exported(client)
    at = row_of(book, "王小明")
    sealed = book.worksheets[0].cell(row=at, column=1).value
    for forged in (
        sealed.replace(f"people:{people[2].pk}:", f"people:{people[1].pk}:"),
        f"people:{far.pk}:{far.version}",
        f"people:{people[1].pk}:{people[1].version}",
        "people:999999:1",
        "rubbish",
        "people:1:1:20261201083000123456:0000000000000000",
    ):
        book.worksheets[0].cell(row=at, column=1).value = forged
        batch = checked(by, book)
        assert set(told(batch)[at]) >= {"row_key"}, forged
        assert batch.counts["new"] == batch.counts["changed"] == 0


def test_keys_of_older_files_are_believed_when_the_row_says_the_same_person(by, people, client):
    book = exported(client)
    for row, person in zip(range(2, 6), people, strict=True):
        assert book.worksheets[0].cell(row=row, column=column(book, "姓名")).value == person.name
        person.refresh_from_db()
        book.worksheets[0].cell(row=row, column=1).value = f"people:{person.pk}:{person.version}"
    put(book, 3, "工作单位", "新单位")
    batch = checked(by, book)
    # Who has neither number nor birthday is not known by a bare key.
    assert set(told(batch)) == {5}
    assert (batch.counts["changed"], batch.counts["unchanged"]) == (1, 2)
    corrected(by, people[1], workplace="登记簿的单位")
    later = checked(by, book)
    assert later.counts["duplicate"] == 1


def test_a_file_of_another_register_matches_nobody_here(by, people, client):
    """Case 17 as it is: forty keys of another database."""
    book = exported(client)
    for row, person in zip(range(2, 6), people, strict=True):
        book.worksheets[0].cell(row=row, column=1).value = f"people:{people[0].pk + row - 2}:1"
        put(book, row, "姓名", f"外人{row}")
        put(book, row, "身份证号", f"320899********00{row}1")
        put(book, row, "出生日期", date(1976, 5, row))
        del person
    batch = checked(by, book)
    assert len(told(batch)) == 4
    assert batch.counts["new"] == batch.counts["changed"] == batch.counts["moved"] == 0


def test_a_group_that_was_added_is_given_and_one_that_ended_since_stays_ended(by, people, client):
    book = exported(client)
    first, at = people[0], row_of(book, "张秀兰")
    held = Tag.objects.get(person=first, kind="veteran")
    tags.finish(by=by, tag=held, until=timezone.localdate(), because="登记有误", now=timezone.now())
    put(book, at, "特殊类别", f"{book.worksheets[0].cell(row=at, column=column(book, '特殊类别')).value}、孤儿")
    applied(by, checked(by, book))
    assert set(Tag.objects.open().filter(person=first).exclude(source="computed").values_list("kind", flat=True)) == {
        "orphan"
    }


def test_full_numbers_come_back_as_well(by, people, client, client_for):
    export = ask(client, **FULL)
    client_for("community-secretary").post(
        reverse("ledgers:export_decide", args=[export.pk]), {"verdict": "approve"}
    )  # fmt: skip
    making.run(export.pk)
    book = openpyxl.load_workbook(io.BytesIO(fetch(client, export).body))
    batch = checked(by, book)
    assert (batch.counts["unchanged"], told(batch)) == (4, {})
    # A corrected number is a correction of the person whom the key means.
    right = make.citizen_number(date(1962, 5, 6), "1", 777)
    put(book, row_of(book, "李建国"), "身份证号", right)
    applied(by, checked(by, book))
    assert fields.plain(Person.objects.get(name="李建国"), "identity") == right
    # The number of somebody else is not.
    put(book, row_of(book, "王小明"), "身份证号", right)
    assert "identity" in told(checked(by, book))[row_of(book, "王小明")]
