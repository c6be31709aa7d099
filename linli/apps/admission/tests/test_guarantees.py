"""What is late, since when, and for how long (V17); what is to be paid (V25)."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.apps.admission.guarantees import Part, Window, fulfilled_on, may_refuse, refusal_window, settlement, shares

DUE = date(2023, 3, 31)


def day(text: str) -> date:
    return date.fromisoformat(f"2023-{text}")


def test_v17_the_right_is_open_from_the_next_day_until_the_money_is_there():
    paid = [Part(day("04-05"), 1_000_00)]
    assert refusal_window(DUE, 1_000_00, paid) == Window(day("04-01"), day("04-05"))
    expected = {"03-31": False, "04-01": True, "04-04": True, "04-05": True, "04-06": False}
    assert {when: may_refuse(DUE, 1_000_00, paid, day(when)) for when in expected} == expected


@pytest.mark.parametrize(
    ("parts", "window"),
    [
        ([], Window(day("04-01"), None)),
        ([Part(DUE, 100)], None),
        ([Part(day("03-01"), 60), Part(DUE, 40)], None),
        ([Part(day("03-01"), 60)], Window(day("04-01"), None)),
        ([Part(day("03-01"), 60), Part(day("04-10"), 40)], Window(day("04-01"), day("04-10"))),
        ([Part(day("04-10"), 40), Part(day("03-01"), 60)], Window(day("04-01"), day("04-10"))),
        ([Part(day("03-01"), 99)], Window(day("04-01"), None)),
    ],
)
def test_instalments_count_when_they_reach_the_sum(parts, window):
    assert refusal_window(DUE, 100, parts) == window


def test_people_and_guidance_are_there_with_the_first_arrival():
    assert fulfilled_on(0, []) is None
    assert fulfilled_on(0, [Part(day("03-20"))]) == day("03-20")
    assert refusal_window(DUE, 0, [Part(day("04-02"))]) == Window(day("04-01"), day("04-02"))


@given(
    promised=st.integers(1, 1000),
    parts=st.lists(st.tuples(st.integers(-40, 40), st.integers(1, 400)), max_size=4),
    offset=st.integers(-50, 50),
)
def test_the_right_is_open_exactly_while_the_sum_is_not_whole_after_the_due_day(promised, parts, offset):
    came = [Part(DUE + timedelta(days=days), amount) for days, amount in parts]
    on = DUE + timedelta(days=offset)
    before = sum(part.amount for part in came if part.on < on)
    assert may_refuse(DUE, promised, came, on) == (on > DUE and before < promised)


def test_v25_settlement():
    assert settlement(3_000_000, Fraction(9, 10)) == 2_700_000


@pytest.mark.parametrize(
    ("agreed", "completion", "paid"),
    [
        (0, Fraction(1), 0),
        (100, Fraction(0), 0),
        (100, Fraction(1), 100),
        (1, Fraction(1, 2), 1),
        (1, Fraction(49, 100), 0),
    ],
)
def test_settlement_to_the_fen(agreed, completion, paid):
    assert settlement(agreed, completion) == paid


@pytest.mark.parametrize(("agreed", "completion"), [(-1, Fraction(1)), (1, Fraction(11, 10)), (1, Fraction(-1, 10))])
def test_what_cannot_be_is_no_settlement(agreed, completion):
    with pytest.raises(ValueError, match="not negative"):
        settlement(agreed, completion)


@pytest.mark.parametrize(
    ("settled", "lines", "found"),
    [
        (27, [(15, 0), (15, 0)], [15, 12]),
        (27, [(15, 15), (15, 0)], [15, 12]),
        (27, [(15, 10), (15, 15)], [12, 15]),
        (27, [(15, 12), (15, 15)], [12, 15]),
        (20, [(15, 15), (15, 15)], [15, 5]),
        (0, [(15, 0), (15, 0)], [0, 0]),
        (0, [], []),
    ],
)
def test_what_is_settled_falls_to_the_earliest_and_what_arrived_counts(settled, lines, found):
    assert shares(settled, lines) == found


@given(
    lines=st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 1000)), max_size=5),
    completion=st.fractions(0, 1, max_denominator=100),
)
def test_shares_add_up_to_the_fen_and_nothing_is_missing_once_the_settled_sum_is_there(lines, completion):
    lines = [(promised, min(promised, arrived)) for promised, arrived in lines]
    settled = settlement(sum(promised for promised, _arrived in lines), completion)
    found = shares(settled, lines)
    missing = sum(max(share - arrived, 0) for share, (_promised, arrived) in zip(found, lines, strict=True))
    assert sum(found) == settled
    assert all(0 <= share <= promised for share, (promised, _arrived) in zip(found, lines, strict=True))
    assert missing == max(settled - sum(arrived for _promised, arrived in lines), 0)


def test_the_last_day_there_is_has_no_day_after_it():
    assert refusal_window(date.max, 100, []) is None
