"""What of the guarantees arrived (到位): entered by the community that got it, never by who promised it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission import news
from linli.apps.admission.guarantees import shares
from linli.apps.admission.models import Agreement, Arrival, Guarantee, GuaranteeKind
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.actions import keep
from linli.foundation.files.models import StoredFile
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.lib.money import yuan

LEAST_NOTE: Final = 5


def _locked(by: Actor, guarantee_id: int) -> Guarantee:
    # The agreement, not the guarantee: once it is settled, what arrives under one counts for those beside it.
    agreement = Agreement.objects.select_for_update(of=("self",)).get(clauses__guarantees=guarantee_id)
    row = Guarantee.objects.select_related("clause__agreement").get(pk=guarantee_id)
    if not by.can(Permission.TASK_WORK) or not by.covers(agreement.area_id):
        raise NotAllowed(_("Only the community that gets it says that it arrived."))
    if agreement.status != Agreement.Status.SIGNED:
        raise Stale(_("The agreement is not signed yet."))
    return row


@transaction.atomic
def record(
    *,
    by: Actor,
    guarantee_id: int,
    on: date,
    now: datetime,
    amount: int = 0,
    note: str = "",
    evidence: StoredFile | None = None,
    key: str = "",
) -> Arrival:
    """Say that an instalment (in fen), people or guidance arrived on a day. Raises NotAllowed, Stale, Invalid.

    Money never exceeds what was promised: who gets more has a new agreement, or has mistyped. The same form (`key`)
    enters it once, however often it is sent.
    """
    row = _locked(by, guarantee_id)
    # Under the lock of the agreement, so that a second sending finds the first.
    twin = row.arrivals.filter(key=key).first() if key else None
    if twin is not None:
        return twin
    errors: dict[str, object] = {}
    if on > timezone.localdate(now):
        errors["on"] = _("This day has not come yet.")
    elif on < timezone.localdate(row.clause.agreement.made_at).replace(month=1, day=1):
        errors["on"] = _("This day lies before the agreement.")
    missing = row.amount - row.arrived
    if row.kind == GuaranteeKind.MONEY and not 0 < amount <= missing:
        values = {"sum": yuan(max(missing, 0))}
        errors["amount"] = _("More than 0 and at most %(sum)s yuan: so much is still missing.") % values
    if row.kind != GuaranteeKind.MONEY and amount:
        errors["amount"] = _("People and guidance have no amount.")
    if row.kind != GuaranteeKind.MONEY and row.parts:
        errors["on"] = _("This has arrived already.")
    if errors:
        raise Invalid(fields=errors)
    assert by.user_id is not None
    made = Arrival.objects.create(
        guarantee=row,
        on=on,
        amount=amount,
        note=clip(tidy(note), 300),
        evidence=evidence,
        by_id=by.user_id,
        at=now,
        key=key or None,
    )
    if evidence is not None:
        keep([evidence])
    _count(row)
    return made


@transaction.atomic
def withdraw(*, by: Actor, arrival_id: int, reason: str, now: datetime) -> Arrival:
    """Take back an arrival that was entered by mistake; it stays readable. Raises NotAllowed, Stale, Invalid."""
    guarantee_id = Arrival.objects.values_list("guarantee_id", flat=True).get(pk=arrival_id)
    row = _locked(by, guarantee_id)
    arrival = row.arrivals.get(pk=arrival_id)
    if arrival.withdrawn_at is not None:
        raise Stale(_("It was taken back already."))
    text = clip(tidy(reason), 300)
    if len(text) < LEAST_NOTE:
        raise Invalid(fields={"reason": _("Say why it is taken back.")})
    arrival.withdrawn_at, arrival.withdrawn_by_id, arrival.withdrawn_because = now, by.user_id, text
    arrival.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    _count(row)
    agreement = row.clause.agreement
    with news.in_house():
        words = _("An arrival under the agreement for %(year)s was taken back by the community.")
        users = news.unit(agreement.unit_id, now)
        news.send(news.agreement_news(users, agreement.pk, words % {"year": agreement.year}), now)
    return arrival


def _count(row: Guarantee) -> None:
    if row.settled is None:
        keep_sums(row)
        return
    beside = list(row.clause.guarantees.filter(kind=GuaranteeKind.MONEY).prefetch_related("arrivals"))
    share_out(beside, sum(one.owed for one in beside))


def keep_sums(row: Guarantee) -> None:
    """Keep the sum and the day on which it was whole, so that boards need not add up every instalment."""
    row.received, row.fulfilled_on = row.arrived, row.whole_on
    row.save(update_fields=["settled", "received", "fulfilled_on"])


def share_out(money: Sequence[Guarantee], settled: int) -> None:
    """Say of all the money of a clause, in order of its due days, how much of the settled sum falls to each.

    The agreement is locked, `arrivals` are loaded.
    """
    for row, share in zip(money, shares(settled, [(one.amount, one.arrived) for one in money]), strict=True):
        row.settled = share
        keep_sums(row)
