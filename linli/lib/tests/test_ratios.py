from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.ratios import percent, ratio


@pytest.mark.parametrize(
    ("n", "d", "shown"), [(911, 972, "93.72%"), (737, 972, "75.82%"), (0, 0, "–"), (0, 7, "0.00%")]
)
def test_closing_rates_of_the_worked_example(n, d, shown):
    """domain.md §19 V23."""
    assert percent(ratio(n, d), places=2) == shown


@pytest.mark.parametrize(
    ("fraction", "places", "shown"),
    [
        (Fraction(1, 2000), 1, "0.1%"),  # 0.05 % exactly: half goes up
        (Fraction(999, 1000), 0, "100%"),
        (Fraction(1), 1, "100.0%"),
        (Fraction(1, 8), 1, "12.5%"),
        (Fraction(-1, 3), 1, "-33.3%"),
        (Fraction(1, 10**9), 1, "0.0%"),
        (None, 1, "–"),
    ],
)
def test_percentages_round_half_up(fraction, places, shown):
    assert percent(fraction, places) == shown


def test_exactly_half_is_not_more_than_half():
    """domain.md §19 V22: 6 of 12 fails a target of more than 50 %, 7 passes."""
    assert not ratio(6, 12) > Fraction(1, 2)
    assert ratio(7, 12) > Fraction(1, 2)


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(0, 6))
def test_what_is_shown_is_within_half_a_unit_of_the_truth(n, d, places):
    shown = Fraction(percent(ratio(n, d), places).removesuffix("%"))
    assert abs(shown - Fraction(n, d) * 100) <= Fraction(1, 2 * 10**places)
