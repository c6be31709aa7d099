"""Sheets from practice through the pages: upload, columns, check, apply; no row of the file is missing on any page."""

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import linli.register.people.tests as people_tests
from linli.foundation.audit.models import AccessRecord
from linli.foundation.imports import store, tasks
from linli.foundation.imports.models import Batch
from linli.register.people.actions import fields
from linli.register.people.importing import balance, contents, setting_aside
from linli.register.people.importing.reading import Carry, lines
from linli.register.people.importing.sentences import sentences_of
from linli.register.people.models import Person, Staged, Tag

pytestmark = pytest.mark.django_db
CASES = Path(people_tests.__file__).parent / "sheets" / "cases"
LIST = "/register/imports/"


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


def url(name: str, batch: Batch) -> str:
    return reverse(f"register:{name}", args=[batch.pk])


def upload(client, data: bytes, name: str):
    return client.post(LIST, {"area": "320105001001", "file": SimpleUploadedFile(name, data)})


def case(client, name: str) -> Batch:
    answer = upload(client, (CASES / name).read_bytes(), name)
    assert answer.status_code == 302, answer.context["form"].errors
    return Batch.objects.latest("pk")


def line_is_on(client, batch: Batch, page: str) -> None:
    """The balance holds, and stands on a page of the batch and in the list."""
    batch.refresh_from_db()
    line = balance.whole(batch)
    assert line.holds
    text = client.get(url(page, batch)).content.decode()
    assert str(line) in text
    for one in balance.lines(batch):
        assert str(one).split(": ", 1)[-1] in text or len(balance.lines(batch)) == 1
    assert str(line) in client.get(LIST).content.decode()


def check(client, batch: Batch, sheet: str = "", **given: str) -> Batch:
    page = client.get(url("import_columns", batch) + (f"?sheet={sheet}" if sheet else ""))
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    values = {name: "on" if value is True else value for name, value in values.items() if value is not False}
    more = {"sheet": page.context["found"].sheet, "header": page.context["last_header"]}
    answer = client.post(url("import_columns", batch), {**values, **more, **given})
    assert answer.status_code == 302, answer.content.decode()
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    assert batch.counts["rows"] == balance.lines(batch)[0].rows == contents.sheet_of(batch)["rows"]
    for page in ("import_rows", "import_merge", "import_preview", "import_columns"):
        line_is_on(client, batch, page)
    return batch


def apply(client, batch: Batch) -> Batch:
    client.post(url("import_approve", batch), {"without_errors": "1"})
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    line_is_on(client, batch, "import_result")
    entry = AccessRecord.objects.get(action="imports.applied", subject_id=str(batch.pk))
    assert entry.data["sheets"][0]["rows"] == batch.counts["rows"]
    assert entry.reason == "\n".join(map(str, balance.lines(batch)))
    assert Person.objects.filter(batch=batch).count() == batch.counts["new"]
    return batch


