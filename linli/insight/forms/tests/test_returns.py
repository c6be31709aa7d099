"""What comes back from people: compared with what was filled, told before it is kept, and never a new truth."""

import io
import zipfile
from datetime import date

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given as some
from hypothesis import strategies as st

from linli.apps.admission.tests.factories import agreed, handed, item, move, task_in
from linli.foundation.audit.models import AccessRecord
from linli.foundation.files.documents import store_document
from linli.insight.forms.actions import returning, series, standing
from linli.insight.forms.models import CommunityForm, Difference, Filling, ReturnedForm, Submission
from linli.insight.forms.reading import AskedColumn
from linli.insight.forms.returned import Came, differences, plain
from linli.insight.forms.store import store
from linli.insight.forms.tests.factories import PARTLY, form_bytes, released, stored_form, submission_in
from linli.register.people.actions import corrections
from linli.register.people.actions.events import Home
from linli.register.people.models import Correction, Person
from linli.register.people.tests.factories import dwelling, person

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
COLUMNS = [
    AskedColumn(at, name, key)
    for at, (name, key) in enumerate(
        [("姓名", "name"), ("身份证号码", "identity"), ("联系电话", "phone"), ("意愿", "")]
    )
]
OLD = [
    ("person:1", ["张三", "320105194005010012", "13900000001", ""]),
    ("person:2", ["李四", "320105195006020024", "13900000002", ""]),
    ("person:3", ["王五", "", "13900000003", ""]),
]


def came(*rows, **more):
    return Came([(at, row) for at, row in enumerate(rows, start=3)], **more)


def kinds(found):
    return sorted((one.kind, one.column.name if one.column else "", one.new) for one in found)


def test_rows_that_were_sorted_are_the_same_rows():
    rows = [[*values[:3], "愿意"] for _key, values in reversed(OLD)]
    assert differences(COLUMNS, OLD, came(*rows)) == []


def test_a_changed_cell_is_told_with_whose_it_is_and_what_stood_there():
    rows = [["张三", "320105194005010012", "13911112222", ""], OLD[2][1], OLD[1][1]]
    (found,) = differences(COLUMNS, OLD, came(*rows))
    assert (found.kind, found.key, found.row, found.old, found.new) == (
        "changed",
        "person:1",
        3,
        "13900000001",
        "13911112222",
    )


def test_rows_left_out_and_added_are_told_and_nobody_is_taken_for_another():
    other = ["赵六", "320105196006020036", "13900000002", "愿意"]  # where 李四 stood, with the phone of 李四
    found = differences(COLUMNS, OLD, came(OLD[0][1], other, OLD[2][1]))
    assert [(one.kind, one.key) for one in found] == [("removed", "person:2"), ("added", "")]


def test_two_of_one_name_are_told_apart_by_what_else_is_known():
    old = [("person:1", ["张三", "", "13900000001", ""]), ("person:2", ["张三", "", "13900000002", ""])]
    rows = [["张三", "", "13900000002", ""], ["张三", "", "13900000001", ""]]
    assert differences(COLUMNS, old, came(*rows)) == []


def test_totals_and_cells_that_cannot_be_read_are_told():
    columns = [AskedColumn(0, "姓名", "name"), AskedColumn(1, "金额", "fact:monthly")]
    old = [("person:1", ["张三", "500"]), ("person:2", ["李四", "300"])]
    back = came(["张三", "500"], ["李四", ""], totals=[(9, ["合计", "900"])], unread=[(4, 1)])
    found = differences(columns, old, back)
    assert [(one.kind, one.row) for one in found] == [("unread", 4), ("total", 9)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1940-05-01", "1940/5/1"),
        ("1940-05-01", "1940年5月1日"),
        ("1940-05-01", "1940-05-01 00:00:00"),
        ("70", "70.0"),
        ("32010519400501001X", "32010519400501001x"),
        ("张 三", "张　三"),
        ("１２３", "123"),
    ],
)
def test_the_same_value_written_otherwise_is_the_same(one, other):
    assert plain(one) == plain(other)


