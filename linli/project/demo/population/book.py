"""The book of lives: what `actions.spells` does event by event, done for rows that are not in the database yet.

The same rules hold: each event closes one spell and opens another, headcounts and sizes follow, and what the person row
repeats is the last spell. A test compares all of it with `spells.recount` and with the constraints of the models.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.project.demo.population.places import Door
from linli.project.demo.population.rows import Sheet
from linli.register.people.models import Contact, Household, Person, PopulationEvent, Spell, Tag, Tenure

CHINA: Final = ZoneInfo("Asia/Shanghai")
HERE, GONE, DEAD = "here", "gone", "dead"
ARRIVAL_HOURS: Final = (9, 10, 11, 14, 15, 16)


@dataclass(slots=True)
class Home:
    """A household in the making."""

    id: int
    area_id: str
    dwelling_id: int
    address: str
    kind: str = Household.Kind.FAMILY
    began: date | None = None
    ended: date | None = None
    size: int = 0


@dataclass(slots=True)
class Resident:
    """Somebody in the making: what lists repeat, the open spell, and when the register last heard of them."""

    id: int
    sex: str
    born: date
    surname: str
    given: str
    kind: str
    match: str
    status: str = GONE
    died: date | None = None
    home: Home | None = None
    relation: str = ""
    marital: str = ""
    version: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_event: int = 0
    open: dict[str, Any] | None = None
    spells: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    # What `tags._facts` reads of a person.
    area_id: str = ""
    political: str = ""
    origin: tuple[str, str] | None = None

    @property
    def created_at(self) -> datetime | None:
        """When the register first heard of them."""
        return self.first_at


class Book:
    """The tables of `people`, filling."""

    def __init__(self, now: datetime, today: date) -> None:
        self.now, self.today = now, today
        self.people, self.households, self.spells = Sheet(Person), Sheet(Household), Sheet(Spell)
        self.events, self.tags, self.tenures = Sheet(PopulationEvent), Sheet(Tag), Sheet(Tenure)
        self.contacts = Sheet(Contact)
        self.counts: Counter[tuple[str, str, date]] = Counter()
        self.staff: tuple[int | None, int | None] = (None, None)
        self.rng = random.Random(0)  # noqa: S311 - replaced for each household

    def flush(self) -> None:
        """Write what has gathered; the order does not matter, the keys are asked for at the end."""
        for sheet in (self.households, self.people, self.events, self.spells, self.tags, self.tenures, self.contacts):
            sheet.flush()

    def home(self, door: Door) -> Home:
        """A household that will live behind a door."""
        return Home(self.households.key(), door.area_id, door.id, door.address)

    def enter(
        self,
        who: Resident,
        kind: str,
        day: date,
        home: Home,
        *,
        relation: str,
        marital: str,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Somebody is new to the register, born or come."""
        who.home, who.relation, who.marital, who.status, who.area_id = home, relation, marital, HERE, home.area_id
        event, at = self._event(who, kind, day, data)
        self._open(who, day, at, event)
        self.counts[home.area_id, who.kind, day] += 1
        self._resize(home, 1, day)

    def turn(
        self,
        who: Resident,
        kind: str,
        day: date,
        *,
        home: Home | None = None,
        relation: str = "",
        marital: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """Something changes: another home, another relation, another marital status."""
        before = who.home
        assert before is not None
        day = max(day, who.open["valid_from"] if who.open else day)
        after = home or before
        who.home, who.area_id = after, after.area_id
        who.relation, who.marital = relation or who.relation, marital or who.marital
        event, at = self._event(who, kind, day, data)
        self._close(who, day, at, event)
        self._open(who, day, at, event)
        if before.area_id != after.area_id:
            self.counts[before.area_id, who.kind, day] -= 1
            self.counts[after.area_id, who.kind, day] += 1
        if before is not after:
            self._resize(before, -1, day)
            self._resize(after, 1, day)

    def end(self, who: Resident, kind: str, day: date, data: dict[str, Any] | None = None) -> None:
        """Somebody dies or leaves."""
        home = who.home
        assert home is not None
        day = max(day, who.open["valid_from"] if who.open else day)
        event, at = self._event(who, kind, day, {**(data or {}), "from": home.address}, stopped=who.stopped)
        self._close(who, day, at, event)
        who.status = DEAD if kind == "death" else GONE
        who.died = day if kind == "death" else None
        self.counts[home.area_id, who.kind, day] -= 1
        self._resize(home, -1, day)

    def write_home(self, home: Home) -> None:
        """The row of a household whose story is told."""
        self.households.add(
            id=home.id,
            area_id=home.area_id,
            dwelling_id=home.dwelling_id,
            kind=home.kind,
            size=home.size,
            began_on=home.began,
            ended_on=home.ended if home.size == 0 else None,
        )

    def write_spells(self, who: Resident) -> None:
        """The spells of somebody whose story is told."""
        for spell in who.spells:
            self.spells.add(**spell)
        if who.open is not None:
            self.spells.add(**who.open)

    def moment(self, who: Resident, day: date, delay: int) -> datetime:
        """When an event was told: some days later, in office hours, after the last one and before now."""
        rng = self.rng
        at = datetime.combine(
            day + timedelta(days=delay),
            time(ARRIVAL_HOURS[int(rng.random() * 6)], int(rng.random() * 60), int(rng.random() * 60)),
            CHINA,
        )
        if who.last_at is not None and at <= who.last_at:
            at = who.last_at + timedelta(minutes=5)
        return min(at, self.now)

    def _event(
        self, who: Resident, kind: str, day: date, data: dict[str, Any] | None, stopped: list[str] | None = None
    ) -> tuple[int, datetime]:
        home = who.home
        assert home is not None
        at = self.moment(who, day, 0 if kind == "entry" else int(self.rng.random() ** 2 * 25))
        who.first_at, who.last_at = who.first_at or at, at
        who.version += 1
        user, post = self.staff
        pk = self.events.add(
            person_id=who.id,
            household_id=home.id,
            area_id=home.area_id,
            kind=kind,
            happened_on=day,
            reported_at=at,
            by_id=user,
            post_id=post,
            data=data or {},
            stopped=stopped or [],
        )
        who.last_event = pk
        return pk, at

    def _open(self, who: Resident, day: date, at: datetime, event: int) -> None:
        home = who.home
        assert home is not None
        who.open = {
            "person_id": who.id,
            "area_id": home.area_id,
            "household_id": home.id,
            "dwelling_id": home.dwelling_id,
            "kind": who.kind,
            "relation": who.relation,
            "marital": who.marital,
            "match": who.match,
            "valid_from": day,
            "recorded_at": at,
            "opened_by_id": event,
        }

    def _close(self, who: Resident, day: date, at: datetime, event: int) -> None:
        spell = who.open
        assert spell is not None
        spell["valid_to"], spell["closed_at"], spell["closed_by_id"] = day, at, event
        who.spells.append(spell)
        who.open = None

    def _resize(self, home: Home, n: int, day: date) -> None:
        home.size += n
        home.began = min(home.began or day, day)
        home.ended = day if home.size == 0 else None
