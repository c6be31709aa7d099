"""How often somebody is visited, and why: pure rules over groups and age (rule sets "visits.*", domain.md §6.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from linli.foundation.rules import queries as rules
from linli.register.people import groups
from linli.register.people.groups import Group


class Risk(StrEnum):
    """How closely somebody is looked after; the first is the closest."""

    HIGH = "high"
    KEY = "key"
    GENERAL = "general"


RISK_WORDS: Mapping[str, Promise] = {
    Risk.HIGH: _("high risk"),
    Risk.KEY: _("key person"),
    Risk.GENERAL: _("general care"),
}
URGENCY = {Risk.HIGH: 0, Risk.KEY: 1, Risk.GENERAL: 2, None: 3}

#: What may be different from the register, as one taps it; each leads to a correction.
DIFFERENCES: Mapping[str, Promise] = {
    "phone": _("The phone number has changed"),
    "address": _("Lives at another address"),
    "household": _("Somebody else lives here, too"),
    "health": _("Health has changed"),
    "tag": _("A group no longer fits, or one is missing"),
}


@dataclass(frozen=True)
class Belonging:
    """Somebody's open membership of a group."""

    kind: str
    level: str
    since: date


@dataclass(frozen=True)
class Care:
    """How somebody is looked after: the risk, every how many days, because of which groups, since when."""

    risk: Risk
    days: int
    because: tuple[str, ...]
    since: date
    from_age: int = 0


@dataclass(frozen=True)
class Book:
    """The rules in force at a place on a day, read once for a whole list."""

    on: date
    frequency: Mapping[str, Any]
    monthly: Mapping[str, Any]
    groups: Mapping[str, Group]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of groups whose people are visited."""
        return frozenset(code for code, group in self.groups.items() if group.risk or code in self.monthly["tags"])

    def days(self, risk: Risk) -> int:
        """Every how many days people of this risk are visited."""
        return int(self.frequency[f"{risk}_days"])

    def counts(self, risk: Risk | None, way: str) -> bool:
        """Whether a visit in this way counts for somebody of this risk."""
        return way in self.frequency["counting_ways"][risk or Risk.GENERAL]

    def is_special_elder(self, age: int | None, belongings: Iterable[Belonging]) -> bool:
        """Whether the monthly rate counts somebody (特殊困难老年人): the age, and one of the groups it names."""
        if age is None or age < self.monthly["from_age"]:
            return False
        severe = self.monthly["severely_disabled_levels"]
        return any(
            one.kind in self.monthly["tags"] or (one.kind == "disabled" and one.level in severe) for one in belongings
        )


def book(area_id: str, on: date) -> Book:
    """The rules in force at a place on a day."""
    return Book(
        on,
        rules.params("visits.frequency", area_id, on),
        rules.params("visits.monthly_rate", area_id, on),
        groups.groups(area_id=area_id, on=on),
    )


def age_on(born: date | None, on: date) -> int | None:
    """Completed years on a day; 29 February counts as 1 March in common years (domain.md §6.1)."""
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def care_of(born: date | None, belongings: Iterable[Belonging], rule: Book) -> Care | None:
    """How somebody with these groups is looked after on the day of the rules; None for nobody's list.

    High: old enough, and alone (`high_from_age`, `high_with`). Key: a group whose risk is key, or counted by the
    monthly rate (which asks for a visit a month). General: any other group that is visited at all.
    """
    held = [one for one in belongings if one.kind in rule.kinds]
    age = age_on(born, rule.on)
    frequency = rule.frequency
    alone = [one for one in held if one.kind in frequency["high_with"]]
    if alone and age is not None and age >= frequency["high_from_age"]:
        return _care(Risk.HIGH, alone, rule, from_age=int(frequency["high_from_age"]))
    key = [one for one in held if rule.groups[one.kind].risk == Risk.KEY] if held else []
    if key:
        return _care(Risk.KEY, key, rule)
    if rule.is_special_elder(age, held):
        special = [one for one in held if rule.is_special_elder(age, [one])]
        return _care(Risk.KEY, special, rule, from_age=int(rule.monthly["from_age"]))
    return _care(Risk.GENERAL, held, rule) if held else None


def _care(risk: Risk, because: list[Belonging], rule: Book, from_age: int = 0) -> Care:
    labels = tuple(rule.groups[one.kind].label for one in sorted(because, key=lambda one: one.kind))
    return Care(risk, rule.days(risk), labels, min(one.since for one in because), from_age)


def due_day(last: date | None, began: date, days: int) -> date:
    """The day on which the next visit is due: so many days after the last that counts, or when the care began."""
    return began if last is None else last + timedelta(days=days)
