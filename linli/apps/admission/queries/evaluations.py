"""What may be read of evaluations: one's own at once, the other side's when both are in; results per department."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum

from linli.apps.admission.actions.evaluations import side_of, topics
from linli.apps.admission.models import Agreement, Arrival, Evaluation, Guarantee, Score
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.rules import queries as rules
from linli.lib.prefix import within

Side = Evaluation.Side


@dataclass(frozen=True)
class Seen:
    """The evaluations of an agreement as one actor may see them; `done` says which sides have scored, `by` who did."""

    done: frozenset[str]
    by: frozenset[int]
    own: Evaluation | None = None
    shown: Mapping[str, Evaluation] = field(default_factory=dict)
    lines: Sequence[tuple[str, int | None, int | None, bool]] = ()
    topics: Sequence[tuple[str, int]] = ()

    @property
    def both(self) -> bool:
        """Whether both sides have scored, so that the result is open."""
        return len(self.done) == len(Side.values)


def seen(actor: Actor, agreement: Agreement) -> Seen:
    """What the actor may read: blind until both are in, also for those who supervise. Two statements.

    Needs `clauses` loaded. The lines are: clause, the unit's points, the community's, and whether they lie far apart.
    """
    found = {one.side: one for one in agreement.evaluations.prefetch_related("scores").select_related("by")}
    side = side_of(actor, agreement)
    own = found.get(side) if side is not None else None
    both = len(found) == len(Side.values)
    shown = found if both else {own.side: own} if own is not None else {}
    done, by = frozenset(found), frozenset(one.by_id for one in found.values())
    if not shown:
        return Seen(done, by)
    points = {
        (side_name, score.clause_id or 0, score.topic): score.points
        for side_name, one in shown.items()
        for score in one.scores.all()
    }
    far = rules.params("admission.evaluation", agreement.area_id, agreement.made_at.date())["differs_by"]
    lines = []
    for clause in agreement.clauses.all():
        unit, community = (points.get((one, clause.pk, "")) for one in (Side.UNIT, Side.COMMUNITY))
        apart = unit is not None and community is not None and abs(unit - community) >= far
        lines.append((clause.matter.name, unit, community, apart))
    given = ((name, points.get((Side.COMMUNITY, 0, code))) for code, name in topics(agreement).items())
    told = [(name, value) for name, value in given if value is not None]
    return Seen(done, by, own, shown, lines, told)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a department stands after the evaluations of a year. Money in fen; points as means of 0 to 100."""

    unit: Unit
    agreements: int
    settled: int
    promised: int
    arrived: int
    due: int
    completion: Fraction | None
    topics: Mapping[str, Fraction]

    @property
    def satisfaction(self) -> Fraction | None:
        """The mean of the topics that communities score."""
        return Fraction(sum(self.topics.values()), len(self.topics)) if self.topics else None


def results(actor: Actor, year: int) -> list[Result]:
    """The departments of the actor's district, for a year; open to everybody who works with tasks there.

    Only agreements that both sides have scored count towards points. Six statements.
    """
    signed = Agreement.objects.signed().filter(year=year, **within("area_id", actor.area_id[:6]))
    counted = {
        row["unit_id"]: row
        for row in signed.order_by()
        .values("unit_id")
        .annotate(n=Count("pk"), settled=Count("pk", filter=Q(settled_at__isnull=False)), due=Sum("settled_amount"))
    }
    promised = _sums(Guarantee.objects.filter(clause__agreement__in=signed), "clause__agreement__unit_id")
    came = Arrival.objects.filter(guarantee__clause__agreement__in=signed, withdrawn_at__isnull=True)
    arrived = _sums(came, "guarantee__clause__agreement__unit_id")
    scores = Score.objects.filter(
        evaluation__agreement__in=signed.filter(settled_at__isnull=False),
    ).order_by()
    done = dict(
        scores.filter(evaluation__side=Side.UNIT, clause__isnull=False)
        .values_list("evaluation__agreement__unit_id")
        .annotate(mean=Avg("points"))
    )
    by_topic: dict[int, dict[str, Fraction]] = {}
    rows = scores.exclude(topic="").values_list("evaluation__agreement__unit_id", "topic")
    for unit_id, topic, total, n in rows.annotate(total=Sum("points"), n=Count("pk")):
        by_topic.setdefault(unit_id, {})[topic] = Fraction(total, n)
    units = Unit.objects.in_bulk(list(counted))
    return [
        Result(
            unit=units[unit_id],
            agreements=row["n"],
            settled=row["settled"],
            promised=promised.get(unit_id, 0),
            arrived=arrived.get(unit_id, 0),
            due=row["due"] or 0,
            completion=Fraction(done[unit_id]) if unit_id in done else None,
            topics=by_topic.get(unit_id, {}),
        )
        for unit_id, row in sorted(counted.items(), key=lambda pair: units[pair[0]].code)
    ]


def _sums(rows: QuerySet[Any], key: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(key).annotate(total=Sum("amount")))
