"""The steps that lead to one family of today: how it came, wed, bore, parted, buried and moved."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from linli.project.demo.population.book import Home, Resident
from linli.project.demo.population.families import (
    DIVORCED,
    FEMALE,
    HEAD,
    MALE,
    MARRIED,
    SINGLE,
    WIDOWED,
    YEAR,
    Family,
    Member,
)
from linli.project.demo.population.story import COUNTED_WITHIN, GROWN, INTO, Parents, Story, years_after

if TYPE_CHECKING:
    from linli.project.demo.population.histories import History


class Household:
    """The steps that lead to one family of today."""

    def __init__(
        self,
        history: "History",
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
        grown = years_after(max(member.born for member in self.family.members[:2]), 22)
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
        born = min(born, years_after(self.begun, -GROWN - 4))
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
            self.story.at(day, self.history.divorcing(who, data))
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
        born = self.history.between(years_after(mother, 21), years_after(mother, 29))
        first = max(self.since + timedelta(days=30), years_after(born, GROWN))
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
            sex,
            self.history.between(years_after(member.born, -3), years_after(member.born, 2)),
            "51" if sex == MALE else "52",
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
            first = max(self.since, years_after(member.born, GROWN))
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
