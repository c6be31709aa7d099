"""What happened in a community in eight years: who came, was born, married, moved, led a household, left and died.

Each household's story is a list of steps with their days; told in order, they make the family of today.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from linli.project.demo.population import names
from linli.project.demo.population.book import Book, Home, Resident
from linli.project.demo.population.families import (
    DIVORCED,
    FEMALE,
    HEAD,
    MALE,
    MARRIED,
    SINGLE,
    WIDOWED,
    YEAR,
    Families,
    Family,
    Member,
)
from linli.project.demo.population.places import Door
from linli.project.demo.population.tables import Chances, society, table

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
            begun = since = max(since, parents.since + timedelta(days=60), _years(family.head.born, 21))
        elif is_late and self.vacant and rng.random() < self.rates["within"]:
            former = self.book.home(rng.choice(self.vacant))
            story.homes.append(former)
            begun = max(self.start + self._days(COUNTED_WITHIN), _years(family.head.born, GROWN))
            begun = min(begun, since)
        if is_late and parents is None and rng.random() < self.rates["former"]:
            self._former(story, door, since)
        if since >= self.today:
            since = begun = self.today - timedelta(days=1)
        told = _Household(self, story, family, home, former, begun, since, kind, match, origin, is_late, parents)
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
            grown = _years(born, GROWN)
            return (
                (day, False) if grown <= day else (min(grown + self._days(700), self.today - timedelta(days=2)), True)
            )
        share = rng.random() if kind == "registered" else 1 - rng.random() ** 1.7
        first = self.start + timedelta(days=COUNTED_WITHIN + 30)
        day = first + timedelta(days=int(share * ((self.today - first).days - 3)))
        return min(max(day, _years(born, GROWN)), self.today - timedelta(days=2)), True

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
        if left <= begun + timedelta(days=30) or _years(family.head.born, GROWN) > begun:
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
                story.at(left, lambda day, who=who: self.book.end(who, "death", day))
            else:
                story.at(left, self.leaving(who, target))

    def entering(
        self, who: Resident, event: str, home: Home, relation: str, marital: str, origin: str = ""
    ) -> Callable[[date], None]:
        """A step: somebody comes into the register."""
        data = {"from": origin} if origin else None
        return lambda day: self.book.enter(who, event, day, home, relation=relation, marital=marital, data=data)

    def leaving(self, who: Resident, target: str) -> Callable[[date], None]:
        """A step: somebody leaves the district."""
        return lambda day: self.book.end(who, OUT_OF.get(who.kind, "flow_out"), day, {"to": target})


class _Household:
    """The steps that lead to one family of today."""

    def __init__(
        self,
        history: History,
        story: Story,
        family: Family,
        home: Home,
        former: Home | None,
        begun: date,
        since: date,
        kind: str,
        match: str,
        origin: tuple[str, str] | None,
        is_late: bool,
        parents: Parents | None,
    ) -> None:
        self.history, self.story, self.family, self.home, self.former = history, story, family, home, former
        self.begun, self.since, self.kind, self.match, self.origin = begun, since, kind, match, origin
        self.is_late, self.parents = is_late, parents
        self.book, self.today, self.rates = history.book, history.today, history.rates
        self.rng = history.rng
        self.surname = parents.surname if parents else history.surname()
        self.head = self._resident(family.head, self.surname)
        first = "entry" if not is_late or former is not None else INTO.get(kind, "flow_in")
        self.coming = first

    def tell(self) -> None:
        """Lay out every step."""
        form = self.family.form
        widowed = form == "elder_alone" and self.family.head.marital == WIDOWED
        if widowed and self._later(self.rates["widowed_here"]):
            self._widowed()
        elif (
            form == "single_parent"
            and self.family.head.marital == DIVORCED
            and self._later(self.rates["divorced_here"])
        ):
            self._divorced()
        else:
            self._head_and_spouse()
        self._children()
        self._elders()
        self._renters()
        if self.former is not None:
            self._move_here()

    def _later(self, rate: float) -> bool:
        """Whether something happened after the household came, if there was time for it."""
        return (self.today - self.since).days > 400 and self.rng.random() < rate

    def _resident(self, member: Member, surname: str) -> Resident:
        who = self.history.resident(member, self.kind, self.match, surname, self.origin)
        self.story.people.append(who)
        return who

    def _place(self, day: date) -> Home:
        return self.former if self.former is not None and day < self.since else self.home

    def _enter(self, who: Resident, day: date, relation: str, marital: str, event: str = "") -> None:
        event = event or (self.coming if day <= self.begun else INTO.get(self.kind, "flow_in"))
        origin = self.origin[1] if self.origin and event in ("flow_in", "move_in") else ""
        self.story.at(day, self.history.entering(who, event, self._place(day), relation, marital, origin))

    def _head_and_spouse(self) -> None:
        head, married = self.family.head, self._wedding()
        partners = self.family.of_part("spouse")
        weds_here = bool(partners) and married > self.begun
        marital = SINGLE if weds_here else head.marital
        if self.parents is not None:
            self._split_off(marital)
        else:
            self._enter(self.head, self.begun, HEAD, marital)
        for member in partners:
            spouse = self._resident(member, self.history.surname())
            if not weds_here:
                self._enter(spouse, self.begun, member.relation, MARRIED)
                continue
            married = min(married, self.today - timedelta(days=1))
            self._enter(spouse, married, member.relation, MARRIED, INTO.get(self.kind, "flow_in"))
            self._weds(spouse, married)
            return
        if partners and self._later(self.rates["head_changed"] * 10) and self.rng.random() < 0.1:
            self._swap_heads()

    def _weds(self, spouse: Resident, day: date) -> None:
        data = {"from": SINGLE, "to": MARRIED, "spouse": spouse.id}
        self.story.at(day, lambda on: self.book.turn(self.head, "marriage", on, marital=MARRIED, data=data))

    def _wedding(self) -> date:
        """When the couple married: some time before the first child, or in their twenties."""
        grown = _years(max(member.born for member in self.family.members[:2]), 22)
        children = [member.born for member in self.family.members if member.part in ("child", "grandchild")]
        if children:
            return max(min(children) - timedelta(days=self.rng.randrange(300, 1100)), grown - timedelta(days=700))
        return grown + timedelta(days=self.rng.randrange(0, 2600))

    def _split_off(self, marital: str) -> None:
        """A grown child of a home nearby founds its own household (分户)."""
        parents = self.parents
        assert parents is not None
        relation = "20" if self.head.sex == MALE else "30"
        self.story.at(parents.since, self.history.entering(self.head, "entry", parents.home, relation, SINGLE))
        data = {"from": parents.home.address, "to": self.home.address}
        self.story.at(
            self.since, lambda day: self.book.turn(self.head, "split", day, home=self.home, relation=HEAD, data=data)
        )
        if marital != SINGLE:
            change = {"from": SINGLE, "to": marital}
            self.story.at(
                self.since, lambda day: self.book.turn(self.head, "marriage", day, marital=marital, data=change)
            )

    def _swap_heads(self) -> None:
        """Husband and wife change places as head."""
        spouse = self.story.people[-1]
        day = self.history.between(self.since + timedelta(days=60), self.today - timedelta(days=2))
        data = {"head": spouse.id}
        back = "11" if self.head.sex == MALE else "12"
        self.story.at(day, lambda on: self.book.turn(self.head, "head_change", on, relation=back, data=data))
        self.story.at(day, lambda on: self.book.turn(spouse, "head_change", on, relation=HEAD, data=data))

    def _partner_of_before(self, years_older: float) -> tuple[Member, Resident]:
        """Somebody who was the spouse of the head of today, and is not there any more."""
        sex = MALE if self.family.head.sex == FEMALE else FEMALE
        born = self.family.head.born - timedelta(days=int(self.rng.gauss(years_older, 2) * YEAR))
        born = min(born, _years(self.begun, -GROWN - 4))
        member = Member(sex, born, "11" if sex == MALE else "12", MARRIED, "past")
        return member, self._resident(member, self.history.surname())

    def _widowed(self) -> None:
        """They came as a couple; one died, and the other leads the household since."""
        partner, dead = self._partner_of_before(2.5)
        dead_led = partner.sex == MALE
        mine = ("12" if self.head.sex == FEMALE else "11") if dead_led else HEAD
        self._enter(dead, self.begun, HEAD if dead_led else partner.relation, MARRIED)
        self._enter(self.head, self.begun, mine, MARRIED)
        day = self.history.between(self.since + timedelta(days=90), self.today - timedelta(days=10))
        self.story.at(day, lambda on: self.book.end(dead, "death", on))
        if dead_led:
            data = {"head": self.head.id}
            self.story.at(day, lambda on: self.book.turn(self.head, "head_change", on, relation=HEAD, data=data))
        self._widow(self.head, day)

    def _widow(self, who: Resident, day: date) -> None:
        data = {"from": MARRIED, "to": WIDOWED}
        later = day + timedelta(days=self.rng.randrange(0, 9))
        self.story.at(later, lambda on: self.book.turn(who, "marriage", on, marital=WIDOWED, data=data))

    def _divorced(self) -> None:
        """They came as a couple, parted, and one moved out."""
        partner, gone = self._partner_of_before(1.0 if self.family.head.sex == FEMALE else -1.0)
        self._enter(self.head, self.begun, HEAD, MARRIED)
        self._enter(gone, self.begun, partner.relation, MARRIED)
        day = self.history.between(self.since + timedelta(days=60), self.today - timedelta(days=90))
        for who, other in ((self.head, gone), (gone, self.head)):
            data = {"from": MARRIED, "to": DIVORCED, "spouse": other.id}
            self.story.at(
                day, lambda on, who=who, data=data: self.book.turn(who, "marriage", on, marital=DIVORCED, data=data)
            )
        target = self.history.origins.draw(self.rng)[1]
        self.story.at(day + timedelta(days=self.rng.randrange(5, 80)), self.history.leaving(gone, target))

    def _children(self) -> None:
        for member in self.family.members:
            if member.part not in ("child", "grandchild"):
                continue
            who = self._resident(member, self.surname)
            if member.born > self.begun:
                self._enter(who, member.born, member.relation, SINGLE, "birth")
            else:
                self._enter(who, self.begun, member.relation, SINGLE)
        oldest = (self.today - self.family.head.born).days / YEAR
        if self.family.form in ("nuclear", "couple") and 47 < oldest < 62 and self._later(self.rates["child_left"]):
            self._child_left()

    def _child_left(self) -> None:
        """A grown child went to live elsewhere."""
        mother = next(member.born for member in self.family.members[:2] if member.sex == FEMALE)
        born = self.history.between(_years(mother, 21), _years(mother, 29))
        first = max(self.since + timedelta(days=30), _years(born, GROWN))
        if first >= self.today - timedelta(days=30):
            return
        sex = MALE if self.rng.random() < 0.5 else FEMALE
        member = Member(sex, born, "20" if sex == MALE else "30", SINGLE, "past")
        who = self._resident(member, self.surname)
        if born > self.begun:
            self._enter(who, born, member.relation, SINGLE, "birth")
        else:
            self._enter(who, self.begun, member.relation, SINGLE)
        left = self.history.between(first, self.today - timedelta(days=5))
        self.story.at(left, self.history.leaving(who, self.history.origins.draw(self.rng)[1]))

    def _elders(self) -> None:
        elders = self.family.of_part("elder")
        merged = bool(elders) and bool(self.history.vacant) and self._later(self.rates["merged"])
        for member in elders:
            surname = self.surname if member.relation == "51" else self.history.surname()
            who = self._resident(member, surname)
            if merged and len(elders) == 1 and self.kind == "registered":
                self._merge(who, member)
                continue
            if member.marital == WIDOWED and self._later(self.rates["widowed_here"]):
                self._elder_died(who, member)
                continue
            self._enter(who, self.begun, member.relation, member.marital)

    def _elder_died(self, left: Resident, member: Member) -> None:
        """The other grandparent lived here, too, and died."""
        sex = MALE if member.sex == FEMALE else FEMALE
        other = Member(
            sex, self.history.between(_years(member.born, -3), _years(member.born, 2)), "51" if sex == MALE else "52"
        )
        dead = self._resident(other, self.surname if sex == MALE else self.history.surname())
        self._enter(left, self.begun, member.relation, MARRIED)
        self._enter(dead, self.begun, other.relation, MARRIED)
        day = self.history.between(self.since + timedelta(days=60), self.today - timedelta(days=10))
        self.story.at(day, lambda on: self.book.end(dead, "death", on))
        self._widow(left, day)

    def _merge(self, who: Resident, member: Member) -> None:
        """An old parent lived alone nearby and joined the household (并户)."""
        old = self.book.home(self.rng.choice(self.history.vacant))
        self.story.homes.append(old)
        began = self.history.start + timedelta(days=int(self.rng.random() * COUNTED_WITHIN))
        self.story.at(began, self.history.entering(who, "entry", old, HEAD, member.marital))
        first = max(self.since, began) + timedelta(days=30)
        day = self.history.between(first, self.today - timedelta(days=3))
        data = {"from": old.address, "to": self.home.address}
        self.story.at(
            day,
            lambda on: self.book.turn(who, "merge", on, home=self.home, relation=member.relation, data=data),
        )

    def _renters(self) -> None:
        """Those who share a flat come one after the other."""
        for member in self.family.of_part("renter"):
            who = self._resident(member, self.history.surname())
            first = max(self.since, _years(member.born, GROWN))
            self._enter(
                who, self.history.between(first, self.today - timedelta(days=1)), member.relation, SINGLE, "flow_in"
            )

    def _move_here(self) -> None:
        """Everybody who was there by then moved from the old home to this one."""
        data = {"from": self.former.address if self.former else "", "to": self.home.address}

        def move(day: date) -> None:
            for who in self.story.people:
                if who.home is self.former and who.status == "here":
                    self.book.turn(who, "move_within", day, home=self.home, data=data)

        self.story.at(self.since, move)


def _years(day: date, years: int) -> date:
    return day + timedelta(days=int(years * YEAR))
