"""Fen in, yuan out: nothing is lost, and nothing that is no sum is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.money import MOST_FEN, NotMoney, fen, yuan


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("30000", 3_000_000),
        ("30,000.00", 3_000_000),
        ("３００００．５", 3_000_050),
        ("¥3万", 3_000_000),
        ("3.5万元", 3_500_000),
        ("0.01", 1),
        ("12元", 1200),
        ("0.00001万", 10),
    ],
)
def test_sums_as_people_write_them(text, amount):
    assert fen(text) == amount


@pytest.mark.parametrize("text", ["", "三万", "-5", "1.234", "1,2", "1e5", "0.0000001万", "9" * 13, "12 34", "NaN"])
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(NotMoney):
        fen(text)


@given(st.integers(min_value=0, max_value=MOST_FEN))
def test_what_is_written_is_read_back(amount):
    assert fen(yuan(amount)) == amount


def test_a_difference_keeps_its_sign():
    assert yuan(-5) == "-0.05"
