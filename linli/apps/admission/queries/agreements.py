"""Agreements and what arrived under them, as lists and pages read them (`Agreement.objects.visible_to`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Prefetch, Q

from linli.apps.admission.models import Agreement, Arrival, Clause, Guarantee, GuaranteeKind
from linli.apps.admission.queries.guarantees import Late, late_among
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.lib.months import months_later
from linli.lib.prefix import within

PAGE: Final = 50
Status = Agreement.Status


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of agreements is narrowed to."""

    year: int | None = None
    status: str = ""
    unit: int | None = None
    area: str = ""
    late: bool = False
    todo: bool = False
    # Of what is late: the months in which it was due.
    due_from: date | None = None
    due_to: date | None = None


@dataclass(frozen=True)
class Row:
    """An agreement on a list: what was promised and has arrived, in fen, and whether something is late."""

    agreement: Agreement
    promised: int
    arrived: int
    late: Sequence[Late]


def page(
    actor: Actor, chosen: Filter, *, today: date, before: int | None, size: int = PAGE
) -> tuple[list[Row], int | None]:
    """One page of agreements, newest first, and the key to go on from. Five statements."""
    rows = Agreement.objects.visible_to(actor).select_related("unit", "area")
    kept = Q()
    if chosen.year is not None:
        kept &= Q(year=chosen.year)
    if chosen.status:
        kept &= Q(status=chosen.status)
    if chosen.unit is not None:
        kept &= Q(unit_id=chosen.unit)
    if chosen.area:
        kept &= Q(**within("area_id", chosen.area))
    if chosen.late:
        kept &= Q(pk__in=late_agreements(actor, today, chosen.due_from, chosen.due_to))
    if chosen.todo:
        kept &= desk_of(actor)
    if before is not None:
        kept &= Q(pk__lt=before)
    found = list(rows.filter(kept).prefetch_related("clauses__guarantees__arrivals").order_by("-pk")[: size + 1])
    more = found[size - 1].pk if len(found) > size else None
    return [_row(one, today) for one in found[:size]], more


def desk_of(actor: Actor) -> Q:
    """What lies on the actor's desk: drafts of their unit, and what their community is offered."""
    mine = Q(pk__in=())
    if actor.can(Permission.TASK_SEND) and actor.unit_id is not None:
        mine |= Q(status=Status.DRAFT, unit_id=actor.unit_id)
    if actor.can(Permission.TASK_WORK):
        mine |= Q(status=Status.OFFERED)
    return mine


def _row(agreement: Agreement, today: date) -> Row:
    guarantees = [one for clause in agreement.clauses.all() for one in clause.guarantees.all()]
    money = [one for one in guarantees if one.kind == GuaranteeKind.MONEY]
    late = late_among(guarantees, today) if agreement.status == Status.SIGNED else []
    return Row(agreement, sum(one.amount for one in money), sum(one.arrived for one in money), late)


def late_agreements(actor: Actor, today: date, due_from: date | None = None, due_to: date | None = None) -> set[int]:
    """The signed agreements in scope under which something (due in these months) is late today. Two statements."""
    signed = Agreement.objects.visible_to(actor).signed()
    rows = Guarantee.objects.filter(clause__agreement__in=signed, due_on__lt=today).select_related("clause")
    if due_from is not None:
        rows = rows.filter(due_on__gte=due_from)
    if due_to is not None:
        rows = rows.filter(due_on__lt=months_later(due_to, 1))
    return {one.guarantee.clause.agreement_id for one in late_among(rows.prefetch_related("arrivals"), today)}


def one(actor: Actor, agreement_id: int) -> Agreement | None:
    """An agreement in scope with everything that stands in it. Five statements."""
    clauses = Clause.objects.select_related("matter__matter_list").prefetch_related(
        Prefetch("guarantees__arrivals", Arrival.objects.select_related("by", "withdrawn_by", "evidence"))
    )
    rows = Agreement.objects.visible_to(actor).select_related(
        "unit", "area__parent", "offered_by", "signed_by", "sealed_copy"
    )
    return rows.prefetch_related(Prefetch("clauses", clauses)).filter(pk=agreement_id).first()


def counts(actor: Actor) -> dict[str, int]:
    """How many agreements stand in each status. One statement."""
    rows = Agreement.objects.visible_to(actor).order_by()
    return dict(rows.values_list("status").annotate(n=Count("pk")))


def units(actor: Actor) -> list[Unit]:
    """The units that have agreements in the actor's scope. One statement."""
    return list(Unit.objects.filter(pk__in=Agreement.objects.visible_to(actor).values("unit_id")).order_by("code"))


def years_of_district(actor: Actor) -> list[int]:
    """The years for which anybody in the actor's district has an agreement, newest first. One statement."""
    rows = Agreement.objects.signed().filter(**within("area_id", actor.area_id[:6])).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


def years(actor: Actor) -> list[int]:
    """The years for which there are agreements, newest first. One statement."""
    rows = Agreement.objects.visible_to(actor).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())
