"""A department's form: read, filled with what is held, never asked again; and never handed to those who may not see."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.models import Handing, Task
from linli.apps.admission.tests.factories import HOME, agreed, handed, item, move, task_in
from linli.foundation.accounts.models import Post
from linli.foundation.audit.models import AccessRecord
from linli.foundation.files.documents import store_document
from linli.foundation.files.tests.test_documents import PDF
from linli.insight.forms import filling
from linli.insight.forms.asking import columns_of
from linli.insight.forms.reading import asked, read
from linli.insight.forms.tests.factories import ALL_HELD, PARTLY, form_bytes, stored_form
from linli.lib.errors import Invalid
from linli.register.people.actions.events import Home
from linli.register.people.tests.factories import dwelling, person

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def people(actor_of, now):
    worker = actor_of("community-worker")
    return [
        person(by=worker, now=now, name=name, born=born, sequence=at, home=Home(dwelling_id=dwelling(f"30{at}").pk))
        for at, (name, born) in enumerate(PEOPLE, start=1)
    ]


PEOPLE = (("张测试", date(1940, 5, 1)), ("李测试", date(1950, 6, 2)), ("王测试", date(1990, 7, 3)))


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("姓名", "name"),
        ("老人姓名*", "name"),
        ("身份证号码", "identity"),
        ("基本情况/性别", "sex"),
        ("年龄", "age"),
        ("家庭住址", "address"),
        ("联系电话", "phone"),
        ("序号", "number"),
        ("户主姓名", "head:name"),
        ("是否需要上门", ""),
        ("备注", ""),
        ("最想参加的活动", ""),
    ],
)
def test_headings_are_known_by_what_the_register_holds(heading, key):
    assert columns_of([heading])[0].key == key


def test_a_form_is_read_with_what_is_held_and_what_is_not(health, now):
    form = read(stored_form(health, now))
    assert (form.sheet, form.data_from) == ("统计表", 3)
    assert [column.name for column in form.missing] == ["是否需要上门", "最想参加的活动"]
    assert form.percent == 77
    assert (asked(stored_form(health, now), {}).columns, asked(stored_form(health, now), {}).held) == (8, 6)
    assert asked(stored_form(health, now, ALL_HELD), {}).all_held


def test_what_is_no_form_asks_for_nothing(health, now):
    pdf = store_document(upload=SimpleUploadedFile("x.pdf", PDF), by=health, now=now)
    assert read(pdf) is None
    assert asked(pdf, {}).columns == 0
    assert read(stored_form(health, now, ("甲乙丙", "丁戊己"))) is None


def test_the_community_gets_it_filled_in_its_own_layout(client_for, health, actor_of, people, now):
    agreed(health, actor_of("community-secretary"), item(), now)
    file = stored_form(health, now)
    done = handed(health, now, matter=item(), form="form", files=[file], roster={"age_from": "60"}, knowingly=False)
    task = task_in(done)
    assert (task.columns, task.columns_held) == (8, 6)
    community = client_for("community-worker", **ENGLISH)
    page = community.get(f"/forms/{task.case.number}/").content.decode()
    assert "Linli holds 7 of 9 columns" in page
    assert "未掌握，需社区填写" in page
    answer = community.get(f"/forms/{task.case.number}/filled.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    sheet = book["统计表"]
    assert sheet["A1"].value == "老年人基本情况统计表"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=4)]
    assert sorted(row[1] for row in rows) == ["张测试", "李测试"], "those of sixty and more, and nobody else"
    assert {row[0] for row in rows} == {1, 2}
    assert all(len(row[4]) == 18 and "*" not in row[4] for row in rows), "the community's own copy is whole"
    assert [row[7:] for row in rows] == [[None, None], [None, None]]
    assert sheet["A6"].value == "填表人："
    about = [[cell.value for cell in row] for row in book["数据来源"].iter_rows()]
    assert ["姓名", "人口登记·姓名", None] in [row[:3] for row in about]
    assert any(row[0] == "截至日期" for row in about)
    record = AccessRecord.objects.get(action="form.filled")
    assert record.data["rows"] == 2
    assert set(record.data["unmasked"]) == {"identity", "phone"}
    assert AccessRecord.objects.filter(action="people.exported", data__area=HOME).count() == 1


def test_several_forms_are_several_tasks(health, actor_of, now):
    agreed(health, actor_of("community-secretary"), item(), now)
    files = [stored_form(health, now, ALL_HELD), stored_form(health, now, PARTLY)]
    with pytest.raises(Invalid) as refusal:
        handed(health, now, matter=item(), form="form", files=files, knowingly=False)
    assert set(refusal.value.fields) == {"file"}
    assert not Handing.objects.exists()


@pytest.mark.parametrize(
    ("row", "has_rows"),
    [(("1", "张三", "女", "70", "x"), True), (("1",), False), (("填表人：",), False), ((), False)],
)
def test_a_form_with_rows_in_it_is_sent_back(health, actor_of, now, row, has_rows):
    agreed(health, actor_of("community-secretary"), item(), now)
    book = openpyxl.load_workbook(io.BytesIO(form_bytes(PARTLY)))
    for at, cell in enumerate(row, start=1):
        book.active.cell(3, at, cell)
    out = io.BytesIO()
    book.save(out)
    file = store_document(upload=SimpleUploadedFile("表.xlsx", out.getvalue()), by=health, now=now)
    assert asked(file, {}).has_rows == has_rows
    if has_rows:
        with pytest.raises(Invalid) as refusal:
            handed(health, now, matter=item(), form="form", files=[file], knowingly=False)
        assert set(refusal.value.fields) == {"file"}


def test_a_form_without_a_file_is_none(health, now):
    with pytest.raises(Invalid) as refusal:
        handed(health, now, form="form", files=[])
    assert set(refusal.value.fields) == {"file"}


def test_off_the_lists_nothing_is_filled_and_the_community_reads_that_all_is_held(health, people, now):
    file = stored_form(health, now, ALL_HELD)
    done = handed(health, now, form="form", files=[file])
    task = task_in(done)
    assert (done.off_list, done.answered) == (1, 0)
    assert {"not_in_list", "already_held"} <= {one["rule"] for one in task.why_off}


def test_others_do_not_get_it(client_for, health, actor_of, people, now):
    agreed(health, actor_of("community-secretary"), item(), now)
    done = handed(health, now, matter=item(), form="form", files=[stored_form(health, now)], knowingly=False)
    number = task_in(done).case.number
    assert client_for("cw-320105001004").get(f"/forms/{number}/filled.xlsx").status_code == 404
    assert client_for("civil-affairs").get(f"/forms/{number}/filled.xlsx").status_code == 403
    assert client_for("civil-affairs").get(f"/forms/{number}/").status_code == 200
    assert client_for("grid-worker").get(f"/forms/{number}/").status_code == 403
    pdf = store_document(upload=SimpleUploadedFile("x.pdf", PDF), by=health, now=now)
    other = handed(health, now, files=[pdf])
    assert client_for("community-worker").get(f"/forms/{task_in(other).case.number}/").status_code == 404


def test_too_many_people_for_one_file_are_told_of(client_for, health, actor_of, people, now, monkeypatch):
    agreed(health, actor_of("community-secretary"), item(), now)
    done = handed(health, now, matter=item(), form="form", files=[stored_form(health, now)], knowingly=False)
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    answer = client_for("community-worker").get(f"/forms/{task_in(done).case.number}/filled.xlsx")
    assert answer.status_code == 302
    assert not AccessRecord.objects.filter(action="form.filled").exists()


def test_handed_down_on_the_page_with_whom_it_is_about(client_for, health, actor_of, people, now):
    agreed(health, actor_of("community-secretary"), item(), timezone.now())
    Post.objects.filter(user__username="department-staff").update(unit_id=health.unit_id)
    sender = client_for("department-staff", **ENGLISH)
    given = {
        "key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a11",
        "matter": str(item().pk),
        "form": "form",
        "title": "老年人基本情况统计",
        "text": "请补充未掌握的栏目",
        "roster": "age:60",
        "due_on": f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}",
        "asked_minutes": "60",
        "scope": "chosen",
        "areas": [HOME],
        "files": [SimpleUploadedFile("统计表.xlsx", form_bytes(PARTLY))],
    }
    assert sender.post("/admission/tasks/new/", given).status_code == 302
    handing = Handing.objects.get()
    assert handing.roster == {"age_from": "60", "said_by": "sender"}
    task = Task.objects.select_related("case", "handing").get()
    move(task, "accept", actor_of("community-secretary"), now)
    text = client_for("community-secretary", **ENGLISH).get(f"/admission/tasks/{task.case.number}/").content.decode()
    assert "Form: 6 of 8 columns are held" in text
