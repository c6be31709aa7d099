"""What a batch will change, for people to read before they approve it: counts, and rows in pages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.areas.queries import names_of
from linli.foundation.imports.models import Batch
from linli.lib import citizen_id
from linli.lib.chinese import mask_phone, mobile
from linli.lib.days import day_words
from linli.lib.prefix import within
from linli.register.homes.models import Estate
from linli.register.people import codes, groups
from linli.register.people.actions import fields
from linli.register.people.actions.contacts import described
from linli.register.people.headings import meaning_of
from linli.register.people.importing import balance, contacts, setting_aside
from linli.register.people.importing.changing import said
from linli.register.people.importing.columns import labels
from linli.register.people.importing.comparing import LIFE, kinds_of, moves
from linli.register.people.importing.naming import NAME_DIFFERS
from linli.register.people.importing.rows import BETWEEN
from linli.register.people.importing.sentences import sentences_of, why
from linli.register.people.models import Contact, Person, PopulationEvent, Staged
from linli.register.people.models.event import EventKind

PAGE = 30
COMMUNITY_DIGITS = 12
TABLES = {
    "sex": "sex", "ethnic": "ethnic", "education": "education", "political": "political", "employment": "employment",
    "identity_kind": "identity_kind", "inflow_reason": "inflow_reason", "marital": "marital", "relation": "relation",
    "match": "residence_match", "kind": "population_kind",
}  # fmt: skip
_LONG_NUMBER = re.compile(r"[0-9]{7,}[0-9Xx]*")
#: What the tabs of the preview show.
VIEWS = ("meanwhile", "new", "changed", "moved", "births", "deaths", "left", "unchanged", "conflict", "left_out")


@dataclass(frozen=True)
class Difference:
    """One field that the sheet says differently; sensitive values are masked."""

    name: str
    label: str
    old: str
    new: str
    kept: bool


def rows_in(batch: Batch, view: str) -> QuerySet[Staged]:
    """The rows of one tab."""
    rows = Staged.objects.filter(batch=batch).order_by("row")
    same = rows.filter(state="ok", decision="same", person_id__isnull=False)
    return {
        "meanwhile": rows.filter(meanwhile=True),
        "new": rows.filter(state="ok").exclude(decision="same", person_id__isnull=False),
        "changed": same.exclude(differs=""),
        "moved": same.filter(moves=True),
        "births": rows.filter(state="ok", event="birth").exclude(decision="same", person_id__isnull=False),
        "deaths": rows.filter(state="ok", event="death"),
        "left": rows.filter(state="ok", event__in=("move_out", "flow_out")),
        "unchanged": rows.filter(state="unchanged"),
        "conflict": rows.filter(state="conflict"),
        "left_out": rows.filter(state__in=("left_out", "error")),
    }[view]


def part(rows: QuerySet[Staged], after: int, size: int = PAGE) -> tuple[list[Staged], int]:
    """A page of rows after a row number, and the number after which the next page begins (0 for none)."""
    found = list(rows.filter(row__gt=after).order_by("row")[: size + 1])
    return found[:size], found[size - 1].row if len(found) > size else 0


def home_counts(batch: Batch) -> dict[str, int]:
    """How many households, buildings and dwellings the register does not have yet."""
    rows = rows_in(batch, "new") | rows_in(batch, "moved")
    fresh = rows.order_by()
    return {
        "households": fresh.filter(household_id__isnull=True).values("household_key").distinct().count(),
        "dwellings": fresh.filter(dwelling_id__isnull=True).exclude(room="").exclude(building="")
        .values("estate", "building", "entrance", "room").distinct().count(),
        "estates": _new_estates(batch, fresh),
        "buildings": fresh.filter(building_id__isnull=True).exclude(building="")
        .values("estate", "building").distinct().count(),
    }  # fmt: skip


def _new_estates(batch: Batch, fresh: QuerySet[Staged]) -> int:
    """How many estates of the rows with new buildings the register does not have in this area."""
    named = fresh.filter(building_id__isnull=True).exclude(building="").exclude(estate="")
    names = set(named.values_list("estate", flat=True).distinct())
    known = Estate.objects.filter(**within("area_id", batch.area_id), name__in=names).values_list("name", flat=True)
    return len(names - set(known))


def lines(rows: list[Staged]) -> list[dict[str, Any]]:
    """Rows for a page: who, where, what differs, why. Five statements, however many rows."""
    people = Person.objects.select_related("dwelling").in_bulk([row.person_id for row in rows if row.person_id])
    beside = contacts.held_for(rows)
    areas = names_of(
        {row.area_id for row in rows} | {person.area_id for person in people.values()}
        | {person.area_id[:COMMUNITY_DIGITS] for person in people.values()}
    )  # fmt: skip
    return [_line(row, people.get(row.person_id or 0), areas, beside.get(row.person_id or 0, ())) for row in rows]


def with_sources(batch: Batch, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add who entered each person of the register and when, and what the earlier row of the sheet says."""
    earlier = {row.row: row for row in rows_of_numbers(batch, [line["row"].same_as_row for line in lines])}
    areas = names_of({row.area_id for row in earlier.values()})
    ids = [line["person"].pk for line in lines if line["person"] is not None]
    first: dict[int, PopulationEvent] = {}
    for event in PopulationEvent.objects.filter(person_id__in=ids).select_related("by", "batch").order_by("-pk"):
        first[event.person_id] = event
    for line in lines:
        row, person = line["row"], line["person"]
        line["number_asked"] = row.reason == NAME_DIFFERS and row.decided_by_id is None
        line["entered"] = first.get(person.pk) if person is not None else None
        other = earlier.get(row.same_as_row or 0)
        line["earlier"] = (
            {"name": other.name or "—", "facts": facts_of(other), "door": door_of(other, areas)} if other else None
        )
    return lines


