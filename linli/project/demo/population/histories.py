"""What happened in a community in eight years: who came, was born, married, moved, led a household, left and died.

Each household's story is a list of steps with their days; told in order, they make the family of today.
"""

import random
from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from linli.project.demo.population import names
from linli.project.demo.population.book import Book, Home, Resident
from linli.project.demo.population.families import (
    DIVORCED,
    FEMALE,
    YEAR,
    Families,
    Family,
    Member,
)
from linli.project.demo.population.households import Household
from linli.project.demo.population.places import Door
from linli.project.demo.population.story import (
    COUNTED_WITHIN,
    ELDERLY,
    GROWN,
    OUT_OF,
    YEARS,
    Parents,
    Story,
    years_after,
)
from linli.project.demo.population.tables import Chances, society, table


class History:
    """Tells the stories of one community."""

    def __init__(self, book: Book, families: Families, rng: random.Random, today: date) -> None:
        self.book, self.families, self.rng, self.today = book, families, rng, today
        self.start = today - timedelta(days=int(YEARS * YEAR))
        self.vacant: deque[Door] = deque(maxlen=40)
        self.parents: deque[Parents] = deque(maxlen=30)
        kinds = society()["kinds"]
        self.kinds: Chances[str] = Chances.of(kinds["rows"])
        self.elders: Chances[str] = Chances.of(kinds["elders"])
        self.origins: Chances[tuple[str, str]] = Chances.of(
            {(code, name): weight for code, name, weight in table("places")["origins"]}
        )
        self.rates: dict[str, Any] = society()["moves"]

    def settle(self, door: Door, most: int) -> tuple[Story, Family]:
        """The household that lives behind a door today, and those who lived there before."""
        rng, story = self.rng, Story()
        self.book.rng = rng
        family = self.families.next(most)
        kind = self._kind(family.form)
        match = self._match(kind)
        origin = None if kind == "registered" else self.origins.draw(rng)
        home = self.book.home(door)
        home.kind = "collective" if family.form == "shared" else "family"
        story.homes.append(home)
        since, is_late = self._arrival(family.head.born, kind)
        parents = self._parents_of(family, kind) if is_late else None
        former: Home | None = None
        begun = since
        if parents is not None:
            begun = since = max(since, parents.since + timedelta(days=60), years_after(family.head.born, 21))
        elif is_late and self.vacant and rng.random() < self.rates["within"]:
            former = self.book.home(rng.choice(self.vacant))
            story.homes.append(former)
            begun = max(self.start + self._days(COUNTED_WITHIN), years_after(family.head.born, GROWN))
            begun = min(begun, since)
        if is_late and parents is None and rng.random() < self.rates["former"]:
            self._former(story, door, since)
        if since >= self.today:
            since = begun = self.today - timedelta(days=1)
        told = Household(self, story, family, home, former, begun, since, kind, match, origin, is_late, parents)
        told.tell()
        story.tell()
        self._remember(family, home, begun, kind, match, told.head)
        return story, family

    def resident(self, member: Member, kind: str, match: str, surname: str, origin: tuple[str, str] | None) -> Resident:
        """Somebody with a key and a name."""
        given = names.given(self.rng, member.born, member.sex)
        return Resident(self.book.people.key(), member.sex, member.born, surname, given, kind, match, origin=origin)

    def surname(self) -> str:
        """Any surname."""
        return names.surnames().draw(self.rng)

    def between(self, first: date, last: date) -> date:
        """A day between two."""
        return first + timedelta(days=int(self.rng.random() * max(1, (last - first).days)))

    def _days(self, most: int) -> timedelta:
        return timedelta(days=int(self.rng.random() * most))

    def _kind(self, form: str) -> str:
        if form == "shared":
            return "floating"
        return (self.elders if form in ELDERLY else self.kinds).draw(self.rng)

    def _match(self, kind: str) -> str:
        if kind == "registered":
            return self.rng.choices(("1", "3", "4"), (950, 40, 10))[0]
        return "" if kind == "overseas" else "2"

    def _arrival(self, born: date, kind: str) -> tuple[date, bool]:
        """Since when the household is in the register, and whether it came after the register began."""
        rng = self.rng
        late = rng.random() < self.rates["late"]["registered" if kind == "registered" else "other"]
        if not late:
            day = self.start + self._days(COUNTED_WITHIN)
            grown = years_after(born, GROWN)
            return (
                (day, False) if grown <= day else (min(grown + self._days(700), self.today - timedelta(days=2)), True)
            )
        share = rng.random() if kind == "registered" else 1 - rng.random() ** 1.7
        first = self.start + timedelta(days=COUNTED_WITHIN + 30)
        day = first + timedelta(days=int(share * ((self.today - first).days - 3)))
        return min(max(day, years_after(born, GROWN)), self.today - timedelta(days=2)), True

    def _parents_of(self, family: Family, kind: str) -> Parents | None:
        if kind != "registered" or family.form not in ("single", "couple", "nuclear"):
            return None
        if self.rng.random() > self.rates["split"] or (self.today - family.head.born).days > 38 * YEAR:
            return None
        for found in self.parents:
            if 20 * YEAR < (family.head.born - found.mother).days < 42 * YEAR:
                return found
        return None

    def _remember(self, family: Family, home: Home, since: date, kind: str, match: str, head: Resident) -> None:
        """Keep those whose grown children may found homes; under sixty, so that no computed group hangs on the day."""
        oldest = max((self.today - member.born).days for member in family.members)
        if kind == "registered" and family.form in ("nuclear", "couple") and 45 * YEAR < oldest < 59.5 * YEAR:
            mother = next(one.born for one in family.members[:2] if one.sex == FEMALE)
            self.parents.append(Parents(home, since, mother, head.surname, match))

    def _former(self, story: Story, door: Door, until: date) -> None:
        """A family that lived there from the beginning and was gone before `until`: moved away or, if old, died."""
        family = self.families.draft()
        begun, left = self.start + self._days(COUNTED_WITHIN), until - timedelta(days=5) - self._days(150)
        if left <= begun + timedelta(days=30) or years_after(family.head.born, GROWN) > begun:
            return
        kind = self._kind(family.form)
        match, origin = self._match(kind), None if kind == "registered" else self.origins.draw(self.rng)
        home = self.book.home(door)
        story.homes.append(home)
        surname = self.surname()
        dies = family.form == "elder_alone" and self.rng.random() < self.rates["former_died"]
        target = self.origins.draw(self.rng)[1]
        for member in family.members:
            if member.born >= left:
                continue
            who = self.resident(member, kind, match, surname if member.part != "spouse" else self.surname(), origin)
            story.people.append(who)
            day = max(begun, member.born)
            event = "birth" if member.born > begun else "entry"
            story.at(day, self.entering(who, event, home, member.relation, member.marital))
            if dies:
                story.at(left, self.dying(who))
            else:
                story.at(left, self.leaving(who, target))

    def entering(
        self, who: Resident, event: str, home: Home, relation: str, marital: str, origin: str = ""
    ) -> Callable[[date], None]:
        """A step: somebody comes into the register."""
        data = {"from": origin} if origin else None
        return lambda day: self.book.enter(who, event, day, home, relation=relation, marital=marital, data=data)

    def dying(self, who: Resident) -> Callable[[date], None]:
        """A step: somebody dies."""
        return lambda day: self.book.end(who, "death", day)

    def divorcing(self, who: Resident, data: dict[str, Any]) -> Callable[[date], None]:
        """A step: a marriage ends."""
        return lambda day: self.book.turn(who, "marriage", day, marital=DIVORCED, data=data)

    def leaving(self, who: Resident, target: str) -> Callable[[date], None]:
        """A step: somebody leaves the district."""
        return lambda day: self.book.end(who, OUT_OF.get(who.kind, "flow_out"), day, {"to": target})