@some(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_whatever_the_order_and_whoever_is_left_out(order, gone):
    old = [(f"person:{n}", [f"居民{n % 4}", "", f"139{n:08}", ""]) for n in range(12)]
    rows = [old[n][1] for n in order if n not in gone]
    found = differences(COLUMNS, old, came(*rows))
    assert {one.key for one in found if one.kind == "removed"} == {f"person:{n}" for n in gone}
    assert {one.kind for one in found} <= {"removed"}


@pytest.fixture
def taken(client_for, health, actor_of, now, tmp_path, settings):
    """A form that the community has taken filled: the submission, and the workbook."""
    secretary = actor_of("community-secretary")
    for at, (name, born) in enumerate((("张测试", date(1940, 5, 1)), ("李测试", date(1950, 6, 2))), start=1):
        home = Home(dwelling_id=dwelling(f"50{at}").pk)
        person(by=actor_of("community-worker"), now=now, name=name, born=born, sequence=at, home=home)
    agreed(health, secretary, item(), now)
    done = handed(health, now, matter=item(), form="form", files=[stored_form(health, now, PARTLY)], knowingly=False)
    move(task_in(done), "accept", secretary, now)
    row = submission_in(done)
    answer = client_for("community-worker").get(f"/forms/submissions/{row.pk}/filled.xlsx")
    return row, openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def upload(book, name="填好.xlsx"):
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.mark.django_db
def test_the_own_copy_is_kept_sealed_and_written_down(taken):
    row, book = taken
    filling = Filling.objects.get()
    assert (filling.rows, filling.submission_id) == (2, row.pk)
    assert "测试" not in filling.parts.get().rows_sealed
    about = {line[0].value: line[1].value for line in book["数据来源"].iter_rows() if line[0].value}
    assert about["填表编号"] == filling.number
    record = AccessRecord.objects.get(action="form.filled")
    assert set(record.data["unmasked"]) == {"identity", "phone"}
    row.refresh_from_db()
    assert (row.cells, row.cells_held) == (16, row.cells_held)
    assert 0 < row.cells_held < 16


@pytest.mark.django_db
def test_a_changed_value_becomes_a_correction_and_the_register_stays(client_for, actor_of, taken, now):
    row, book = taken
    page = book["统计表"]
    names = {page.cell(at, 2).value: at for at in (3, 4)}
    page.cell(names["张测试"], 7, "13912345678")
    page.cell(names["张测试"], 6, "另一处地址")
    page.cell(names["李测试"], 8, "需要")
    page.cell(5, 2, "新来的")
    page.cell(5, 3, "女")
    book.create_sheet("内部说明")["A1"] = "不外传"
    page["K3"] = "旁边的话"
    client = client_for("community-worker", **ENGLISH)
    answer = client.post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    came_back = ReturnedForm.objects.get()
    assert answer["Location"].endswith(f"/forms/returned/{came_back.pk}/")
    text = client.get(answer["Location"]).content.decode()
    assert "1 correction will be asked for" in text
    assert "13912345678" not in text
    assert "新来的" in text
    assert not Correction.objects.exists(), "nothing is asked for before somebody has looked"
    assert client.post(f"/forms/returned/{came_back.pk}/").status_code == 302
    ticket = Correction.objects.get()
    assert (ticket.person.name, ticket.state, ticket.asked_by_id) == (
        "张测试",
        "waiting",
        actor_of("community-worker").user_id,
    )
    assert Person.objects.get(name="张测试").phone_index == "" or not Correction.objects.filter(state="approved")
    kinds_found = sorted(Difference.objects.values_list("kind", "key"))
    assert kinds_found == [("added", ""), ("changed", "address"), ("changed", "phone")]
    # What leaves is that sheet, and of it only what is asked for and chosen.
    done = released(actor_of("community-secretary"), Submission.objects.get(pk=row.pk), now, name="as_is")
    out = openpyxl.load_workbook(store.path_of(done.path))
    rows = [[cell.value for cell in line] for line in out["统计表"].iter_rows(min_row=3, max_row=5)]
    assert {line[1] for line in rows} == {"张测试", "李测试", "新来的"}
    assert {line[4] for line in rows} == {None}
    assert "需要" in {line[7] for line in rows}
    assert "内部说明" not in out.sheetnames
    assert "旁边的话" not in str(rows)
    corrections.approve(
        by=actor_of("community-secretary"), correction_id=ticket.pk, version=ticket.person.version, now=now
    )


@pytest.mark.django_db
def test_nothing_of_the_returned_file_leaves_but_what_was_chosen(client_for, actor_of, taken, now):
    row, book = taken
    page = book["统计表"]
    at = next(line for line in (3, 4) if page.cell(line, 2).value == "张测试")
    identity, phone = page.cell(at, 5).value, page.cell(at, 7).value
    assert identity
    page.cell(at, 8, "77")
    page["A1"].comment = openpyxl.comments.Comment("悄悄话", "某人")
    signed = next(line for line in range(4, 10) if page.cell(line, 1).value == "填表人：")
    page.cell(signed, 1, "填表人：王某 2026年11月")
    hidden = book.create_sheet("内部说明")
    hidden["A1"], hidden.sheet_state = "不外传", "hidden"
    book.properties.creator = "某人的电脑"
    client_for("community-worker").post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    returning.keep(by=actor_of("community-worker"), returned_id=ReturnedForm.objects.get().pk, now=now)
    done = released(actor_of("community-secretary"), Submission.objects.get(pk=row.pk), now, name="as_is")
    with zipfile.ZipFile(store.path_of(done.path)) as archive:
        parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    text = "".join(parts.values())
    for secret in (identity, phone or "没有电话", "悄悄话", "不外传", "某人的电脑"):
        assert secret not in text, secret
    out = openpyxl.load_workbook(store.path_of(done.path))["统计表"]
    assert out.merged_cells.ranges
    told = [[cell.value for cell in line] for line in out.iter_rows(min_row=3, max_row=8)]
    assert 77 in next(line for line in told if line[1] == "张测试")
    assert any(line[0] == "填表人：王某 2026年11月" for line in told)


def _document() -> bytes:
    made = docx.Document()
    made.add_paragraph("老年人基本情况统计表")
    cells = made.add_table(rows=3, cols=len(PARTLY)).rows[0].cells
    for cell, name in zip(cells, PARTLY, strict=True):
        cell.text = name
    made.add_paragraph("填表人：")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_document_that_comes_back_is_compared_as_a_workbook_is(client_for, health, actor_of, now):
    secretary = actor_of("community-secretary")
    for at, name in enumerate(("张测试", "李测试", "王测试"), start=1):
        home = Home(dwelling_id=dwelling(f"50{at}").pk)
        person(by=actor_of("community-worker"), now=now, name=name, born=date(1940, 5, at), sequence=at, home=home)
    agreed(health, secretary, item(), now)
    file = store_document(upload=SimpleUploadedFile("老年人.docx", _document()), by=health, now=now)
    done = handed(health, now, matter=item(), form="form", files=[file], knowingly=False)
    move(task_in(done), "accept", secretary, now)
    row = submission_in(done)
    client = client_for("community-worker", **ENGLISH)
    address = f"/forms/submissions/{row.pk}/return/"
    answer = client.get(f"/forms/submissions/{row.pk}/filled.xlsx")
    book = docx.Document(io.BytesIO(b"".join(answer.streaming_content)))
    table = book.tables[0]
    names = {line.cells[1].text: line.cells for line in table.rows[1:]}
    identity = names["张测试"][4].text
    assert len(names) == 3
    assert len(identity) == 18
    names["张测试"][6].text = "13912345678"
    names["李测试"][7].text = "需要"
    table.rows[3]._tr.getparent().remove(table.rows[3]._tr)
    gone = next(name for name, cells in names.items() if cells[1].text not in [r.cells[1].text for r in table.rows])
    out = io.BytesIO()
    book.save(out)
    wrong = openpyxl.Workbook()
    assert client.post(address, {"file": upload(wrong)}).status_code == 422
    broken = SimpleUploadedFile("填好.docx", out.getvalue()[:900])
    assert client.post(address, {"file": broken}).status_code == 422
    assert client.post(address, {"file": SimpleUploadedFile("填好.docx", out.getvalue())}).status_code == 302
    came_back = ReturnedForm.objects.get()
    assert came_back.filling == Filling.objects.get(submission=row)
    found = sorted(Difference.objects.values_list("kind", "key", "person__name"))
    assert found == [("changed", "phone", "张测试"), ("removed", "", gone)]
    returning.keep(by=actor_of("community-worker"), returned_id=came_back.pk, now=now)
    assert Correction.objects.get().person.name == "张测试"
    given = released(secretary, Submission.objects.get(pk=row.pk), now, name="as_is")
    rows = [[cell.text for cell in line.cells] for line in docx.Document(store.path_of(given.path)).tables[0].rows]
    assert rows[0] == list(PARTLY)
    assert {line[1] for line in rows[1:]} == set(names) - {gone}
    assert {line[4] for line in rows[1:]} == {""}
    assert "需要" in {line[7] for line in rows[1:]}


@pytest.mark.django_db
def test_what_is_no_longer_this_form_is_refused(client_for, taken):
    row, book = taken
    book["统计表"]["B2"] = "别的栏目"
    client = client_for("community-worker", **ENGLISH)
    answer = client.post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    assert answer.status_code == 422
    assert "姓名" in answer.content.decode()
    for bad in (SimpleUploadedFile("x.xlsx", b"PK\x03\x04nothing"), SimpleUploadedFile("x.pdf", b"%PDF-1.4")):
        assert client.post(f"/forms/submissions/{row.pk}/return/", {"file": bad}).status_code == 422
    assert client.post(f"/forms/submissions/{row.pk}/return/", {}).status_code == 422
    assert not ReturnedForm.objects.exists()


@pytest.mark.django_db
def test_formulas_without_a_value_and_broken_cells_are_told(client_for, taken):
    row, book = taken
    page = book["统计表"]
    page["H3"], page["G3"] = "=1+1", "#REF!"
    client = client_for("community-worker", **ENGLISH)
    client.post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    assert set(Difference.objects.values_list("kind", "column")) == {
        ("unread", "联系电话"),
        ("unread", "是否需要上门"),
    }


@pytest.mark.django_db
def test_others_hand_in_nothing(client_for, taken):
    row, book = taken
    address = f"/forms/submissions/{row.pk}/return/"
    for who, status in (("cw-320105001004", 404), ("civil-affairs", 403), ("department-staff", 403), ("auditor", 403)):
        assert client_for(who).post(address, {"file": upload(book)}).status_code == status
    assert not ReturnedForm.objects.exists()


@pytest.mark.django_db
def test_of_two_that_came_back_the_newer_may_be_kept_last(client_for, taken):
    row, book = taken
    client = client_for("community-worker", **ENGLISH)
    for _time in range(2):
        client.post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    for one in ReturnedForm.objects.order_by("pk"):
        client.post(f"/forms/returned/{one.pk}/")
    assert not ReturnedForm.objects.filter(kept_at__isnull=True).exists()
    client.post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    client.post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    newer, older = ReturnedForm.objects.order_by("-pk")[:2]
    for one in (newer, older):
        client.post(f"/forms/returned/{one.pk}/")
    older.refresh_from_db()
    assert older.kept_at is None


@pytest.mark.django_db
def test_nothing_is_compared_with_a_filling_of_another_layout(client_for, health, actor_of, taken, now):
    """The sender swaps two columns: what was filled before stands in other places than what comes back."""
    row, book = taken
    swapped = (PARTLY[0], PARTLY[2], PARTLY[1], PARTLY[3], PARTLY[5], PARTLY[4], *PARTLY[6:])
    series.change(by=health, asked=row.form.asked, file=stored_form(health, now, swapped), now=now)
    form = CommunityForm.objects.select_related("asked__handing__unit", "asked__template").get()
    standing.accept_change(by=actor_of("community-secretary"), form=form, fingerprint=form.asked.fingerprint, now=now)
    made = openpyxl.load_workbook(io.BytesIO(form_bytes(swapped)))
    for line in (3, 4):
        for at, name in enumerate(swapped, start=1):
            made["统计表"].cell(line, at, book["统计表"].cell(line, PARTLY.index(name) + 1).value)
    answer = client_for("community-worker").post(f"/forms/submissions/{row.pk}/return/", {"file": upload(made)})
    assert "/forms/returned/" in answer["Location"]
    assert not Difference.objects.exists()


@pytest.mark.django_db
def test_kept_twice_it_asks_once(client_for, actor_of, taken, now):
    row, book = taken
    book["统计表"]["G3"] = "13912345678"
    client_for("community-worker").post(f"/forms/submissions/{row.pk}/return/", {"file": upload(book)})
    kept = ReturnedForm.objects.get()
    returning.keep(by=actor_of("community-worker"), returned_id=kept.pk, now=now)
    with pytest.raises(returning.Stale):
        returning.keep(by=actor_of("community-secretary"), returned_id=kept.pk, now=now)
    assert Correction.objects.count() == 1
