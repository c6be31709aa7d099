"""Rows about people, one a row; and rows about households, of which the head is meant where nobody else is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet

from linli.foundation.accounts.actors import Actor
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.rosters import HOUSEHOLD, PERSON
from linli.insight.forms.sources import lines, others
from linli.insight.forms.sources.lines import CHUNK, Line, Read
from linli.insight.ledgers.models import Subject
from linli.insight.ledgers.rows import Source
from linli.register.people.models import Household, Person, Tag
from linli.register.people.models.spell import Spell

LEDGER_FILTERS: Final = ("area", "tag", "kind", "sex", "age_from", "age_to")
#: What the answers need to have been gathered, beside the columns' own keys.
_NEEDS: Final = {"tag:living_alone": ("household_size",), "is:head": ()}


def ledger_source(actor: Actor, chosen: Any, today: date, columns: Sequence[AskedColumn]) -> Source:
    """The people of a roster as the ledgers read them, with what the columns need."""
    keys: list[str] = []
    for column in columns:
        if column.subject in lines.OF_OTHERS or column.key.startswith("home:"):
            continue
        is_group = column.key.startswith("tag:") or "." in column.key
        keys += ["tags"] if is_group else [column.key]
        keys += _NEEDS.get(column.key, ())
    narrowed = {name: str(chosen[name]) for name in LEDGER_FILTERS if name in chosen}
    return Source(actor, Subject.PEOPLE, narrowed, today, keys)


@dataclass
class PeopleSource:
    """One row for each person of a roster in an area, as the actor may see them."""

    actor: Actor
    area_id: str
    chosen: dict[str, str]
    today: date
    columns: Sequence[AskedColumn]
    unit = PERSON

    @cached_property
    def people(self) -> Source:
        """Whom the roster means."""
        if "none" in self.chosen:
            return ledger_source(self.actor, {"area": "", "tag": "none"}, self.today, self.columns)
        return ledger_source(self.actor, {**self.chosen, "area": self.area_id}, self.today, self.columns)

    @property
    def day(self) -> date:
        """As of which day they are told."""
        return self.people.day

    def count(self, most: int) -> int:
        """How many rows, counted up to `most`."""
        return 0 if "none" in self.chosen else self.people.count(most)

    def chunks(self) -> Iterator[Sequence[Line]]:
        """Every row, a thousand at a time, by keyset."""
        if "none" in self.chosen:
            return
        for rows in self.people.chunks():
            yield self._gathered([Line(row.number, f"person:{row.thing.pk}", row) for row in rows])

    def reader(self, column: AskedColumn, *, whole: bool = False) -> Read:
        """What reads a column out of rows."""
        return lines.reader_of(column, self.people, whole)

    def _gathered(self, found: Sequence[Line]) -> Sequence[Line]:
        lines.dwellings_of(found)
        others.gather(found, {column.subject for column in self.columns}, self.people)
        if kinds := {one.key.removeprefix("home:") for one in self.columns if one.key.startswith("home:")}:
            others.homes(found, kinds, self.people)
        return found


@dataclass
class HouseholdSource(PeopleSource):
    """One row for each household with somebody of the roster in it. Without a head its own cells stay empty."""

    unit = HOUSEHOLD

    @property
    def homes(self) -> "QuerySet[Household]":
        """The households, in the order of their ids."""
        members = self.people.found().order_by().filter(household_id__isnull=False)
        return Household.objects.filter(pk__in=members.values("household_id")).order_by("pk")

    def count(self, most: int) -> int:
        """How many households, counted up to `most`."""
        return 0 if "none" in self.chosen else int(self.homes[:most].count())

    def chunks(self) -> Iterator[Sequence[Line]]:
        """Every household, a thousand at a time, by keyset."""
        last, number = 0, 0
        if "none" in self.chosen:
            return
        while some := list(self.homes.filter(pk__gt=last)[:CHUNK]):
            yield self._gathered(self._lines(some, number))
            last, number = some[-1].pk, number + len(some)

    def _lines(self, homes: Sequence[Household], number: int) -> list[Line]:
        ids = [home.pk for home in homes]
        people = Person.objects.visible_to(self.actor)
        heads = list(
            people.living_here()
            .filter(household_id__in=ids, relation=Spell.HEAD)
            .select_related("dwelling")
            .order_by("pk")
        )
        by_home = {row.thing.household_id: row for row in self.people.rows_of(heads)}
        covered = self._covered(ids)
        found = []
        for at, home in enumerate(homes, start=1):
            own = {"covered": covered.get(home.pk), "size": home.size or None, "number": home.number or None}
            found.append(Line(number + at, f"household:{home.pk}", by_home.get(home.pk), own=own))
        return found

    def _covered(self, ids: Sequence[int]) -> dict[int, int]:
        """How many of each household belong to the roster's group: what is written down, else those who do."""
        kind = self.chosen.get("tag", "")
        if not kind or not any(column.key == "own.covered" for column in self.columns):
            return {}
        members = Person.objects.living_here().filter(household_id__in=ids)
        tags = Tag.objects.on(self.today).filter(kind=kind, person__in=members)
        counts: dict[int, int] = {}
        told: dict[int, int] = {}
        for home, facts in tags.order_by("pk").values_list("person__household_id", "facts"):
            counts[home] = counts.get(home, 0) + 1
            number = (facts or {}).get("covered")
            if isinstance(number, int):
                told[home] = number
        return {**counts, **told}
