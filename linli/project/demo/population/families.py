"""Families as they are today: who lives together, how old, and what each is to the head (GB/T 4761).

Ages are drawn freely within what is possible (mothers 18 to 45 at birth) and then chosen among several drafts, so that
the whole comes close to the pyramid of `society.json`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from linli.project.demo.population.tables import BAND_YEARS, BANDS, Chances, society

MALE, FEMALE = "1", "2"
SINGLE, MARRIED, WIDOWED, DIVORCED = "10", "20", "30", "40"
HEAD = "02"
DRAFTS = 4
YEAR: Final = 365.2425
#: A child that still lives at home is younger than this.
AT_HOME_UNTIL = 29


@dataclass(slots=True)
class Member:
    """Somebody of a family: sex, birthday, relation to the head and marital status as of today."""

    sex: str
    born: date
    relation: str
    marital: str = SINGLE
    part: str = "head"


@dataclass(slots=True)
class Family:
    """People who live together; the head comes first. `form` is a key of the table of families."""

    form: str
    members: list[Member] = field(default_factory=list)

    @property
    def head(self) -> Member:
        """The head."""
        return self.members[0]

    def of_part(self, part: str) -> list[Member]:
        """Members that play a part: head, spouse, child, elder, grandchild, renter."""
        return [member for member in self.members if member.part == part]


class Families:
    """Makes families for one place, so that its pyramid fills evenly."""

    def __init__(self, today: date, rng: random.Random) -> None:
        self.today, self.rng = today, rng
        self.forms: Chances[str] = Chances.of(society()["families"]["rows"])
        self.wanted: dict[tuple[str, int], float] = {
            (sex, band): row[column] / 10_000
            for band, row in enumerate(society()["bands"]["rows"])
            for column, sex in ((1, MALE), (2, FEMALE))
        }
        self.have = dict.fromkeys(self.wanted, 0)
        self.people = 0

    def next(self, most: int) -> Family:
        """A family of at most so many people."""
        drafts = [self.draft() for _draft in range(DRAFTS)]
        fitting = [draft for draft in drafts if len(draft.members) <= most]
        best = min(fitting, key=self._surplus) if fitting else self._of("single")
        for member in best.members:
            self.have[self._cell(member)] += 1
        self.people += len(best.members)
        return best

    def draft(self) -> Family:
        """Any family."""
        return self._of(self.forms.draw(self.rng))

    def _of(self, form: str) -> Family:
        family = Family(form)
        MAKERS[form](self, family)
        return family

    def _cell(self, member: Member) -> tuple[str, int]:
        return member.sex, min(BANDS - 1, max(0, int((self.today - member.born).days / YEAR) // BAND_YEARS))

    def _surplus(self, family: Family) -> float:
        """How full the bands of these people are already: the fuller, the less they are wanted."""
        size = len(family.members)
        total = self.people + size
        full = (
            (self.have[cell] + 1) / (self.wanted[cell] * total) for cell in (self._cell(one) for one in family.members)
        )
        return sum(full) / size

    # ------------------------------------------------------------------------------------------------ one person

    def born(self, low: float, high: float) -> date:
        """A birthday of somebody between two ages."""
        return self.today - timedelta(days=int(self.rng.uniform(low, high) * YEAR) + 1)

    def _age(self, born: date) -> float:
        days: int = (self.today - born).days
        return days / YEAR

    def _couple(self, family: Family, low: float, high: float) -> None:
        """A married couple; the head is the man in six of seven."""
        rng = self.rng
        man = self.born(low, high)
        woman = man + timedelta(days=int(rng.gauss(1.6, 2.4) * YEAR))
        woman = min(woman, self.today - timedelta(days=int(22 * YEAR)))
        pair = [
            Member(MALE, man, HEAD, MARRIED, "head"),
            Member(FEMALE, woman, "12", MARRIED, "spouse"),
        ]
        if rng.random() < 0.15:
            pair = [Member(FEMALE, woman, HEAD, MARRIED, "head"), Member(MALE, man, "11", MARRIED, "spouse")]
        family.members += pair

    def _children(self, family: Family, mother: date, most: int) -> None:
        """Children still at home, born when the mother was 21 to 40, and two years apart."""
        rng, ages = self.rng, list[int]()
        earliest = max(mother.toordinal() + int(21 * YEAR), self.today.toordinal() - int(AT_HOME_UNTIL * YEAR))
        latest = min(mother.toordinal() + int(40 * YEAR), self.today.toordinal() - 20)
        count = rng.choices((1, 2, 3), (62, 35, 3))[0]
        while latest > earliest and len(ages) < min(count, most):
            day = rng.randrange(earliest, latest)
            if all(abs(day - other) > 640 for other in ages):
                ages.append(day)
            elif rng.random() < 0.4:
                break
        children = [(date.fromordinal(day), MALE if rng.random() < 0.525 else FEMALE) for day in sorted(ages)]
        seen = {MALE: 0, FEMALE: 0}
        for born, sex in children:
            seen[sex] += 1
            family.members.append(Member(sex, born, _child_code(sex, seen[sex], len(children)), SINGLE, "child"))

    # ------------------------------------------------------------------------------------------------ the forms

    def _single(self, family: Family) -> None:
        sex = MALE if self.rng.random() < 0.58 else FEMALE
        born = self.born(20, 40) if self.rng.random() < 0.65 else self.born(40, 60)
        divorced = self._age(born) > 32 and self.rng.random() < 0.4
        family.members.append(Member(sex, born, HEAD, DIVORCED if divorced else SINGLE))

    def _elder_alone(self, family: Family) -> None:
        sex = FEMALE if self.rng.random() < 0.62 else MALE
        marital = self.rng.choices((WIDOWED, DIVORCED, SINGLE), (82, 11, 7))[0]
        family.members.append(Member(sex, self.born(60, 99 if self.rng.random() < 0.1 else 90), HEAD, marital))

    def _pair(self, family: Family) -> None:
        self._couple(family, 25, 60)

    def _elder_couple(self, family: Family) -> None:
        self._couple(family, 60, 90)

    def _nuclear(self, family: Family) -> None:
        self._couple(family, 25, 58)
        self._children(family, _woman(family).born, 3)

    def _single_parent(self, family: Family) -> None:
        sex = FEMALE if self.rng.random() < 0.72 else MALE
        born = self.born(28, 56)
        family.members.append(Member(sex, born, HEAD, DIVORCED if self.rng.random() < 0.8 else WIDOWED))
        self._children(family, born, 2)

    def _three_generations(self, family: Family) -> None:
        self._couple(family, 27, 52)
        self._children(family, _woman(family).born, 2)
        self._elders(family, family.head.born, ("51", "52"))

    def _elders(self, family: Family, of: date, codes: tuple[str, str]) -> None:
        """Parents of somebody born then: the mother was 20 to 40 years old, at most 97 today."""
        rng = self.rng
        low = min(self._age(of) + 20, 90)
        mother = self.born(low, min(self._age(of) + 38, 97))
        father = min(
            mother - timedelta(days=int(rng.gauss(1.6, 2.4) * YEAR)), date.fromordinal(of.toordinal() - int(19 * YEAR))
        )
        both = rng.random() < 0.45
        pair = [
            Member(MALE, father, codes[0], MARRIED if both else WIDOWED, "elder"),
            Member(FEMALE, mother, codes[1], MARRIED if both else WIDOWED, "elder"),
        ]
        family.members += pair if both else [pair[rng.random() < 0.68]]

    def _skipped(self, family: Family) -> None:
        self._couple(family, 56, 74)
        youngest = min(self._age(_woman(family).born) - 42, 16)
        sex = MALE if self.rng.random() < 0.53 else FEMALE
        code = {MALE: ("41", "43"), FEMALE: ("42", "44")}[sex][self.rng.random() < 0.4]
        family.members.append(Member(sex, self.born(1, max(3, youngest)), code, SINGLE, "grandchild"))

    def _shared(self, family: Family) -> None:
        for number in range(self.rng.choices((2, 3, 4), (50, 35, 15))[0]):
            sex = MALE if self.rng.random() < 0.56 else FEMALE
            relation, part = (HEAD, "head") if number == 0 else ("99", "renter")
            family.members.append(Member(sex, self.born(19, 38), relation, SINGLE, part))


def _woman(family: Family) -> Member:
    return next(member for member in family.members[:2] if member.sex == FEMALE)


def _child_code(sex: str, number: int, children: int) -> str:
    """独生子 21 独生女 31, 长子 22, 次子 23, 长女 32; the others 29 and 39."""
    if children == 1:
        return "21" if sex == MALE else "31"
    if sex == MALE:
        return {1: "22", 2: "23"}.get(number, "29")
    return "32" if number == 1 else "39"


MAKERS: dict[str, Callable[[Families, Family], None]] = {
    "single": Families._single,
    "elder_alone": Families._elder_alone,
    "couple": Families._pair,
    "elder_couple": Families._elder_couple,
    "nuclear": Families._nuclear,
    "single_parent": Families._single_parent,
    "three_generations": Families._three_generations,
    "skipped_generation": Families._skipped,
    "shared": Families._shared,
}
