from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.citizen_id import age, check_digit, mask, mask_within, masks, read

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


@given(st.dates(date(1921, 1, 1), date(1999, 12, 31)), st.integers(1, 995))
def test_an_old_number_is_written_out(born, sequence):
    old = f"320105{born:%y%m%d}{sequence:03}"
    if old[6:8] in ("19", "20"):
        assert read(old, today=TODAY) is None
        return
    found = read(f" {old[:6]}-{old[6:]}", today=TODAY)
    assert (found.number[:17], found.born) == (f"{old[:6]}19{old[6:]}", born)
    assert found.number == with_check(found.number[:17])


@pytest.mark.parametrize(
    "text",
    [
        "320105580302999",  # kept for somebody born in 1858
        "320105201012031",  # the beginning of 3 December 2010
        "320105191203001",
        "320105583302001",
        "920105580302001",
        "32010558030200X",
        "320105580302***001",
        "***105580302001",
    ],
)
def test_fifteen_digits_that_are_not_certain_are_refused(text):
    assert read(text, today=TODAY) is None


def test_permits_and_the_foreigners_card_say_who_has_them():
    """81, 82, 83: Hong Kong, Macao, Taiwan; 9: a foreigner, with the nationality at the first issue."""
    for first17, holder, nationality, sex in (
        ("81000019900102001", "hongkong", "CHN", "male"),
        ("82000019900102002", "macao", "CHN", "female"),
        ("83000019900102003", "taiwan", "CHN", "male"),
        ("93284019900102002", "foreigner", "USA", "female"),
        ("93299919900102002", "foreigner", "", "female"),
    ):
        found = read(with_check(first17), today=TODAY)
        assert (found.holder, found.nationality, found.sex) == (holder, nationality, sex)
        assert found.born == date(1990, 1, 2)


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


def test_what_the_birthday_fills_is_masked():
    assert mask("11010519491231002X") == "1101*************X"
    assert mask("12345") == "********"


@pytest.mark.parametrize("number", ["11010519491231002X", "320105195803020028", "440101199001011239"])
def test_birthday_sex_and_district_do_not_fill_a_mask(number):
    """All that may stand beside a number is known, and still far too many numbers fit."""
    heads = [number[:14] + f"{sequence:03d}" for sequence in range(int(number[16]) % 2, 1000, 2)]
    fitting = [head for head in heads if mask(head + check_digit(head)) == mask(number)]
    assert len(fitting) >= 40


@pytest.mark.parametrize("place", range(17))
def test_a_mask_tells_numbers_apart_that_differ_in_one_digit(place):
    first = "32010519580302002"
    other = first[:place] + str((int(first[place]) + 1) % 10) + first[place + 1 :]
    assert mask(first + check_digit(first)) != mask(other + check_digit(other))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("张三 11010519491231002x，301", "张三 1101*************X，301"),
        ("11010519491231002X43", "1101*************X43"),
        ("110105194912310021", "110105194912310021"),
        ("13812345678", "13812345678"),
    ],
)
def test_numbers_of_persons_inside_a_text_are_masked(text, masked):
    assert mask_within(text) == masked


def test_workbooks_of_before_are_still_read():
    assert masks("11010519491231002X") == ("1101*************X", "110105********002X")
