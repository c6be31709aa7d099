"""What a ledger is asked for: the same parameters as the list of people, so that links carry over, and a day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from linli.insight.ledgers.models import Subject
from linli.lib.chinese import clip, fold, tidy
from linli.register.people import codes, groups
from linli.register.people.models import Person
from linli.register.people.queries import lists
from linli.register.people.queries.lists import ANY, Filter

LONGEST_WORDS = 60
EARLIEST = date(1900, 1, 1)
#: The parameters of each kind of row, in the order of the form.
NAMES: Mapping[str, tuple[str, ...]] = {
    Subject.PEOPLE: ("q", "area", "kind", "tag", "status", "sex", "age_from", "age_to", "match", "on"),
    Subject.DWELLINGS: ("q", "area", "kind", "use"),
    Subject.ORGANISATIONS: ("q", "area", "kind", "status"),
}


def read(subject: str, given: Mapping[str, Any] | QueryDict, fixed: Mapping[str, str], today: date) -> dict[str, str]:
    """What the address asks for, cleaned; `fixed` (the ledger's own filters) wins. What means nothing is left out."""
    asked = {**{name: str(given.get(name, "") or "") for name in NAMES[subject]}, **fixed}
    cleaned = {name: _clean(subject, name, value, today) for name, value in asked.items() if value}
    return {name: value for name, value in cleaned.items() if value}


def _clean(subject: str, name: str, value: str, today: date) -> str:
    match name:
        case "q":
            words = clip(tidy(value), LONGEST_WORDS)
            # Numbers of documents and phones are looked for by POST: no address and no export's row holds them.
            return "" if lists.is_number(words) else words
        case "area":
            return value if value.isascii() and value.isdigit() and len(value) <= 18 else ""
        case "age_from" | "age_to":
            text = fold(value)[:4]
            return str(min(int(text), lists.OLDEST)) if text.isascii() and text.isdigit() else ""
        case "on":
            day = day_of(value)
            return day.isoformat() if day is not None and day < today else ""
    return value if value in _known(subject, name) else ""


def day_of(text: str) -> date | None:
    """A day of an address; None for anything else."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if EARLIEST <= day <= date(2200, 1, 1) else None


def _known(subject: str, name: str) -> Iterable[str]:
    return dict(choices(subject, name))


def choices(subject: str, name: str) -> list[tuple[str, str]]:
    """The entries of a drop-down, without the one that asks nothing."""
    tables = {
        (Subject.PEOPLE, "kind"): "population_kind",
        (Subject.PEOPLE, "match"): "residence_match",
        (Subject.DWELLINGS, "kind"): "dwelling_kind",
        (Subject.DWELLINGS, "use"): "dwelling_use",
        (Subject.ORGANISATIONS, "kind"): "organisation_kind",
    }
    table = tables.get((Subject(subject), name))
    if table:
        return codes.choices(table, empty=None)
    if name == "sex":
        return [(code, label) for code, label in codes.choices("sex", empty=None) if code in "12"]
    if name == "tag":
        return [(ANY, _("any group")), *((code, group.label) for code, group in groups.groups().items())]
    if name == "status" and subject == Subject.PEOPLE:
        return [*((code, str(label)) for code, label in Person.Status.choices), ("all", _("here, gone or dead"))]
    if name == "status":
        return [("here", _("on site")), ("gone", _("gone")), ("all", _("all"))]
    return []


def labels() -> Mapping[str, str]:
    """What each parameter is called."""
    return {
        "q": _("Words"),
        "area": _("Area"),
        "kind": _("Kind"),
        "use": _("Use"),
        "tag": _("Group"),
        "status": _("Status"),
        "sex": _("Sex"),
        "age_from": _("Age from"),
        "age_to": _("Age to"),
        "match": _("Hukou and residence"),
        "on": _("As of"),
    }


def in_words(subject: str, chosen: Mapping[str, str], area_name: str) -> list[tuple[str, str, str]]:
    """The filters in force: (parameter, label, value in words)."""
    named = labels()
    found = []
    for name in NAMES[subject]:
        value = chosen.get(name, "")
        if value:
            shown = area_name if name == "area" else dict(choices(subject, name)).get(value, value)
            found.append((name, named[name], shown))
    return found


def of_people(chosen: Mapping[str, str]) -> Filter:
    """The filter of the list of people that says the same."""
    ages = {name: int(chosen[name]) for name in ("age_from", "age_to") if name in chosen}
    same = {name: chosen[name] for name in ("q", "area", "kind", "status", "tag", "sex", "match") if name in chosen}
    return Filter(**same, **ages)  # type: ignore[arg-type]
