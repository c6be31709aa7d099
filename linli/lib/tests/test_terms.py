from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.working_calendar import CHINA, Term, load_official_calendar

CALENDAR = load_official_calendar()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(CHINA))
working_terms = st.builds(Term, st.integers(1, 60), st.sampled_from(["working_hours", "working_days"]))
any_terms = st.builds(
    Term,
    st.integers(1, 60),
    st.sampled_from(["minutes", "hours", "working_hours", "working_days", "calendar_days"]),
)


@pytest.mark.parametrize(
    ("term", "start", "due"),
    [
        (Term(30, "minutes"), "2026-03-06T23:45", "2026-03-07T00:15"),
        (Term(24, "hours"), "2026-03-06T18:00", "2026-03-07T18:00"),  # domain.md §3.3: handle within 24 h
        (Term(2, "working_hours"), "2026-03-06T16:30", "2026-03-09T10:00"),
        (Term(1, "working_days"), "2026-03-06T09:00", "2026-03-09T17:30"),  # domain.md §3.3: 1 / 3 / 5 / 15
        (Term(3, "working_days"), "2026-03-06T09:00", "2026-03-11T17:30"),
        (Term(5, "working_days"), "2026-02-12T09:00", "2026-02-26T17:30"),  # 13, 14 (make-up), 24, 25, 26
        (Term(15, "working_days"), "2026-03-02T09:00", "2026-03-23T17:30"),
        (Term(15, "calendar_days"), "2026-03-02T09:00", "2026-03-17T23:59:59"),
        (Term(15, "calendar_days"), "2026-09-17T09:00", "2026-10-08T23:59:59"),  # ends inside the National Day week
        (Term(12, "calendar_days"), "2026-02-16T09:00", "2026-02-28T23:59:59"),  # a make-up Saturday is a workday
        (Term(60, "calendar_days"), "2026-03-02T00:00", "2026-05-06T23:59:59"),  # 信访: 60 days end on Labour Day
    ],
)
def test_each_unit_has_its_own_way_to_end(term, start, due):
    assert term.due(at(start), CALENDAR) == at(due)


def test_the_day_of_a_moment_is_the_day_in_china():
    """20:00 UTC is already the next morning."""
    start = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert Term(1, "working_days").due(start, CALENDAR) == at("2026-03-03T17:30")


@pytest.mark.parametrize("amount", [0, -1, 10**9])
def test_impossible_amounts_are_refused(amount):
    with pytest.raises(ValueError, match="between 1 and"):
        Term(amount, "working_days")


def test_unknown_units_are_refused():
    with pytest.raises(ValueError, match="unknown unit"):
        Term(1, "fortnights")


@given(any_terms, moments)
def test_a_term_always_ends_after_it_began(term, start):
    assert term.due(start, CALENDAR) > start


@given(any_terms, moments, moments)
def test_a_later_start_is_never_due_earlier(term, a, b):
    a, b = sorted((a, b))
    assert term.due(a, CALENDAR) <= term.due(b, CALENDAR)


@pytest.mark.parametrize(
    ("unit", "due", "now", "left"),
    [
        ("working_days", "2026-03-09T17:30", "2026-03-06T17:00", 450),
        ("working_days", "2026-03-06T17:30", "2026-03-07T12:00", 0),  # the weekend adds nothing to lateness …
        ("working_days", "2026-03-06T17:30", "2026-03-09T10:00", -60),  # … Monday does
        ("hours", "2026-03-06T17:30", "2026-03-06T18:30", -60),
        ("minutes", "2026-03-06T17:30", "2026-03-06T17:30:01", -1),
        ("calendar_days", "2026-03-06T23:59:59", "2026-03-06T22:59:59", 60),
    ],
)
def test_remaining_counts_the_minutes_of_the_terms_own_clock(unit, due, now, left):
    assert Term(1, unit).remaining(at(due), at(now), CALENDAR) == left


@pytest.mark.parametrize(
    ("unit", "due", "pause", "moved"),
    [
        ("working_days", "2026-03-06T17:30", ("2026-03-02T09:00", "2026-03-04T09:00"), "2026-03-10T17:30"),
        ("working_days", "2026-03-06T17:30", ("2026-03-03T17:00", "2026-03-04T09:30"), "2026-03-09T10:00"),
        ("working_days", "2026-03-06T17:30", ("2026-02-28T18:00", "2026-03-02T08:00"), "2026-03-06T17:30"),
        ("hours", "2026-03-06T10:00", ("2026-03-05T20:00", "2026-03-06T08:00"), "2026-03-06T22:00"),
        ("calendar_days", "2026-03-06T23:59:59", ("2026-03-01T10:00", "2026-03-02T10:00"), "2026-03-09T23:59:59"),
        ("hours", "2026-03-06T10:00", ("2026-03-06T10:00", "2026-03-07T10:00"), "2026-03-06T10:00"),  # too late
        ("hours", "2026-03-06T10:00", ("2026-03-05T10:00", "2026-03-04T10:00"), "2026-03-06T10:00"),
    ],
)
def test_a_pause_moves_the_deadline(unit, due, pause, moved):
    start, end = map(at, pause)
    assert Term(5, unit).shift(at(due), start, end, CALENDAR) == at(moved)


@given(working_terms, moments, st.timedeltas(timedelta(0), timedelta(20)), st.timedeltas(timedelta(0), timedelta(90)))
def test_as_much_is_left_after_a_pause_as_before(term, start, until_pause, paused):
    due = term.due(start, CALENDAR)
    pause_start = min(start + until_pause, due - timedelta(seconds=1))
    pause_end = pause_start + paused
    moved = term.shift(due, pause_start, pause_end, CALENDAR)
    before = CALENDAR.working_time_between(pause_start, due)
    assert CALENDAR.working_time_between(pause_end, moved) == before
    assert moved >= due


@given(any_terms, moments, st.timedeltas(timedelta(0), timedelta(20)), st.timedeltas(timedelta(0), timedelta(90)))
def test_a_pause_never_brings_the_deadline_forward(term, start, until_pause, paused):
    due = term.due(start, CALENDAR)
    moved = term.shift(due, start + until_pause, start + until_pause + paused, CALENDAR)
    assert moved >= due
    if term.unit == "calendar_days":
        assert CALENDAR.is_workday(moved.date())
