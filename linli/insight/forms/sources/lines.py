"""What a row of a form knows: whom it is about, and the others that its headings ask for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from linli.foundation import vault
from linli.insight.forms import doubting
from linli.insight.forms.column import AskedColumn
from linli.insight.ledgers import columns, definitions
from linli.insight.ledgers.models import Subject
from linli.insight.ledgers.rows import Row, Source
from linli.lib.filling import Value
from linli.register.homes.models import Dwelling
from linli.register.people import codes
from linli.register.people.models import Person, Tag
from linli.register.people.queries.lists import born_by

CHUNK: Final = 1000


@dataclass(frozen=True)
class Other:
    """Somebody beside the person of a row: one of the register (`row`), or what was written down of them."""

    name: str = ""
    phone_sealed: str = ""
    relation: str = ""
    row: Row | None = None
    identity_sealed: str = ""
    address: str = ""


@dataclass
class Line:
    """One row: its number, its key (“person:12”), the person that unqualified headings mean, and the others."""

    number: int
    key: str
    row: Row | None
    others: dict[str, Other] = field(default_factory=dict)
    dwelling: Dwelling | None = None
    #: The groups that somebody of the household belongs to; None where the person has none, or nobody asked.
    home: Collection[str] | None = None
    #: What only this kind of row knows: attribute → value.
    own: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[[Line], Value]


def person_of(line: Line) -> Person | None:
    """The person of a line."""
    person: Person | None = line.row.thing if line.row is not None else None
    return person


def reader_of(column: AskedColumn, source: Source, whole: bool) -> Read:
    """What reads a column about the row's own person, or about another; sensitive values masked unless `whole`."""
    if column.subject in OF_OTHERS:
        return _reader_of_other(column, source, whole)
    key = column.key
    if key in BY_ATTRIBUTE:
        tell = BY_ATTRIBUTE[key]
        hide = _hide(key) if column.level == "sensitive" and not whole else None
        return lambda line: _blank(hide(tell(line, source)) if hide is not None else tell(line, source))
    if key.startswith("tag:"):
        kind = key.removeprefix("tag:")
        return lambda line: _belongs(line, kind, source)
    if key.startswith("home:"):
        group = key.removeprefix("home:")
        return lambda line: ("是" if group in line.home else "否") if line.home is not None else None
    read = columns.reader(definitions.fields(Subject.PEOPLE)[key], source, (key,) if whole else ())
    return lambda line: _blank(read(line.row)) if line.row is not None else None


def _blank(value: Value) -> Value:
    return None if value == "" else value


def _hide(key: str) -> Callable[[Value], Value]:
    return lambda value: columns.masked(key.rpartition(".")[2], str(value)) if value else None


#: Whose facts a form may ask for beside those of the row's own person.
OF_OTHERS: Final = frozenset(
    {
        *("head", "spouse", "father", "mother", "parent", "child", "guardian", "carer", "supporter", "relative"),
        *("contact", "landlord", "tenant"),
    }
)


def _reader_of_other(column: AskedColumn, source: Source, whole: bool) -> Read:
    """Another's facts: of somebody of the register those of the register, else what was written down of them."""
    subject, attribute = column.subject, column.attribute
    written = _WRITTEN.get(attribute)
    sex = doubting.sex_of_spouse(column.name) if subject == "spouse" else ""
    known = definitions.fields(Subject.PEOPLE).get(attribute)
    read = columns.reader(known, source, (attribute,) if whole else ()) if known is not None else None

    def tell(line: Line) -> Value:
        other = line.others.get(subject)
        if other is None or (sex and not _is_spouse_of(line, sex)):
            return None
        if written is not None and (value := written(other)):
            hidden = attribute in ("phone", "identity") and not whole
            return columns.masked(attribute, value) if hidden else value
        if other.row is None or read is None or attribute == "relation":
            return None
        return _blank(read(other.row))

    return tell


def _is_spouse_of(line: Line, sex: str) -> bool:
    """Whether the spouse of the person of a line can be of a sex: 妻子 is nothing that a woman is asked for."""
    person = person_of(line)
    return person is not None and person.sex in ("1", "2") and person.sex != sex


_WRITTEN: Final[Mapping[str, Callable[[Other], str]]] = {
    "name": lambda other: other.name,
    "phone": lambda other: vault.unseal(other.phone_sealed, vault.PHONE) if other.phone_sealed else "",
    "identity": lambda other: vault.unseal(other.identity_sealed, vault.IDENTITY) if other.identity_sealed else "",
    "relation": lambda other: other.relation,
    "address": lambda other: other.address,
}


