"""Ledgers as data: the columns there are, and which of them make up which ledger (`data/ledgers.json`)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from linli.insight.ledgers.models import SavedLedger, Subject
from linli.lib.workbooks import Kind
from linli.register.people.headings import Heading


@dataclass(frozen=True)
class Field:
    """A column: `level` is open, personal or sensitive (the last is masked); `table` the code table of its values."""

    key: str
    label: str
    level: str
    kind: Kind
    width: float | None = None
    table: str = ""


@dataclass(frozen=True)
class Ledger:
    """A ledger: what its rows are, which filters it never gives up, which columns it has, in order."""

    slug: str
    name: str
    subject: str
    filters: Mapping[str, str]
    fields: tuple[Field, ...]
    about: str = ""
    saved: SavedLedger | None = field(default=None, compare=False)

    def with_columns(self, keys: Iterable[str]) -> "Ledger":
        """The same ledger with other columns, in their usual order; its own where `keys` names none."""
        wanted = set(keys)
        own = {one.key: one for one in self.fields}
        chosen = [own[key] for key in own if key in wanted]
        chosen += [one for key, one in fields(self.subject).items() if key in wanted and key not in own]
        return replace(self, fields=tuple(chosen)) if chosen else self


@cache
def _data() -> Mapping[str, Any]:
    text = (resources.files("linli.insight.ledgers") / "data" / "ledgers.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def fields(subject: str) -> Mapping[str, Field]:
    """Every column that rows of this kind may have: key → column."""
    return {
        row["key"]: Field(row["key"], row["label"], row["class"], row["kind"], row.get("width"), row.get("table", ""))
        for row in _data()["columns"][subject]
    }


@cache
def shipped() -> Mapping[str, Ledger]:
    """The ledgers that come with Linli: slug → ledger."""
    return {row["slug"]: _ledger(row) for row in _data()["ledgers"]}


def _ledger(row: Mapping[str, Any]) -> Ledger:
    known = fields(row["subject"])
    chosen = [
        known[entry] if isinstance(entry, str) else replace(known[entry["key"]], label=entry["label"])
        for entry in row["columns"]
    ]
    return Ledger(row["slug"], row["name"], row["subject"], row["filter"], tuple(chosen), row["about"])


#: Columns of others, or under other names, that are held with the person.
_HELD: Mapping[str, str] = {
    "serial": "number", "head_name": "head", "worker": "grid_worker", "guardian:name": "fact:guardian",
}  # fmt: skip


def key_of(heading: Heading) -> str:
    """Under which key of a person's columns a heading is held; "" for what is not held.

    A special group is held as itself (“tag:low_income”) where the heading asks whether somebody belongs to it.
    """
    key = _HELD.get(heading.key, heading.key)
    if key in fields(Subject.PEOPLE):
        return key
    return key if key.startswith("tag:") and heading.aspect == "member" else ""


def of_saved(saved: SavedLedger) -> Ledger:
    """A community's own ledger. Columns that no longer exist are left out."""
    base = shipped().get(saved.based_on)
    labels = {one.key: one for one in base.fields} if base else {}
    known = {**fields(saved.subject), **labels}
    chosen = tuple(known[key] for key in saved.columns if key in known)
    return Ledger(slug_of(saved), saved.name, saved.subject, saved.filters, chosen, saved=saved)


def slug_of(saved: SavedLedger) -> str:
    """The word by which addresses name a saved ledger."""
    return f"own-{saved.pk}"
