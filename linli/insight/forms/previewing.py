"""How many rows a form would have, for who hands it down: counts alone, and in steps, so that they name nobody."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.db.models.functions import Left

from linli.apps.admission.held import Guess, Look, Preview
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.files.models import StoredFile
from linli.foundation.rules import queries as rules
from linli.insight.forms import filling, measuring
from linli.insight.forms.cases import CaseSource
from linli.insight.forms.reading import TABLE, first_look, read, whom
from linli.insight.forms.sources.people import HouseholdSource, PeopleSource
from linli.insight.forms.sources.tenancies import TenancySource
from linli.insight.forms.sources.visits import VisitSource
from linli.insight.forms.telling import roster_words
from linli.insight.population.discretion import Discretion

COMMUNITY: Final = 12
#: The share of cells is told of at least so many rows, and reckoned from at most so many.
LEAST_TOLD, MOST_READ = 20, 3_000
STEP: Final = 5


def look(file: StoredFile, today: date) -> Look | None:
    """Whom a form may be about, and what its rows are; None for what is no form."""
    form = first_look(file)
    if form is None:
        return None
    guesses = [Guess(one.roster, roster_words(one.roster), one.words, one.sure) for one in whom(form, today)]
    unit = next((page.unit for page in form.pages if page.unit != TABLE), TABLE)
    return Look(guesses, unit)


def preview(file: StoredFile, roster: Mapping[str, str], area_ids: Sequence[str], today: date) -> Preview:
    """The rows that the form would have in these communities, together and in each."""
    form = read(file, roster)
    label = roster_words(roster)
    if form is None or not area_ids:
        return Preview(label, "0", {})
    together = _shared(area_ids)
    sources = filling.sources_of(roster, form, actor=SYSTEM, area_id=together, today=today)
    lists = [(page, source) for page, source in sources.pages if page.unit != TABLE]
    if not lists or "none" in roster:
        return Preview(label, "0", {})
    counts = _counted(lists[0][1], set(area_ids))
    told = Discretion(int(rules.params("register.limits", together, today)["least_counted"]))
    total = sum(counts.values())
    by_area = {area: told.text(told.coarse(counts.get(area, 0))) for area in area_ids}
    percent = None
    if LEAST_TOLD <= total <= MOST_READ and len(area_ids) <= STEP:
        found = measuring.Cells()
        for area in area_ids:
            found += measuring.measure(form, filling.sources_of(roster, form, actor=SYSTEM, area_id=area, today=today))
        percent = found.percent // STEP * STEP
    return Preview(label, told.text(told.coarse(total)), by_area, percent)


def _shared(area_ids: Sequence[str]) -> str:
    """The smallest area that holds all of these."""
    first, last = min(area_ids), max(area_ids)
    for digits in (COMMUNITY, 9, 6, 4, 2):
        if first[:digits] == last[:digits]:
            return first[:digits]
    return ""


def _counted(source: Any, area_ids: set[str]) -> dict[str, int]:
    """Rows by community. One statement."""
    rows, field = _rows(source)
    key = Left(field, COMMUNITY)
    grouped = rows.order_by().annotate(of=key).values_list("of").annotate(n=Count("pk"))
    return {area: n for area, n in grouped if area in area_ids}


def _rows(source: Any) -> "tuple[QuerySet[Any], str]":
    """The rows of a source before they are read, and the column of their place."""
    if isinstance(source, TenancySource):
        return source.found(), "dwelling__area_id"
    if isinstance(source, HouseholdSource):
        return source.homes, "area_id"
    if isinstance(source, (VisitSource, CaseSource)):
        return source.found(), "area_id"
    assert isinstance(source, PeopleSource)
    return source.people.found(), "area_id"
