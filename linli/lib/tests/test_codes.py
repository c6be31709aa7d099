import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.codes import (
    ALPHABET,
    LENGTHS,
    BadCode,
    ancestors,
    cut,
    level_of,
    normal_tracking_code,
    pad12,
    parent_of,
    tracking_code,
)


def part(width):
    return st.integers(1, 10**width - 1).map(lambda n: f"{n:0{width}}")


area_ids = (
    st.integers(1, 7).flatmap(lambda n: st.tuples(*(part(width) for width in (2, 2, 2, 3, 3, 3, 3)[:n]))).map("".join)
)


@pytest.mark.parametrize(
    ("code", "level", "area_id"),
    [
        ("610000000000", "province", "61"),
        ("610100000000", "city", "6101"),
        ("610102000000", "district", "610102"),
        ("110110000000", "district", "110110"),  # a zero at the end that counts
        ("320105001000", "street", "320105001"),
        ("350902100000", "street", "350902100"),
        ("320105001010", "community", "320105001010"),
        ("320100000000", "city", "3201"),
        ("441900003000", "street", "441900003"),  # Dongguan has no districts
        ("429004000000", "district", "429004"),
    ],
)
def test_codes_are_cut_by_level(code, level, area_id):
    assert cut(code, level) == area_id
    assert cut(code) == area_id
    assert level_of(area_id) == level
    assert pad12(area_id) == code


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("320105001001", "street"),
        ("320105001000", "community"),
        ("320105001000", "district"),
        ("320100000000", "district"),
        ("320100000000", "province"),
        ("000000000000", None),
        ("001100000000", None),
        ("32010500100", "street"),
        ("3201050010000", "street"),
        ("３２０１０５００１０００", "street"),
        ("32010500100X", None),
        ("٣٢٠١٠٥٠٠١٠٠٠", None),
        ("320105001000", "grid"),
        ("", None),
        ("1" * 50_000, None),
    ],
)
def test_codes_that_disagree_with_their_level_are_refused(code, level):
    with pytest.raises(BadCode):
        cut(code, level)


@pytest.mark.parametrize("area_id", ["", "3", "320", "32010", "00", "3200", "320100", "320105000", "32-105", "3２"])
def test_what_is_not_an_area_id_is_refused(area_id):
    for ask in (level_of, parent_of, ancestors, pad12):
        with pytest.raises(BadCode):
            ask(area_id)


def test_ancestors_go_from_the_province_to_the_area_itself():
    assert ancestors("320105001010002001") == (
        "32",
        "3201",
        "320105",
        "320105001",
        "320105001010",
        "320105001010002",
        "320105001010002001",
    )
    assert ancestors("32") == ("32",)


def test_a_level_that_does_not_exist_is_left_out():
    assert ancestors("441900003001") == ("44", "4419", "441900003", "441900003001")
    assert parent_of("441900003") == "4419"


def test_a_province_has_nothing_above_it():
    assert parent_of("61") == ""


def test_a_grid_has_no_national_code():
    with pytest.raises(BadCode, match="no national code"):
        pad12("320105001010001")


@given(area_ids)
def test_parents_are_the_ancestors_one_step_up(area_id):
    chain = ancestors(area_id)
    assert chain[-1] == area_id
    assert len(area_id) == LENGTHS[level_of(area_id)]
    assert all(below.startswith(above) for above, below in itertools.pairwise(chain))
    for above, below in itertools.pairwise(chain):
        assert parent_of(below) == above


@given(area_ids)
def test_cutting_undoes_padding(area_id):
    if len(area_id) <= 12:
        assert cut(pad12(area_id)) == cut(pad12(area_id), level_of(area_id)) == area_id


@given(st.binary(min_size=16, max_size=32), st.text())
def test_tracking_codes_are_stable_and_normal(key, number):
    code = tracking_code(key, number)
    assert code == tracking_code(key, number) == normal_tracking_code(code)
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code) <= set(ALPHABET + "-")


def test_tracking_codes_differ_by_number_and_by_key():
    codes = {tracking_code(b"k" * 32, f"2026-{n:06}") for n in range(10_000)}
    assert len(codes) == 10_000
    assert tracking_code(b"a" * 32, "1") != tracking_code(b"b" * 32, "1")
    assert {code[-1] for code in codes} == {code[0] for code in codes} == set(ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        "A1B2-C3D0-E5F6",
        "a1b2c3d0e5f6",
        " aib2 c3do e5f6 ",
        "ALB2–C3DO—E5F6",
        "ａ１ｂ２ｃ３ｄ０ｅ５ｆ６",
        "a1b2.c3d0_e5f6",
    ],
)
def test_a_tracking_code_is_understood_however_it_was_typed(typed):
    assert normal_tracking_code(typed) == "A1B2-C3D0-E5F6"


@pytest.mark.parametrize(
    "typed", ["", "A1B2-C3D0-E5F", "A1B2-C3D0-E5F67", "A1B2-C3D0-E5FU", "路灯", "😀" * 12, "1" * 50_000, "A1B2\x00"]
)
def test_what_is_not_a_tracking_code_is_none(typed):
    assert normal_tracking_code(typed) is None


@given(st.text())
def test_any_text_may_be_typed_for_a_tracking_code(text):
    found = normal_tracking_code(text)
    assert found is None or normal_tracking_code(found) == found
