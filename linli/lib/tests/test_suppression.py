from hypothesis import given
from hypothesis import strategies as st

from linli.lib.suppression import suppressed


def test_nothing_small_nothing_hidden():
    assert suppressed({"a": 7, "b": 5, "c": 0}, least=5) == ({"a": 7, "b": 5, "c": 0}, 12)


def test_one_small_count_takes_the_next_along():
    """Otherwise 19 - 9 - 7 would tell it."""
    assert suppressed({"a": 9, "b": 3, "c": 7}, least=5) == ({"a": 9, "b": None, "c": None}, 19)


def test_alone_it_takes_the_total_along():
    assert suppressed({"a": 3, "b": 0}, least=5) == ({"a": None, "b": 0}, None)


def test_two_small_ones_whose_sum_tells_them_take_a_third():
    """1 + 1: two hidden counts of the sum 2 would both be known."""
    assert suppressed({"a": 1, "b": 1, "c": 20}, least=5) == ({"a": None, "b": None, "c": None}, 22)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12)))
def test_no_small_count_is_told_or_can_be_worked_out(counts):
    shown, total = suppressed(counts, least=5)
    assert all(n is None or n == counts[key] for key, n in shown.items())
    assert all(n is None or n == 0 or n >= 5 for n in shown.values())
    hidden = [key for key, n in shown.items() if n is None]
    if hidden and total is not None:
        rest = total - sum(n for n in shown.values() if n is not None)
        assert len(hidden) >= 2
        assert rest >= 10
