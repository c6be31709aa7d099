"""The periods of a form that is given again and again: which there are, what they are called, when each is due."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from linli.lib.months import months_later

#: How often → months from one to the next.
STEPS: Final[Mapping[str, int]] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
#: Words of an item that say how often, the most frequent first.
_STATED: Final = (
    ("month", re.compile("每个?月|按月|月报|逐月|月度")),
    ("quarter", re.compile("每个?季|按季|季报|季度")),
    ("half", re.compile("每?半年")),
    ("year", re.compile("每年|按年|年报|年度")),
)


@dataclass(frozen=True)
class Period:
    """One time that a form is given: its number from 0, what it is called, and the day named by the sender."""

    number: int
    name: str
    day: date


def name_of(day: date, every: str) -> str:
    """What the period is called in which a form is due: 2026-12, 2026Q4, 2026H2, 2026; "" for what comes once."""
    match every:
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}Q{(day.month + 2) // 3}"
        case "half":
            return f"{day.year}H{1 if day.month <= 6 else 2}"
        case "year":
            return str(day.year)
    return ""


def in_words(name: str) -> str:
    """A period as people say it."""
    if "Q" in name:
        return f"{name[:4]}年第{name[5:]}季度"
    if "H" in name:
        return f"{name[:4]}年{'上' if name.endswith('1') else '下'}半年"
    return f"{name[:4]}年{int(name[5:])}月" if "-" in name else f"{name}年" if name else ""


def periods(first: date, every: str, *, opened_by: date, ends_on: date | None) -> Iterator[Period]:
    """Every period from the first on whose day is no later than `opened_by`, and none after `ends_on`."""
    if every not in STEPS:
        yield Period(0, "", first)
        return
    number = 0
    while True:
        day = months_later(first, number * STEPS[every])
        if (number and day > opened_by) or (ends_on is not None and day > ends_on):
            return
        yield Period(number, name_of(day, every), day)
        number += 1


def shifted(first: date, last: date, months: int) -> tuple[date, date]:
    """A span of days so many months later; a last day of a month stays one."""
    later = months_later(last, months)
    if (last + timedelta(days=1)).day == 1:
        later = months_later(later.replace(day=1), 1) - timedelta(days=1)
    return months_later(first, months), later


def stated(words: str) -> str:
    """How often the words of an item let a form be asked for; "" where they do not say."""
    return next((every for every, pattern in _STATED if pattern.search(words)), "")


def is_oftener(every: str, than: str) -> bool:
    """Whether something comes more often than it may."""
    return bool(than) and every in STEPS and STEPS[every] < STEPS[than]
