"""Whom a form is about: read from it, asked of its sender with rows that name nobody, and kept with who said it."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from linli.apps.admission.models import Handing, TaskTally
from linli.apps.admission.tally import prove
from linli.apps.admission.tests.factories import ELSEWHERE, HOME, agreed, handed, item, move, task_in
from linli.foundation.accounts.models import Post
from linli.foundation.files.documents import store_document
from linli.insight.forms import filling, measuring
from linli.insight.forms.asking import columns_of
from linli.insight.forms.models import Submission
from linli.insight.forms.previewing import preview
from linli.insight.forms.reading import read
from linli.insight.forms.rosters import Said, guess, period, unit_of
from linli.insight.forms.tests import made_forms
from linli.insight.forms.tests.factories import form_bytes, released
from linli.lib.errors import Invalid
from linli.project.demo.population import load_population
from linli.register.people.models import Person

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("title", "headings", "roster", "sure"),
    [
        ("2026年独居老人摸底登记表", ["姓名"], {"tag": "living_alone"}, True),
        (
            "城乡低保家庭年度复核表",
            ["序号", "户主姓名", "身份证号码"],
            {"tag": "low_income", "unit": "household"},
            True,
        ),
        ("低保边缘家庭花名册", ["户主姓名"], {"tag": "low_income_margin", "unit": "household"}, True),
        ("65周岁及以上老年人健康管理登记表", ["姓名"], {"age_from": "65"}, True),
        ("80周岁以上高龄津贴发放表", ["姓名"], {"age_from": "80"}, True),
        ("80岁以上独居老人走访台账", ["姓名", "住址"], {"tag": "living_alone", "age_from": "80"}, False),
        ("老年人基本情况统计表", ["姓名"], {"age_from": "60"}, False),
        ("志愿者信息登记表", ["姓名"], {"none": "志愿者"}, True),
        ("出租房屋流动人口登记表", ["房东/姓名", "承租人/姓名"], {"unit": "tenancy"}, True),
        ("空巢老人花名册", ["姓名", "子女姓名"], {"tag": "empty_nest"}, True),
        ("0-3岁婴幼儿花名册", ["姓名"], {"age_from": "0", "age_to": "3"}, True),
    ],
)
def test_read_from_title_and_headings(title, headings, roster, sure):
    first = guess(Said(title=title, headings=headings), TODAY)[0]
    assert (dict(first.roster), first.sure) == (roster, sure)


def test_two_kinds_of_people_are_no_answer():
    found = guess(Said(title="独居老人志愿者结对表", headings=["姓名"]), TODAY)
    assert len(found) == 2
    assert not any(one.sure for one in found)


def test_nothing_said_is_nothing_guessed():
    assert guess(Said(title="情况登记表", headings=["姓名", "是否独居"]), TODAY) == []


def test_visits_of_a_group_and_cases_of_a_class():
    visits = guess(Said(title="独居老人11月走访记录表", headings=["走访日期", "走访人", "被走访人/姓名"]), TODAY)[0]
    assert visits.roster == {
        "visits_from": "2026-11-01", "visits_to": "2026-11-30", "unit": "visit", "tag": "living_alone"
    }  # fmt: skip
    cases = guess(Said(title="2025年第三季度矛盾纠纷台账", headings=["当事人甲"]), TODAY)[0]
    assert cases.roster == {"cases_from": "2025-07-01", "cases_to": "2025-09-30", "cases_class": "dispute"}


def test_periods_and_units():
    assert period("2024年2月报表", TODAY) == (date(2024, 2, 1), date(2024, 2, 29))
    assert period("上半年", TODAY) == (date(2026, 1, 1), date(2026, 6, 30))
    assert unit_of(["户主姓名", "成员姓名", "与户主关系"]) == "person"
    assert unit_of(["户主姓名", "家庭人口"]) == "household"
    assert unit_of(["姓名", "户主姓名"]) == "person"


@pytest.fixture
def sender(client_for, health):
    Post.objects.filter(user__username="department-staff").update(unit_id=health.unit_id)
    return client_for("department-staff", **ENGLISH)


def _given(content: bytes, **more):
    return {
        "key": "0b4b1f1e-7d0f-4c39-9d37-3f5d3a0b8a12",
        "matter": str(item().pk),
        "form": "form",
        "title": "情况摸底",
        "text": "请补充未掌握的栏目",
        "roster": "",
        "due_on": f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}",
        "asked_minutes": "60",
        "scope": "chosen",
        "areas": [HOME],
        "files": [SimpleUploadedFile("摸底表.xlsx", content)],
        **more,
    }


def _kept(page: str) -> str:
    return page.partition('name="kept_files" value="')[2].partition('"')[0]


def test_the_sender_is_asked_with_the_guess_and_nothing_typed_is_lost(sender, health, actor_of, district):
    agreed(health, actor_of("community-secretary"), item(), timezone.now())
    load_population(district_id=district, residents=400, now=timezone.now(), home=HOME)
    content = form_bytes(["序号", "姓名", "性别", "是否需要助餐"], title="老年人助餐需求登记表")
    answer = sender.post("/admission/tasks/new/", _given(content))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not Handing.objects.exists()
    assert "Whom is this form about?" in page
    assert "老年人" in page
    assert "请补充未掌握的栏目" in page
    assert 'value="as:age_from=60" selected' in page
    again = _given(content, files=[], kept_files=_kept(page), roster="tag:living_alone", look_again="1")
    page = sender.post("/admission/tasks/new/", again).content.decode()
    assert "在册居民中的独居老人" in page
    assert not Handing.objects.exists()
    last = _given(content, files=[], kept_files=_kept(page), roster="as:age_from=60", row="person")
    assert sender.post("/admission/tasks/new/", last).status_code == 302
    assert Handing.objects.get().roster == {"age_from": "60", "unit": "person", "said_by": "sender"}


@pytest.mark.parametrize("roster", ["as:tag=nobody", "as:area=1", "cases:x/y", "as:cases_from=x", "tag:nobody"])
def test_what_no_page_offers_is_refused(sender, health, actor_of, roster):
    agreed(health, actor_of("community-secretary"), item(), timezone.now())
    answer = sender.post("/admission/tasks/new/", _given(form_bytes(), roster=roster))
    assert answer.status_code == 422
    assert not Handing.objects.exists()


def test_a_sure_title_stands_where_nobody_said_anything(health, actor_of, now):
    agreed(health, actor_of("community-secretary"), item(), now)
    file = made_forms.store(form_bytes(["姓名", "特长"], title="独居老人登记表"), "x.xlsx", health, now)
    done = handed(health, now, matter=item(), form="form", files=[file], knowingly=False)
    assert done.handing.roster == {"tag": "living_alone", "said_by": "form", "words": "独居老人"}


def test_the_preview_tells_no_small_figure(health, district, now):
    load_population(district_id=district, residents=600, now=now, home=HOME)
    file = made_forms.store(form_bytes(["姓名", "性别"]), "x.xlsx", health, now)
    for roster in (
        {"tag": "disabled"},
        {"all": "1"},
        {"tag": "living_alone", "unit": "household"},
        {"unit": "tenancy"},
    ):
        found = preview(file, roster, [HOME, ELSEWHERE], now.date())
        figures = [found.total, *found.by_area.values()]
        assert all(one == "<5" or int(one.replace(",", "")) % 5 == 0 for one in figures), roster
    assert preview(file, {"none": "志愿者"}, [HOME], now.date()).total == "0"


def test_the_share_is_counted_by_values_once_and_the_burden_adds_it_up(health, actor_of, district, now):
    load_population(district_id=district, residents=600, now=now, home=HOME)
    agreed(health, actor_of("community-secretary"), item(), now)
    content = form_bytes(["序号", "姓名", "联系电话", "特长"], title="独居老人表")
    file = made_forms.store(content, "x.xlsx", health, now)
    task = task_in(handed(health, now, matter=item(), form="form", files=[file], knowingly=False))
    assert task.percent_held is None
    submission = Submission.objects.get(form__task=task)
    found = measuring.of_submission(submission.pk, now)
    task.refresh_from_db()
    form = read(file, task.handing.roster)
    source = filling.source_of(
        task.handing, form, actor=actor_of("community-worker"), area_id=HOME, today=timezone.localdate(now)
    )
    rows = [line for _key, line in filling.rows(form, source)]
    want = sum(1 for row in rows for value in row[1:] if value not in (None, ""))
    assert rows
    assert (task.cells, task.cells_held) == (3 * len(rows), want) == (found.cells, found.held)
    assert task.held_at == now
    assert TaskTally.objects.get(area_code=HOME).cells_held == want
    Person.objects.within(HOME).update(phone_sealed="", phone_index="")
    measuring.of_submission(submission.pk, now + timedelta(days=1))
    submission.refresh_from_db()
    assert (submission.cells, submission.cells_held) == (task.cells, task.cells_held)
    assert list(prove()) == []


def test_an_old_office_file_is_refused_with_the_way_to_send_it(health, now):
    with translation.override("en"), pytest.raises(Invalid) as refusal:
        store_document(
            upload=SimpleUploadedFile("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), by=health, now=now
        )
    with translation.override("en"):
        assert "Save as" in str(refusal.value.fields["file"])


def test_hundreds_of_rows_cost_a_few_statements(health, actor_of, district, now, django_assert_max_num_queries):
    load_population(district_id=district, residents=2000, now=now, home=HOME)
    names = [
        "姓名",
        "户主姓名",
        "紧急联系人/姓名",
        "监护人/姓名",
        "房东/姓名",
        "是否独居",
        "现住址",
        "小区",
        "残疾类别",
    ]
    file = made_forms.store(form_bytes(names), "x.xlsx", health, now)
    form = read(file, {"all": "1"})
    worker = actor_of("community-worker")
    source = filling.sources_of({"all": "1"}, form, actor=worker, area_id=HOME, today=now.date())
    with django_assert_max_num_queries(20):
        assert len(list(filling.rows(form, source))) > 400


def test_slots_for_members_are_left_to_people_and_a_landlord_makes_no_tenancy():
    slots = ["户主姓名", "家庭成员1/姓名", "家庭成员1/关系", "家庭成员2/姓名"]
    assert unit_of(slots) == "household"
    assert [column.key for column in columns_of(slots, unit="household")] == ["name", "", "", ""]
    assert unit_of(["姓名", "身份证号", "房东姓名", "房东电话"]) == "person"


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("监护人/联系电话", "guardian:phone"),
        ("紧急联系人/姓名", "contact:name"),
        ("房东电话", "landlord:phone"),
        ("邻居/电话", ""),
        ("自理能力", ""),
        ("健康状况", ""),
        ("低保情况", ""),
        ("是否独居", "tag:living_alone"),
        ("是否签约家庭医生", ""),
        ("是否愿意参加", ""),
        ("金额", ""),
        ("补贴标准", ""),
        ("核查结果", ""),
        ("复核意见", ""),
        ("备注", ""),
        ("审核人", ""),
        ("走访人", ""),
        ("银行账号", ""),
    ],
)
def test_nobody_guesses_what_a_heading_means(heading, key):
    names = ["姓名", heading]
    assert columns_of(names)[1].key == key


def test_every_page_says_the_same_share(client_for, district, health, actor_of, now):
    load_population(district_id=district, residents=600, now=now, home=HOME)
    secretary = actor_of("community-secretary")
    agreed(health, secretary, item(), now)
    content = form_bytes(["序号", "姓名", "联系电话", "特长"], title="独居老人表")
    file = made_forms.store(content, "x.xlsx", health, now)
    task = task_in(handed(health, now, matter=item(), form="form", files=[file], knowingly=False))
    submission = Submission.objects.get(form__task=task)
    measuring.of_submission(submission.pk, now)
    move(task, "accept", secretary, now)
    # What changes later is not counted again: a release, a copy and a page say what was measured.
    Person.objects.within(HOME).update(phone_sealed="", phone_index="")
    released(secretary, submission, now)
    client = client_for("community-secretary", **ENGLISH)
    task.refresh_from_db()
    assert 0 < task.percent_held < 100
    for path in (
        f"/admission/tasks/{task.case.number}/", f"/forms/{task.case.number}/",
        f"/forms/submissions/{submission.pk}/", f"/forms/communities/{submission.form_id}/", "/forms/",
    ):  # fmt: skip
        page = client.get(path)
        assert page.status_code == 200, path
        assert f"{task.percent_held}%" in page.content.decode().replace(" %", "%"), path