def annotated(client, batch: Batch) -> openpyxl.Workbook:
    answer = client.get(url("import_workbook", batch))
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def xlsx(*sheets: tuple[str, list[list[object]]], hide=lambda _sheet: None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            hide(page)
    return out.getvalue()


def test_a_person_whose_cells_are_called_like_headings_is_a_person(client):
    batch = apply(client, check(client, case(client, "04-row-of-heading-words-lost.csv")))
    assert set(Person.objects.values_list("name", flat=True)) == {"张三", "王五", "李四"}
    assert set(Tag.objects.filter(person__name="王五").values_list("kind", flat=True)) >= {"low_income", "disabled"}
    assert batch.counts["out"] == {}


def test_an_open_quotation_mark_swallows_nobody_and_is_told(client):
    batch = case(client, "05-open-quote-swallows-rows.csv")
    page = client.get(url("import_columns", batch))
    assert "2" in page.context["remarks"][0]
    batch = apply(client, check(client, batch))
    assert set(Person.objects.values_list("name", flat=True)) == {"赵一", "钱二", "孙三"}
    assert balance.remarks(batch)
    assert balance.remarks(batch)[0] in client.get(url("import_result", batch)).content.decode()


def test_an_open_mark_that_may_join_rows_is_refused_with_its_line(client):
    answer = upload(client, '姓名,备注,电话\n赵一,"住院\n转院,x\n'.encode(), "a.csv")
    assert answer.status_code == 422
    assert "2" in str(answer.context["form"].errors["file"])
    assert not Batch.objects.exists()


@pytest.mark.parametrize("again", [False, True])
def test_a_header_of_two_rows_keeps_the_columns_to_its_right(client, again):
    if again:  # as remembered from the last time
        check(client, case(client, "06-two-header-rows.csv"))
        Staged.objects.all().delete()
    batch = apply(client, check(client, case(client, "06-two-header-rows.csv")))
    assert batch.columns == ["姓名", "身份证号", "居住地址/楼栋", "居住地址/房号", "联系电话"]
    person = Person.objects.get(name="赵一")
    assert (person.dwelling.building.name, person.dwelling.room) == ("3幢", "301")
    assert fields.plain(person, "phone") == "13900001111"


def three_sheets(client) -> Batch:
    """The case with three sheets, as it came."""
    upload(client, (CASES / "15-three-sheets.xlsx").read_bytes(), "15.xlsx")
    return Batch.objects.latest("pk")


def test_every_sheet_is_named_and_chosen_before_one_is_read(client):
    batch = three_sheets(client)
    page = client.get(url("import_columns", batch))
    assert [(one["name"], one["rows"]) for one in page.context["sheets"]] == [("1幢", 4), ("2幢", 4), ("3幢", 4)]
    assert "form" not in page.context
    assert [(line.sheet, line.rows, dict(line.why)) for line in balance.lines(batch)] == [
        (name, 4, {"unchecked": 4}) for name in ("1幢", "2幢", "3幢")
    ]
    assert str(balance.whole(batch)) in page.content.decode()
    batch = apply(client, check(client, batch, "2幢"))
    assert set(Person.objects.values_list("name", flat=True)) == {"钱0", "钱1", "钱2", "钱3"}
    whole = balance.whole(batch)
    assert (whole.rows, whole.taken, dict(whole.why)) == (12, 4, {"other_sheets": 8})
    # One press for each of the others; twice is once.
    for _time in range(2):
        client.post(url("import_sheet", batch), {"sheet": "3幢"})
    other = Batch.objects.exclude(pk=batch.pk).get()
    assert (other.sheet, other.first_id, other.path) == ("3幢", batch.pk, batch.path)
    apply(client, check(client, other))
    assert Person.objects.filter(batch=other).count() == 4
    assert url("import", other) in client.get(url("import_result", batch)).content.decode()


def test_the_file_stays_while_one_sheet_of_it_is_waiting(client, django_capture_on_commit_callbacks):
    batch = case(client, "15-three-sheets.xlsx")
    check(client, batch, "1幢")
    client.post(url("import_sheet", batch), {"sheet": "3幢"})
    other = Batch.objects.exclude(pk=batch.pk).get()
    path = store.path_of(batch.path)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_cancel", batch))
    assert path.exists()
    check(client, other)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_cancel", other))
    assert not path.exists()


def test_a_sheet_that_is_not_there_opens_no_batch(client, client_for):
    batch = case(client, "15-three-sheets.xlsx")
    check(client, batch, "1幢")
    for sheet in ("", "9幢", "1幢"):
        client.post(url("import_sheet", batch), {"sheet": sheet})
    assert Batch.objects.count() == 1
    for name, status in (("cw-320105001004", 404), ("grid-worker", 403)):
        assert client_for(name).post(url("import_sheet", batch), {"sheet": "2幢"}).status_code == status


PEOPLE = [["姓名", "备注"], ["张三", "a"], ["李四", "b"], ["王五", "c"]]


@pytest.mark.parametrize("choice", ["take", "leave"])
def test_hidden_rows_are_told_and_chosen(client, choice):
    def hide(page):
        page.set_row(2, None, None, {"hidden": True})

    upload(client, xlsx(("一", PEOPLE), hide=hide), "a.xlsx")
    batch = Batch.objects.get()
    page = client.get(url("import_columns", batch))
    assert page.context["found"].concealed == 1
    assert page.context["form"]["hidden"].value() == "take"
    batch = apply(client, check(client, batch, hidden=choice))
    names = set(Person.objects.values_list("name", flat=True))
    assert names == ({"张三", "李四", "王五"} if choice == "take" else {"张三", "王五"})
    assert batch.counts["out"] == ({} if choice == "take" else {"hidden": 1})
    assert balance.remarks(batch)


def test_rows_that_a_filter_hides_are_told(client):
    def hide(page):
        page.autofilter(0, 0, 3, 1)
        page.filter_column(0, "x == 张三")
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(3, None, None, {"hidden": True})

    upload(client, xlsx(("一", PEOPLE), hide=hide), "a.xlsx")
    assert client.get(url("import_columns", Batch.objects.get())).context["found"].concealed == 2


def test_columns_without_a_heading_and_hidden_ones_are_told(client):
    rows = [["姓名", "备注", "喜好"], ["张三", "a", "棋", "", "x"], ["李四", "b", "", "", "y"]]
    upload(client, xlsx(("一", rows), hide=lambda page: page.set_column(2, 2, None, None, {"hidden": True})), "a.xlsx")
    batch = Batch.objects.get()
    columns = client.get(url("import_columns", batch)).context["found"].columns
    assert [(column.name, column.filled, column.hidden) for column in columns] == [
        ("姓名", 2, False), ("备注", 2, False), ("喜好", 1, True), ("", 0, False), ("", 2, False),
    ]  # fmt: skip
    batch = check(client, batch)
    assert [n for _name, n in balance.columns_left_out(batch)] == [1, 2]


def test_rows_about_nobody_are_counted_and_can_be_taken_in(client):
    rows = [
        ["序号", "姓名", "电话"],
        ["第一网格"] * 3,
        ["1", "张三", ""],
        ["小计", "1人", ""],
        ["序号", "姓名", "电话"],
        ["", "", ""],
        ["2", "李四", ""],
        ["3", "", ""],
        ["备注：见附件", "", ""],
        ["（以下空白）", "", ""],
        ["4", "王五", ""],
    ]
    rows[1] = ["第一网格", "", ""]
    upload(client, xlsx(("一", rows)), "a.xlsx")
    batch = check(client, Batch.objects.get())
    assert batch.counts["out"] == {"title": 1, "total": 1, "heading": 1, "number": 1, "note": 2}
    page = client.get(url("import_preview", batch) + "?view=left_out")
    assert "备注：见附件" in page.content.decode()
    # Nobody decides about them as about people.
    client.post(url("import_merge", batch), {"row": "5", "decision": "different"})
    assert Staged.objects.get(batch=batch, row=4).state == "left_out"
    client.post(url("import_take_in", batch), {"row": "4"})
    taken = Staged.objects.get(batch=batch, row=4)
    assert (taken.name, taken.state) == ("1人", "error")
    batch.refresh_from_db()
    assert balance.whole(batch).holds
    batch = apply(client, batch)
    assert {"张三", "李四", "王五"} == set(Person.objects.values_list("name", flat=True))


def test_the_annotated_book_says_the_balance_and_comes_back_without_it(client):
    batch = check(client, case(client, "15-three-sheets.xlsx"), "1幢")
    book = annotated(client, batch)
    said = [row[0].value for row in book[contents.BALANCE_SHEET].iter_rows()]
    assert said[:4] == [str(balance.whole(batch)), *map(str, balance.lines(batch))]
    out = io.BytesIO()
    book.save(out)
    client.post(url("import_replace", batch), {"file": SimpleUploadedFile("back.xlsx", out.getvalue())})
    batch.refresh_from_db()
    assert [one["name"] for one in batch.book["sheets"]] == ["1幢"]


def test_names_of_1995_are_read_in_their_code_page(client):
    batch = check(client, case(client, "14-biff5-gbk.xls"))
    assert batch.sheet == "人员"
    apply(client, batch)
    assert set(Person.objects.values_list("name", flat=True)) == {"赵一", "钱二"}


def test_formulas_give_what_was_computed_and_ask_where_nothing_was(client):
    batch = case(client, "24-formulas.xlsx")
    page = client.get(url("import_columns", batch)).content.decode()
    assert balance.formulas(4) in page
    batch = check(client, batch)
    wrong = {row.row: set(sentences_of(row.errors)) for row in Staged.objects.filter(batch=batch, state="error")}
    assert wrong == {3: {"born", "sex"}, 5: {"name", "identity"}}
    batch = apply(client, batch)
    assert dict(Person.objects.values_list("name", "born")) == {"赵一": date(1960, 3, 2), "孙三": date(1960, 3, 2)}


def test_a_bare_day_of_a_book_of_1904_is_the_day_that_it_shows(client):
    born = (date(1960, 3, 2) - date(1904, 1, 1)).days
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
        page = book.add_worksheet("一")
        page.write_row(0, 0, ["姓名", "出生日期"])
        page.write_row(1, 0, ["张三", born])
        page.write_row(2, 0, ["李四"])
        page.write_datetime(2, 1, datetime(1960, 3, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
    upload(client, out.getvalue(), "a.xlsx")
    apply(client, check(client, Batch.objects.get()))
    assert set(Person.objects.values_list("name", "born")) == {("张三", date(1960, 3, 2)), ("李四", date(1960, 3, 2))}


CELLS = st.sampled_from(
    ["", "张三", "李四", "合计", "小计：3", "备注：无", "姓名", "低保", "残疾", "1", "第一网格", "a,b", '"']
)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=12), st.booleans())
def test_whatever_the_rows_are_the_balance_holds(rows, hide):
    """Rows that say anything = rows that are read: people, or about nobody with a reason."""
    names = ["序号", "姓名", "低保", "残疾"]
    given_rows = [(number, cells) for number, cells in enumerate(rows, 2) if any(cells)]
    carry = Carry(columns={"name": 1, "tag:low_income": 2, "tag:disabled": 3})
    found = list(lines(given_rows, carry, names, hidden={3} if hide else ()))
    assert [line.number for line in found] == [number for number, _cells in given_rows]
    assert all(line.aside in ("", *setting_aside.CODES) for line in found)
    for line in found:
        somebody = line.cells[1] in ("张三", "李四") and line.cells[0] != "备注：无" and len(set(line.cells)) > 1
        assert not (somebody and line.aside) or line.number == 3
