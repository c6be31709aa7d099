"""Stretches of days: joined, cut and counted.

A span is half-open: it holds from its first day and no more on its last. `FOREVER` as the last day means no end. What
comes back is always *plain*: in order, never empty, and no two that touch or overlap.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

Span = tuple[date, date]

#: Before all days, and after all of them.
ALWAYS: Final = date.min
FOREVER: Final = date.max


def counted(spans: Iterable[Span], test: Callable[[int], bool]) -> list[Span]:
    """The days on which as many of these spans hold as the test asks; it is never asked about a day without any."""
    steps: Counter[date] = Counter()
    for first, last in spans:
        if first < last:
            steps[first] += 1
            steps[last] -= 1
    found: list[Span] = []
    holding, since = 0, None
    for day in sorted(steps):
        holding += steps[day]
        holds = holding > 0 and test(holding)
        if holds and since is None:
            since = day
        elif not holds and since is not None:
            found.append((since, day))
            since = None
    return found


def joined(spans: Iterable[Span]) -> list[Span]:
    """The days on which any of them holds."""
    known = list(spans)
    if len(known) < 2:
        return [(first, last) for first, last in known if first < last]
    return counted(known, lambda _n: True)


def common(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """The days on which both hold."""
    left, right = joined(one), joined(other)
    found, at, to = [], 0, 0
    while at < len(left) and to < len(right):
        first, last = max(left[at][0], right[to][0]), min(left[at][1], right[to][1])
        if first < last:
            found.append((first, last))
        if left[at][1] <= right[to][1]:
            at += 1
        else:
            to += 1
    return found


def without(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """The days on which the first holds and the other does not."""
    return common(one, _rest(joined(other)))


def _rest(spans: list[Span]) -> list[Span]:
    """The days on which none of these plain spans holds."""
    edges = [ALWAYS, *(day for span in spans for day in span), FOREVER]
    return [(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True) if first < last]
