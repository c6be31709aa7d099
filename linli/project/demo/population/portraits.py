"""What else is known of somebody: schooling, work, politics, papers, phone; and the special groups they belong to."""

import random
from datetime import date, timedelta
from typing import Any, Final

from linli.foundation import vault
from linli.project.demo.population import circles, names, numbers
from linli.project.demo.population.book import HERE, Book, Resident
from linli.project.demo.population.families import MALE, YEAR, Family
from linli.project.demo.population.tables import Chances, society, table
from linli.register.people import groups
from linli.register.people.actions import fields

#: Highest schooling of adults by the year of birth: codes of GB/T 4658 with how often they come.
SCHOOLING: Final = (
    (1950, {"90": 20, "80": 40, "70": 25, "60": 9, "30": 3, "20": 3}),
    (1965, {"80": 18, "70": 42, "60": 24, "40": 5, "30": 7, "20": 4}),
    (1980, {"80": 5, "70": 30, "60": 18, "40": 12, "30": 17, "20": 16, "10": 2}),
    (2100, {"70": 9, "60": 10, "40": 12, "30": 25, "20": 36, "10": 8}),
)
WORK: Final = Chances.of({"17": 30, "24": 20, "13": 18, "54": 11, "51": 9, "21": 5, "11": 4, "70": 3})
EMPLOYED: Final = ("11", "13", "17", "21", "24")
LONGEST_AGO: Final = 700