def _belongs(line: Line, kind: str, source: Source) -> str | None:
    """Yes or no, of the day of the roster; nothing where it cannot be known."""
    person = person_of(line)
    assert line.row is not None or person is None
    if person is None or line.row is None:
        return None
    if any(tag.kind == kind for tag in line.row.tags):
        return "是"
    if kind in _NEED_A_BIRTHDAY and person.born is None:
        return None
    if kind == "party_member" and not person.political:
        return None
    if kind == "living_alone" and (line.row.size or 0) < 2 and not _is_old(person, source.day):
        # The group begins at sixty; whether somebody younger lives alone, a group of theirs does not say.
        return None
    return "否"


_NEED_A_BIRTHDAY: Final = frozenset({"aged", "living_alone", "empty_nest"})


def _is_old(person: Person, day: date) -> bool:
    return person.born is not None and day.year - person.born.year > 60


def _fact(kind: str, name: str) -> Callable[[Line, Source], Value]:
    def tell(line: Line, source: Source) -> Value:
        value = _facts(line, kind).get(name)
        if isinstance(value, (list, tuple)):
            return "、".join(str(one) for one in value)
        if isinstance(value, bool) or value is None:
            return None
        return value if isinstance(value, (int, float)) else str(value)

    return tell


def _tag(line: Line, kind: str) -> Any:
    return next((tag for tag in line.row.tags if tag.kind == kind), None) if line.row is not None else None


def _facts(line: Line, kind: str) -> Mapping[str, Any]:
    tag = _tag(line, kind)
    found: Mapping[str, Any] = tag.facts or {} if tag is not None else {}
    return found


def _of_tag(kind: str, name: str) -> Callable[[Line, Source], Value]:
    return lambda line, source: getattr(_tag(line, kind), name, None) or None


def _since(kind: str) -> Callable[[Line, Source], Value]:
    """From when somebody belongs to a group; nothing where it came with a sheet: that is the day it was entered."""

    def tell(line: Line, source: Source) -> Value:
        tag = _tag(line, kind)
        return tag.since if tag is not None and tag.source != Tag.Source.IMPORTED else None

    return tell


def _begins(kind: str) -> Callable[[Line, Source], Value]:
    """From when something is drawn: the month that is written down, else since when it is granted."""
    written, granted = _fact(kind, "from_month"), _since(kind)
    return lambda line, source: written(line, source) or granted(line, source)


def _disability_kind(line: Line, source: Source) -> Value:
    """The kind in words, however it is held: a code, or words that came with a sheet."""
    facts = _facts(line, "disabled")
    words = codes.labels("disability_kind")
    held = facts.get("kind") or facts.get("category") or ()
    several = held if isinstance(held, (list, tuple)) else [held]
    return "、".join(words.get(str(one), str(one)) for one in several) or None


def _disability_level(line: Line, source: Source) -> Value:
    level = str(getattr(_tag(line, "disabled"), "level", "") or "")
    return codes.labels("disability_level").get(level, level) or None


def _gets(name: str) -> Callable[[Line, Source], Value]:
    """Whether one of the two allowances is drawn; nothing where it was never written down."""

    def tell(line: Line, source: Source) -> Value:
        held = _facts(line, "disabled").get("allowances")
        if held is None:
            return None
        several = held if isinstance(held, (list, tuple)) else str(held).split("、")
        return "是" if any(name in str(one) for one in several) else "否"

    return tell


def _place(name: str) -> Callable[[Line, Source], Value]:
    return lambda line, source: getattr(line.dwelling, name, None) if line.dwelling is not None else None


def _building(line: Line, source: Source) -> Value:
    return line.dwelling.building.name if line.dwelling is not None else None


def _estate(line: Line, source: Source) -> Value:
    estate = line.dwelling.building.estate if line.dwelling is not None else None
    return estate.name if estate is not None else None


def _area(digits: int) -> Callable[[Line, Source], Value]:
    def tell(line: Line, source: Source) -> Value:
        area = line.dwelling.area_id if line.row is None and line.dwelling is not None else _area_of(line)
        return source.area_name(area[:digits]) if len(area) >= digits else None

    return tell


def _area_of(line: Line) -> str:
    return str(line.row.life.area_id) if line.row is not None else ""


def _address(line: Line, source: Source) -> Value:
    """The standard address of the door; nothing where none is known: the name of a grid is no address."""
    return line.dwelling.address if line.dwelling is not None else None


def _door(*parts: str) -> Callable[[Line, Source], Value]:
    """The way to the door as people call it: building, entrance and room, or the last of these."""
    names = {"building": _building, "entrance": _place("entrance"), "room": _place("room")}
    return lambda line, source: "".join(str(names[part](line, source) or "") for part in parts)


