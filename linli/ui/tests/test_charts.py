"""Figures become shapes without surprises."""

import re

import pytest
from django.template import Context, Template
from hypothesis import example, given
from hypothesis import strategies as st

from linli.ui import charts

numbers = st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e9))


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_the_axis_is_never_below_the_largest_value_nor_far_above(value):
    top = charts.nice_ceiling(value)
    assert top >= value * (1 - 1e-6)
    assert top <= max(value * 4, 4)


@example([5e-324])
@given(st.lists(numbers, min_size=0, max_size=60))
def test_every_point_lies_inside_the_picture(values):
    chart = charts.line("t", [str(n) for n in range(len(values))], [charts.Series("a", values)])
    for x, y in re.findall(r"([\d.-]+),([\d.-]+)", " ".join(chart.lines[0].pieces)):
        assert 0 <= float(x) <= charts.WIDTH
        assert 0 <= float(y) <= charts.HEIGHT
    assert len(chart.rows) == len(values)


def test_a_gap_splits_the_line_and_shows_as_a_dash():
    chart = charts.line("t", ["a", "b", "c"], [charts.Series("s", [1, None, 3])])
    assert len(chart.lines[0].pieces) == 2
    assert chart.rows[1] == ("b", "–")


def test_the_newest_label_always_shows():
    labels = [str(n) for n in range(30)]
    ticks = charts.line("t", labels, [charts.Series("s", [1] * 30)]).x_ticks
    assert ticks[0].text == "0"
    assert ticks[-1].text == "29"
    assert len(ticks) <= 7


def test_five_lines_and_uneven_series_are_refused():
    with pytest.raises(ValueError, match="four"):
        charts.line("t", ["a"], [charts.Series("s", [1])] * 5)
    with pytest.raises(ValueError, match="each label"):
        charts.line("t", ["a", "b"], [charts.Series("s", [1])])


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(-5, 10**6)), max_size=20))
def test_bars_run_from_nothing_to_the_longest(rows):
    for bar in charts.bars("t", rows).bars:
        assert 0 <= bar.percent <= 100


def test_stacks_join_up():
    warned = charts.stacked("t", ["a", "b"], [("x", (1, 3), "")], fills=(1, charts.WARNING))
    assert warned.legend == ((1, "a"), (4, "b"))
    assert [part.number for part in warned.stacks[0].parts] == [1, 4]
    stack = charts.stacked("t", ["a", "b"], [("x", (1, 3), ""), ("y", (0, 0), "")]).stacks[0]
    assert [(part.start, part.percent) for part in stack.parts] == [(0.0, 25.0), (25.0, 75.0)]


def test_a_pyramid_stands_on_its_lowest_step():
    drawn = charts.pyramid("t", ("a", "b"), [("0–4", 1, 2, "/x", ""), ("5–9", 4, 0, "", "")])
    assert [step.name for step in drawn.steps] == ["5–9", "0–4"]
    assert [(step.left_start, step.left_percent, step.right_percent) for step in drawn.steps] == [
        (0, 100, 0),
        (75, 25, 50),
    ]
    assert charts.pyramid("t", ("a", "b"), []).steps == ()


@pytest.mark.parametrize(
    "chart",
    [
        charts.line("<b>", ["a", "b"], [charts.Series("<i>", [1, 2])]),
        charts.bars("<b>", [("<i>", 3, "/x")]),
        charts.stacked("<b>", ["<i>"], [("<u>", (3,), "/x")]),
        charts.pyramid("<b>", ("<i>", "<u>"), [("<i>", 1, 2, "/x", "")]),
        charts.line("empty", [], []),
    ],
)
def test_charts_render_with_their_figures_and_escape_names(chart):
    html = Template("{% load ui %}{% chart chart %}").render(Context({"chart": chart}))
    assert "<svg" in html or chart.title == "empty"
    assert "<table" in html
    assert "<i>" not in html
    assert "style=" not in html
