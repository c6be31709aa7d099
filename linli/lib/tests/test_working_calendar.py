from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.working_calendar import (
    CHINA,
    SpecialDay,
    WorkingCalendar,
    calendar_of,
    load_official_calendar,
    official_days,
    read_days,
)

CALENDAR = load_official_calendar()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(CHINA))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),
        ("2026-02-14", True),  # a Saturday worked in exchange for the Spring Festival
        ("2026-02-15", False),
        ("2026-02-23", False),  # a Monday, still Spring Festival
        ("2026-02-24", True),
        ("2026-02-28", True),  # a Saturday worked
        ("2026-03-01", False),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2024-02-18", True),
    ],
)
def test_workdays_follow_the_official_calendar(day, works):
    assert CALENDAR.is_workday(date.fromisoformat(day)) is works


def test_announced_years_have_the_official_number_of_workdays():
    """Of 2026: 365 days - 104 weekend days - days off on weekdays + weekend days worked."""
    counts = {y: sum(CALENDAR.is_workday(date(y, 1, 1) + timedelta(n)) for n in range(365)) for y in (2025, 2026)}
    assert counts == {2025: 248, 2026: 248}


def test_calendar_knows_which_years_are_announced():
    assert CALENDAR.known_until == date(2026, 12, 31)
    assert CALENDAR.knows(date(2024, 1, 1))
    assert not CALENDAR.knows(date(2023, 12, 31))
    assert not CALENDAR.knows(date(2027, 1, 1))


def test_fixed_holidays_count_before_their_year_is_announced():
    assert not CALENDAR.is_workday(date(2027, 1, 1))  # a Friday
    assert CALENDAR.is_workday(date(2027, 1, 4))
    assert not CALENDAR.is_workday(date(2027, 10, 1))


def test_official_days_ship_with_their_names():
    days = official_days()
    assert SpecialDay(date(2026, 2, 17), "holiday", "春节") in days
    assert SpecialDay(date(2026, 9, 20), "make_up", "国庆节") in days
    assert list(days) == sorted(days)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-03-02T10:00", 1, "2026-03-03T17:30"),
        ("2026-03-06T18:30", 1, "2026-03-09T17:30"),  # Friday evening
        ("2026-03-07T10:00", 1, "2026-03-09T17:30"),  # Saturday: Monday is the first day counted
        ("2026-02-13T09:00", 1, "2026-02-14T17:30"),  # into a make-up Saturday
        ("2026-02-13T09:00", 2, "2026-02-24T17:30"),  # over the Spring Festival
        ("2026-09-30T23:59", 5, "2026-10-13T17:30"),
        ("2026-12-31T09:00", 1, "2027-01-04T17:30"),  # into a year not announced yet
        ("2026-03-02T09:00", 15, "2026-03-23T17:30"),  # domain.md §19 V24: a complex order accepted on a Monday
    ],
)
def test_working_days_end_with_business_on_the_nth_day_after(start, n, due):
    assert CALENDAR.add_working_days(at(start), n) == at(due)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-02T09:00", 60, "2026-03-02T10:00"),
        ("2026-03-02T11:00", 60, "2026-03-02T12:00"),  # ends with the morning, not after lunch
        ("2026-03-02T11:00", 61, "2026-03-02T13:31"),
        ("2026-03-02T12:30", 10, "2026-03-02T13:40"),
        ("2026-03-02T09:00", 420, "2026-03-02T17:30"),
        ("2026-03-02T09:00", 421, "2026-03-03T09:01"),
        ("2026-03-06T17:00", 60, "2026-03-09T09:30"),
        ("2026-03-07T03:00", 1, "2026-03-09T09:01"),
        ("2026-03-02T17:30", 420, "2026-03-03T17:30"),
        ("2026-02-14T17:00", 31, "2026-02-24T09:01"),
        ("2026-03-02T12:30", 0, "2026-03-02T12:30"),
    ],
)
def test_working_minutes_skip_lunch_nights_and_days_off(start, minutes, due):
    assert CALENDAR.add_working_minutes(at(start), minutes) == at(due)


@pytest.mark.parametrize(
    ("a", "b", "minutes"),
    [
        ("2026-03-02T09:00", "2026-03-02T17:30", 420),
        ("2026-03-02T00:00", "2026-03-03T00:00", 420),
        ("2026-03-02T12:00", "2026-03-02T13:30", 0),
        ("2026-03-06T17:00", "2026-03-09T09:10", 40),
        ("2025-01-01T00:00", "2026-01-01T00:00", 248 * 420),
        ("2026-03-03T09:00", "2026-03-02T09:00", 0),
        ("2026-03-02T09:00:31", "2026-03-02T09:01:30", 0),
    ],
)
def test_minutes_worked_between_two_moments(a, b, minutes):
    assert CALENDAR.working_minutes_between(at(a), at(b)) == minutes


@given(moments, st.integers(0, 200_000))
def test_adding_and_measuring_agree(start, minutes):
    assert CALENDAR.working_minutes_between(start, CALENDAR.add_working_minutes(start, minutes)) == minutes


@given(moments, moments, st.integers(0, 100_000), st.integers(0, 5_000))
def test_later_start_or_more_minutes_never_end_earlier(a, b, minutes, more):
    a, b = sorted((a, b))
    assert CALENDAR.add_working_minutes(a, minutes) <= CALENDAR.add_working_minutes(b, minutes)
    assert CALENDAR.add_working_minutes(a, minutes) <= CALENDAR.add_working_minutes(a, minutes + more)


@given(moments, moments, moments)
def test_working_time_adds_up(a, b, c):
    a, b, c = sorted((a, b, c))
    between = CALENDAR.working_time_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(CHINA)), st.integers(1, 60))
def test_every_nth_workday_agrees_with_counting_one_by_one(start, n):
    day = start.date()
    for _ in range(n):
        day += timedelta(days=1)
        while not CALENDAR.is_workday(day):
            day += timedelta(days=1)
    assert CALENDAR.add_working_days(start, n) == datetime.combine(day, time(17, 30), CHINA)


@given(moments, st.integers(0, 10_000))
def test_the_zone_a_moment_comes_in_does_not_matter(start, minutes):
    assert CALENDAR.add_working_minutes(start.astimezone(UTC), minutes) == CALENDAR.add_working_minutes(start, minutes)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.add_working_minutes(datetime(2026, 3, 2, 9), 10)


@pytest.mark.parametrize(
    "spans",
    [(), ((time(12), time(9)),), ((time(9), time(12)), (time(11), time(17))), ((time(9), time(9)),)],
)
def test_impossible_office_hours_are_refused(spans):
    with pytest.raises(ValueError, match="working hours"):
        WorkingCalendar(frozenset(), frozenset(), spans)


def test_a_street_may_keep_its_own_hours():
    calendar = calendar_of(official_days(), spans=((time(8), time(20)),))
    assert calendar.add_working_minutes(at("2026-03-02T19:00"), 120) == at("2026-03-03T09:00")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2026-13-01,holiday,x", "line 2"),
        (",holiday,x", "line 2"),
        ("2026-01-01,festival,x", "line 2: the kind"),
        ("2026-01-01", "line 2: the kind"),
        ("2026-01-01,holiday,x\n2026-01-01,make_up,y", "line 3: 2026-01-01 comes twice"),
    ],
)
def test_a_faulty_list_of_days_names_the_line(line, fault):
    with pytest.raises(ValueError, match=fault):
        read_days(f"date,kind,name\n{line}".splitlines())


def test_a_calendar_without_days_is_refused():
    with pytest.raises(ValueError, match="at least one year"):
        calendar_of([])
