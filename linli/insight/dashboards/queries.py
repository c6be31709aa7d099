"""The board of an area: what is open and late now, and what became of what came in during some months.

Figures of a period come from the tallies that every move keeps; figures of now come from the open cases, which do
not grow with the table. Each figure carries the condition by which the queue finds the rows behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from django.db.models import Count, Q, Sum
from django.db.models.functions import Substr

from linli.foundation.accounts.actors import Actor
from linli.lib.prefix import within
from linli.lib.ratios import ratio
from linli.spine.cases.models import Case, Tally
from linli.spine.cases.queries import UNHANDLED, UNRESPONDED, opened_in
from linli.spine.cases.tally import FACETS

NOW = ("open", "late", "response_overdue", "handling_overdue")
# The length of the code one level further down: districts show streets, streets communities, communities grids.
BELOW: Mapping[int, int] = {2: 4, 4: 6, 6: 9, 9: 12, 12: 15, 15: 18, 18: 18}
TALLIED_DOWN_TO = 12


@dataclass(frozen=True)
class Period:
    """Whole months, first and last included."""

    first: date
    last: date

    @property
    def query(self) -> dict[str, str]:
        """The parameters by which the queue keeps to this period."""
        return {"month": f"{self.first:%Y-%m}", "months_to": f"{self.last:%Y-%m}"}


@dataclass
class Figures:
    """Counts of one area or class; the rates follow from them (domain.md §3.4), null where nothing is due."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*FACETS, *NOW), 0))

    def add(self, name: str, value: int) -> None:
        self.counts[name] += value

    @property
    def response_due(self) -> int:
        return self.counts["responded"] + self.counts["response_overdue"]

    @property
    def handling_due(self) -> int:
        return self.counts["handled"] + self.counts["handling_overdue"]

    @property
    def response_rate(self) -> Fraction | None:
        """响应率: contacted in time, of those whose contact was due."""
        return ratio(self.counts["responded_in_time"], self.response_due)

    @property
    def solved_rate(self) -> Fraction | None:
        """解决率: answers “solved”, of all answers. Those who did not answer are left out, not counted as content."""
        return ratio(self.counts["solved"], self.counts["answered"])

    @property
    def satisfied_rate(self) -> Fraction | None:
        """满意率: satisfied or mostly satisfied, of all answers."""
        return ratio(self.counts["satisfied"], self.counts["answered"])

    @property
    def in_time_rate(self) -> Fraction | None:
        """按时办结率: handled in time, of those that were due."""
        return ratio(self.counts["handled_in_time"], self.handling_due)


@dataclass(frozen=True)
class Board:
    """All figures of one page: the whole, by area one level down, by class; open cases by grid for the map."""

    area_id: str
    period: Period
    total: Figures
    by_area: Mapping[str, Figures]
    by_class: Mapping[str, Figures]
    open_by_code: Mapping[str, int]


def board(actor: Actor, area_id: str, period: Period, now: datetime) -> Board:
    """Gather the board of an area inside the actor's scope. Two statements, whatever the number of cases."""
    size = BELOW[len(area_id)]
    total, by_area, by_class = Figures(), _Rows(), _Rows()
    for code, event_class, counts in _tallied(area_id, period, size):
        for name, value in counts.items():
            total.add(name, value)
            by_class[event_class].add(name, value)
            if code:
                by_area[code].add(name, value)
    open_by_code: dict[str, int] = {}
    for code, event_class, counts in _open_now(actor, area_id, period, now):
        below = code[:size]
        open_by_code[code] = open_by_code.get(code, 0) + counts["open"]
        for name, value in counts.items():
            total.add(name, value)
            by_class[event_class].add(name, value)
            if len(below) > len(area_id):
                by_area[below].add(name, value)
    return Board(area_id, period, total, by_area, by_class, open_by_code)


class _Rows(dict[str, Figures]):
    def __missing__(self, key: str) -> Figures:
        self[key] = Figures()
        return self[key]


Counted = Iterable[tuple[str, str, dict[str, int]]]


def _tallied(area_id: str, period: Period, size: int) -> Counted:
    """Sums of the tallies: (area one level down, or "" where tallies go no further), class, counts."""
    if len(area_id) > TALLIED_DOWN_TO:
        return
    rows = Tally.objects.filter(month__gte=period.first, month__lte=period.last, **within("area_code", area_id))
    sums = {f"n_{name}": Sum(name) for name in FACETS}
    below = Substr("area_code", 1, min(size, TALLIED_DOWN_TO))
    for code, event_class, *counts in (
        rows.annotate(below=below).values_list("below", "event_class").annotate(**sums).order_by()
    ):
        yield code if size <= TALLIED_DOWN_TO else "", event_class, dict(zip(FACETS, counts, strict=True))


def _open_now(actor: Actor, area_id: str, period: Period, now: datetime) -> Counted:
    in_period = opened_in(period.first, period.last)
    # As fine as the map draws, and no finer: a district's board adds up hundreds of rows, not thousands.
    finest = 15 if len(area_id) <= 6 else 18
    rows = Case.objects.visible_to(actor).under(area_id).filter(is_open=True)
    counted = (
        rows.annotate(grid=Substr("area_id", 1, finest))
        .values_list("grid", "event_class")
        .annotate(
            open=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=now)),
            response_overdue=Count("pk", filter=UNRESPONDED & Q(respond_due__lt=now) & in_period),
            handling_overdue=Count("pk", filter=UNHANDLED & Q(term_due__lt=now) & in_period),
        )
    )
    for code, event_class, *counts in counted.order_by():
        yield code, event_class, dict(zip(NOW, counts, strict=True))


def trend(area_id: str, last: date, months: int = 12) -> list[tuple[date, dict[str, int]]]:
    """Opened, handled and solved of the last months, oldest first, months without cases included. One statement."""
    wanted = [months_before(last, back) for back in range(months - 1, -1, -1)]
    rows = Tally.objects.filter(month__gte=wanted[0], month__lte=wanted[-1], **within("area_code", area_id[:12]))
    names = ("opened", "handled", "solved")
    counted = rows.values_list("month").annotate(**{f"n_{name}": Sum(name) for name in names}).order_by()
    sums = {month: dict(zip(names, counts, strict=True)) for month, *counts in counted}
    return [(month, sums.get(month, dict.fromkeys(names, 0))) for month in wanted]


def months_before(month: date, back: int) -> date:
    """The first day of the month that lies `back` months before."""
    index = month.year * 12 + month.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)
