"""Codes of organisations, as they stand on licences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.credit_code import ALPHABET, check_character, read

CHARACTERS = st.text(ALPHABET, min_size=9, max_size=9)


# Public codes of large companies, printed on their websites.
@pytest.mark.parametrize("code", ["91440300708461136T", "91330100799655058B", "91110000802100433B"])
def test_codes_of_the_street(code):
    assert read(code) == code
    assert read(f" {code[:8].lower()}-{code[8:].lower()} ") == code


@pytest.mark.parametrize(
    "text", ["", "91440300708461136X", "9144030070846113", "91440300708461136Ｓ", "I" * 18, "9" * 99]
)
def test_what_is_no_code(text):
    assert read(text) is None


@given(st.integers(0, 999999), CHARACTERS, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(division, body, place, other):
    first = f"91{division:06d}{body}"
    code = first + check_character(first)
    assert read(code) == code
    wrong = code[:place] + other + code[place + 1 :]
    assert wrong == code or read(wrong) is None
