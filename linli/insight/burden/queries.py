"""The figures of the burden page: sums over the counts that every move keeps, and over what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Substr

from linli.apps.admission.flow import TASK
from linli.apps.admission.models import Agreement, Form, Guarantee, Standing, TaskTally
from linli.apps.admission.models.burden import FACETS
from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.insight.forms.models import Submission
from linli.lib.months import months_later
from linli.lib.prefix import within
from linli.lib.ratios import ratio
from linli.spine.cases.models import Case, Event
from linli.spine.cases.queries import opened_in

DISTRICT: Final = 6
COMMUNITY: Final = 12
#: 引用不符: the moves that contest a citation, and that find the community right.
CONTESTING: Final = ("contest", "uphold")
#: How many digits the areas below an area have.
BELOW: Final[Mapping[int, int]] = {2: 6, 4: 6, 6: 9, 9: 12}


def hours(minutes: int) -> str:
    """Minutes as hours: whole from ten on, to a tenth below."""
    return f"{minutes / 60:,.0f}" if minutes >= 600 else f"{minutes / 60:.1f}"


@dataclass(frozen=True)
class Figures:
    """Counts by facet, and what follows from them."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> int:
        if name in FACETS:
            return self.counts.get(name) or 0
        raise AttributeError(name)

    @property
    def tasks(self) -> int:
        """All that was handed down."""
        return self.on_list + self.off_list + self.in_question

    @property
    def off_percent(self) -> int:
        """How much of it was on no list, in percent, to the nearest."""
        return round(100 * self.off_list / self.tasks) if self.tasks else 0

    @property
    def spared_minutes(self) -> int:
        """What never reached a community, in the minutes that senders had estimated for it."""
        return self.answered_minutes + self.stopped_minutes + self.recalled_minutes + self.cut_minutes

    @property
    def asked_hours(self) -> str:
        """The senders' estimate, as it is read."""
        return hours(self.asked_minutes)

    @property
    def spared_hours(self) -> str:
        """What never reached a community, as it is read."""
        return hours(self.spared_minutes)

    @property
    def refusals(self) -> int:
        """What communities refused, for whatever reason."""
        return self.refused + self.refused_late


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the page is about: an area, the months from first to last, and one sender or all."""

    area_id: str
    first: date
    last: date
    unit_id: int | None = None

    @property
    def months(self) -> list[date]:
        """Every month of the span, first to last."""
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = months_later(month, 1)
        return found

    def rows(self) -> QuerySet[TaskTally]:
        """The kept counts of the span: of districts for wide areas, of communities for narrow ones."""
        wide = len(self.area_id) <= DISTRICT
        rows = TaskTally.objects.filter(
            digits=DISTRICT if wide else COMMUNITY,
            month__gte=self.first,
            month__lte=self.last,
            **within("area_code", self.area_id),
        )
        return rows if self.unit_id is None else rows.filter(unit_id=self.unit_id)

    def of_communities(self) -> QuerySet[TaskTally]:
        """The same from the counts of communities, for areas below a district."""
        rows = TaskTally.objects.filter(
            digits=COMMUNITY, month__gte=self.first, month__lte=self.last, **within("area_code", self.area_id)
        )
        return rows if self.unit_id is None else rows.filter(unit_id=self.unit_id)


_SUMS: Final = {f"sum_{facet}": Sum(facet) for facet in FACETS}


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures({facet: row[f"sum_{facet}"] or 0 for facet in FACETS})


def total(scope: Scope) -> Figures:
    """Everything in the span. One statement."""
    return _figures(scope.rows().aggregate(**_SUMS))


def by_month(scope: Scope) -> list[tuple[date, Figures]]:
    """Month by month, those without anything included. One statement."""
    rows = scope.rows().order_by().values("month").annotate(**_SUMS)
    found = {row["month"]: _figures(row) for row in rows}
    return [(month, found.get(month, Figures())) for month in scope.months]


def by_unit(scope: Scope) -> list[tuple[Unit, Figures]]:
    """By sender, in the order of their codes. Two statements."""
    rows = {row["unit_id"]: _figures(row) for row in scope.rows().order_by().values("unit_id").annotate(**_SUMS)}
    units = Unit.objects.filter(pk__in=rows).order_by("code")
    return [(unit, rows[unit.pk]) for unit in units]


def by_area(scope: Scope) -> list[tuple[Area, Figures]]:
    """The areas below, in the order of their codes, with and without tasks. Two statements."""
    digits = BELOW.get(len(scope.area_id))
    if digits is None:
        return []
    rows = scope.rows() if digits == DISTRICT else scope.of_communities()
    by_code = rows.annotate(code=Substr("area_code", 1, digits)).order_by().values("code").annotate(**_SUMS)
    found = {row["code"]: _figures(row) for row in by_code}
    level = {6: "district", 9: "street", 12: "community"}[digits]
    areas = Area.objects.within(scope.area_id).current(scope.last).filter(level=level).order_by("pk")
    return [(area, found.get(area.pk, Figures())) for area in areas]


@dataclass(frozen=True)
class Citations:
    """Of the tasks that came under an item: how many communities contested, and how many of these their sender lost.

    Shares are exact, and None where there is nothing to measure.
    """

    cited: int = 0
    contested: int = 0
    lost: int = 0

    @property
    def contested_share(self) -> Fraction | None:
        """Contested, of all that came under an item."""
        return ratio(self.contested, self.cited)

    @property
    def lost_share(self) -> Fraction | None:
        """Lost, of all that came under an item."""
        return ratio(self.lost, self.cited)


def citations(scope: Scope, cited: Mapping[int, int], at: datetime) -> dict[int, Citations]:
    """By sender: the tasks handed down in the span whose citation was contested, and lost, by what happened until `at`.

    Read from the histories, so that no later move changes it. `cited`: how many came under an item. One statement.
    """
    events = Event.objects.filter(
        case__in=Case.objects.filter(
            opened_in(scope.first, scope.last), kind=TASK.kind, **within("area_id", scope.area_id)
        ),
        move__in=CONTESTING,
        at__lte=at,
    )
    if scope.unit_id is not None:
        events = events.filter(case__task__handing__unit_id=scope.unit_id)
    rows = (
        events.order_by().values_list("case__task__handing__unit_id", "move").annotate(n=Count("case", distinct=True))
    )
    counts = {(unit_id, move): n for unit_id, move, n in rows}
    return {
        unit_id: Citations(n, *(counts.get((unit_id, move), 0) for move in CONTESTING)) for unit_id, n in cited.items()
    }


@dataclass(frozen=True)
class FormFigures:
    """Forms that communities give: how many, how often given, cells and those held, and the minutes they took."""

    forms: int = 0
    given: int = 0
    cells: int = 0
    cells_held: int = 0
    minutes: int = 0

    @property
    def percent(self) -> int:
        """How many of a hundred cells nobody had to fill in."""
        return 100 * self.cells_held // self.cells if self.cells else 0


def forms(scope: Scope) -> FormFigures:
    """The forms due in the span. One statement."""
    rows = Submission.objects.filter(
        due_on__gte=scope.first, due_on__lt=months_later(scope.last, 1), **within("form__area_id", scope.area_id)
    )
    if scope.unit_id is not None:
        rows = rows.filter(form__asked__handing__unit_id=scope.unit_id)
    found = rows.aggregate(
        forms=Count("form", distinct=True),
        given=Count("pk", filter=Q(state=Submission.State.RELEASED)),
        all_cells=Sum("cells"),
        all_held=Sum("cells_held"),
        all_minutes=Sum("minutes"),
    )
    return FormFigures(
        found["forms"], found["given"], found["all_cells"] or 0, found["all_held"] or 0, found["all_minutes"] or 0
    )


@dataclass(frozen=True)
class Money:
    """Promised, arrived and late, in fen; `late_agreements`: under how many agreements something is late."""

    promised: int = 0
    received: int = 0
    late: int = 0
    late_guarantees: int = 0
    late_agreements: int = 0


def money(scope: Scope, today: date) -> Money:
    """What was to be there in the span, what came of it, and what is late today. One statement."""
    signed = Agreement.objects.signed().filter(**within("area_id", scope.area_id))
    if scope.unit_id is not None:
        signed = signed.filter(unit_id=scope.unit_id)
    rows = Guarantee.objects.filter(
        clause__agreement__in=signed, due_on__gte=scope.first, due_on__lt=months_later(scope.last, 1)
    )
    late = Q(due_on__lt=today, fulfilled_on__isnull=True)
    row = rows.aggregate(
        of_promised=Sum("amount"),
        of_received=Sum("received"),
        of_late=Sum(Coalesce("settled", "amount") - F("received"), filter=late),
        of_late_guarantees=Count("pk", filter=late),
        of_late_agreements=Count("clause__agreement", filter=late, distinct=True),
    )
    return Money(**{key.removeprefix("of_"): value or 0 for key, value in row.items()})


@dataclass(frozen=True)
class Cleaned:
    """Of one kind: how much there was before a clean-up, how much is to go, and how much is gone."""

    form: str
    label: str
    before: int
    to_go: int
    gone: int
    checked: int

    @property
    def after(self) -> int:
        """What communities carry still."""
        return self.before - self.gone


def cleaned(area_id: str, campaign: str = "") -> list[Cleaned]:
    """Before and after a clean-up, by kind. One statement."""
    rows = Standing.objects.filter(**within("area_id", area_id[:DISTRICT]))
    if campaign:
        rows = rows.filter(campaign=campaign)
    counts = (
        rows.order_by()
        .values("form")
        .annotate(
            before=Count("pk"),
            to_go=Count("pk", filter=Q(verdict="go")),
            gone=Count("pk", filter=Q(gone_on__isnull=False)),
            checked=Count("pk", filter=Q(checked_on__isnull=False)),
        )
    )
    found = {row["form"]: row for row in counts}
    return [
        Cleaned(form, str(label), row["before"], row["to_go"], row["gone"], row["checked"])
        for form, label in Form.choices
        if (row := found.get(form)) is not None
    ]


def campaigns(area_id: str) -> Sequence[str]:
    """The names of the clean-ups of a district. One statement."""
    rows = Standing.objects.filter(**within("area_id", area_id[:DISTRICT])).exclude(campaign="")
    return list(rows.order_by("campaign").values_list("campaign", flat=True).distinct())
