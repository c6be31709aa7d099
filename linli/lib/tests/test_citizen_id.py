from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.citizen_id import age, check_digit, mask, read

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "female"),
        ("610102196001010016", date(1960, 1, 1), "male"),  # printed there with the check digit 0, which is wrong
        ("320105194503150028", date(1945, 3, 15), "female"),
        ("350902198812121237", date(1988, 12, 12), "male"),
    ],
)
def test_worked_examples_are_read(number, born, sex):
    """domain.md §6.1 and §19 V01."""
    found = read(number, today=TODAY)
    assert (found.number, found.born, found.sex, found.division) == (number, born, sex, number[:6])


@pytest.mark.parametrize(
    "text", ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X "]
)
def test_a_number_is_read_however_it_was_typed(text):
    assert read(text, today=TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    "text", ["110105194912310021", "610102196001010010", "", "X" * 18, "1101051949123100", "1" * 50_000, "１１😀"]
)
def test_wrong_numbers_are_refused(text):
    assert read(text, today=TODAY) is None


def with_check(first17):
    return first17 + check_digit(first17)


def test_impossible_dates_and_future_births_are_refused():
    assert read(with_check("61010220230229001"), today=TODAY) is None
    assert read(with_check("61010220260303001"), today=TODAY) is None
    assert read(with_check("61010220260302001"), today=TODAY) is not None


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(born, sequence, spot, change):
    number = with_check(f"610102{born:%Y%m%d}{sequence:03}")
    assert read(number, today=TODAY).born == born
    wrong = number[:spot] + str((int(number[spot]) + change) % 10) + number[spot + 1 :]
    assert read(wrong, today=TODAY) is None


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1955, 12, 31), date(2025, 12, 31), 70),  # domain.md §19 V05
        (date(1956, 1, 1), date(2025, 12, 31), 69),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2004, 2, 29), date(2028, 2, 29), 24),
    ],
)
def test_age_is_completed_years(born, on, years):
    assert age(born, on) == years


def test_the_middle_is_masked():
    assert mask("11010519491231002X") == "110105********002X"
    assert mask("12345") == "********"
