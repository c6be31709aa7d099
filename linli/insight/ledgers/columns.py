"""What stands in each cell: one function for each column, and the mask over what is sensitive."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import partial

from linli.apps.visits import care
from linli.apps.visits.care import Belonging
from linli.foundation import vault
from linli.insight.ledgers.definitions import Field
from linli.insight.ledgers.models import Subject
from linli.insight.ledgers.rows import Row, Source
from linli.lib import citizen_id
from linli.lib.chinese import mask_phone
from linli.register.people import codes, row_keys
from linli.register.people.models import Contact, Person, Tag

Value = str | int | float | date | None
Cell = Callable[[Row, Source], Value]

AGE_BANDS = (100, 90, 80, 70, 60)


def masked(key: str, value: str) -> str:
    """A sensitive value as everybody may see it: its ends only."""
    if not value:
        return ""
    if key == "identity":
        return citizen_id.mask(value)
    if "phone" in key:
        return mask_phone(value)
    inside = citizen_id.mask_within(value)
    return inside if inside != value else "*" * 8 + (value[-4:] if len(value) > 8 else "")


def cell(field: Field, row: Row, source: Source, unmasked: Collection[str] = ()) -> Value:
    """The value of one cell; see `reader`."""
    return reader(field, source, unmasked)(row)


def reader(field: Field, source: Source, unmasked: Collection[str] = ()) -> Callable[[Row], Value]:
    """What reads a column out of rows: codes in words, sensitive values masked unless `unmasked` names the column.

    Of somebody who belongs to another place by now, only what was true here is told. Tables are looked up once, for a
    file of two hundred thousand rows.
    """
    fill, key = provider(source.subject, field.key), field.key
    hidden = field.level == "sensitive" and key not in unmasked
    # A number of a certificate may be the number of the person with two digits more.
    holds_numbers = key.startswith("fact:") and "identity" not in unmasked
    words = codes.labels(field.table) if field.table else {}
    told_of_all = key in THEN

    def read(row: Row) -> Value:
        if row.elsewhere and not told_of_all:
            return None
        value = fill(row, source)
        if hidden:
            return masked(key, str(value or ""))
        if holds_numbers and isinstance(value, str):
            return citizen_id.mask_within(value)
        return words.get(value, value) if words and isinstance(value, str) else value

    return read


def provider(subject: str, key: str) -> Cell:
    """The function that fills a column. Raises KeyError for a column that nobody fills."""
    if key == "fact:guardian":
        return _guardian
    if key.startswith("fact:") and subject == Subject.PEOPLE:
        return partial(_fact, key.removeprefix("fact:"))
    return PROVIDERS[subject][key]


def row_key(subject: str, row: Row, at: datetime) -> str:
    """What the hidden first column says, so that an import knows the row again: kind, key, version and when."""
    if subject == Subject.PEOPLE:
        return row_keys.key_of(row.thing.pk, row.thing.version, at)
    return f"{subject}:{row.thing.pk}:{getattr(row.thing, 'version', 1)}"


def _attribute(name: str) -> Cell:
    return lambda row, source: getattr(row.thing, name)


def _life(name: str) -> Cell:
    return lambda row, source: getattr(row.life, name)


def _sealed(name: str, context: str) -> Cell:
    return lambda row, source: vault.unseal(getattr(row.thing, f"{name}_sealed"), context)


def _born(row: Row, source: Source) -> date | str | None:
    """The birthday; of a year or month alone its words: no cell tells a day that nobody knows."""
    person: Person = row.thing
    return person.born_words if person.born_precision else person.born


def _age(row: Row, source: Source) -> int | None:
    person = row.thing
    if person.born is None:
        return None
    end = min(person.died, source.day) if person.died else source.day
    return citizen_id.age(person.born, end) if end >= person.born else None


def _age_band(row: Row, source: Source) -> str:
    age = _age(row, source)
    if age is None:
        return ""
    return next((f"{low}岁及以上" if low == 100 else f"{low}—{low + 9}岁" for low in AGE_BANDS if age >= low), "")


def _address(row: Row, source: Source) -> str:
    home = row.life.dwelling
    return home.address if home is not None else source.area_name(row.life.area_id)


def _home(name: str) -> Cell:
    return lambda row, source: getattr(row.life.dwelling, name) if row.life.dwelling is not None else ""


def _grid(row: Row, source: Source) -> str:
    return source.area_name(row.life.area_id)


def _worker(row: Row, source: Source) -> str:
    return source.worker_of(row.life.area_id)


def _status(row: Row, source: Source) -> str:
    return "在册" if source.is_past else {"here": "在册", "gone": "已离开", "dead": "已死亡"}[row.thing.status]


def _tags(row: Row, source: Source) -> str:
    named = source.group_names
    return "、".join(f"{named.get(tag.kind, tag.kind)}{tag.level}" for tag in row.tags)


def _tag(row: Row, source: Source) -> Tag | None:
    """The membership that the ledger is about."""
    kind = source.chosen.get("tag", "")
    return next((tag for tag in row.tags if tag.kind == kind), None)


def _of_tag(name: str) -> Cell:
    return lambda row, source: getattr(_tag(row, source), name, None)


def _fact(name: str, row: Row, source: Source) -> Value:
    tag = _tag(row, source)
    value = (tag.facts or {}).get(name) if tag is not None else None
    if isinstance(value, (list, tuple)):
        return "、".join(str(one) for one in value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value or "")


def _guardian(row: Row, source: Source) -> Value:
    """Who is entered as guardian beside the person; where nobody is, what was told with the group."""
    named = [one.name for one in row.contacts if one.kind == Contact.Kind.GUARDIAN and one.name]
    return "、".join(named) or _fact("guardian", row, source)


def _care_days(row: Row, source: Source) -> int | None:
    held = [Belonging(tag.kind, tag.level, tag.since) for tag in row.tags]
    found = care.care_of(row.thing.born, held, source.book)
    return found.days if found else None


#: Columns that say who somebody is, or how they lived here: told also of those who have moved on since.
THEN = frozenset(
    {
        *("number", "name", "sex", "born", "age", "age_band", "address", "relation", "match", "kind", "marital"),
        *("status", "dwelling_kind", "dwelling_use", "grid", "grid_worker", "since", "head", "household_size"),
    }
)

_PLACED: Mapping[str, Cell] = {"number": lambda row, source: row.number, "grid": _grid, "grid_worker": _worker}

PROVIDERS: Mapping[str, Mapping[str, Cell]] = {
    Subject.PEOPLE: {
        **_PLACED,
        **{
            name: _attribute(name)
            for name in (
                *("name", "sex", "ethnic", "identity_kind", "political", "education", "employment"),
                *("nationality", "registered_address", "workplace", "note", "inflow_reason", "other_contact"),
            )
        },
        **{name: _life(name) for name in ("marital", "relation", "match", "kind")},
        "identity": _sealed("identity", vault.IDENTITY),
        "phone": _sealed("phone", vault.PHONE),
        "other_phone": _sealed("other_phone", vault.PHONE),
        "born": _born,
        "age": _age,
        "age_band": _age_band,
        "address": _address,
        "dwelling_kind": _home("kind"),
        "dwelling_use": _home("use"),
        "status": _status,
        "tags": _tags,
        "tag_level": _of_tag("level"),
        "tag_since": _of_tag("since"),
        "tag_basis": _of_tag("basis"),
        "tag_review": _of_tag("review_on"),
        "recorded": lambda row, source: source.local(row.thing.created_at),
        "since": lambda row, source: row.since,
        "household_number": lambda row, source: row.household_number,
        "head": lambda row, source: row.head,
        "household_size": lambda row, source: row.size,
        "care_days": _care_days,
        "last_visit": lambda row, source: source.local(row.last_visit),
    },
    Subject.DWELLINGS: {
        **_PLACED,
        **{name: _attribute(name) for name in ("entrance", "floor", "room", "address", "kind", "use", "rental_use")},
        "estate": lambda row, source: row.thing.building.estate.name if row.thing.building.estate else "",
        "building": lambda row, source: row.thing.building.name,
        "floor_area": lambda row, source: float(row.thing.floor_area) if row.thing.floor_area is not None else None,
        "owner": lambda row, source: row.tenures.get("owner", ""),
        "tenant": lambda row, source: row.tenures.get("tenant", ""),
        "households": lambda row, source: row.counts["households"],
        "people": lambda row, source: row.counts["people"],
        "note": _attribute("note"),
    },
    Subject.ORGANISATIONS: {
        **_PLACED,
        **{
            name: _attribute(name)
            for name in ("name", "credit_code", "kind", "address", "contact", "staff_count", "opened_on", "closed_on")
        },
        "phone": _sealed("phone", vault.PHONE),
    },
}