class Portraits:
    """Completes people and writes their rows."""

    def __init__(self, book: Book, district_id: str, today: date) -> None:
        self.book, self.district_id, self.today = book, district_id, today
        self.identities = numbers.Identities()
        rates = society()["groups"]
        self.rates: dict[str, Any] = rates
        self.levels: Chances[str] = Chances.of(rates["disabled_levels"])
        self.kinds: Chances[str] = Chances.of(rates["disabled_kinds"])
        self.ethnic: Chances[str] = Chances.of(society()["ethnic"])
        self.schooling = [(until, Chances.of(shares)) for until, shares in SCHOOLING]
        places = table("places")
        self.workplaces: list[str] = places["workplaces"].split()
        self.local_share: float = places["local_share"]
        self.origins: Chances[tuple[str, str]] = Chances.of(
            {(code, name): weight for code, name, weight in places["origins"]}
        )
        self.review_months = {code: group.review_months for code, group in groups.groups(on=today).items()}
        self.labels = {code: group.label for code, group in groups.groups(on=today).items()}
        self.given_phone = ""

    def write(self, who: Resident, family: Family | None, rng: random.Random) -> None:
        """The row of a person, with the tags. `family` is the household of today."""
        age = (self.today - who.born).days / YEAR
        who.political = self._political(age, rng)
        city = who.origin[0] if who.origin else self.district_id
        if who.origin is None and rng.random() > self.local_share:
            city = self.origins.draw(rng)[0]
        lacks = rng.random() < (0.4 if age < 1 else self.rates_without())
        identity = "" if lacks else self.identities.number(city, who.born, who.sex)
        phone, employment = self._phone(who, age, rng), self._employment(age, rng)
        community = who.area_id[:12]
        pinyin, initials = names.reading(who.surname, who.given)
        self.book.people.add(
            id=who.id,
            district_id=self.district_id,
            area_id=who.area_id,
            household_id=who.home.id if who.home else None,
            dwelling_id=who.home.dwelling_id if who.home else None,
            status=who.status,
            kind=who.kind,
            relation=who.relation,
            name=who.surname + who.given,
            # Without the first character, as everywhere (also where the surname has two).
            given=(who.surname + who.given)[1:],
            pinyin=pinyin,
            initials=initials,
            identity_kind=fields.CITIZEN if identity else fields.WITHOUT,
            identity_sealed=vault.seal(identity, vault.IDENTITY),
            identity_index=fields.identity_index(fields.CITIZEN, identity) if identity else None,
            sex=who.sex,
            born=who.born,
            died=who.died,
            ethnic=self.ethnic.draw(rng),
            marital=who.marital,
            education=self._education(age, who.born, rng),
            political=who.political,
            employment=employment,
            workplace=rng.choice(self.workplaces) if employment in EMPLOYED else "",
            phone_sealed=vault.seal(phone, vault.PHONE),
            phone_index=vault.index(phone, vault.PHONE) if phone else "",
            registered_area=community if who.origin is None else who.origin[0],
            registered_address=(who.home.address if who.home else "") if who.origin is None else who.origin[1],
            match=who.match,
            inflow_reason=self._reason(who, age, rng),
            **circles.contact(who, family.form if family is not None else "", age),
            version=who.version,
            created_at=who.first_at,
            updated_at=who.last_at,
        )
        self.book.write_spells(who)
        if who.status == HERE:
            self._groups(who, family, age, rng)
            if age >= 60 and family is not None and family.form in circles.CALLED and who.id % 5 < 4:
                self._beside(who, "child", "子女")

    def rates_without(self) -> float:
        """How often a document is not known."""
        found: float = society()["without_identity"]
        return found

    def _phone(self, who: Resident, age: float, rng: random.Random) -> str:
        if self.given_phone and who.status == HERE and who.relation == "02" and 30 < age < 60:
            phone, self.given_phone = self.given_phone, ""
            return phone
        if age < 12 or rng.random() < (0.35 if age > 80 else 0.06):
            return ""
        return numbers.phone(who.id)

    def _political(self, age: float, rng: random.Random) -> str:
        chance = rng.random()
        if age < 14:
            return "13"
        if age < 28:
            return "03" if chance < 0.4 else ("01" if age > 20 and chance > 0.96 else "13")
        return "01" if chance < 0.09 else ("02" if chance < 0.093 else ("12" if chance < 0.1 else "13"))

    def _education(self, age: float, born: date, rng: random.Random) -> str:
        if age < 22:
            return next((code for until, code in ((6, ""), (12, "80"), (15, "70"), (18, "60")) if age < until), "20")
        return next(shares for until, shares in self.schooling if born.year < until).draw(rng)

    def _employment(self, age: float, rng: random.Random) -> str:
        if age < 6:
            return ""
        if age < 19 or (age < 23 and rng.random() < 0.6):
            return "31"
        if age > 60 or (age > 55 and rng.random() < 0.5):
            return "80"
        return WORK.draw(rng)

    def _reason(self, who: Resident, age: float, rng: random.Random) -> str:
        if who.kind != "floating":
            return ""
        return rng.choices(("01", "03", "05", "09"), (60, 20, 8, 12))[0] if 18 < age < 60 else "06"

    # ------------------------------------------------------------------------------------------------ groups

    def _groups(self, who: Resident, family: Family | None, age: float, rng: random.Random) -> None:
        """The groups that somebody typed, at the rates of the table."""
        rates = self.rates
        share = next(rate for first, rate in reversed(rates["disabled"]["rows"]) if age >= first)
        if rng.random() < share:
            level, kind = self.levels.draw(rng), self.kinds.draw(rng)
            facts = circles.disability(who, kind, level)
            if "guardian" in facts:
                self._beside(who, "guardian", "亲属")
            self._give(who, "disabled", rng, level=level, facts=facts, basis="残疾人证")
        for kind, fits, rate, levels, basis in (
            ("low_income_margin", who.kind == "registered", rates["low_income_margin"], (), "低保边缘家庭认定表"),
            ("incapable", age >= 65, rates["incapable"], ("轻度", "中度", "重度"), "能力评估报告"),
            ("dementia", age >= 70, rates["dementia"], ("轻度", "中度", "重度"), "诊断证明"),
            ("veteran", age >= 25 and who.sex == MALE, rates["veteran"], (), "退役军人登记"),
            ("preferential", age >= 25, rates["preferential"], (), "优抚对象登记"),
            ("bereaved", age >= 50 and who.marital == "20", rates["bereaved"], (), "计划生育特别扶助证"),
            ("child_hardship", age < 18, rates["child_hardship"], (), "困境儿童信息表"),
            ("orphan", age < 18, rates["orphan"], (), "孤儿证明"),
        ):
            if fits and rng.random() < rate:
                self._give(who, kind, rng, level=rng.choice(levels) if levels else "", basis=basis)
        if family is None:
            return
        if family.form == "skipped_generation" and age < 18 and rng.random() < rates["left_behind"]:
            self._give(who, "child_left_behind", rng, basis="入户走访")
        if family.form == "elder_alone" and who.marital == "10":
            if rng.random() < rates["childless"]:
                self._give(who, "childless", rng, basis="入户走访")
            elif rng.random() < rates["extreme_poverty"] * 4:
                self._give(who, "extreme_poverty", rng, level="自理", basis="特困供养证")

    def _beside(self, who: Resident, kind: str, relation: str) -> None:
        """Somebody beside a person, as the office has written it down."""
        row = circles.beside(who, kind, relation, who.id)
        self.book.contacts.add(**row, recorded_at=who.last_at, recorded_by_id=self.book.staff[0])

    def low_income(self, people: list[Resident], rng: random.Random) -> None:
        """A family with the minimum allowance: all of its members, or none."""
        level = rng.choices(("全额", "差额"), (25, 75))[0]
        head = next(who for who in people if who.relation == "02")
        facts = circles.allowance(head, len(people))
        for who in people:
            self._give(who, "low_income", rng, level=level, facts=facts, basis="低保证")

    def _give(
        self,
        who: Resident,
        kind: str,
        rng: random.Random,
        *,
        basis: str,
        level: str = "",
        facts: dict[str, Any] | None = None,
    ) -> None:
        spell = who.open
        assert spell is not None
        first = max(spell["valid_from"], self.today - timedelta(days=LONGEST_AGO * 2))
        since = first + timedelta(days=int(rng.random() * max(1, (self.today - first).days)))
        months = self.review_months.get(kind, 0)
        review = None
        if months:
            late = rng.random() < self.rates["overdue"]
            days = -rng.randrange(1, 60) if late else rng.randrange(3, months * 30)
            review = max(self.today + timedelta(days=days), since + timedelta(days=1))
        self.book.tags.add(
            person_id=who.id,
            kind=kind,
            level=level,
            facts=facts or {},
            basis=basis,
            source="typed",
            since=since,
            review_on=review,
            recorded_at=self.book.moment(who, since, 2),
            recorded_by_id=self.book.staff[0],
        )
