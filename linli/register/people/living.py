"""The groups that follow from facts, as of any day: from who lived behind which door, when, and how old they were.

Pure: no database. A door is a dwelling, or (where none is known) a household. Whose hukou lies behind a door while they
live elsewhere (户在人不在, 空挂户: the rule's `absent_matches`) does not live there: they keep nobody company, and are
not alone there themselves. Each day is judged by the rule of that day (rule set "tags.computed").
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from linli.lib.spans import ALWAYS, FOREVER, Span, common, counted, joined, without

Door = tuple[str, int]
#: The rules of a place: from a day until a day, the parameters.
Rules = Collection[tuple[date, date, Mapping[str, Any]]]


class Stay(NamedTuple):
    """Somebody behind a door, as one spell tells it; `last` is `FOREVER` while it goes on."""

    person: int
    area_id: str
    dwelling_id: int | None
    household_id: int | None
    match: str
    first: date
    last: date
    born: date | None

    @property
    def door(self) -> Door | None:
        """The dwelling, or the household where no dwelling is known."""
        if self.dwelling_id is not None:
            return ("dwelling", self.dwelling_id)
        return ("household", self.household_id) if self.household_id is not None else None


@dataclass(frozen=True)
class Behind:
    """The days on which a single one lives behind a door, and those on which several do and all are old."""

    single: list[Span]
    all_old: list[Span]


def birthday(born: date, years: int) -> date:
    """The day on which somebody completes so many years; 29 February becomes 1 March in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


class Living:
    """The answer for some people, from every stay behind every door at which one of them ever lived.

    `rules_of` gives the rules of an area.
    """

    def __init__(self, stays: Iterable[Stay], rules_of: Callable[[str], Rules]) -> None:
        self.rules_of = rules_of
        self.by_person: dict[int, list[Stay]] = {}
        self.by_door: dict[Door, list[Stay]] = {}
        self._behind: dict[Door, Behind] = {}
        for stay in stays:
            if stay.first >= stay.last:
                continue
            self.by_person.setdefault(stay.person, []).append(stay)
            if stay.door is not None:
                self.by_door.setdefault(stay.door, []).append(stay)

    def groups(self, person: int, politics: Collection[tuple[date, date, str]] = ()) -> dict[str, list[Span]]:
        """Kind of group → the days on which somebody belonged to it; birthdays to come are in it.

        `politics`: from a day until a day, the code of the political affiliation.
        """
        stays = sorted(self.by_person.get(person, ()), key=lambda one: one.first)
        found: dict[str, list[Span]] = {"aged": [], "living_alone": [], "empty_nest": [], "party_member": []}
        for at, stay in enumerate(stays):
            # Somebody grew old before the register knew them, and belongs to it since that birthday.
            known = (ALWAYS if at == 0 else stay.first, stay.last)
            found["aged"] += common([known], self.old(stay, "aged_from"))
            found["party_member"] += common([(stay.first, stay.last)], self._in_party(stay, politics))
            if stay.door is not None:
                there, behind = self.there(stay), self.behind(stay.door)
                single = common(there, behind.single)
                found["living_alone"] += common(single, self.old(stay, "alone_from")) if single else []
                found["empty_nest"] += common(there, behind.all_old)
        return {kind: joined(spans) for kind, spans in found.items() if spans}

    def behind(self, door: Door) -> Behind:
        """How it was behind a door, through the years."""
        known = self._behind.get(door)
        if known is None:
            stays = self.by_door[door]
            there = [(stay, self.there(stay)) for stay in stays]
            spans = [span for _stay, living in there for span in living]
            several = counted(spans, lambda n: n > 1)
            young = [span for stay, living in there for span in without(living, self.old(stay, "empty_nest_from"))]
            all_old = without(several, young) if several else []
            known = self._behind[door] = Behind(counted(spans, lambda n: n == 1), all_old)
        return known

    def there(self, stay: Stay) -> list[Span]:
        """The days of a stay on which they really lived there."""
        spans = [
            (max(stay.first, first), min(stay.last, last))
            for first, last, rule in self.rules_of(stay.area_id)
            if stay.match not in rule["absent_matches"]
        ]
        return joined(spans)

    def old(self, stay: Stay, name: str) -> list[Span]:
        """The days on which somebody is as old as the rule says; none when nobody knows the birthday."""
        if stay.born is None:
            return []
        rules = self.rules_of(stay.area_id)
        return joined((max(first, birthday(stay.born, int(rule[name]))), last) for first, last, rule in rules)

    def _in_party(self, stay: Stay, politics: Collection[tuple[date, date, str]]) -> list[Span]:
        rules = self.rules_of(stay.area_id) if politics else ()
        return [
            (max(first, since), min(last, until))
            for first, last, rule in rules
            for since, until, code in politics
            if code in rule["party_codes"]
        ]


__all__ = ["FOREVER", "Behind", "Door", "Living", "Rules", "Stay", "birthday"]