def _school(line: Line, source: Source) -> Value:
    """The register keeps school and workplace in one: it is a school for who is at one, or too young to work."""
    person = person_of(line)
    if person is None or not (person.employment == _PUPIL or _is_younger(person, _YOUNGEST_TO_WORK, source.day)):
        return None
    return person.workplace


#: 在校学生 of GB/T 2261.4; nobody may be employed before sixteen (Labour Law, art. 15).
_PUPIL: Final = "31"
_YOUNGEST_TO_WORK: Final = 16


def _is_younger(person: Person, age: int, day: date) -> bool:
    return person.born is not None and person.born > born_by(age, day)


def _month(line: Line, source: Source) -> Value:
    person = person_of(line)
    return f"{person.born:%Y-%m}" if person is not None and person.born is not None else None


def _other_phone(line: Line, source: Source) -> Value:
    person = person_of(line)
    if person is None or person.other_contact:
        # The other phone is then that of whom to call, and no second one of the person.
        return None
    return vault.unseal(person.other_phone_sealed, vault.PHONE)


def _is_kind(kind: str) -> Callable[[Line, Source], Value]:
    return lambda line, source: ("是" if line.row.life.kind == kind else "否") if line.row is not None else None


def _is_head(line: Line, source: Source) -> Value:
    return (
        ("是" if line.row.life.relation == "02" else "否") if line.row is not None and line.row.life.relation else None
    )


def _apart(yes: str, no: str) -> Callable[[Line, Source], Value]:
    """Whether somebody lives where the hukou is (code 1); nothing where that is not known."""
    return lambda line, source: (
        (no if line.row.life.match == "1" else yes) if line.row is not None and line.row.life.match else None
    )


def _own(name: str) -> Callable[[Line, Source], Value]:
    return lambda line, source: line.own.get(name)


Tell = Callable[[Line, Source], Value]
#: Attributes that no ledger has, or that a form means more narrowly.
BY_ATTRIBUTE: Final[Mapping[str, Tell]] = {
    "number": lambda line, source: line.number,
    "address": _address,
    "born_month": _month,
    "other_phone": _other_phone,
    "estate": _estate,
    "building": _building,
    "entrance": _place("entrance"),
    "floor": _place("floor"),
    "room": _place("room"),
    "door": _door("building", "entrance", "room"),
    "door.building": _door("building", "entrance", "room"),
    "door.entrance": _door("entrance", "room"),
    "door.room": _door("room"),
    "school": _school,
    "floor_area": lambda line, source: (
        float(line.dwelling.floor_area) if line.dwelling is not None and line.dwelling.floor_area is not None else None
    ),
    "community": _area(12),
    "street": _area(9),
    "grid": _area(15),
    "is:head": _is_head,
    "is:registered": _is_kind("registered"),
    "is:floating": _is_kind("floating"),
    "is:apart": _apart("是", "否"),
    "is:together": _apart("否", "是"),
    "disabled.kind": _disability_kind,
    "disabled.level": _disability_level,
    "disabled.certificate": _fact("disabled", "certificate"),
    "disabled.since": _since("disabled"),
    "disabled.review": _of_tag("disabled", "review_on"),
    "disabled.living": _gets("生活"),
    "disabled.care": _gets("护理"),
    "low_income.level": _of_tag("low_income", "level"),
    "low_income.since": _since("low_income"),
    **{f"{kind}.begins": _begins(kind) for kind in ("low_income", "low_income_margin", "extreme_poverty")},
    "aged.begins": _fact("aged", "from_month"),
    "low_income.review": _of_tag("low_income", "review_on"),
    **{
        f"low_income.{name}": _fact("low_income", name)
        for name in ("monthly", "account", "account_name", "approved_on", "certificate", "classified", "covered")
    },
    "incapable.level": _of_tag("incapable", "level"),
    "dementia.level": _of_tag("dementia", "level"),
    "extreme_poverty.level": _of_tag("extreme_poverty", "level"),
    **{
        f"own.{name}": _own(name)
        for name in (
            *("covered", "since", "rental_use", "visited_on", "worker", "way", "outcome", "text", "need", "next_on"),
            *("size",),
        )
    },
}


def dwellings_of(rows: Sequence[Line]) -> None:
    """Give the lines their doors, with building and estate. One statement."""
    ids = {line.row.life.dwelling_id for line in rows if line.row is not None and line.row.life.dwelling_id}
    found = Dwelling.objects.select_related("building__estate").in_bulk(ids)
    for line in rows:
        if line.row is not None and line.dwelling is None:
            line.dwelling = found.get(line.row.life.dwelling_id)
