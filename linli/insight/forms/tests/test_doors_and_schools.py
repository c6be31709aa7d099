"""门牌号, 就读学校, 保障人口数, 享受起始时间, 复审日期: what they hold, beside the rows of the database."""

from datetime import date

import pytest

from linli.insight.forms.asking import columns_of
from linli.insight.forms.tests.test_homes_and_spouses import facts as facts
from linli.insight.forms.tests.test_homes_and_spouses import rows_of
from linli.register.people.models import Person, Tag

pytestmark = pytest.mark.django_db
ALL = {"all": "1"}


def test_the_number_of_a_door_is_no_address(facts, actor_of, health, now):
    by = actor_of("community-worker")
    alone = rows_of("姓名 性别 门牌号", ALL, by, health, now)
    inside = rows_of("姓名 楼栋 门牌号", ALL, by, health, now)
    last = rows_of("姓名 楼栋号 单元号 门牌号", ALL, by, health, now)
    assert len(alone) == len(facts.people) > 100
    for person, one, two, three in zip(facts.people, alone, inside, last, strict=True):
        door = person.dwelling
        assert one[2] == f"{door.building.name}{door.entrance}{door.room}"
        assert two[1:] == [door.building.name, f"{door.entrance}{door.room}"]
        assert three[1:] == [door.building.name, door.entrance or None, door.room]
    elsewhere = columns_of(["姓名", "户籍地址/门牌号", "户籍地址/社区"])
    assert [one.key for one in elsewhere if one.key in ("door.building", "community", "address")] == []


def test_a_school_is_told_of_those_who_are_at_one(facts, actor_of, health, now):
    grown = next(one for one in facts.people if (facts.age(one) or 0) >= 30)
    pupil = next(one for one in facts.people if 0 < (facts.age(one) or 0) < 16)
    student = next(one for one in facts.people if (facts.age(one) or 0) >= 20 and one.pk != grown.pk)
    for one, at, employment in ((grown, "某某厂", "24"), (pupil, "实验小学", ""), (student, "某某大学", "31")):
        Person.objects.filter(pk=one.pk).update(workplace=at, employment=employment)
    got = rows_of("姓名 就读学校 工作单位", ALL, actor_of("community-worker"), health, now)
    schools = {one.pk: row[1] for one, row in zip(facts.people, got, strict=True)}
    assert (schools[grown.pk], schools[pupil.pk], schools[student.pk]) == (None, "实验小学", "某某大学")
    assert any(row[2] and not row[1] for row in got)


def test_what_is_held_of_an_allowance(facts, actor_of, health, now):
    poor = facts.people[:30:10]
    told = (("typed", {"from_month": "2024-05", "covered": 7}), ("typed", {"covered": 2}), ("imported", {}))
    for one, (source, more) in zip(poor, told, strict=True):
        Tag.objects.create(
            person=one, kind="low_income", facts=more, source=source, since=date(2025, 3, 1), recorded_at=now,
            review_on=date(2027, 3, 1),
        )  # fmt: skip
    got = rows_of(
        "姓名 保障人口数 享受起始时间 复审日期", {"tag": "low_income"}, actor_of("community-worker"), health, now
    )
    begun = ["2024-05", date(2025, 3, 1), None]  # of the last only the day is known on which it was entered
    want = [
        [one.name, more.get("covered"), begins, date(2027, 3, 1)]
        for one, (_source, more), begins in zip(poor, told, begun, strict=True)
    ]
    assert got == want


def test_nothing_is_said_of_when_another_groups_allowance_began():
    for tag in ("disabled", "veteran", "party_member", ""):
        (column,) = columns_of(["姓名", "享受起始时间"], tag=tag)[1:]
        assert not column.is_held
