"""Every place where the number of a row stands without a foreign key: in a plain column, a text, a JSON value.

The database does not know these, so nothing stops the row they name from going. Each is written down here with what it
names, and a test fails when a column or a JSON key appears that is not (`undeclared_columns`, `undeclared_values`).
`dangling` reads them all and tells the numbers that lead nowhere: neither to a row, nor (where history keeps a number
for good) to what an undone import says of it (`Removed`, ADR 0022).

A new loose number: prefer a foreign key; else add a line to `LOOSE`, and let whatever deletes its rows end or note it.
Sessions keep a post (`restricted`, sign-in) and a person (`portal.own_data`); both are looked up again at each
request, and as no number is given twice, one whose row is gone finds nobody. Files keep no numbers of rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import models

from linli.register.people.models import Removed

PERSON, HOUSEHOLD, EVENT = "people.Person", "people.Household", "people.PopulationEvent"
DWELLING, BUILDING, ESTATE = "homes.Dwelling", "homes.Building", "homes.Estate"
USER, POST = "accounts.User", "accounts.Post"

#: What a removed row of a model is called in `Removed`.
TOMBSTONES: Final = {
    PERSON: Removed.What.PERSON,
    EVENT: Removed.What.EVENT,
    HOUSEHOLD: Removed.What.HOUSEHOLD,
    DWELLING: Removed.What.DWELLING,
    BUILDING: Removed.What.BUILDING,
    ESTATE: Removed.What.ESTATE,
}


@dataclass(frozen=True)
class Loose:
    """One place: the column, the key inside its JSON ("" for the value itself), and the model that it names.

    `history`: the number stays for good, and a removed row is told by `Removed`. `when` narrows the rows that count.
    """

    column: str
    names: str
    key: str = ""
    history: bool = False
    when: tuple[tuple[str, str], ...] = ()

    @property
    def model(self) -> Any:
        """The model that holds the number."""
        return apps.get_model(self.column.rpartition(".")[0])

    @property
    def field(self) -> str:
        """The name of the column."""
        return self.column.rpartition(".")[2]

    def numbers(self) -> set[int]:
        """Every number that stands here now."""
        rows = self.model._base_manager.filter(**dict(self.when)).values_list(self.field, flat=True)
        found: set[int] = set()
        for value in rows.iterator(5_000):
            inside = value.get(self.key) if self.key and isinstance(value, dict) else None if self.key else value
            found.update(_numbers(inside))
        return found


LOOSE: Final = (
    # Rows on their way in. Undoing a batch takes its people out of the rows of others that wait.
    Loose("people.Staged.person_id", PERSON),
    Loose("people.Staged.unlike_person_id", PERSON),
    Loose("people.Staged.unlike", PERSON, history=True),
    Loose("people.Staged.household_id", HOUSEHOLD),
    Loose("people.Staged.dwelling_id", DWELLING),
    Loose("people.Staged.building_id", BUILDING),
    Loose("people.Staged.decided_by_id", USER),
    Loose("people.MadeHome.object_id", DWELLING, when=(("what", "dwelling"),)),
    Loose("people.MadeHome.object_id", BUILDING, when=(("what", "building"),)),
    Loose("people.MadeHome.object_id", ESTATE, when=(("what", "estate"),)),
    # A move that waits keeps a batch from being undone; one that was answered is history.
    Loose("people.Transfer.people", PERSON, when=(("state", "waiting"),)),
    Loose("people.Transfer.people", PERSON, history=True),
    Loose("people.PopulationEvent.data", PERSON, key="spouse", history=True),
    Loose("people.PopulationEvent.data", PERSON, key="head", history=True),
    # Who was in a file that left the house, and who looked at whom: kept by law, never changed.
    Loose("ledgers.ExportedPerson.person_id", PERSON, history=True),
    Loose("audit.AccessRecord.user_id", USER),
    Loose("audit.AccessRecord.post_id", POST),
    Loose("audit.AccessRecord.subject_id", PERSON, history=True, when=(("subject_kind", "person"),)),
    Loose("audit.AccessRecord.subject_id", BUILDING, history=True, when=(("subject_kind", "building"),)),
    Loose("audit.AccessRecord.data", PERSON, key="found", history=True),
    Loose("audit.AccessRecord.data", "people.SubjectRequest", key="request", history=True),
)

#: Columns that look like it and hold no number of a row; why.
NOT_LOOSE: Final = {
    "people.Removed.first_id": "numbers of rows that are gone: that is what it keeps",
    "people.Removed.last_id": "as above",
    "people.Headcount.area_id": "code of an area; areas are never removed, they end",
    "people.Staged.area_id": "code of an area",
    "audit.AccessRecord.area_id": "code of an area",
    "notifications.Message.subject_id": "number of a case, task or move, as words for the list; the link leads there",
}

#: JSON columns without any number of a row (beyond keys in `LOOSE`); what they hold.
JSON_HOLDS: Final = {
    "areas.Boundary.geometry": "points of a polygon",
    "audit.AccessRecord.data": "what was asked for: filters, counts, field names",
    "rules.RuleSet.params": "parameters of a rule",
    "accounts.ApiToken.scopes": "names of permissions",
    "imports.Batch.columns": "headings of the sheet",
    "imports.Batch.mapping": "column number of the sheet → field",
    "imports.Batch.book": "names of sheets, and how many rows and cells they have",
    "imports.Batch.options": "choices for the import",
    "imports.Batch.counts": "how many rows of which state",
    "imports.SavedMapping.mapping": "column number of the sheet → field",
    "homes.Estate.aliases": "other names",
    "people.PopulationEvent.data": "addresses and reasons in words",
    "people.PopulationEvent.stopped": "what ended, in words",
    "people.Tag.facts": "kind and number of a certificate",
    "catalogue.MatterList.aliases": "other names",
    "catalogue.Matter.keywords": "words",
    "catalogue.Matter.carries": "kinds of thing",
    "catalogue.Matter.overridden": "codes of rules",
    "cases.Event.data": "codes of units and matters, days, levels: keys of publications, never of rows",
    "visits.Visit.differences": "what differed, by code",
    "admission.Handing.roster": "filter of a form: codes of areas, groups, periods",
    "admission.Handing.answered": "codes of communities that answered",
    "admission.Handing.fit_words": "words",
    "admission.Task.why_off": "sentences",
    "forms.AskedForm.admitted": "headings of a form",
    "forms.StandingRelease.columns": "places and headings of a form",
    "forms.Submission.columns": "places and headings of a form",
    "forms.Submission.roster": "filter of a form: codes of areas, groups, periods",
    "ledgers.SavedLedger.filters": "filter: codes and words",
    "ledgers.SavedLedger.columns": "names of columns",
    "ledgers.Export.filters": "filter: codes and words",
    "ledgers.Export.words": "the filter in words",
    "ledgers.Export.columns": "names of columns",
    "ledgers.Export.unmasked": "names of columns",
}

#: JSON columns whose whole numbers are counts, whatever their keys are called.
ONLY_COUNTS: Final = {"imports.Batch.counts"}

#: Of other packages: arguments of jobs, which look their rows up again, and find nothing when they are gone.
FOREIGN: Final = {"django_tasks_database"}

_ID_NAME = re.compile(r"(^|_)(id|ids|pk|pks)$")
#: Keys of JSON that name a row when their value is a whole number, or a list of them.
_ROW_NAME = re.compile(
    r"(^|_)(ids?|pks?|person|people|head|spouse|member|members|household|households|dwelling|dwellings|building|buildings"
    r"|estate|estates|event|events|spell|tag|case|cases|request|transfer|batch|export|user|users|post|posts|unit)$"
)


def undeclared_columns() -> list[str]:
    """Columns that may hold a loose number, or are JSON, and stand in no table here; entries whose column is gone."""
    declared = {one.column for one in LOOSE} | {*NOT_LOOSE, *JSON_HOLDS}
    found = {f"{model._meta.label}.{field.attname}" for model, field in _columns() if _may_be_loose(field)}
    return sorted(found - declared) + sorted(f"gone: {one}" for one in declared - found)


def _columns() -> Iterator[tuple[Any, Any]]:
    for model in apps.get_models():
        own = model.__module__.startswith("linli.") and ".tests." not in model.__module__
        if own and model._meta.app_label not in FOREIGN:
            yield from ((model, field) for field in model._meta.concrete_fields)


def _may_be_loose(field: Any) -> bool:
    if isinstance(field, models.JSONField):
        return True
    if field.is_relation or field.primary_key:
        return False
    listed = f"{field.model._meta.label}.{field.attname}" in {one.column for one in LOOSE}
    return listed or bool(_ID_NAME.search(field.attname))


def undeclared_values() -> list[str]:
    """JSON values in the database that look like numbers of rows under a key that nobody declared."""
    declared = {(one.column, one.key) for one in LOOSE}
    found: set[str] = set()
    for model, field in _columns():
        column = f"{model._meta.label}.{field.attname}"
        if isinstance(field, models.JSONField) and column not in ONLY_COUNTS:
            for value in model._base_manager.values_list(field.attname, flat=True).iterator(5_000):
                found.update(
                    f"{column}: {key}" for key in _suspicious(value) if (column, key.partition(".")[0]) not in declared
                )
    return sorted(found)


def _suspicious(value: Any, path: str = "") -> Iterator[str]:
    """The keys of a JSON value, with dots, whose value may be a number of a row."""
    if isinstance(value, dict):
        for key, inside in value.items():
            name = f"{path}.{key}" if path else str(key)
            if _ROW_NAME.search(str(key)) and _is_number(inside):
                yield name
            yield from _suspicious(inside, name)
    elif isinstance(value, list):
        for inside in value:
            if isinstance(inside, dict | list):
                yield from _suspicious(inside, path)


def _is_number(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_number(one) for one in value)
    return isinstance(value, int) and not isinstance(value, bool)


def dangling() -> list[str]:
    """Loose numbers that lead nowhere, a line for each place. Empty: whatever is named is there, or was told away."""
    found = []
    for place in LOOSE:
        numbers = place.numbers()
        there = set(apps.get_model(place.names)._base_manager.values_list("pk", flat=True)) if numbers else set()
        lost = numbers - there
        if place.history and place.names in TOMBSTONES:
            lost -= set(Removed.objects.of(TOMBSTONES[place.names], lost))
        if lost:
            found.append(f"{place.column}{'.' + place.key if place.key else ''} → {place.names}: {sorted(lost)[:10]}")
    return found


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, str) and value.isascii():
        yield from (int(part) for part in value.split() if part.isdigit() and len(part) < 19)
