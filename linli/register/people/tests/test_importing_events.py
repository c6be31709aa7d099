"""Sheets that tell of deaths, departures and births: events of their days, or a reason why not (case 03)."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.register.people.actions import spells
from linli.register.people.importing import happening
from linli.register.people.importing.deciding import decide
from linli.register.people.importing.sentences import sentences_of
from linli.register.people.models import Headcount, Person, PopulationEvent, Staged, Tag
from linli.register.people.tests import factories
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import guessed, undone

OLD, YOUNG = date(1940, 3, 2), date(1996, 7, 8)
DIED, LEFT = citizen_number(OLD, "2", 401), citizen_number(YOUNG, "1", 402)


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def people(by):
    """A widow and her grandson, in the register since the spring."""
    since, now = date(2026, 1, 5), timezone.now()
    widow = factories.person(by=by, now=now, name="赵桂英", born=OLD, sequence=401, happened_on=since)
    grandson = factories.person(
        by=by, now=now, name="钱小军", born=YOUNG, sex="1", sequence=402, happened_on=since, relation="",
        home=factories.Home(dwelling_id=factories.dwelling("302").pk),
    )  # fmt: skip
    return widow, grandson


def csv(heads: str, *rows: str) -> bytes:
    return ("\ufeff" + "\r\n".join([heads, *rows]) + "\r\n").encode()


def applied(by, batch):
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    return batch


def in_step():
    assert spells.recount() == {(one.area_id, one.kind, one.day): one.n for one in Headcount.objects.exclude(n=0)}


def reasons(batch):
    return {row.row: sentences_of(row.errors) for row in Staged.objects.filter(batch=batch, state="error")}


@pytest.mark.django_db
def test_a_death_and_a_departure_are_events_of_their_days(by, people, client_for):
    widow, grandson = people
    Tag.objects.create(
        person=widow, kind="low_income", source="manual", basis="x", since=date(2026, 2, 1), recorded_at=timezone.now()
    )
    batch = guessed(
        by,
        csv("姓名,身份证号,变动类型,变动日期", f"赵桂英,{DIED},死亡,2026-10-01", f"钱小军,{LEFT},迁出,2026-10-02"),
    )
    assert (batch.counts["deaths"], batch.counts["left"], batch.counts["new"], batch.counts["error"]) == (1, 1, 0, 0)
    page = client_for("community-worker").get(reverse("register:import_preview", args=[batch.pk]) + "?view=deaths")
    assert "赵桂英" in page.content.decode()
    assert "2026-10-01" in page.content.decode()
    applied(by, batch)
    widow.refresh_from_db()
    grandson.refresh_from_db()
    assert (widow.status, widow.died, grandson.status) == ("dead", date(2026, 10, 1), "gone")
    told = {event.person_id: event for event in PopulationEvent.objects.filter(batch=batch)}
    assert (told[widow.pk].kind, told[widow.pk].happened_on) == ("death", date(2026, 10, 1))
    assert (told[grandson.pk].kind, told[grandson.pk].happened_on) == ("move_out", date(2026, 10, 2))
    # What hung on the dead ends.
    assert not Tag.objects.open().filter(person=widow).exists()
    assert Person.objects.count() == 2
    in_step()
    assert undone(by, batch, timezone.now()).state == "undone"
    widow.refresh_from_db()
    grandson.refresh_from_db()
    assert (widow.status, widow.died, grandson.status) == ("here", None, "here")
    assert Tag.objects.open().filter(person=widow, kind="low_income").exists()
    in_step()


@pytest.mark.django_db
def test_the_same_sheet_again_changes_nothing(by, people):
    data = csv("姓名,身份证号,变动类型,变动日期", f"赵桂英,{DIED},死亡,2026-10-01", f"钱小军,{LEFT},流出,2026-10-02")
    applied(by, guessed(by, data))
    again = guessed(by, data)
    assert (again.counts["unchanged"], again.counts["error"]) == (2, 0)


@pytest.mark.django_db
def test_who_is_not_in_the_register_never_enters(by):
    """Case 03 in an empty register."""
    batch = guessed(
        by,
        csv(
            "姓名,身份证号,变动类型,变动日期",
            "赵死,320105196003020728,死亡,2026-10-01",
            "钱迁,320105196003020744,迁出,2026-10-02",
        ),
    )
    assert batch.counts["new"] == 0
    assert {row: set(said) for row, said in reasons(batch).items()} == {2: {"event"}, 3: {"event"}}
    applied(by, batch)
    assert not Person.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("人员状态", "已死亡"),
        ("人员状态", "死亡注销"),
        ("是否在世", "否"),
        ("是否健在", "×"),
        ("是否死亡", "是"),
        ("是否已故", "√"),
        ("死亡日期", "2026-09-01"),
        ("去世时间", "2026年9月1日"),
        ("迁出日期", "2026-09-01"),
        ("搬离时间", "2026/9/1"),
        ("变动类型", "注销户口"),
        ("变动类型", "失踪"),
        ("变动情况", "因病去世"),
        ("人员状态", "已搬走"),
        ("备注", "已去世"),
        ("备注", "已故"),
    ],
)
def test_no_heading_lets_the_dead_in_as_living(by, heads, cells):
    batch = guessed(by, csv(f"姓名,出生日期,现住址,{heads}", f"孙某,1950-01-01,莫愁新寓3幢2单元301室,{cells}"))
    assert (batch.counts["new"], batch.counts["error"]) == (0, 1), reasons(batch)
    applied(by, batch)
    assert not Person.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("人员状态", "在册"),
        ("人员状态", "正常"),
        ("是否在世", "是"),
        ("是否死亡", "否"),
        ("死亡日期", ""),
        ("变动类型", ""),
        ("变动类型", "未死亡"),
        ("备注", "老伴已去世，独自居住"),
        ("备注", "独居"),
    ],
)
def test_the_living_come_in(by, heads, cells):
    batch = guessed(by, csv(f"姓名,出生日期,现住址,{heads}", f"孙某,1950-01-01,莫愁新寓3幢2单元301室,{cells}"))
    assert (batch.counts["new"], batch.counts["error"]) == (1, 0), reasons(batch)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heads", "cells", "kind", "day"),
    [
        ("人员状态,死亡日期", "已故,2026-09-01", "death", date(2026, 9, 1)),
        ("是否在世,去世日期", "否,2026.9.1", "death", date(2026, 9, 1)),
        ("死亡日期", "20260901", "death", date(2026, 9, 1)),
        ("变动类型,变动时间", "病故,2026年9月1日", "death", date(2026, 9, 1)),
        ("变动类型,变动日期", "户口迁出,2026-09-01", "move_out", date(2026, 9, 1)),
        ("变动类型,变动日期", "搬离,2026-09-01", "flow_out", date(2026, 9, 1)),
        ("变动类型,变动日期", "外出务工,2026-09-01", "flow_out", date(2026, 9, 1)),
        ("退租日期", "2026-09-01", "flow_out", date(2026, 9, 1)),
        # Before she was entered: told late.
        ("变动类型,变动日期", "死亡,2025-12-01", "death", date(2025, 12, 1)),
    ],
)
def test_everyday_words_and_days(by, people, heads, cells, kind, day):
    widow = people[0]
    batch = applied(by, guessed(by, csv(f"姓名,身份证号,{heads}", f"赵桂英,{DIED},{cells}")))
    event = PopulationEvent.objects.get(batch=batch)
    assert (event.person_id, event.kind, event.happened_on) == (widow.pk, kind, day)
    in_step()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heads", "cells", "field"),
    [
        ("变动类型", "死亡", "event"),
        ("变动类型,变动日期", "死亡,2099-01-01", "event_on"),
        ("变动类型,变动日期", "死亡,1930-01-01", "event"),
        ("变动类型,变动日期", "死亡,去年", "event_on"),
        ("变动类型,是否在世,变动日期", "迁出,否,2026-09-01", "event"),
        ("变动类型,变动日期", "分户,2026-09-01", "event"),
    ],
)
def test_what_is_not_clear_is_refused_with_its_reason(by, people, heads, cells, field):
    batch = guessed(by, csv(f"姓名,身份证号,{heads}", f"赵桂英,{DIED},{cells}"))
    assert field in reasons(batch)[2]
    assert people[0].__class__.objects.filter(status="here").count() == 2


@pytest.mark.django_db
def test_dead_already_with_another_day(by, people):
    heads = "姓名,身份证号,变动类型,变动日期"
    applied(by, guessed(by, csv(heads, f"赵桂英,{DIED},死亡,2026-10-01")))
    batch = guessed(by, csv(heads, f"赵桂英,{DIED},死亡,2026-10-09"))
    assert "2026-10-01" in reasons(batch)[2]["event"]
    batch = guessed(by, csv(heads, f"赵桂英,{DIED},迁出,2026-10-09"))
    assert "2026-10-01" in reasons(batch)[2]["event"]
    # A sheet of the living with somebody who is dead.
    batch = guessed(by, csv("姓名,身份证号", f"赵桂英,{DIED}"))
    assert set(reasons(batch)[2]) == {"name"}


@pytest.mark.django_db
def test_a_death_without_a_number_is_decided_at_the_merge_desk(by, people):
    widow = people[0]
    batch = guessed(by, csv("姓名,变动类型,变动日期", "赵桂英,死亡,2026-10-01"))
    row = Staged.objects.get(batch=batch)
    assert (row.state, row.person_id) == ("duplicate", widow.pk)
    decide(by=by, batch_id=batch.pk, decision="different", rows=[2], now=timezone.now())
    assert set(reasons(batch)[2]) == {"event"}
    decide(by=by, batch_id=batch.pk, decision="same", rows=[2], now=timezone.now())
    applied(by, batch)
    widow.refresh_from_db()
    assert (widow.status, widow.died) == ("dead", date(2026, 10, 1))


@pytest.mark.django_db
def test_a_death_below_a_living_row_of_the_same_number_stands(by):
    """One sheet with the register of spring and the deaths of autumn: nobody enters before a person has decided."""
    batch = guessed(
        by,
        csv("姓名,身份证号,变动类型,变动日期", f"赵桂英,{DIED},,", f"赵桂英,{DIED},死亡,2026-10-01"),
    )
    assert batch.counts["new"] == 0
    living, dead = Staged.objects.filter(batch=batch).order_by("row")
    assert (living.state, living.same_as_row, dead.state) == ("duplicate", 3, "error")


@pytest.mark.django_db
def test_a_birth_and_an_arrival_are_events_of_their_days(by):
    batch = guessed(
        by,
        csv(
            "姓名,出生日期,现住址,变动类型,变动日期",
            "新生儿甲,2026-09-03,莫愁新寓3幢2单元301室,出生,2026-09-03",
            "来人乙,1990-01-02,莫愁新寓3幢2单元302室,流入,2026-09-05",
            "来人丙,1991-01-02,莫愁新寓3幢2单元303室,户口迁入,2026-09-06",
        ),
    )
    assert (batch.counts["births"], batch.counts["new"], batch.counts["error"]) == (1, 3, 0), reasons(batch)
    applied(by, batch)
    told = {event.person.name: (event.kind, event.happened_on) for event in PopulationEvent.objects.filter(batch=batch)}
    assert told == {
        "新生儿甲": ("birth", date(2026, 9, 3)),
        "来人乙": ("flow_in", date(2026, 9, 5)),
        "来人丙": ("move_in", date(2026, 9, 6)),
    }
    in_step()


@pytest.mark.django_db
def test_who_died_by_another_hand_meanwhile_is_not_ended_twice(by, people):
    from linli.register.people.actions import events

    widow = people[0]
    batch = guessed(by, csv("姓名,身份证号,变动类型,变动日期", f"赵桂英,{DIED},死亡,2026-10-01"))
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    events.die(
        by=by, person_id=widow.pk, version=widow.version, happened_on=date(2026, 10, 2), reason="", now=timezone.now()
    )
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked"
    assert Staged.objects.get(batch=batch).meanwhile
    assert PopulationEvent.objects.filter(kind="death").count() == 1


@given(st.text(max_size=12))
def test_any_text_is_read_without_an_error(text):
    assert happening.read(text) in (None, "", "here", "other", "birth", "death", "move_in", "move_out", "flow_in",
                                    "flow_out", "move_within")  # fmt: skip


@pytest.mark.parametrize("before", ["", "已", "已经", "因病"])
@pytest.mark.parametrize("word", ["死亡", "去世", "病故", "亡故", "过世", "身故"])
@pytest.mark.parametrize("behind", ["", "了", "注销", "人员"])
def test_words_for_a_death(before, word, behind):
    assert happening.read(f"{before}{word}{behind}") == "death"


@pytest.mark.parametrize("text", ["拟迁出", "准备搬走", "注销", "减少", "不详", "死亡证明待补", "其父死亡", "否", "是"])
def test_words_that_ask(text):
    assert happening.read(text) is None


@pytest.mark.parametrize("text", ["未死亡", "没有去世", "未迁出", "尚未搬走", "在册", "健在", "正常"])
def test_words_for_nothing_happened(text):
    assert happening.read(text) == "here"