def rows_of_numbers(batch: Batch, numbers: Iterable[int | None]) -> QuerySet[Staged]:
    """The staged rows with these row numbers."""
    return Staged.objects.filter(batch=batch, row__in=[number for number in numbers if number])


def _line(row: Staged, person: Person | None, areas: dict[str, str], beside: Sequence[Contact]) -> dict[str, Any]:
    return {
        "row": row,
        "event": event_of(row),
        "name": row.name or "—",
        "facts": facts_of(row),
        "door": "" if is_aside(row) else door_of(row, areas),
        "person": person,
        "person_facts": _person_facts(person),
        "person_door": (person.dwelling.address if person.dwelling else areas.get(person.area_id, ""))
        if person
        else "",
        "community": areas.get(person.area_id[:COMMUNITY_DIGITS], "") if person else "",
        "why": why(row.reason),
        "out": balance.label_of(balance.reason_of(row)),
        "aside": is_aside(row),
        "said": _said_aside(row),
        "beside": [described(one) for one in contacts.said(row)],
        "differences": differences(row, person, beside) if person is not None and row.decision != "different" else [],
        "errors": list(sentences_of(row.errors).values()),
    }


def is_aside(row: Staged) -> bool:
    """Whether a row was set aside while it was read, and nobody has decided otherwise."""
    return row.state == Staged.State.LEFT_OUT and row.reason in setting_aside.CODES and not row.decision


def _said_aside(row: Staged) -> str:
    """What a row says that is about nobody, without the numbers of documents and phones that may be in it."""
    if not (row.cells_sealed and row.reason in setting_aside.CODES):
        return ""
    cells = dict.fromkeys(cell for cell in vault.unseal(row.cells_sealed, vault.STAGED).split(BETWEEN) if cell)
    return " · ".join(_LONG_NUMBER.sub("…", cell) for cell in cells)[:120]


def event_of(row: Staged) -> str:
    """What the row says happened, and when: 死亡 2026-10-01."""
    if not row.event:
        return ""
    label = str(dict(EventKind.choices).get(row.event, row.event))
    return f"{label} {row.event_on.isoformat()}" if row.event_on is not None else label


def facts_of(row: Staged) -> str:
    """Sex, birthday and masked numbers of a row."""
    number = citizen_id.mask(said(row, "identity")) if row.identity_sealed else ""
    phone = mask_phone(said(row, "phone")) if row.phone_sealed else ""
    born = day_words(row.born, row.born_precision)
    return " · ".join(part for part in (codes.label("sex", row.sex), born, number, phone) if part)


def _person_facts(person: Person | None) -> str:
    if person is None:
        return ""
    number = citizen_id.mask(fields.plain(person, "identity")) if person.identity_sealed else ""
    phone = mask_phone(fields.plain(person, "phone")) if person.phone_sealed else ""
    born = person.born_words
    return " · ".join(part for part in (codes.label("sex", person.sex), born, number, phone) if part)


def door_of(row: Staged, areas: dict[str, str]) -> str:
    """The door that a row says, its grid where it says none."""
    return f"{row.estate}{row.building}{row.entrance}{row.room}" or areas.get(row.area_id, row.area_id)


def differences(row: Staged, person: Person, beside: Sequence[Contact]) -> list[Difference]:
    """What the row says differently, field by field."""
    keep = set(row.keep.split())
    found = []
    for name in row.differs.split():
        if name == "tags":
            known = groups.groups(area_id=person.area_id)
            new = "、".join(known[kind].label if kind in known else kind for kind in kinds_of(row))
            found.append(Difference(name, _("special groups"), "", new, name in keep))
            continue
        if name == contacts.FIELD:
            old, new = contacts.words(row, beside)
            found.append(Difference(name, _("related people"), old, new, name in keep))
            continue
        old_value = getattr(person, name) if name in LIFE else fields.plain(person, name)
        label = labels().get(name, name)
        found.append(Difference(name, label, shown(name, old_value), shown(name, said(row, name)), name in keep))
    if moves(row, person):
        old = person.dwelling.address if person.dwelling else ""
        found.append(Difference("move", _("home"), old, door_of(row, {}), "move" in keep))
    return found


def shown(name: str, value: Any) -> str:
    """A value for the page: labels of codes, masks for what is sensitive."""
    text = fields.as_text(value)
    if name == "identity":
        return citizen_id.mask(text) if text else ""
    if name in ("phone", "other_phone"):
        return mask_phone(text)
    return codes.label(TABLES[name], text) if name in TABLES and text else text


def masked_cells(row: Staged, cells: list[str], mapping: dict[str, str]) -> list[tuple[int, str]]:
    """The cells of a row for the page, numbers of documents and phones masked unless they are wrong anyway."""
    wrong = {*sentences_of(row.errors), *row.unread.strip("/").split("/")}
    if row.phone_index:
        wrong.discard("phone")
    found = []
    for at, text in enumerate(cells):
        key = mapping.get(str(at), "")
        found.append((at, text if key and key in wrong else _masked(meaning_of(key).field, text)))
    return found


def _masked(field: str, text: str) -> str:
    """A number or phone with its ends only, whoever has it; in a column left out, too, where it looks like one."""
    if field == "identity" or (not field and citizen_id.FORM.fullmatch(text.strip().upper())):
        return citizen_id.mask(text) if text else ""
    if field in ("phone", "other_phone") or (not field and mobile(text) is not None):
        return mask_phone(text) if text else ""
    return text
