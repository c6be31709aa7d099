"""Rows about visits (走访记录): one for each, told of the resident who was visited and of the worker who went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from linli.apps.visits.models import Outcome, Visit, Way
from linli.insight.forms.rosters import VISIT, VISITS_FROM, VISITS_TO
from linli.insight.forms.sources import lines, others
from linli.insight.forms.sources.lines import CHUNK, Line
from linli.insight.forms.sources.people import PeopleSource
from linli.lib.prefix import within
from linli.register.people.models import Person, Tag

if TYPE_CHECKING:
    from django.db.models import QuerySet


def words_of() -> tuple[dict[str, str], dict[str, str]]:
    """Ways and outcomes in the words of the domain, whatever the language of whoever asks."""
    with translation.override("zh-hans"):
        return {code: str(text) for code, text in Way.choices}, {code: str(text) for code, text in Outcome.choices}


@dataclass
class VisitSource(PeopleSource):
    """One row for each visit of a period in an area, as the actor may see them."""

    unit = VISIT

    def found(self) -> "QuerySet[Visit]":
        """The visits, in the order of their ids."""
        first, last = (date.fromisoformat(self.chosen[name]) for name in (VISITS_FROM, VISITS_TO))
        begin, end = (
            datetime.combine(day, time.min, timezone.get_current_timezone())
            for day in (first, last + timedelta(days=1))
        )
        rows = Visit.objects.visible_to(self.actor).filter(
            visited_at__gte=begin, visited_at__lt=end, **within("area_id", self.area_id)
        )
        if tag := self.chosen.get("tag"):
            rows = rows.filter(person__in=Tag.objects.on(self.today).filter(kind=tag).values("person_id"))
        return rows.order_by("pk")

    def count(self, most: int) -> int:
        """How many visits, counted up to `most`."""
        return int(self.found()[:most].count())

    def chunks(self) -> Iterator[Sequence[Line]]:
        """Every visit, a thousand at a time, by keyset."""
        last, number = 0, 0
        rows = self.found().select_related("by")
        words = words_of()
        while some := list(rows.filter(pk__gt=last)[:CHUNK]):
            yield self._lines(some, number, words)
            last, number = some[-1].pk, number + len(some)

    def _lines(self, some: Sequence[Visit], number: int, words: tuple[dict[str, str], dict[str, str]]) -> list[Line]:
        ids = {visit.person_id for visit in some}
        visited = list(
            Person.objects.visible_to(self.actor).filter(pk__in=ids).select_related("dwelling").order_by("pk")
        )
        row_of = {row.thing.pk: row for row in self.people.rows_of(visited)}
        found = [
            Line(number + at, f"visit:{visit.pk}", row_of.get(visit.person_id), own=_own(visit, words))
            for at, visit in enumerate(some, start=1)
        ]
        lines.dwellings_of(found)
        others.gather(found, {column.subject for column in self.columns}, self.people)
        return found


def _own(visit: Visit, words: tuple[dict[str, str], dict[str, str]]) -> dict[str, Any]:
    ways, outcomes = words
    return {
        "visited_on": timezone.localdate(visit.visited_at),
        "worker": visit.by.name if visit.by is not None else None,
        "way": ways.get(visit.way),
        "outcome": outcomes.get(visit.outcome),
        "text": visit.text or None,
        "need": visit.need or None,
        "next_on": visit.next_on,
    }
