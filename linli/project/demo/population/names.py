"""Names by era: common surnames, and given names as parents chose them in those years. They name nobody."""

import random
import re
from datetime import date
from functools import cache

from linli.lib import pinyin
from linli.project.demo.population.tables import Chances, table

#: How often a name is one of the era's fashionable ones, and not put together from its characters.
FASHION = 0.3


@cache
def surnames() -> Chances[str]:
    """Surnames with how often they come."""
    pairs = re.findall(r"([^0-9]+)([0-9]+)", table("names")["surnames"])
    return Chances.of({name: float(weight) for name, weight in pairs})


@cache
def _era(year: int, sex: str) -> tuple[tuple[str, ...], str, str]:
    found = next(one for one in table("names")["eras"] if year <= one["until"])[sex]
    return tuple(found["whole"].split()), found["first"], found["second"]


def given(rng: random.Random, born: date, sex: str) -> str:
    """A given name for somebody born then; sex is "1" or "2"."""
    whole, first, second = _era(born.year, sex)
    chance = rng.random()
    if chance < FASHION:
        return whole[int(rng.random() * len(whole))]
    last = second[int(rng.random() * len(second))]
    if chance < FASHION + 0.12:
        return last
    return first[int(rng.random() * len(first))] + last


@cache
def _read_surname(surname: str) -> tuple[str, str]:
    return pinyin.of_name(surname + "一")[0].removesuffix("yi"), pinyin.of_name(surname + "一")[1][:-1]


@cache
def _read_given(name: str) -> tuple[str, str]:
    # Behind a surname, so that no character is read as one.
    whole, initials = pinyin.of_name("王" + name)
    return whole.removeprefix("wang"), initials[1:]


def reading(surname: str, name: str) -> tuple[str, str]:
    """Pinyin and initials, the same as `pinyin.of_name` of the whole; each part is read once."""
    first, second = _read_surname(surname), _read_given(name)
    return first[0] + second[0], first[1] + second[1]
