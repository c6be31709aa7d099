"""A form about cases: filled with what those of a period hold, in words of the domain, without who had asked."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.models import Handing, Task
from linli.apps.admission.tests.factories import HOME, agreed, handed, item, task_in
from linli.apps.incidents.tests.factories import report
from linli.foundation.accounts.models import Post
from linli.insight.forms.cases import HEADINGS, CaseSource, key_of
from linli.insight.forms.reading import asked, read
from linli.insight.forms.store import store
from linli.insight.forms.tests.factories import form_bytes, released, stored_form, submission_in

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
LEDGER = ("序号", "受理时间", "诉求类别", "反映问题", "地点", "承办单位", "办理状态", "是否办结", "满意度")
YEAR = {"cases_from": "2026-01-01", "cases_to": "2026-12-31"}


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("受理日期", "opened_on"),
        ("办理情况/办结时间*", "closed_on"),
        ("诉求类型", "event_class"),
        ("责任单位", "unit"),
        ("反映人姓名", ""),
        ("联系电话", ""),
        ("办理经过", ""),
    ],
)
def test_headings_are_known_by_what_cases_hold_and_nobody_is_named(heading, key):
    assert key_of(heading) == key


def test_no_heading_means_two_things():
    words = [word for named in HEADINGS.values() for word in named]
    assert len(words) == len(set(words))


def test_the_same_form_means_other_things_of_people_and_of_cases(health, now):
    file = stored_form(health, now, (*LEDGER, "备注说明"))
    assert (asked(file, YEAR).columns, asked(file, YEAR).held) == (9, 8)
    assert asked(file, {}).held < 8
    assert read(file, about_cases=True).about_cases


def test_filled_with_the_cases_of_the_period(client_for, health, actor_of, now):
    agreed(health, actor_of("community-secretary"), item(), now)
    for n in range(3):
        report(now=now - timedelta(days=n), text=f"路灯不亮{n}")
    report(now=now - timedelta(days=400), text="旧的问题")
    file = stored_form(health, now, (*LEDGER, "回访记录"))
    done = handed(health, now, matter=item(), form="form", files=[file], roster=YEAR, knowingly=False)
    task = task_in(done)
    assert (task.columns, task.columns_held) == (9, 8)
    worker = client_for("community-worker", **ENGLISH)
    page = worker.get(f"/forms/{task.case.number}/").content.decode()
    assert "2026-01-01至2026-12-31受理的办件" in page
    assert "办件·受理时间" in page
    answer = worker.get(f"/forms/{task.case.number}/filled.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))["统计表"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=5)]
    assert sorted(row[3] for row in rows) == ["路灯不亮0", "路灯不亮1", "路灯不亮2"]
    assert {row[0] for row in rows} == {1, 2, 3}
    # In Chinese, although the page was asked for in English.
    assert {row[7] for row in rows} == {"否"}
    assert all(row[6] and not row[6].isascii() for row in rows)
    assert all(row[9] is None for row in rows)


def test_only_cases_in_scope_and_no_tasks(health, actor_of, now):
    report(now=now, text="看得见的")
    handed(health, now)
    actor = actor_of("community-worker")
    assert CaseSource(actor, HOME, YEAR, now.date()).count(10) == 1
    assert CaseSource(actor, "320105001004", YEAR, now.date()).count(10) == 0
    assert CaseSource(actor_of("admin"), HOME, YEAR, now.date()).count(10) == 0
    none = {"cases_from": "2025-01-01", "cases_to": "2025-01-31"}
    assert CaseSource(actor, HOME, none, now.date()).count(10) == 0


def test_a_form_about_cases_that_asks_only_for_what_is_held_waits_for_a_person(health, actor_of, now):
    agreed(health, actor_of("community-secretary"), item(), now)
    report(now=now, text="路灯不亮")
    done = handed(
        health, now, matter=item(), form="form", files=[stored_form(health, now, LEDGER)], roster=YEAR, knowingly=False
    )
    assert (done.on_list, done.answered) == (0, 1)
    assert not Task.objects.exists()
    row = released(actor_of("community-worker"), submission_in(done), now)
    sheet = openpyxl.load_workbook(store.path_of(row.path))["统计表"]
    # In the words of a resident anybody may be named: left empty unless a person chooses otherwise.
    assert sheet["D3"].value is None
    assert sheet["G3"].value


def test_handed_down_on_the_page_with_its_period(client_for, health, actor_of):
    now = timezone.now()
    agreed(health, actor_of("community-secretary"), item(), now)
    Post.objects.filter(user__username="department-staff").update(unit_id=health.unit_id)
    sender = client_for("department-staff", **ENGLISH)
    page = sender.get("/admission/tasks/new/").content.decode()
    year = timezone.localdate().year
    choice = f"cases:{date(year, 1, 1)}/{date(year, 12, 31)}"
    assert choice in page
    given = {
        "key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a12",
        "matter": str(item().pk),
        "form": "form",
        "title": "诉求办理情况统计",
        "text": "请补充公共卫生方面未掌握的栏目",
        "fit_reason": "诉求都是公共卫生方面的",
        "roster": choice,
        "due_on": f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}",
        "asked_minutes": "60",
        "scope": "chosen",
        "areas": [HOME],
        "files": [SimpleUploadedFile("台账.xlsx", form_bytes((*LEDGER, "回访记录")))],
    }
    assert sender.post("/admission/tasks/new/", given).status_code == 302
    days = {"cases_from": f"{year}-01-01", "cases_to": f"{year}-12-31"}
    assert Handing.objects.get().roster == {**days, "said_by": "sender"}
    given = {**given, "key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a13", "roster": "cases:x/y", "files": []}
    assert sender.post("/admission/tasks/new/", given).status_code == 422
