"""Charts as numbers ready to draw: pure functions from figures to shapes. The templates only print them.

A chart here is an SVG or a table with bars: it prints, needs no script, and its figures stand beneath it as text.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 8.0, 12.0, 24.0
# Below this a figure is nothing: dividing it further would leave the range of floating point.
SMALLEST = 1e-9

Number = int | float


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of figures; None is a gap (not measured), not zero."""

    name: str
    values: Sequence[Number | None]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn series: pieces without gaps as SVG points, and its last figure."""

    number: int
    name: str
    pieces: tuple[str, ...]
    area: str
    last: str
    last_x: float
    last_y: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """Everything `ui/charts/line.html` prints."""

    title: str
    summary: str
    unit: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a table: `percent` of the longest bar, `url` to the list it counts."""

    name: str
    text: str
    percent: float
    url: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Everything `ui/charts/bars.html` prints."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


#: The colour of what should not be.
WARNING: Final = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stacked bar, in percent of the longest whole bar; `number` is its colour."""

    number: int
    name: str
    text: str
    start: float
    percent: float


@dataclass(frozen=True, slots=True)
class Stack:
    """One stacked bar."""

    name: str
    text: str
    parts: tuple[Part, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class StackChart:
    """Everything `ui/charts/stack.html` prints."""

    title: str
    unit: str
    names: tuple[str, ...]
    stacks: tuple[Stack, ...]
    fills: tuple[int, ...]

    @property
    def legend(self) -> tuple[tuple[int, str], ...]:
        """The colour and the name of each part."""
        return tuple(zip(self.fills, self.names, strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a pyramid: a bar to either side of its name, in percent of the longest of all."""

    name: str
    left: str
    right: str
    left_percent: float
    right_percent: float
    left_url: str = ""
    right_url: str = ""

    @property
    def left_start(self) -> float:
        """Where the left bar begins: it grows from the middle."""
        return round(100 - self.left_percent, 1)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """Everything `ui/charts/pyramid.html` prints, the highest step first."""

    title: str
    unit: str
    left: str
    right: str
    steps: tuple[Step, ...]


def figure(value: Number | None) -> str:
    """A figure as people read it: 1,234 or 3.5; a dash for None."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{round(value):,}" if float(value).is_integer() else f"{value:,.1f}"


def nice_ceiling(value: float) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10ⁿ, times four, that is not below `value`: the top of an axis with four steps."""
    if not math.isfinite(value) or value < SMALLEST:
        return 4.0
    raw = value / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9))
    return 4 * (max(step, 1.0) if value >= 4 else step)


def _x(index: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (index / (count - 1) if count > 1 else 0.5)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (max(0.0, value) / top)


def _line(number: int, series: Series, top: float) -> Line:
    points: list[list[tuple[float, float]]] = [[]]
    last: Number | None = None
    for index, value in enumerate(series.values):
        if value is None:
            points.append([])
            continue
        last = value
        points[-1].append((_x(index, len(series.values)), _y(value, top)))
    drawn = [piece for piece in points if piece]
    pieces = tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in piece) for piece in drawn)
    area = ""
    if number == 1 and len(drawn) == 1 and len(drawn[0]) > 1:
        floor = HEIGHT - BOTTOM
        area = f"{drawn[0][0][0]:.1f},{floor:.1f} {pieces[0]} {drawn[0][-1][0]:.1f},{floor:.1f}"
    last_x, last_y = drawn[-1][-1] if drawn else (LEFT, HEIGHT - BOTTOM)
    return Line(number, series.name, pieces, area, figure(last), round(last_x, 1), round(last_y, 1))


def _x_ticks(labels: Sequence[str], wanted: int = 6) -> tuple[Tick, ...]:
    count = len(labels)
    if count == 0:
        return ()
    step = max(1, math.ceil((count - 1) / (wanted - 1)))
    chosen = list(range(0, count, step))
    if chosen[-1] != count - 1:  # the newest label always shows; its neighbour goes if it stood too near
        if count - 1 - chosen[-1] < step * 0.7 and len(chosen) > 1:
            chosen.pop()
        chosen.append(count - 1)
    anchors = {0: "start", count - 1: "end"} if count > 1 else {}
    return tuple(Tick(round(_x(index, count), 1), labels[index], anchors.get(index, "middle")) for index in chosen)


