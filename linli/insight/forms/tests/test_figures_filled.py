"""Tables of figures (汇总表): every cell equals a count of the rows of the database; formulas stay the form's own."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from linli.apps.admission.tests.factories import HOME
from linli.apps.incidents.tests.factories import report
from linli.foundation.areas.models import Area
from linli.insight.forms import filling
from linli.insight.forms.reading import read, whom
from linli.insight.forms.tables.specs import Spec, parse, parse_path
from linli.insight.forms.tests import made_forms
from linli.insight.forms.tests.expected import Facts
from linli.lib.prefix import within
from linli.project.demo.population import load_population
from linli.register.people.models import Household, PopulationEvent, Tag
from linli.spine.cases.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts(district, now) -> Facts:
    load_population(district_id=district, residents=1500, now=now, home=HOME)
    for days in range(6):
        report(now=now - timedelta(days=25 * days), text=f"楼道堆物{days}")
    some = list(Case.objects.filter(kind="incident").order_by("pk"))
    for at, one in enumerate(some):
        Case.objects.filter(pk=one.pk).update(event_class="dispute" if at % 2 else "hazard")
    return Facts(HOME, now.date())


@pytest.fixture
def fill_in(actor_of, health, now, tmp_path):
    def of(content: bytes, name: str, roster=None):
        file = made_forms.store(content, name, health, now)
        if roster is None:
            roster = next(one.roster for one in whom(read(file), now.date()) if one.sure)
        form = read(file, roster)
        source = filling.sources_of(roster, form, actor=actor_of("community-worker"), area_id=HOME, today=now.date())
        path = tmp_path / "filled.xlsx"
        filling.write(path, file=file, form=form, source=source, about={})
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes())), form

    return of


@pytest.mark.parametrize(
    ("heading", "spec"),
    [
        ("总人口", Spec(measure="people")),
        ("总户数(户)", Spec(measure="households")),
        ("其中：女", Spec(sex="2")),
        ("0—6岁", Spec(age_from=0, age_to=6)),
        ("65周岁及以上老年人", Spec(age_from=65)),
        ("不满16周岁", Spec(age_to=15)),
        ("独居老人数", Spec(tag="living_alone")),
        ("第三季度", Spec(months=(7, 8, 9))),
        ("矛盾纠纷", Spec(measure="cases", case_class="dispute")),
        ("合计", Spec()),
        ("16岁以下", None),
        ("低保户数", Spec(measure="households", tag="low_income")),
        ("残疾人户数", None),
        ("老年人口", Spec(age_from=60)),
        ("未成年人数", Spec(age_to=17)),
        ("十一月", Spec(months=(11,))),
        ("上半年", Spec(months=(1, 2, 3, 4, 5, 6))),
        ("65岁以上占比", Spec(age_from=65, share="row")),
        ("65岁及以上人口占总人口比例(%)", Spec(age_from=65, share="people")),
        ("迁入人数", Spec(measure="moved_in")),
        ("儿童", None),
        ("办结率", None),
        ("同比增长", None),
        ("备注", None),
    ],
)
def test_headings_that_count(heading, spec):
    assert parse(heading) == spec


def test_headings_that_contradict_each_other_count_nothing():
    assert parse_path(["男", "女"]) is None
    assert parse_path(["60岁及以上", "80岁及以上"]) == Spec(age_from=80)


def _band(facts: Facts, sex: str, low: int, high: int = 200) -> int:
    ages = [facts.age(one) for one in facts.people if one.sex == sex]
    return sum(1 for age in ages if age is not None and low <= age <= high)


def test_people_by_age_and_sex(facts, fill_in):
    book, form = fill_in((made_forms.CASES / "04.xlsx").read_bytes(), "04常住人口统计汇总表.xlsx")
    sheet = book["Sheet1"]
    men, women = (sum(1 for one in facts.people if one.sex == sex) for sex in "12")
    homes = Household.objects.filter(pk__in={one.household_id for one in facts.people}).count()
    bands = [_band(facts, sex, low, high) for low, high in ((0, 14), (15, 59), (60, 200), (80, 200)) for sex in "12"]
    name = Area.objects.get(pk=HOME).name
    row = [cell.value for cell in sheet[5]]
    assert row == [name, homes, "=D5+E5", men, women, *bands, None]
    assert [cell.value for cell in sheet[6]][:4] == ["合计", "=SUM(B5:B5)", "=SUM(C5:C5)", "=SUM(D5:D5)"]
    assert [column.name for column in form.missing] == ["备注"]


def test_a_row_for_each_grid_makes_room_and_the_total_without_a_formula_is_counted(facts, fill_in):
    names = ["序号", "网格", "户数", "人口数", "户籍人口", "流动人口", "独居老人", "80岁及以上"]
    first = Area.objects.filter(level="grid", **within("pk", HOME)).order_by("pk")[0]
    Area.objects.create(
        pk=f"{HOME}099", name="另一网格", level="grid", parent_id=HOME, kind=first.kind, valid_from=first.valid_from
    )
    made = openpyxl.load_workbook(io.BytesIO(made_forms.book("实有人口分网格统计表", names, room=1)))
    page = made.active
    page["A4"] = "合计"
    page.cell(5, 1, "填表人：")
    out = io.BytesIO()
    made.save(out)
    book, _form = fill_in(out.getvalue(), "分网格.xlsx")
    grids = list(Area.objects.filter(level="grid", **within("pk", HOME)).order_by("pk"))
    sheet = book["Sheet1"]
    assert len(grids) > 1
    for at, grid in enumerate(grids):
        mine = [one for one in facts.people if one.area_id.startswith(grid.pk)]
        assert [cell.value for cell in sheet[3 + at]] == [
            at + 1, grid.name, len({one.household_id for one in mine}), len(mine),
            sum(one.kind == "registered" for one in mine), sum(one.kind == "floating" for one in mine),
            sum("living_alone" in facts.tags.get(one.pk, {}) for one in mine),
            sum(1 for one in mine if (facts.age(one) or 0) >= 80),
        ]  # fmt: skip
    total = [cell.value for cell in sheet[3 + len(grids)]]
    assert total[0] == "合计"
    assert total[3] == len(facts.people)


def _cross(title: str, corner: str, columns, rows) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    page["A1"] = title
    for at, name in enumerate([corner, *columns], start=1):
        page.cell(2, at, name)
    for at, name in enumerate(rows, start=3):
        page.cell(at, 1, name)
    page.cell(3 + len(rows), 1, "制表人：")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_cases_by_month_and_class(facts, fill_in):
    months = [f"{month}月" for month in range(1, 13)]
    classes = {"矛盾纠纷": "dispute", "安全隐患": "hazard"}
    content = _cross("2026年居民诉求办理情况统计表", "月份", ["受理件数", *classes, "办结率"], [*months, "合计"])
    book, form = fill_in(content, "诉求统计.xlsx")
    sheet = book.active
    cases = list(Case.objects.filter(kind="incident", area_id__gte=HOME, opened_at__year=2026))
    for month in range(1, 13):
        mine = [one for one in cases if one.opened_at.month == month]
        want = [len(mine), *(sum(one.event_class == of for one in mine) for of in classes.values()), None]
        # A month that has not begun has no figure.
        assert [cell.value for cell in sheet[2 + month]][1:5] == (want if month <= 11 else [None] * 4)
    assert [column.name for column in form.missing] == ["办结率"]


def test_shares_are_of_what_their_row_says(facts, fill_in):
    names = ["总人口", "其中：女", "占比", "65岁以上占比", "老年人口占总人口比例(%)"]
    rows = ["0-6岁", "7-17岁", "18-59岁", "60岁及以上", "党员"]
    book, form = fill_in(_cross("人口结构统计表", "类别", names, rows), "人口结构.xlsx", {"all": "1"})
    sheet = book.active
    assert form.missing == ()
    people, party = facts.people, facts.of("party_member")
    for at, (low, high) in enumerate(((0, 6), (7, 17), (18, 59), (60, 200)), start=3):
        mine = [one for one in people if facts.age(one) is not None and low <= facts.age(one) <= high]
        women = sum(one.sex == "2" for one in mine)
        got = [cell.value for cell in sheet[at]][1:6]
        assert got[:3] == [len(mine), women, f"{round(100 * women / len(mine), 2):g}%" if mine else None]
    old, aged = (sum((facts.age(one) or 0) >= age for one in party) for age in (65, 60))
    got = [cell.value for cell in sheet[7]][1:6]
    assert got[0] == len(party) > 0
    assert got[3:] == [f"{round(100 * old / len(party), 2):g}%", round(100 * aged / len(people), 2)]


def test_columns_of_months_and_their_total(facts, fill_in):
    months = [f"{month}月" for month in range(1, 13)]
    content = _cross(
        "2026年社区工作统计表", "项目", [*months, "合计"], ["受理件数", "矛盾纠纷", "流入", "出生人数", "总人口"]
    )
    book, _form = fill_in(content, "按月统计.xlsx", {"all": "1"})
    rows = [[cell.value for cell in row][1:14] for row in book.active["A3:N7"]]
    cases = list(Case.objects.filter(kind="incident", area_id__gte=HOME, opened_at__year=2026))
    events = list(PopulationEvent.objects.filter(happened_on__year=2026, undone_at=None, **within("area_id", HOME)))
    told = (
        [timezone.localtime(one.opened_at).month for one in cases],
        [timezone.localtime(one.opened_at).month for one in cases if one.event_class == "dispute"],
        [one.happened_on.month for one in events if one.kind == "flow_in"],
        [one.happened_on.month for one in events if one.kind == "birth"],
    )
    for row, found in zip(rows, told, strict=False):
        assert row == [*(found.count(month) for month in range(1, 12)), None, len(found)]
    assert len(told[0]) > 3
    assert len(told[2]) > 3
    # A sum of headcounts counts nobody.
    assert rows[4][10] == len(facts.people)
    assert rows[4][11:] == [None, None]


def test_this_month_is_that_of_the_title(facts, fill_in):
    book, _form = fill_in(
        _cross("2026年11月诉求统计表", "类别", ["本月", "本年累计"], ["受理件数", "矛盾纠纷"]),
        "诉求.xlsx",
        {"all": "1"},
    )
    cases = list(Case.objects.filter(kind="incident", area_id__gte=HOME, opened_at__year=2026))
    for at, mine in ((3, cases), (4, [one for one in cases if one.event_class == "dispute"])):
        month = [one for one in mine if timezone.localtime(one.opened_at).month == 11]
        assert [cell.value for cell in book.active[at]][1:3] == [len(month), len(mine)]
    book, _form = fill_in(
        _cross("诉求月度统计表", "类别", ["受理件数", "本月"], ["矛盾纠纷", "安全隐患"]), "诉求.xlsx", {"all": "1"}
    )
    assert book.active["C3"].value is None
    assert book.active["B3"].value is not None


def test_homes_with_somebody_in_a_group_and_who_was_born(facts, fill_in, now):
    for one in facts.people[:40:4]:
        Tag.objects.create(person=one, kind="low_income", source="typed", since=now.date(), recorded_at=now)
    content = _cross("2026年民政对象统计表", "项目", ["数量", "备注"], ["低保户数", "低保人数", "总户数", "出生人数"])
    book, _form = fill_in(content, "民政.xlsx", {"all": "1"})
    poor = facts.people[:40:4]
    homes = {one.household_id for one in poor}
    assert [book.active.cell(at, 2).value for at in (3, 4)] == [len(homes), len(poor)]
    content = _cross("2026年出生统计表", "项目", ["男", "女", "合计"], ["出生人数", "死亡人数"])
    book, _form = fill_in(content, "出生.xlsx", {"all": "1"})
    for at, kind in ((3, "birth"), (4, "death")):
        mine = PopulationEvent.objects.filter(
            kind=kind, happened_on__year=2026, undone_at=None, **within("area_id", HOME)
        )
        want = [mine.filter(person__sex=sex).count() for sex in "12"]
        assert [cell.value for cell in book.active[at]][1:4] == [*want, mine.count()]


def test_the_roster_narrows_figures_and_rows_that_nobody_counts_stay_empty(facts, fill_in):
    content = _cross(
        "独居老人年龄结构统计表", "年龄段", ["男", "女", "合计"], ["60-69岁", "70-79岁", "80岁及以上", "其中：有帮扶的"]
    )
    book, form = fill_in(content, "独居统计.xlsx")
    sheet, alone = book.active, facts.of("living_alone")
    for at, (low, high) in enumerate(((60, 69), (70, 79), (80, 200)), start=3):
        mine = [one for one in alone if low <= (facts.age(one) or 0) <= high]
        by_sex = [sum(one.sex == sex for one in mine) for sex in "12"]
        assert [cell.value for cell in sheet[at]][1:4] == [*by_sex, len(mine)]
    assert [cell.value for cell in sheet[6]][1:4] == [None] * 3
    assert [column.name for column in form.missing] == ["其中:有帮扶的"]


def test_figures_of_people_whom_nobody_holds_stay_empty(facts, fill_in):
    book, _form = fill_in(_cross("志愿者年龄结构统计表", "年龄段", ["男", "女"], ["18-35岁", "36-59岁"]), "志愿者.xlsx")
    assert [cell.value for row in book.active["B3:C4"] for cell in row] == [None] * 4


def test_all_sheets_are_read_and_nothing_is_dropped(facts, fill_in, health, now):
    content = (made_forms.CASES / "05.xlsx").read_bytes()
    book, form = fill_in(content, "05两个工作表.xlsx", {"tag": "living_alone"})
    alone = facts.of("living_alone")
    assert [page.sheet for page in form.pages] == ["附件1", "附件2"]
    assert [column.name for column in form.missing] == ["独居原因", "帮扶措施"]
    assert [book["附件1"].cell(2 + at, 2).value for at in range(len(alone))] == [one.name for one in alone]
    assert [book["附件2"].cell(2 + at, 2).value for at in range(len(alone))] == [one.name for one in alone]
    assert book["附件2"]["D2"].value is None
    assert date(2026, 11, 23) == now.date()
