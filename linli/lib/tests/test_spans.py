"""Stretches of days against the plainest way to say the same: day by day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linli.lib.spans import ALWAYS, FOREVER, common, counted, joined, without

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(30)]
EDGE = st.sampled_from([ALWAYS, *DAYS, FOREVER])
SPANS = st.lists(st.tuples(EDGE, EDGE), max_size=8)


def holding(spans, day):
    return sum(first <= day < last for first, last in spans)


def plain(spans):
    edges = [day for span in spans for day in span]
    return edges == sorted(set(edges))


@given(SPANS, st.integers(1, 4))
def test_counted_is_as_many_as_hold_each_day(spans, wanted):
    found = counted(spans, lambda n: n == wanted)
    assert plain(found)
    assert [holding(found, day) for day in DAYS] == [int(holding(spans, day) == wanted) for day in DAYS]


@given(SPANS, SPANS)
def test_both_either_and_the_one_without_the_other(one, other):
    for found, rule in (
        (joined(one), lambda a, _b: a),
        (common(one, other), lambda a, b: a and b),
        (without(one, other), lambda a, b: a and not b),
    ):
        assert plain(found)
        days = [bool(holding(found, day)) for day in (*DAYS, ALWAYS)]
        assert days == [bool(rule(holding(one, day), holding(other, day))) for day in (*DAYS, ALWAYS)]
