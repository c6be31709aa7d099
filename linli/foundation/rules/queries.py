"""The rule set in force for a place on a day, and the working calendar made of them."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as clock_time
from functools import lru_cache
from importlib import resources
from typing import Any

from linli.foundation.rules.models import CalendarDay, RuleSet
from linli.lib.working_calendar import WorkingCalendar, load_official_calendar

_FRESH_SECONDS = 30.0
MOST_ANSWERS = 20_000  # every grid of a district, for every domain, on a few days


class NoRuleSet(LookupError):  # noqa: N818 - what is missing
    """No rule set of this domain is valid at this place on this day: the installation is incomplete."""


@dataclass(frozen=True)
class _Rule:
    domain: str
    area_code: str
    version: int
    effective_from: date
    effective_to: date | None
    params: Mapping[str, Any]

    def holds(self, domain: str, area_id: str, on: date) -> bool:
        return (
            self.domain == domain
            and area_id.startswith(self.area_code)
            and self.effective_from <= on
            and (self.effective_to is None or on <= self.effective_to)
        )

    @property
    def precision(self) -> tuple[int, date, int]:
        return (len(self.area_code), self.effective_from, self.version)


#: From a day until a day (the first on which it no longer holds), the parameters.
Period = tuple[date, date, Mapping[str, Any]]


class _Shelf:
    """What the database holds, read again at most every half minute; rules change a few times a year."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.read_at = float("-inf")
        self.rules: tuple[_Rule, ...] = ()
        self.answers: dict[tuple[str, str, date], Mapping[str, Any]] = {}
        self.periods: dict[tuple[str, str], list[Period]] = {}
        self.calendars: dict[str, WorkingCalendar] = {}
        self.days: tuple[tuple[date, str], ...] = ()

    def fresh(self) -> "_Shelf":
        if time.monotonic() - self.read_at > _FRESH_SECONDS:
            with self.lock:
                self.rules = (*_shipped(), *_stored())
                self.answers, self.periods = {}, {}
                days = tuple(CalendarDay.objects.values_list("day", "kind"))
                if days != self.days or not self.calendars:
                    self.days, self.calendars = days, {}
                self.read_at = time.monotonic()
        return self


_shelf = _Shelf()


def forget() -> None:
    """Read the rules again at the next question (after editing them, and between tests)."""
    _shelf.forget()


@lru_cache(maxsize=1)
def _shipped() -> tuple[_Rule, ...]:
    folder = resources.files("linli.foundation.rules") / "data"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    rows = [row for file in files for row in json.loads(file.read_text("utf-8"))]
    return tuple(
        _Rule(
            domain=row["domain"],
            area_code=row["area_code"],
            version=row["version"],
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
            params=row["params"],
        )
        for row in rows
    )


def _stored() -> tuple[_Rule, ...]:
    fields = ("domain", "area_code", "version", "effective_from", "effective_to", "params")
    return tuple(_Rule(*row) for row in RuleSet.objects.values_list(*fields))


def params(domain: str, area_id: str, on: date) -> Mapping[str, Any]:
    """The parameters of `domain` in force at `area_id` on the business date `on`.

    The more precise place wins, then the later start, then the higher version. Raises NoRuleSet.
    """
    shelf = _shelf.fresh()
    found = shelf.answers.get((domain, area_id, on))
    if found is None:
        holding = [rule for rule in shelf.rules if rule.holds(domain, area_id, on)]
        if not holding:
            raise NoRuleSet(f"No rule set “{domain}” is valid at {area_id or 'large'} on {on}.")
        found = max(holding, key=lambda rule: rule.precision).params
        if len(shelf.answers) < MOST_ANSWERS:
            shelf.answers[(domain, area_id, on)] = found
    return found


def national(domain: str, on: date) -> Mapping[str, Any]:
    """What ships for the whole country: the bound that no place exceeds (`rules.bounds`). Raises NoRuleSet."""
    holding = [rule for rule in _shipped() if rule.area_code == "" and rule.holds(domain, "", on)]
    if not holding:
        raise NoRuleSet(f"No rule set “{domain}” ships for {on}.")
    return max(holding, key=lambda rule: rule.precision).params


def periods(domain: str, area_id: str) -> list[Period]:
    """What held at a place through all days, in order; before the first rule its parameters are taken to hold, too.

    For figures of the past that are judged day by day. Raises NoRuleSet.
    """
    shelf = _shelf.fresh()
    found = shelf.periods.get((domain, area_id))
    if found is None:
        mine = [rule for rule in shelf.rules if rule.domain == domain and area_id.startswith(rule.area_code)]
        if not mine:
            raise NoRuleSet(f"No rule set “{domain}” is valid at {area_id or 'large'}.")
        ends = {rule.effective_to + timedelta(days=1) for rule in mine if rule.effective_to is not None}
        days = sorted({rule.effective_from for rule in mine} | ends)
        found = []
        for first, last in zip(days, [*days[1:], date.max], strict=True):
            holding = [rule for rule in mine if rule.holds(domain, area_id, first)]
            if holding:
                found.append((first, last, max(holding, key=lambda rule: rule.precision).params))
        found[0] = (date.min, *found[0][1:])
        if len(shelf.periods) < MOST_ANSWERS:
            shelf.periods[(domain, area_id)] = found
    return found


def versions(domain: str) -> list[tuple[date, Mapping[str, Any]]]:
    """Every set of parameters of a domain, of any place, with its first day."""
    return [(rule.effective_from, rule.params) for rule in _shelf.fresh().rules if rule.domain == domain]


def calendar(area_id: str, on: date) -> WorkingCalendar:
    """The working calendar at a place: the State Council's days as shipped, overlaid by CalendarDay rows."""
    spans_text = params("working_hours", area_id, on)["spans"]
    shelf = _shelf.fresh()
    key = json.dumps(spans_text)
    found = shelf.calendars.get(key)
    if found is None:
        shipped = load_official_calendar()
        own = dict(shelf.days)
        holidays = {d for d in shipped.holidays if d not in own} | {d for d, kind in own.items() if kind == "holiday"}
        make_up = {d for d in shipped.make_up_days if d not in own} | {
            d for d, kind in own.items() if kind == "make_up"
        }
        known = max([shipped.known_until, *(date(d.year, 12, 31) for d in own)])
        spans = tuple((clock_time.fromisoformat(a), clock_time.fromisoformat(b)) for a, b in spans_text)
        found = WorkingCalendar(
            holidays=frozenset(holidays), make_up_days=frozenset(make_up), spans=spans, known_until=known
        )
        shelf.calendars[key] = found
    return found