def line(
    title: str, labels: Sequence[str], series: Sequence[Series], *, unit: str = "", summary: str = ""
) -> LineChart:
    """A line chart of up to four series over `labels`, its axis beginning at zero.

    `summary` is the sentence a screen reader says instead of the picture; it falls back on the title.
    Raises ValueError when a series is not as long as the labels, or when there are more than four.
    """
    if len(series) > 4:
        raise ValueError("more than four lines cannot be told apart")
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("every series needs one value for each label")
    top = nice_ceiling(max((value for one in series for value in one.values if value is not None), default=0))
    return LineChart(
        title=title,
        summary=summary or title,
        unit=unit,
        lines=tuple(_line(number, one, top) for number, one in enumerate(series, start=1)),
        x_ticks=_x_ticks(labels),
        y_ticks=tuple(Tick(round(_y(top * part / 4, top), 1), figure(top * part / 4)) for part in range(5)),
        head=tuple(one.name for one in series),
        rows=tuple((label, *(figure(one.values[index]) for one in series)) for index, label in enumerate(labels)),
    )


def bars(title: str, rows: Sequence[tuple[str, Number] | tuple[str, Number, str]], *, unit: str = "") -> BarChart:
    """Bars in the order given, from (name, value) or (name, value, url). Values below zero draw no bar."""
    longest = max((row[1] for row in rows), default=0) or 1
    return BarChart(
        title=title,
        unit=unit,
        bars=tuple(
            Bar(row[0], figure(row[1]), round(100 * max(0, row[1]) / longest, 1), row[2] if len(row) == 3 else "")
            for row in rows
        ),
    )


def stacked(
    title: str,
    names: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Number], str]],
    *,
    unit: str = "",
    fills: Sequence[int] = (1, 2, 3, 4),
) -> StackChart:
    """Stacked bars: `rows` are (name, one value for each of `names`, url or ""), at most four parts.

    `fills`: the colours of the parts (`fill-1` to `fill-4`), where their order would say the wrong thing: `WARNING` for
    what should not be. Raises ValueError when a row does not have as many values as there are names.
    """
    if len(names) > 4:
        raise ValueError("more than four parts cannot be told apart")
    if any(len(values) != len(names) for _, values, _ in rows):
        raise ValueError("every row needs one value for each name")
    longest = max((sum(values) for _, values, _ in rows), default=0) or 1
    stacks = []
    for name, values, url in rows:
        start, parts = 0.0, []
        for number, value in enumerate(values, start=1):
            percent = 100 * max(0, value) / longest
            parts.append(Part(fills[number - 1], names[number - 1], figure(value), round(start, 2), round(percent, 2)))
            start += percent
        stacks.append(Stack(name, figure(sum(values)), tuple(parts), url))
    return StackChart(title, unit, tuple(names), tuple(stacks), tuple(fills[: len(names)]))


def pyramid(
    title: str,
    sides: tuple[str, str],
    rows: Sequence[tuple[str, Number, Number, str, str]],
    *,
    unit: str = "",
    text: Callable[[Number], str] = figure,
) -> Pyramid:
    """Bars to both sides: `rows` are (name, left, right, url of left, url of right), lowest first, drawn from the top.

    `text` says how a figure is written, for figures that may not be told exactly.
    """
    longest = max((max(left, right) for _name, left, right, *_urls in rows), default=0) or 1
    steps = [
        Step(
            name,
            text(left),
            text(right),
            round(100 * max(0, left) / longest, 1),
            round(100 * max(0, right) / longest, 1),
            left_url,
            right_url,
        )
        for name, left, right, left_url, right_url in rows
    ]
    return Pyramid(title, unit, *sides, tuple(reversed(steps)))
