"""Who is due, since when, why, and for whom."""

from datetime import timedelta

import pytest

from linli.apps.visits import words
from linli.apps.visits.queries import due_of_worker, unassigned
from linli.apps.visits.queries.plan import due_of_worker as of_worker
from linli.apps.visits.queries.plan import in_route_order
from linli.apps.visits.tests import factories as visits
from linli.register.people.actions import events, tags
from linli.register.people.actions.events import Home
from linli.register.people.models import Tag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def other(actor_of):
    return actor_of("cw-320105001004")


def mine(office, person, now):
    """The worker's line of this person today, if there is one."""
    return next((line for line in due_of_worker(office, now.date()) if line.person.pk == person.pk), None)


@pytest.fixture
def person(office, now):
    """Somebody of 85 who lives alone, looked after by the community worker."""
    one = visits.elder(by=office, now=now)
    visits.assign_building(by=office, to=office, person=one, now=now)
    return one


@pytest.mark.parametrize(("days", "late"), [(6, None), (7, 0), (8, 1), (30, 23)])
def test_a_high_risk_person_is_due_on_the_seventh_day_and_late_on_the_eighth(office, person, now, days, late):
    visits.visit(person, by=office, at=now - timedelta(days=days))
    line = mine(office, person, now)
    assert (line.late_days if line else None) == late


@pytest.mark.parametrize(("age", "days", "due"), [(79, 30, False), (79, 31, True), (80, 7, True), (59, 91, False)])
def test_the_age_decides_the_cycle(office, now, age, days, due):
    one = visits.elder(by=office, now=now, age=age)
    visits.assign_building(by=office, to=office, person=one, now=now)
    visits.visit(one, by=office, at=now - timedelta(days=days))
    assert (mine(office, one, now) is not None) == due


def test_a_general_person_is_due_once_a_quarter_and_a_call_counts(office, now):
    one = visits.elder(by=office, now=now, age=50)
    tags.give(by=office, person=one, kind="low_income", level="全额", basis="证", since=now.date(), now=now)
    Tag.objects.filter(person=one).update(recorded_at=now - timedelta(days=300), since=now.date() - timedelta(days=300))
    visits.assign_building(by=office, to=office, person=one, now=now)
    visits.visit(one, by=office, at=now - timedelta(days=91), way="phone")
    assert mine(office, one, now) is None
    assert mine(office, one, now + timedelta(days=1)).due_on == (now + timedelta(days=1)).date()


def test_only_a_visit_that_met_the_person_in_a_way_that_counts_puts_them_off(english, office, person, now):
    visits.visit(person, by=office, at=now - timedelta(days=1), way="phone")
    visits.visit(person, by=office, at=now - timedelta(hours=2), outcome="nobody_home")
    line = mine(office, person, now)
    assert line.last is None
    assert line.last_any == now - timedelta(hours=2)
    assert "tried on 11-23" in words.cards([line], now.date())[0].tried


def test_why_is_said_in_words(english, office, person, now):
    visits.visit(person, by=office, at=now - timedelta(days=8))
    said = words.why(mine(office, person, now), now.date())
    assert said == "80 or older, 独居老人, once a week, last 11-15"
    assert words.lateness(mine(office, person, now), now.date()) == "1 day late"


def test_never_visited_is_due_since_linli_knew_of_it(english, office, person, now):
    line = mine(office, person, now)
    assert line.late_days == 300
    assert "not visited yet" in words.why(line, now.date())


def test_a_change_in_the_household_makes_a_high_risk_person_due_within_a_day(english, office, now):
    one = visits.elder(by=office, now=now, age=84)
    spouse = make.person(
        by=office,
        name="李国强",
        born=one.born,
        sex="1",
        sequence=7,
        home=Home(household_id=one.household_id),
        relation="11",
        now=now - timedelta(days=399),
        happened_on=now.date() - timedelta(days=490),
    )
    visits.assign_building(by=office, to=office, person=one, now=now)
    visits.visit(one, by=office, at=now - timedelta(days=2))
    assert mine(office, one, now) is None, "an empty nest of two, visited the day before yesterday"
    died = events.die(
        by=office, person_id=spouse.pk, version=spouse.version, happened_on=now.date(), reason="", now=now
    )
    line = mine(office, one, now)
    assert line.change == ("death", now)
    assert line.late_days == 0
    assert "death" in words.why(line, now.date())
    assert mine(office, one, now + timedelta(days=2)).late_days == 1, "the promise was 24 hours"
    visits.visit(one, by=office, at=now + timedelta(hours=3))
    assert mine(office, one, now + timedelta(days=2)) is None
    assert died.kind == "death"


def test_an_agreed_day_is_due_and_any_meeting_from_then_on_keeps_it(office, person, now):
    day = (now + timedelta(days=3)).date()
    visits.visit(person, by=office, at=now, next_on=day)
    assert mine(office, person, now + timedelta(days=2)) is None
    line = mine(office, person, now + timedelta(days=4))
    assert (line.agreed_on, line.due_on, line.late_days) == (day, day, 1)
    visits.visit(person, by=office, at=now + timedelta(days=4), way="phone")
    assert mine(office, person, now + timedelta(days=4)) is None


def test_the_most_precise_assignment_wins(office, actor_of, now):
    secretary = actor_of("community-secretary")
    one = visits.elder(by=office, now=now)
    visits.assign_grid(by=office, to=secretary, area_id=one.area_id, now=now)
    assert mine(secretary, one, now)
    visits.assign_building(by=office, to=office, person=one, now=now)
    assert mine(secretary, one, now) is None
    assert mine(office, one, now)
    assert unassigned(one.area_id[:12], now.date()) == []


def test_nobody_elsewhere_sees_them(office, other, person, now):
    assert of_worker(other, now.date()) == []
    assert unassigned(other.area_id, now.date()) == []


def test_the_list_is_in_the_order_of_the_walk(office, now):
    for building, room in (("10幢", "1002"), ("10幢", "201"), ("2幢", "301")):
        one = visits.elder(by=office, now=now, room=room, building=building)
        visits.assign_building(by=office, to=office, person=one, now=now)
    doors = [line.person.dwelling.address for line in in_route_order(due_of_worker(office, now.date()))]
    assert doors == ["莫愁新寓10幢2单元201室", "莫愁新寓10幢2单元1002室", "莫愁新寓2幢2单元301室"], "by building code"


def test_a_long_list_takes_no_more_statements(office, person, now, django_assert_num_queries):
    with django_assert_num_queries(5):
        assert len(due_of_worker(office, now.date())) == 1
    for room in range(401, 407):
        visits.elder(by=office, now=now, room=str(room))
    with django_assert_num_queries(5):
        assert len(due_of_worker(office, now.date())) == 7
