"""Figures of a whole district: how long each question takes on the database that is there, caches left out."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from linli.insight.population import queries
from linli.register.people.models import Person

ROUNDS = 5


@dataclass(frozen=True)
class Timed:
    """The middle of some rounds, in milliseconds."""

    name: str
    milliseconds: float


def measure(area_id: str, *, today: date, rounds: int = ROUNDS) -> list[Timed]:
    """The questions of the page of figures, of today and of two years ago. The promise is 300 ms for the first."""
    past = today - timedelta(days=730)
    asked: list[tuple[str, Callable[[], object]]] = [
        ("population of a past day", lambda: queries.population(area_id, past)),
        ("population of today", lambda: queries.population(area_id, today)),
        ("ages of today", lambda: queries.ages(area_id, today, today=today)),
        ("ages of a past day", lambda: queries.ages(area_id, past, today=today)),
        ("households of today", lambda: queries.households(area_id, today)),
        ("households of a past day", lambda: queries.households(area_id, past)),
        ("groups of today", lambda: queries.groups(area_id, today)),
        ("groups of a past day", lambda: queries.groups(area_id, past)),
        ("who came and went in twelve months", lambda: queries.months(area_id, today)),
        ("dwellings by use", lambda: queries.dwellings(area_id)),
    ]
    return [Timed(name, _middle(ask, rounds)) for name, ask in asked]


def people(area_id: str) -> int:
    """How many live there: what the figures were measured over."""
    return Person.objects.living_here().within(area_id).count()


def _middle(ask: Callable[[], object], rounds: int) -> float:
    ask()  # the first time the pages come from the disk
    taken = []
    for _round in range(rounds):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
