"""Figures for those who may not see the people behind them: few are “<5”, the rest stand in steps of five.

Hiding small figures alone would not do: what is hidden in one cell follows from totals, from the page of the area
above or below, or from the same page of another day. In steps, no difference of two figures tells of fewer people
than a step, on whatever pages they stand; the steps do not have to add up, and the page says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True)
class Discretion:
    """How figures are told; `least` 0 tells them as they are."""

    least: int = 0

    def coarse(self, n: int) -> int:
        """The figure in steps; one that must not be told becomes 1 (`text` writes it as “<5”). Nobody stays 0."""
        if not self.least or n == 0:
            return n
        if abs(n) < self.least:
            return 1
        # To the nearest step, halves upwards; never down to nobody.
        return max(self.least, (abs(n) + self.least // 2) // self.least * self.least) * (1 if n > 0 else -1)

    def all(self, counts: Mapping[Key, int]) -> dict[Key, int]:
        """Every figure in steps."""
        return {key: self.coarse(n) for key, n in counts.items()}

    def text(self, n: float) -> str:
        """A figure that went through `coarse`, as people read it."""
        return f"<{self.least}" if self.least and n == 1 else f"{round(n):,}"

    def change(self, now: int, then: int) -> str:
        """The difference of two figures of `coarse`, with its sign; “–” where one of them is not told."""
        if self.least and 1 in (now, then):
            return "–"
        return f"{now - then:+,}"
