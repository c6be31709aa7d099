"""Divisions by code and by name: those in force first, abolished ones known, nothing made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib import divisions


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("320105", ["320105"]),
        ("３２０１０５", ["320105"]),
        ("320105-001-001", ["320105"]),
        ("320105 江苏省南京市建邺区", ["320105"]),
        ("江苏省南京市建邺区", ["320105"]),
        ("建邺", ["320105"]),
        ("江苏鼓楼", ["320106", "320302"]),
        ("南京市 鼓楼区", ["320106"]),
        ("白下区", ["320103"]),
        ("北京市东城区", ["110101"]),
        ("新疆石河子", ["659001"]),
        ("重庆万州", ["500101"]),
        ("火星", []),
        ("999999", []),
        ("", []),
        ("%", []),
    ],
)
def test_what_is_typed_means_these_divisions(typed, codes):
    assert [one.code for one in divisions.find(typed)][: len(codes) or 1] == codes


def test_who_is_in_force_comes_first_and_the_list_ends():
    found = divisions.find("江苏")
    assert len(found) == divisions.MOST_FOUND
    assert [one.until != "" for one in found] == sorted(one.until != "" for one in found)


def test_a_longer_code_lies_in_its_county():
    assert str(divisions.known("320105001001")) == "320105 江苏省南京市建邺区"
    assert divisions.known("320105001") is not None
    for wrong in ("32010", "999999", "", "32010500100", "３２０１０５", "abcdef"):
        assert divisions.known(wrong) is None


@given(st.text(max_size=30))
def test_any_text_means_known_divisions_or_none(text):
    for one in divisions.find(text, most=3):
        assert divisions.known(one.code) == one


def test_every_division_is_found_by_what_its_field_shows():
    for code in ("110101", "320105", "469030", "820000"):
        one = divisions.known(code)
        assert one is not None
        assert divisions.find(str(one)) == [one]
