"""What a household's story is made of: steps with their days, told in order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from linli.project.demo.population.book import Home, Resident
from linli.project.demo.population.families import YEAR

YEARS: Final = 8
COUNTED_WITHIN: Final = 45  # days that taking up a community took when the register began
GROWN: Final = 18
OUT_OF = {"registered": "move_out"}
INTO = {"registered": "move_in"}
ELDERLY = ("elder_alone", "elder_couple", "skipped_generation")
Step = tuple[date, int, Callable[[date], None]]


@dataclass(slots=True)
class Parents:
    """A home that a grown child may have left to found its own."""

    home: Home
    since: date
    mother: date
    surname: str
    match: str


class Story:
    """Steps of one household, told in the order of their days."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self.people: list[Resident] = []
        self.homes: list[Home] = []

    def at(self, day: date, act: Callable[[date], None]) -> None:
        """`act` happens on this day."""
        self._steps.append((day, len(self._steps), act))

    def tell(self) -> None:
        """Let everything happen."""
        for day, _number, act in sorted(self._steps, key=lambda step: step[:2]):
            act(day)


def years_after(day: date, years: int) -> date:
    """The day so many years later (or earlier)."""
    return day + timedelta(days=int(years * YEAR))
