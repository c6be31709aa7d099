"""How often somebody is visited: each threshold of the rules."""

from datetime import date, timedelta

import pytest

from linli.apps.visits import care
from linli.apps.visits.care import Belonging, Risk
from linli.apps.visits.queries import rate

ON = date(2026, 11, 23)
LONG_AGO = date(2020, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule():
    return care.book("320105001001", ON)


def of(*kinds: str, level: str = "") -> list[Belonging]:
    return [Belonging(kind, level, LONG_AGO) for kind in kinds]


@pytest.mark.parametrize(
    ("born", "kinds", "risk"),
    [
        (date(1946, 11, 23), ("living_alone",), Risk.HIGH),  # 80 today
        (date(1946, 11, 24), ("living_alone",), Risk.KEY),  # 80 tomorrow
        (date(1946, 11, 23), ("empty_nest",), Risk.HIGH),
        (date(1946, 11, 23), ("aged",), Risk.GENERAL),  # old, but not alone
        (date(1966, 11, 23), ("living_alone",), Risk.KEY),  # 60 today: the monthly rate counts them
        (date(1966, 11, 24), ("living_alone",), Risk.GENERAL),
        (date(2015, 1, 1), ("orphan",), Risk.KEY),
        (date(2015, 1, 1), ("child_left_behind",), Risk.GENERAL),
        (date(1950, 1, 1), ("low_income",), Risk.GENERAL),
        (None, ("living_alone",), Risk.GENERAL),  # nobody knows the age
    ],
)
def test_the_risk_of_each_threshold(rule, born, kinds, risk):
    assert care.care_of(born, of(*kinds), rule).risk == risk


def test_the_severely_disabled_are_key_from_sixty_on(rule):
    old, young = date(1960, 1, 1), date(1970, 1, 1)
    assert care.care_of(old, of("disabled", level="二级"), rule).risk == Risk.KEY
    assert care.care_of(old, of("disabled", level="三级"), rule).risk == Risk.GENERAL
    assert care.care_of(young, of("disabled", level="一级"), rule).risk == Risk.GENERAL


@pytest.mark.parametrize("kinds", [(), ("party_member",), ("veteran",), ("unknown_code",)])
def test_who_is_in_no_group_that_is_visited_stands_on_no_list(rule, kinds):
    assert care.care_of(date(1930, 1, 1), of(*kinds), rule) is None


def test_the_days_of_each_risk_and_the_ways_that_count(rule):
    assert [rule.days(risk) for risk in Risk] == [7, 31, 92]
    assert rule.counts(Risk.HIGH, "home")
    assert not rule.counts(Risk.HIGH, "phone")
    assert not rule.counts(Risk.KEY, "phone")
    assert rule.counts(Risk.GENERAL, "phone")
    assert not rule.counts(Risk.GENERAL, "device")


def test_a_leap_birthday_counts_from_the_first_of_march(rule):
    born = date(1948, 2, 29)
    assert care.age_on(born, date(2027, 2, 28)) == 78
    assert care.age_on(born, date(2027, 3, 1)) == 79


def test_the_day_that_is_due():
    assert care.due_day(ON - timedelta(days=7), LONG_AGO, 7) == ON
    assert care.due_day(None, LONG_AGO, 7) == LONG_AGO


def test_months_are_half_open_and_the_running_one_is_counted_today():
    month = rate.month_of(date(2026, 12, 5), date(2027, 3, 1))
    assert (month.first, month.following, month.counted_on) == (date(2026, 12, 1), date(2027, 1, 1), date(2026, 12, 31))
    assert rate.month_of(ON, ON).counted_on == ON
    assert month.ends - month.begins == timedelta(days=31)
