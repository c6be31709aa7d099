"""Every cell of every form beside what the rows of the database say: nothing wrong, and 85 of 100 held cells right."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.utils import timezone, translation

from linli.apps.admission.tests.factories import HOME
from linli.apps.incidents.tests.factories import report
from linli.apps.visits.models import Visit
from linli.foundation.accounts.actors import Actor
from linli.insight.forms import filling
from linli.insight.forms.reading import read, whom
from linli.insight.forms.tests import made_forms
from linli.insight.forms.tests.expected import (
    Facts,
    Score,
    Tell,
    address,
    attribute,
    compare,
    identity,
    numbered,
    other_phone,
    phone,
    sex,
    word,
)
from linli.project.demo.population import load_population
from linli.project.demo.visiting import fill_visits
from linli.register.people import codes
from linli.register.people.models import Tag, Tenure
from linli.spine.cases.models import Case

pytestmark = pytest.mark.django_db
RESIDENTS = 3000


@dataclass
class Measured:
    """A form, what it must be about, and what each of its columns must say of each thing; None: nobody holds it."""

    content: bytes
    name: str
    roster: dict[str, str]
    things: Sequence[Any]
    columns: Sequence[Tell | None]


class Cases:
    """The forms, and what must come of each: read from the rows of the database alone."""

    def __init__(self, facts: Facts, now) -> None:
        self.facts, self.now = facts, now

    def all(self) -> dict[str, Callable[[], Measured]]:
        """Every form by name."""
        return {name.removeprefix("form_"): getattr(self, name) for name in dir(self) if name.startswith("form_")}

    def form_living_alone(self) -> Measured:
        facts, people = self.facts, self.facts.of("living_alone")
        return Measured(
            (made_forms.CASES / "01.xlsx").read_bytes(), "01独居老人摸底表.xlsx", {"tag": "living_alone"}, people,
            [
                numbered(people), attribute("name"), sex, facts.age, identity, phone, address,
                attribute("registered_address"), facts.yes("living_alone"), facts.yes("aged"), None,
                attribute("other_contact"), other_phone, None,
            ],
        )  # fmt: skip

    def form_minimum_allowance(self) -> Measured:
        facts, homes = self.facts, self.facts.homes("low_income")

        def head(tell: Tell) -> Tell:
            return lambda home: tell(facts.head[home.pk]) if home.pk in facts.head else None

        poor = facts.of("low_income")
        return Measured(
            (made_forms.CASES / "02.xlsx").read_bytes(), "02低保复核表.xlsx",
            {"tag": "low_income", "unit": "household"}, homes,
            [
                numbered(homes), head(attribute("name")), head(identity), head(address),
                lambda home: facts.size[home.pk],
                lambda home: sum(1 for one in poor if one.household_id == home.pk),
                head(facts.fact("low_income", "monthly")), None,
                lambda home: '=IF(E{0}="","",H{0}/E{0})'.format(3 + numbered(homes)(home)),
                head(facts.fact("low_income", "account")), None, None,
            ],
        )  # fmt: skip

    def form_disabled(self) -> Measured:
        facts, people = self.facts, self.facts.of("disabled")
        kinds = codes.labels("disability_kind")

        def gets(name: str) -> Tell:
            return lambda one: (
                "是" if any(name in it for it in facts.tag(one, "disabled").facts["allowances"]) else "否"
            )

        return Measured(
            (made_forms.CASES / "03.xlsx").read_bytes(), "03残疾人两补核查表.xlsx", {"tag": "disabled"}, people,
            [
                numbered(people), attribute("name"), sex, attribute("born"), identity,
                facts.fact("disabled", "certificate"), lambda one: kinds[facts.tag(one, "disabled").facts["kind"]],
                lambda one: facts.tag(one, "disabled").level,
                facts.beside("guardian", attribute("name")), facts.beside("guardian", phone),
                None, gets("生活"), None, gets("护理"), None, None,
            ],
        )  # fmt: skip

    def form_tenants(self) -> Measured:
        facts = self.facts
        tenants = Tenure.objects.filter(part="tenant", until=None, dwelling__area_id__gte=HOME).order_by("pk")
        rows = [one for one in tenants.select_related("person", "dwelling") if one.dwelling.area_id.startswith(HOME)]
        names = (
            "序号 出租房屋地址 面积 房东/姓名 房东/联系电话 承租人/姓名 承租人/性别 承租人/身份证号 承租人/联系电话 "
            "承租人/户籍地址 租赁起始日期 出租用途 是否签订合同 备注"
        )

        def tenant(tell: Tell) -> Tell:
            return lambda row: tell(row.person)

        return Measured(
            made_forms.book("出租房屋及承租人员登记台账", names.split()), "出租屋台账.xlsx", {"unit": "tenancy"}, rows,
            [
                numbered(rows), lambda row: row.dwelling.address, lambda row: float(row.dwelling.floor_area),
                lambda row: facts.owner[row.dwelling_id].name, lambda row: phone(facts.owner[row.dwelling_id]),
                tenant(attribute("name")), tenant(sex), tenant(identity), tenant(phone),
                tenant(attribute("registered_address")), attribute("since"),
                lambda row: codes.labels("rental_use").get(row.dwelling.rental_use), None, None,
            ],
        )  # fmt: skip

    def form_visits(self) -> Measured:
        facts = self.facts
        month = Visit.objects.filter(visited_at__month=11, visited_at__year=2026).order_by("pk")
        rows = list(month.select_related("person__dwelling", "by"))

        def visited(tell: Tell) -> Tell:
            return lambda row: tell(row.person)

        names = (
            "序号 走访日期 走访人 被走访人/姓名 被走访人/性别 被走访人/年龄 被走访人/联系电话 被走访人/住址 走访方式 "
            "走访情况 处理结果"
        )
        return Measured(
            made_forms.book("2026年11月走访探视记录表", names.split()), "走访记录.xlsx",
            {"visits_from": "2026-11-01", "visits_to": "2026-11-30", "unit": "visit"}, rows,
            [
                numbered(rows), lambda row: timezone.localdate(row.visited_at), lambda row: row.by.name,
                visited(attribute("name")), visited(sex), visited(facts.age), visited(phone), visited(address),
                lambda row: _way(row), attribute("text"), None,
            ],
        )  # fmt: skip

    def form_disputes(self) -> Measured:
        rows = list(Case.objects.filter(event_class="dispute", kind="incident").order_by("pk"))
        names = "序号 受理日期 纠纷类型 矛盾类型 当事人甲 当事人乙 联系电话 主要内容 调解员 是否办结 办结日期"
        return Measured(
            made_forms.book("2026年矛盾纠纷排查化解台账", names.split()), "矛盾纠纷.xlsx",
            {"cases_from": "2026-01-01", "cases_to": "2026-12-31", "cases_class": "dispute"}, rows,
            [
                numbered(rows), lambda row: timezone.localdate(row.opened_at), None, lambda row: "矛盾纠纷", None, None,
                None, attribute("title"), None, lambda row: "否" if row.is_open else "是",
                lambda row: timezone.localdate(row.closed_at) if row.closed_at else None,
            ],
        )  # fmt: skip

    def form_empty_nest(self) -> Measured:
        facts, people = self.facts, self.facts.of("empty_nest")
        names = (
            "序号 老人姓名 性别 出生年月 身份证号码 居住地址 联系电话 子女姓名 子女电话 与老人关系 是否独居 健康状况"
        )
        return Measured(
            made_forms.book("空巢老人关爱服务登记表", names.split()), "空巢老人.xlsx", {"tag": "empty_nest"}, people,
            [
                numbered(people), attribute("name"), sex, lambda one: f"{one.born:%Y-%m}", identity, address, phone,
                facts.beside("child", attribute("name")), facts.beside("child", phone), None,
                facts.yes("living_alone"), None,
            ],
        )  # fmt: skip

    def form_veterans(self) -> Measured:
        facts, people = self.facts, self.facts.of("veteran")
        names = (
            "序号 基本信息/姓名 基本信息/性别 基本信息/民族 基本信息/身份证号 基本信息/政治面貌 基本信息/文化程度 "
            "服役情况/入伍时间 服役情况/退役时间 是否优抚对象 是否低保 是否党员 现住址 联系电话"
        )
        return Measured(
            made_forms.book("退役军人信息采集表", names.split()), "退役军人.xlsx", {"tag": "veteran"}, people,
            [
                numbered(people), attribute("name"), sex, word("ethnic", "ethnic"), identity,
                word("political", "political"), word("education", "education"), None, None,
                facts.yes("preferential"), facts.yes("low_income"), facts.yes("party_member"), address, phone,
            ],
        )  # fmt: skip

    def form_floating(self) -> Measured:
        facts = self.facts
        people = [one for one in facts.people if one.kind == "floating"]
        names = (
            "序号 姓名 性别 出生日期 公民身份号码 户籍地址 现居住地址 联系电话 文化程度 来本地原因 工作单位 与户主关系 "
            "户主姓名 是否办理居住证"
        )
        return Measured(
            made_forms.book("流动人口登记表", names.split()), "流动人口.xlsx", {"kind": "floating"}, people,
            [
                numbered(people), attribute("name"), sex, attribute("born"), identity, attribute("registered_address"),
                address, phone, word("education", "education"), word("inflow_reason", "inflow_reason"),
                attribute("workplace"), word("relation", "relation"),
                lambda one: facts.head[one.household_id].name if one.household_id in facts.head else None, None,
            ],
        )  # fmt: skip

    def form_aged_allowance(self) -> Measured:
        facts, people = self.facts, self.facts.of("aged")
        names = "序号 姓名 性别 年龄 身份证号 户籍地址 家庭住址 本人电话 开户银行 银行账号 补贴标准 是否失能 领取人签字"
        return Measured(
            made_forms.book("80周岁以上高龄津贴发放登记表", names.split()), "高龄津贴.xlsx", {"age_from": "80"}, people,
            [
                numbered(people), attribute("name"), sex, facts.age, identity, attribute("registered_address"), address,
                phone, None, None, None, facts.yes("incapable"), None,
            ],
        )  # fmt: skip

    def form_household_members(self) -> Measured:
        facts = self.facts
        people = [one for one in facts.people if one.kind == "registered"]
        names = (
            "序号 户主姓名 家庭成员/姓名 家庭成员/与户主关系 家庭成员/性别 家庭成员/身份证号 家庭成员/婚姻状况 "
            "家庭成员/联系电话 住址 家庭人口数"
        )
        return Measured(
            made_forms.book("户籍人口家庭成员信息表", names.split()), "户籍.xlsx", {"kind": "registered"}, people,
            [
                numbered(people), lambda one: facts.head[one.household_id].name, attribute("name"),
                word("relation", "relation"), sex, identity, word("marital", "marital"), phone, address,
                lambda one: facts.size[one.household_id],
            ],
        )  # fmt: skip

    def form_volunteers(self) -> Measured:
        names = "序号 姓名 性别 身份证号 联系电话 服务时长 擅长"
        return Measured(
            made_forms.book("志愿服务队志愿者信息登记表", names.split()),
            "志愿者.xlsx",
            {"none": "志愿服务"},
            [],
            [None] * 7,
        )


def _way(row: Visit) -> str:
    with translation.override("zh-hans"):
        return str(row.get_way_display())


@pytest.fixture
def facts(district, now) -> Facts:
    load_population(district_id=district, residents=RESIDENTS, now=now, home=HOME)
    fill_visits(home=HOME, now=now, seed=1)
    made = Facts(HOME, now.date())
    homes = [home for home in list(made.head)[:40:4] if made.size[home] > 1]
    for number, home in enumerate(homes):
        members = [one for one in made.people if one.household_id == home]
        # In the last one, one alone of several; “covered” is then what the members tell.
        for one in members if home != homes[-1] else members[-1:]:
            facts = {"monthly": 100 * (number + 1), "account": f"99{home:015d}"}
            Tag.objects.create(
                person=one,
                kind="low_income",
                level="全额",
                facts=facts,
                source="typed",
                since=now.date(),
                recorded_at=now,
            )
    for days in range(4):
        report(now=now - timedelta(days=20 * days), text=f"楼上漏水吵架{days}")
    Case.objects.filter(title__contains="漏水").update(event_class="dispute")
    return Facts(HOME, now.date())


def _filled(one: Measured, by: Actor, sender: Actor, now, folder) -> Score:
    file = made_forms.store(one.content, one.name, sender, now)
    said = read(file)
    assert said is not None
    guesses = whom(said, now.date())
    if [dict(guess.roster) for guess in guesses if guess.sure] != [one.roster]:
        return Score(wrong=[f"about {guesses}"])
    form = read(file, one.roster)
    assert form is not None
    source = filling.sources_of(one.roster, form, actor=by, area_id=HOME, today=now.date())
    path = folder / "filled.xlsx"
    filling.write(path, file=file, form=form, source=source, about={}, whole_values=True)
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))[form.sheet]
    last = form.data_from + len(one.things)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=form.data_from, max_row=last)]
    return compare(rows[: len(one.things)], one.things, one.columns)


def test_no_cell_is_wrong_and_what_is_held_is_there(facts, actor_of, health, now, tmp_path):
    by, told, bad = actor_of("community-worker"), [], []
    for name, make in Cases(facts, now).all().items():
        measured = make()
        score = _filled(measured, by, health, now, tmp_path)
        told.append(
            f"{name}: {len(measured.things)} rows, {score.right} right ({score.percent} %), "
            f"{len(score.blank)} blank, {len(score.wrong)} wrong"
        )
        if score.wrong or score.percent < 85 or (not measured.things and name != "volunteers"):
            bad += [told[-1], *score.wrong[:6], *score.blank[:4]]
    print("\n".join(told))
    assert not bad, "\n".join(bad)
