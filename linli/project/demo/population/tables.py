"""The tables that the population is made after. What they rest on is said in the files themselves."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Chances(Generic[T]):
    """Things with how often each comes."""

    things: Sequence[T]
    cumulated: Sequence[float]

    @classmethod
    def of(cls, weights: Mapping[T, float]) -> "Chances[T]":
        """From thing → weight."""
        return cls(list(weights), list(accumulate(weights.values())))

    def draw(self, rng: random.Random) -> T:
        """One of them."""
        return rng.choices(self.things, cum_weights=self.cumulated)[0]


@cache
def table(name: str) -> dict[str, Any]:
    """A file of `data/`: society, names or places."""
    path = resources.files("linli.project.demo.population") / "data" / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def society() -> dict[str, Any]:
    """Ages and sexes, kinds of families, rates."""
    return table("society")


BAND_YEARS = 5
BANDS = 20
