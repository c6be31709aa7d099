"""The monthly rate as its rule defines it."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from linli.apps.visits.models import Visit
from linli.apps.visits.queries import rate as rates
from linli.apps.visits.tests import factories as visits
from linli.register.people.actions import events
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 12, 10)
NOVEMBER = rates.month_of(date(2026, 11, 1), TODAY)
DECEMBER = rates.month_of(TODAY, TODAY)


@pytest.fixture
def office(actor_of):
    return actor_of("community-worker")


def met(person, office, at, **more):
    """A visit of whatever time, told at once."""
    visit = visits.visit(person, by=office, at=at, **more)
    Visit.objects.filter(pk=visit.pk).update(visited_at=at, recorded_at=at + timedelta(minutes=1))


def test_no_special_elder_no_rate(district):
    assert rates.rate(district, NOVEMBER).share is None


def test_the_month_is_half_open_and_in_china(office, now):
    rooms = iter(range(301, 320))
    moments = {
        datetime(2026, 10, 31, 23, 59, tzinfo=CHINA): 0,
        datetime(2026, 11, 1, 0, 0, tzinfo=CHINA): 1,
        datetime(2026, 11, 30, 23, 59, tzinfo=CHINA): 1,
        datetime(2026, 12, 1, 0, 0, tzinfo=CHINA): 0,
    }
    for at in moments:
        met(visits.elder(by=office, now=now, age=70, room=str(next(rooms))), office, at)
    found = rates.rate(make.COMMUNITY, NOVEMBER)
    assert (found.should, found.done, found.share) == (4, 2, Fraction(1, 2))
    assert len(rates.missed(make.COMMUNITY, NOVEMBER)) == 2


def test_who_counts(office, now):
    visits.elder(by=office, now=now, age=59, room="1")
    assert rates.rate(make.COMMUNITY, NOVEMBER).should == 0
    visits.elder(by=office, now=now, age=60, room="2")
    assert rates.rate(make.COMMUNITY, NOVEMBER).should == 1
    assert rates.rate(make.COMMUNITY, rates.month_of(date(2026, 10, 1), TODAY)).should == 0, "59 on the last of October"


def test_what_counts_as_visited(office, now):
    one = visits.elder(by=office, now=now, age=70)
    for way, outcome, done in (
        ("home", "nobody_home", 0),
        ("device", "met", 0),
        ("phone", "met", 1),
        ("home", "met", 1),
    ):
        met(one, office, now, way=way, outcome=outcome)
        assert rates.rate(make.COMMUNITY, NOVEMBER).done == done


@pytest.mark.parametrize(("day", "should"), [(date(2026, 11, 30), 0), (date(2026, 12, 1), 1)])
def test_who_died_before_the_last_day_is_not_counted(office, now, day, should):
    one = visits.elder(by=office, now=now, age=70)
    met(one, office, now)
    later = datetime(2026, 12, 5, 9, 0, tzinfo=CHINA)
    events.die(by=office, person_id=one.pk, version=one.version, happened_on=day, reason="", now=later)
    found = rates.rate(make.COMMUNITY, NOVEMBER)
    assert (found.should, found.done) == (should, should)
    assert rates.rate(make.COMMUNITY, DECEMBER).should == 0


def test_the_areas_below_add_up_and_nobody_is_counted_elsewhere(office, now):
    met(visits.elder(by=office, now=now, age=70), office, now)
    visits.elder(by=office, now=now, age=70, room="302")
    street = rates.rates_below("320105001", NOVEMBER)
    assert [(one.should, one.done) for one in street if one.should] == [(2, 1)]
    assert sum(one.should for one in rates.rates_below(make.COMMUNITY, NOVEMBER)) == 2
    assert rates.rate("320105001004", NOVEMBER).share is None


def test_a_rate_is_one_statement(office, now, django_assert_num_queries):
    visits.elder(by=office, now=now, age=70)
    rates.rate(make.COMMUNITY, NOVEMBER)
    with django_assert_num_queries(1):
        rates.rate(make.COMMUNITY, NOVEMBER)
