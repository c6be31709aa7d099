"""What the pages of ledgers share: the ledger of an address, its filters, its columns, its cells as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.areas.queries import names_of
from linli.insight.ledgers import columns, filters, queries
from linli.insight.ledgers.definitions import Field, Ledger, fields
from linli.insight.ledgers.models import Subject
from linli.insight.ledgers.rows import Row, Source
from linli.ui.links import Chip, without

PAGES: Mapping[str, str] = {
    Subject.PEOPLE: "register:person",
    Subject.DWELLINGS: "register:dwelling",
    Subject.ORGANISATIONS: "register:organisation",
}
TITLES: Mapping[str, str] = {Subject.PEOPLE: "name", Subject.DWELLINGS: "address", Subject.ORGANISATIONS: "name"}


@dataclass(frozen=True)
class Asked:
    """A ledger as an address asks for it: `chosen` are all filters, the ledger's own included."""

    own: Ledger
    ledger: Ledger
    chosen: Mapping[str, str]
    words: list[tuple[str, str, str]]
    source: Source

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filters in words."""
        return [(label, value) for _name, label, value in self.words]


def asked(request: ActorRequest, slug: str) -> Asked:
    """The ledger with this name and what the address asks of it; 404 when there is none in the actor's area."""
    actor, today = request.actor, timezone.localdate()
    own = queries.ledger(actor, slug)
    if own is None:
        raise Http404
    chosen = filters.read(own.subject, request.GET, own.filters, today)
    ledger = own.with_columns(request.GET.getlist("columns"))
    area = chosen.get("area", "")
    words = filters.in_words(own.subject, chosen, names_of([area]).get(area, area) if area else "")
    source = Source(actor, own.subject, chosen, today, [one.key for one in ledger.fields])
    return Asked(own, ledger, chosen, words, source)


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of the ledgers."""
    return TemplateResponse(request, f"ledgers/{template}", dict(context), status=status)


def url_or_none(name: str, *args: object) -> str:
    """The address of a page of another part of the house; "" where that part has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def chips(request: HttpRequest, found: Asked) -> list[Chip]:
    """The filters in force that can be dropped; the ledger's own cannot."""
    return [
        Chip(label, value, without(request, name))
        for name, label, value in found.words
        if name not in found.own.filters
    ]


def controls(found: Asked, actor: Actor) -> list[dict[str, object]]:
    """The form above the table: one control for each filter that the ledger leaves open."""
    labels = filters.labels()
    shown: list[dict[str, object]] = []
    for name in filters.NAMES[found.ledger.subject]:
        if name in found.own.filters:
            continue
        kind = {"q": "search", "on": "date", "age_from": "number", "age_to": "number"}.get(name, "select")
        entries = filters.choices(found.ledger.subject, name) if kind == "select" else []
        if name == "area":
            entries = list(queries.choosable_areas(actor, timezone.localdate()))
        value = found.chosen.get(name, "")
        if name == "area" and value and value not in dict(entries):
            entries.append((value, {one: words for one, _label, words in found.words}[name]))
        shown.append({"name": name, "label": labels[name], "kind": kind, "value": value, "entries": entries})
    return shown


def column_choices(found: Asked) -> list[tuple[str, str, bool]]:
    """Every column that the ledger may have: key, label, whether it is shown. Its own columns come first."""
    shown = {one.key for one in found.ledger.fields}
    own = {one.key: one.label for one in found.own.fields}
    rest = {key: one.label for key, one in fields(found.ledger.subject).items() if key not in own}
    return [(key, label, key in shown) for key, label in {**own, **rest}.items()]


def head(ledger: Ledger) -> list[dict[str, str]]:
    """The columns as the table of `{% table %}` wants them."""
    title = title_key(ledger)
    return [
        {"label": one.label, "kind": "title" if one.key == title else "num" if one.kind == "number" else "short"}
        for one in ledger.fields
    ]


def title_key(ledger: Ledger) -> str:
    """The column that leads to the thing itself; the first one where the usual one was left out."""
    usual = TITLES[ledger.subject]
    return usual if any(one.key == usual for one in ledger.fields) else ledger.fields[0].key


def lines(ledger: Ledger, source: Source, rows: list[Row]) -> list[dict[str, object]]:
    """The rows as the table wants them, sensitive values masked."""
    pattern = url_or_none(PAGES[ledger.subject], 0)
    readers = [(one, columns.reader(one, source)) for one in ledger.fields]
    return [
        {
            # Who has moved on belongs to another place: their page is not ours to open.
            "url": "" if row.elsewhere else pattern.replace("/0/", f"/{row.thing.pk}/"),
            "cells": [text(one, read(row)) for one, read in readers],
        }
        for row in rows
    ]


def text(field: Field, value: object) -> str:
    """A cell as text."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)


def empty(found: Asked) -> str:
    """Why a ledger is empty."""
    if len(found.words) > len(found.own.filters):
        return _("Nothing matches these filters.")
    return _("Nothing belongs to this ledger yet. Rows come from the register: nothing is typed here.")
