"""What a household is, what sex a spouse has, and whose the other phone is: read from the rows of the database."""

import pytest

from linli.apps.admission.tests.factories import HOME
from linli.insight.forms import filling
from linli.insight.forms.reading import read
from linli.insight.forms.tests import made_forms
from linli.insight.forms.tests.expected import Facts
from linli.project.demo.population import load_population
from linli.register.people.models import Person, Tag

pytestmark = pytest.mark.django_db


def rows_of(names: str, roster, by, sender, now) -> list[list]:
    file = made_forms.store(made_forms.book("表", names.split()), "表.xlsx", sender, now)
    form = read(file, roster)
    source = filling.sources_of(roster, form, actor=by, area_id=HOME, today=now.date())
    return [values for _key, values in filling.rows(form, source, whole_values=True)]


@pytest.fixture
def facts(district, now) -> Facts:
    load_population(district_id=district, residents=800, now=now, home=HOME)
    return Facts(HOME, now.date())


def test_a_household_is_asked_by_any_of_its_members(facts, actor_of, health, now):
    home = next(home for home, head in facts.head.items() if facts.size[home] > 1)
    member = next(one for one in facts.people if one.household_id == home and one.relation != "02")
    Tag.objects.create(person=member, kind="low_income", source="typed", since=now.date(), recorded_at=now)
    poor = {one.household_id for one in Facts(HOME, now.date()).of("low_income")}
    got = rows_of("户主姓名 户主身份证号 是否低保户", {"all": "1"}, actor_of("community-worker"), health, now)
    expected = {facts.head[pk].name: "是" if pk in poor else "否" for pk in facts.head}
    assert len(got) > 50
    assert dict(got_row[::2] for got_row in got if got_row[0])[facts.head[home].name] == "是"
    assert sum(row[2] == "是" for row in got) == len(poor)
    assert {row[0] for row in got if row[0]} <= set(expected)


def test_a_wife_is_told_of_men_alone(facts, actor_of, health, now):
    got = rows_of("姓名 性别 妻子姓名 丈夫姓名 配偶姓名", {"all": "1"}, actor_of("community-worker"), health, now)
    assert any(row[2] for row in got)
    assert all(row[2] is None for row in got if row[1] == "女")
    assert all(row[3] is None for row in got if row[1] == "男")
    assert all((row[2] or row[3]) == row[4] for row in got)


def test_the_phone_of_whom_to_call_is_no_second_phone(facts, actor_of, health, now):
    assert any(one.other_contact and one.other_phone_sealed for one in facts.people)
    got = rows_of("姓名 联系电话2 固定电话", {"all": "1"}, actor_of("community-worker"), health, now)
    assert len(got) == len(facts.people)
    assert all(not row[1] and not row[2] for row in got)
    Person.objects.filter(pk__in=[one.pk for one in facts.people]).update(other_contact="")
    got = rows_of("姓名 联系电话2 固定电话", {"all": "1"}, actor_of("community-worker"), health, now)
    assert any(row[1] for row in got)
