"""How a choice of whom a form is about stands in a page, and what a task keeps of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext

from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.register.people import groups as people_groups

#: What was read on the form itself, as its choice; everybody; nobody whom Linli holds a list of.
READ: Final = "as"
ALL: Final = "all"
NONE: Final = "none"
_VISITS: Final = ("visits_from", "visits_to")
_DAYS: Final = frozenset({CASES_FROM, CASES_TO, *_VISITS})
_NAMES: Final = frozenset({"tag", "kind", "sex", "age_from", "age_to", "cases_class", "unit", "all", "none"}) | _DAYS
_LONGEST: Final = 40


def value_of(roster: Mapping[str, str]) -> str:
    """A roster as the value of an option."""
    return f"{READ}:{urlencode(sorted(roster.items()))}"


def roster_of(choice: str) -> dict[str, str]:
    """What a choice means; {} for what was left open. Raises ValueError for what no page offers."""
    kind, _colon, value = choice.partition(":")
    if kind == READ:
        return _checked(dict(parse_qsl(value, keep_blank_values=False)))
    if kind in (ALL, NONE):
        return {kind: "1"}
    if kind in ("cases", "visits"):
        first, _slash, last = value.partition("/")
        begin, end = (CASES_FROM, CASES_TO) if kind == "cases" else _VISITS
        return _checked({begin: first, end: last} | ({"unit": "visit"} if kind == "visits" else {}))
    names = {"tag": "tag", "age": "age_from", "kind": "kind", "unit": "unit"}
    return _checked({names[kind]: value}) if value and kind in names else {}


def _checked(roster: dict[str, str]) -> dict[str, str]:
    for name, value in roster.items():
        if name not in _NAMES or len(value) > _LONGEST:
            raise ValueError(name)
        if name in _DAYS:
            date.fromisoformat(value)
        if name.startswith("age_") and not (value.isascii() and value.isdigit() and len(value) <= 3):
            raise ValueError(name)
    if "tag" in roster and roster["tag"] not in people_groups.groups():
        raise ValueError("tag")
    return roster


def choices(today: date) -> list[tuple[str, object]]:
    """Whom or what a form may be about, beside what it says itself."""
    kinds = [(f"tag:{code}", group.label) for code, group in people_groups.groups().items()]
    ages = [(f"age:{age}", gettext("%(age)s years and older") % {"age": age}) for age in (60, 65, 70, 80)]
    people = [
        (ALL, gettext("everybody who lives there")),
        *ages,
        *kinds,
        ("kind:registered", gettext("people with their hukou there")),
        ("kind:floating", gettext("the floating population")),
        (NONE, gettext("people that Linli has no list of: the form goes out without rows")),
    ]
    periods = _periods(today)
    cases = [(f"cases:{first}/{last}", words) for words, first, last in periods]
    visits = [(f"visits:{first}/{last}", words) for words, first, last in periods]
    return [
        ("", gettext("as the form says; Linli asks where it does not")),
        (gettext("People"), people),
        (gettext("Homes"), [("unit:tenancy", gettext("rented dwellings and who rents them"))]),
        (gettext("Cases that came in"), cases),
        (gettext("Visits"), visits),
    ]


def _periods(today: date) -> list[tuple[str, date, date]]:
    """What forms about cases ask for: this month and the last, this year and the last, each with its days."""
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    year = first.replace(month=1)
    end_of_month = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return [
        (gettext("this month"), first, end_of_month),
        (gettext("last month"), before, first - timedelta(days=1)),
        (gettext("this year"), year, year.replace(month=12, day=31)),
        (gettext("last year"), year.replace(year=year.year - 1), year - timedelta(days=1)),
    ]
