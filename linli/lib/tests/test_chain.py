import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.chain import GENESIS, canonical, first_break, link, sm3

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
records = st.dictionaries(st.text(), json_values, max_size=5)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_agrees_with_the_standard(message, digest):
    """GB/T 32905-2016 appendix A."""
    assert sm3(message) == digest


def test_canonical_form_is_sorted_compact_and_in_utc():
    china = timezone(timedelta(hours=8))
    data = {
        "名": "张三 😀𠮷",
        "at": datetime(2026, 1, 5, 9, 30, tzinfo=china),
        "b": [1, 2.5, None, True],
        "a": {"z": date(2026, 1, 5), "id": UUID(int=1)},
    }
    assert canonical(data).decode() == (
        '{"a":{"id":"00000000-0000-0000-0000-000000000001","z":"2026-01-05"},'
        '"at":"2026-01-05T01:30:00.000000Z","b":[1,2.5,null,true],"名":"张三 😀𠮷"}'
    )


@given(records)
def test_the_form_survives_a_round_trip_through_json(data):
    assert canonical(json.loads(json.dumps(data))) == canonical(data)


@pytest.mark.parametrize(("a", "b"), [(1.0, 1), (1e22, 10**22), (-0.0, 0)])
def test_equal_numbers_are_spelt_alike(a, b):
    assert canonical({"n": a}) == canonical({"n": b})


def test_an_early_year_keeps_four_digits():
    assert canonical({"t": datetime(33, 1, 1, tzinfo=UTC)}) == b'{"t":"0033-01-01T00:00:00.000000Z"}'


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), {1: "a"}, Decimal(1), {1, 2}, b"x", object()])
def test_values_without_a_plain_form_are_refused(value):
    with pytest.raises(TypeError):
        canonical({"x": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_numbers_are_refused(value):
    with pytest.raises(ValueError):
        canonical({"x": value})


@pytest.mark.parametrize("prev", ["", "0" * 63, "G" * 64, "A" * 64, "0" * 64 + "\n"])
def test_a_link_needs_a_real_predecessor(prev):
    with pytest.raises(ValueError, match="64 hex"):
        link(prev, {})


def chain_of(items):
    links, prev = [], GENESIS
    for data in items:
        own = link(prev, data)
        links.append((prev, own, data))
        prev = own
    return links


@given(st.lists(records, max_size=6))
def test_an_untouched_chain_is_whole(items):
    assert first_break(chain_of(items)) is None


@given(st.lists(records, min_size=1, max_size=6), st.data())
def test_a_changed_record_is_found(items, data):
    links = chain_of(items)
    spot = data.draw(st.integers(0, len(links) - 1))
    prev, own, record = links[spot]
    links[spot] = (prev, own, {**record, "more": "x" + str(record.get("more"))})
    assert first_break(links) == spot


@given(st.lists(records, min_size=2, max_size=6, unique_by=canonical), st.data())
def test_a_removed_record_is_found(items, data):
    links = chain_of(items)
    spot = data.draw(st.integers(0, len(links) - 2))
    del links[spot]
    assert first_break(links) == spot
