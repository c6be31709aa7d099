"""The rows of computed groups: as of any day, told late, across households behind one door, by the rule of the day."""

from datetime import date, timedelta

import pytest

from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.register.people.actions import computed, editing, events, tags
from linli.register.people.actions.events import Home
from linli.register.people.models import Spell, Tag
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import applied, undone

pytestmark = pytest.mark.django_db
ENTERED = date(2026, 10, 1)
TODAY = date(2026, 11, 23)


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def elder(by, now, **more):
    given = {"name": "王桂英", "born": date(1946, 5, 1), "sequence": 301, "happened_on": ENTERED, **more}
    return make.person(by=by, now=now, **given)


def kinds(person, day=TODAY):
    return set(Tag.objects.on(day).filter(person=person, source="computed").values_list("kind", flat=True))


def all_right():
    return list(computed.differences()) == []


def same_door(person):
    return Home(dwelling_id=person.dwelling_id)


def test_a_household_of_its_own_behind_the_same_door_is_company(by, now):
    mother = elder(by, now)
    assert kinds(mother) == {"aged", "living_alone"}
    day = date(2026, 11, 10)
    son = make.person(by=by, now=now, name="李强", sex="1", born=date(1980, 1, 1), sequence=302, home=same_door(mother),
                      happened_on=day)  # fmt: skip
    assert son.household_id != mother.household_id
    assert kinds(mother) == {"aged"}
    assert kinds(mother, day - timedelta(days=1)) == {"aged", "living_alone"}
    events.leave(by=by, people=[son.pk], kind="flow_out", happened_on=date(2026, 11, 20), to="外地", reason="", now=now)
    assert kinds(mother) == {"aged", "living_alone"}
    assert kinds(mother, date(2026, 11, 19)) == {"aged"}
    assert all_right()


@pytest.mark.parametrize(("match", "company"), [("", True), ("1", True), ("2", True), ("3", False), ("4", False)])
def test_who_only_has_the_hukou_here_keeps_nobody_company(by, now, match, company):
    mother = elder(by, now)
    arrival = events.Arrival(
        given={"name": "李强", "born": date(1980, 1, 1), "sex": "1"}, home=Home(household_id=mother.household_id),
        relation="20", match=match, happened_on=ENTERED,
    )  # fmt: skip
    events.enter(by=by, arrival=arrival, now=now)
    assert ("living_alone" in kinds(mother)) is not company
    assert all_right()


def test_an_elder_who_is_elsewhere_is_not_alone_here(by, now):
    arrival = events.Arrival(
        given={"name": "王桂英", "born": date(1946, 5, 1)}, home=Home(dwelling_id=make.dwelling("501").pk),
        relation="02", match="3", happened_on=ENTERED,
    )  # fmt: skip
    assert kinds(events.enter(by=by, arrival=arrival, now=now)) == {"aged"}


def test_a_death_told_late_makes_the_widow_alone_from_the_day_of_the_death(by, now):
    wife = elder(by, now, event="flow_in", happened_on=date(2026, 1, 5))
    husband = elder(by, now, name="李建国", sex="1", sequence=303, home=Home(household_id=wife.household_id),
                    relation="11", event="flow_in", happened_on=date(2026, 1, 5))  # fmt: skip
    assert kinds(wife, date(2026, 8, 1)) == kinds(husband, date(2026, 8, 1)) == {"aged", "empty_nest"}
    event = events.die(by=by, person_id=husband.pk, version=husband.version, happened_on=date(2026, 7, 1),
                       reason="补报", now=now)  # fmt: skip
    assert kinds(wife, date(2026, 6, 30)) == {"aged", "empty_nest"}
    assert kinds(wife, date(2026, 7, 1)) == kinds(wife) == {"aged", "living_alone"}
    assert kinds(husband, date(2026, 7, 1)) == set()
    assert all_right()
    events.take_back(by=by, event_id=event.pk, reason="弄错了", now=now)
    assert kinds(wife) == kinds(husband) == {"aged", "empty_nest"}
    assert all_right()


def test_each_day_has_its_own_rule(by, now):
    RuleSet.objects.create(
        domain="tags.computed", area_code="320105", version=2, effective_from=date(2026, 11, 1), source="test",
        params={"aged_from": 85, "alone_from": 85, "empty_nest_from": 85, "party_codes": ["01"]},
    )  # fmt: skip
    rules.forget()
    mother = elder(by, now)
    assert kinds(mother, date(2026, 10, 31)) == {"aged", "living_alone"}
    assert kinds(mother, date(2026, 11, 1)) == set()
    assert all_right()


def test_a_birthday_that_was_wrong_is_right_for_all_days(by, now):
    mother = elder(by, now)
    editing.edit(by=by, person_id=mother.pk, version=mother.version, given={"born": "1986-05-01", "identity": "",
                 "identity_kind": "000"}, reason="看错了", now=now)  # fmt: skip
    assert not Tag.objects.filter(person=mother).exists()


def test_the_party_is_joined_on_the_day_it_was_told(by, now):
    person = elder(by, now, born=date(1990, 1, 1), political="13", happened_on=date(2026, 1, 1))
    editing.edit(by=by, person_id=person.pk, version=person.version, given={"political": "01"}, reason="入党", now=now)
    assert kinds(person, TODAY - timedelta(days=1)) == set()
    assert kinds(person) == {"party_member"}


def test_birthdays_come_by_night_and_nobody_else_is_touched(by, now):
    nearly = elder(by, now, born=date(1966, 11, 24))
    assert kinds(nearly) == set()
    assert computed.refresh_birthdays(on=TODAY, now=now) == 0
    assert computed.refresh_birthdays(on=date(2026, 11, 24), now=now) == 1
    assert computed.refresh_birthdays(on=date(2026, 12, 20), now=now) == 0
    assert kinds(nearly, date(2026, 11, 24)) == {"living_alone"}


def test_a_sheet_that_brings_somebody_behind_the_door_and_its_undo(by, now):
    mother = elder(by, now)
    address = mother.dwelling.address
    rows = [{"姓名": "李强", "身份证号": make.citizen_number(date(1980, 1, 1), "1", 305), "与户主关系": "户主",
             "现住址": address}]  # fmt: skip
    batch = applied(by, rows, now)
    assert Spell.objects.open().get(person__batch=batch).dwelling_id == mother.dwelling_id
    assert "living_alone" not in kinds(mother, date(2026, 12, 31))
    assert undone(by, batch, now).state == "undone"
    assert kinds(mother) == {"aged", "living_alone"}


def test_who_is_in_no_dwelling_goes_by_the_household(by, now):
    mother = elder(by, now, home=Home(area_id=make.grid_of()))
    other = elder(by, now, home=Home(area_id=make.grid_of()), name="赵玉兰", sequence=306)
    assert kinds(mother) == kinds(other) == {"aged", "living_alone"}


def test_a_row_that_is_wrong_is_found_and_put_right(by, now):
    mother = elder(by, now)
    Tag.objects.filter(person=mother, kind="living_alone").update(since=date(2026, 11, 1))
    ((person, kind, kept, told),) = computed.differences()
    assert (person, kind) == (mother.pk, "living_alone")
    assert (kept[0][0], told[0][0]) == (date(2026, 11, 1), ENTERED)
    assert tags.refresh_area(by.area_id, on=TODAY, now=now) == 2
    assert all_right()
