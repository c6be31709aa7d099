"""双向评价: each side scores the other once; with the second the agreement is settled (V25)."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.apps.admission import news
from linli.apps.admission.actions.arrivals import share_out
from linli.apps.admission.guarantees import settlement
from linli.apps.admission.models import Agreement, Evaluation, GuaranteeKind, Score
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale

Side = Evaluation.Side
WHOLE = 100
OTHER_SIDE: Final = gettext_lazy("Whoever scored for one side does not score for the other. A colleague does.")


def opens_on(agreement: Agreement) -> date:
    """From which day on the two sides may score each other."""
    first = date(agreement.year, 1, 1)
    month, day = rules.params("admission.evaluation", agreement.area_id, first)["from"]
    return date(agreement.year, month, day)


def topics(agreement: Agreement) -> Mapping[str, str]:
    """What a community scores beside the clauses: code → name."""
    return topic_names(agreement.area_id, agreement.year)


def topic_names(area_id: str, year: int) -> Mapping[str, str]:
    """The topics of a year in an area: code → name."""
    return dict(rules.params("admission.evaluation", area_id, date(year, 1, 1))["topics"])


def side_of(by: Actor, agreement: Agreement) -> Side | None:
    """Which side of the agreement the actor speaks for, if any."""
    if by.can(Permission.TASK_SEND) and by.unit_id is not None and agreement.unit_id == by.unit_id:
        return Side.UNIT
    if by.can(Permission.TASK_WORK) and by.covers(agreement.area_id):
        return Side.COMMUNITY
    return None


@transaction.atomic
def evaluate(
    *,
    by: Actor,
    agreement_id: int,
    clauses: Mapping[int, int | None],
    given_topics: Mapping[str, int | None],
    now: datetime,
    comment: str = "",
) -> Evaluation:
    """Score every clause (0 to 100), and, for a community, the topics. What is written is not changed any more.

    Neither side sees the other's scores before both are in; the second one settles the agreement.
    Nobody scores for both. Raises NotAllowed, Stale (not signed, too early, done already), Invalid (by field:
    "clause-7", "topic-payment").
    """
    row = Agreement.objects.select_for_update(of=("self",)).select_related("unit").get(pk=agreement_id)
    side = side_of(by, row)
    if side is None:
        raise NotAllowed(_("Only the two sides of the agreement may do this."))
    if row.status != Agreement.Status.SIGNED:
        raise Stale(_("The agreement is not signed yet."))
    if timezone.localdate(now) < opens_on(row):
        raise Stale(_("The two sides score each other from %(day)s on.") % {"day": f"{opens_on(row):%Y-%m-%d}"})
    if row.evaluations.filter(side=side).exists():
        raise Stale(_("Your side has scored already; what is written is not changed any more."))
    if row.evaluations.filter(by_id=by.user_id).exists():
        raise NotAllowed(OTHER_SIDE)
    wanted = topics(row) if side == Side.COMMUNITY else {}
    keys = list(row.clauses.values_list("pk", flat=True))
    errors: dict[str, object] = {
        f"clause-{key}": _("Give 0 to 100 points.") for key in keys if not _points(clauses.get(key))
    }
    errors |= {f"topic-{code}": _("Give 0 to 100 points.") for code in wanted if not _points(given_topics.get(code))}
    if errors:
        raise Invalid(fields=errors)
    assert by.user_id is not None
    assert by.post_id is not None
    made = Evaluation.objects.create(
        agreement=row, side=side, comment=clip(tidy(comment), 500), by_id=by.user_id, post_id=by.post_id, at=now
    )
    Score.objects.bulk_create(
        [
            *(Score(evaluation=made, clause_id=key, points=clauses[key] or 0) for key in keys),
            *(Score(evaluation=made, topic=code, points=given_topics[code] or 0) for code in wanted),
        ]
    )
    if row.evaluations.count() == len(Side.values):
        _settle(row, now)
    return made


def _points(value: int | None) -> bool:
    return value is not None and 0 <= value <= WHOLE


def _settle(row: Agreement, now: datetime) -> None:
    row.settled_amount, row.settled_at = _share_out(row), now
    row.save(update_fields=["settled_amount", "settled_at"])
    with news.in_house():
        text = _("Both sides have scored the agreement for %(year)s. It is settled; the result can be read.")
        users = news.community([row.area_id], now).get(row.area_id, []) + news.unit(row.unit_id, now)
        news.send(news.agreement_news(users, row.pk, text % {"year": row.year}), now)


def _share_out(row: Agreement) -> int:
    """What is to be paid for the year, in fen: of every clause its money × how far the unit found it carried out.

    From now on this is what the money of each clause is measured by.
    """
    points = dict(
        Score.objects.filter(evaluation__agreement=row, evaluation__side=Side.UNIT, clause__isnull=False).values_list(
            "clause_id", "points"
        )
    )
    total = 0
    for clause in row.clauses.prefetch_related("guarantees__arrivals"):
        money = [one for one in clause.guarantees.all() if one.kind == GuaranteeKind.MONEY]
        due = settlement(sum(one.amount for one in money), Fraction(points[clause.pk], WHOLE))
        share_out(money, due)
        total += due
    return total
