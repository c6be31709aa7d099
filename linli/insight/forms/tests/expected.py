"""What the cells of filled forms must say, told from the rows of the database and by nothing that fills forms."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from linli.foundation import vault
from linli.lib.prefix import within
from linli.register.people import codes
from linli.register.people.models import Contact, Household, Person, Tag, Tenure

HELD_BY_NOBODY = None
Tell = Callable[[Any], Any]


@dataclass
class Score:
    """How the cells of a form came out; `wrong` says which."""

    right: int = 0
    blank: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def held(self) -> int:
        """The cells whose facts are held."""
        return self.right + len(self.blank) + sum(1 for one in self.wrong if "held" in one)

    @property
    def percent(self) -> int:
        """How many of a hundred of those came out right."""
        return 100 * self.right // self.held if self.held else 100


def compare(rows: Sequence[Sequence[Any]], things: Sequence[Any], columns: Sequence[Tell | None]) -> Score:
    """Every cell of the rows beside what it must say; a column of None is one that nobody holds."""
    score = Score()
    if len(rows) != len(things):
        score.wrong.append(f"{len(rows)} rows for {len(things)}")
    for number, (row, thing) in enumerate(zip(rows, things, strict=False), start=1):
        for at, tell in enumerate(columns):
            got = as_text(row[at]) if at < len(row) else ""
            want = as_text(tell(thing)) if tell is not None else ""
            where = f"row {number} column {at + 1}: {got!r} for {want!r}"
            if got == want:
                score.right += 1 if want else 0
            elif not got:
                score.blank.append(where)
            else:
                score.wrong.append(f"{where}{' held' if want else ''}")
    return score


def as_text(value: Any) -> str:
    """A value as it reads."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return str(value)


class Facts:
    """The people of a community as the rows of the database have them."""

    def __init__(self, area_id: str, today: date) -> None:
        self.today = today
        here = Person.objects.filter(status="here", **within("area_id", area_id)).order_by("pk")
        self.people = list(here.select_related("dwelling", "household"))
        self.size = Counter(one.household_id for one in self.people if one.household_id)
        self.tags: dict[int, dict[str, Tag]] = {}
        for tag in Tag.objects.filter(until__isnull=True, person__in=here):
            self.tags.setdefault(tag.person_id, {})[tag.kind] = tag
        self.head = {one.household_id: one for one in self.people if one.relation == "02"}
        self.owner: dict[int, Tenure] = {}
        for tenure in Tenure.objects.filter(until__isnull=True, part="owner").select_related("person"):
            self.owner[tenure.dwelling_id] = tenure

    def beside(self, kind: str, tell: Tell) -> Tell:
        """A fact of who stands beside somebody."""
        rows = {one.person_id: one for one in Contact.objects.filter(kind=kind, until__isnull=True)}
        return lambda one: tell(rows[one.pk]) if one.pk in rows else None

    def of(self, kind: str) -> list[Person]:
        """Those of a group."""
        return [one for one in self.people if kind in self.tags.get(one.pk, {})]

    def homes(self, kind: str) -> list[Household]:
        """The households with somebody of a group."""
        return list(Household.objects.filter(pk__in={one.household_id for one in self.of(kind)}).order_by("pk"))

    def tag(self, one: Person, kind: str) -> Tag | None:
        """The membership of somebody in a group."""
        return self.tags.get(one.pk, {}).get(kind)

    def yes(self, kind: str) -> Tell:
        """Whether somebody belongs to a group."""
        return lambda one: "是" if kind in self.tags.get(one.pk, {}) else "否"

    def age(self, one: Person) -> int | None:
        """Completed years."""
        if one.born is None:
            return None
        had = (self.today.month, self.today.day) >= (one.born.month, one.born.day)
        return self.today.year - one.born.year - (0 if had else 1)

    def fact(self, kind: str, name: str) -> Tell:
        """A fact of a membership."""
        return lambda one: tag.facts.get(name) if (tag := self.tag(one, kind)) is not None else None


def identity(one: Person) -> str:
    """The number."""
    return vault.unseal(one.identity_sealed, vault.IDENTITY) if one.identity_sealed else ""


def phone(one: Any) -> str:
    """The phone."""
    return vault.unseal(one.phone_sealed, vault.PHONE) if one.phone_sealed else ""


def other_phone(one: Person) -> str:
    """The phone of whom to call."""
    return vault.unseal(one.other_phone_sealed, vault.PHONE) if one.other_phone_sealed else ""


def address(one: Person) -> str:
    """The door."""
    return one.dwelling.address if one.dwelling is not None else ""


def sex(one: Person) -> str:
    """In words."""
    return {"1": "男", "2": "女"}.get(one.sex, "")


def word(table: str, name: str) -> Tell:
    """A code of a table in words."""
    return lambda one: codes.labels(table).get(getattr(one, name), "") if getattr(one, name) else ""


def attribute(name: str) -> Tell:
    """A plain column."""
    return lambda one: getattr(one, name) or ""


def numbered(things: Iterable[Any]) -> Tell:
    """The place of a thing among all."""
    place = {one.pk: at for at, one in enumerate(things, start=1)}
    return lambda one: place[one.pk]
