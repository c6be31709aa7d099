"""Sets of row numbers as runs: a million hidden rows in a row take no more than one."""

from bisect import bisect_right
from collections.abc import Iterable


class Runs:
    """A set of numbers, kept as runs (first, last). They may come in any order; out of order it sorts once."""

    def __init__(self, runs: Iterable[tuple[int, int]] = ()) -> None:
        self._runs: list[list[int]] = []
        self._sorted = True
        for first, last in runs:
            self.add(first, last)

    def add(self, first: int, last: int = 0) -> None:
        """Add a number, or all from `first` to `last`."""
        last = max(last, first)
        if self._runs and self._runs[-1][0] <= first <= self._runs[-1][1] + 1:
            self._runs[-1][1] = max(self._runs[-1][1], last)
        else:
            self._sorted = self._sorted and (not self._runs or first > self._runs[-1][1])
            self._runs.append([first, last])

    def __contains__(self, number: object) -> bool:
        if not self._runs:
            return False
        if not self._sorted:
            runs, self._runs, self._sorted = sorted(map(tuple, self._runs)), [], True
            for first, last in runs:
                self.add(first, last)
        at = bisect_right(self._runs, [number, 1 << 60]) - 1
        return at >= 0 and self._runs[at][0] <= number <= self._runs[at][1]  # type: ignore[operator]

    def __bool__(self) -> bool:
        return bool(self._runs)
