"""What the clock does by itself: end what is over, move on what waits for nobody, warn before a guarantee is due."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission import news
from linli.apps.admission.actions import applications, tasks
from linli.apps.admission.flow import APPLICATION, TASK
from linli.apps.admission.flow.application import ADMITTED, AGREEING, CONSULTING, SUSPENDED
from linli.apps.admission.flow.task import HANDED_IN, UPSTREAM, WAITING
from linli.apps.admission.models import Agreement, Application, Guarantee, GuaranteeKind
from linli.apps.admission.queries import street
from linli.apps.admission.queries.guarantees import late_among
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.jobs.schedule import periodic
from linli.foundation.rules import queries as rules
from linli.lib.chain import sm3
from linli.lib.errors import Refusal
from linli.lib.money import yuan
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.spine.catalogue import resting
from linli.spine.catalogue.models import MatterList
from linli.spine.catalogue.resting import Ending

logger = logging.getLogger(__name__)
BATCH = 200


def _done(steps: Iterable[bool]) -> str:
    return f"moved {sum(steps)}"


def _try(row: Application, name: str, now: datetime, note: str = "") -> bool:
    try:
        applications.act(application_id=row.pk, name=name, by=SYSTEM, inputs=Inputs(note=note), now=now)
    except Refusal as refusal:
        # Somebody moved it between our look and our lock: then there is nothing left to do.
        logger.info("application %s: %s not made: %s", row.pk, name, refusal.code)
        return False
    return True


@periodic(every=timedelta(minutes=10), name="admission.waited_enough")
def waited_enough(now: datetime) -> str:
    """Communities that have not answered in time do not hold an application up; silence is never agreement."""
    rows = Application.objects.filter(
        case__kind=APPLICATION.kind,
        case__is_open=True,
        case__state__in=(AGREEING, CONSULTING),
        case__step_due__lt=now,
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        applications.advance(application_id=pk, now=now)
    return f"looked at {len(ids)}"


@periodic(every=timedelta(hours=1), name="admission.expire")
def expire(now: datetime) -> str:
    """A temporary admission ends by itself on the day after its last."""
    today = timezone.localdate(now)
    rows = Application.objects.filter(case__state__in=(ADMITTED, SUSPENDED), ends_on__lt=today)
    return _done(_try(row, "expire", now) for row in rows.order_by("pk")[:BATCH])


@periodic(every=timedelta(hours=1), name="admission.suspend_late")
def suspend_late(now: datetime) -> str:
    """Suspend an admitted item when a guarantee of it is overdue for longer than the rules allow; resume it after."""
    today = timezone.localdate(now)
    moved = 0
    rows = Application.objects.filter(case__state__in=(ADMITTED, SUSPENDED)).select_related("matter", "case", "unit")
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        assert row.matter is not None
        assert row.case is not None
        allowed = rules.params("admission.limits", row.area_id, today)["suspend_after_days"]
        promised = Guarantee.objects.filter(
            clause__agreement__in=Agreement.objects.signed().filter(unit=row.unit),
            clause__matter__identity=row.matter.identity,
            due_on__lt=today - timedelta(days=allowed),
        )
        late = late_among(promised.prefetch_related("arrivals"), today)
        if late and row.case.state == ADMITTED:
            note = _("Overdue for more than %(n)s days.") % {"n": allowed}
            moved += _try(row, "suspend", now, note)
        elif not late and row.case.state == SUSPENDED and _suspended_by_clock(row.case):
            moved += _try(row, "resume", now, _("Nothing is overdue any more."))
    return f"moved {moved}"


def _suspended_by_clock(case: Case) -> bool:
    """A suspension that a person ordered is ended by a person."""
    last = case.events.filter(move="suspend").order_by("-seq").values_list("part", flat=True).first()
    return last == "system"


@periodic(every=timedelta(hours=1), name="admission.confirm_silent")
def confirm_silent(now: datetime) -> str:
    """A result that its sender has not looked at in time counts as finished."""
    rows = Case.objects.filter(kind=TASK.kind, is_open=True, state=HANDED_IN, step_due__lt=now)
    found = rows.order_by("step_due").values_list("pk", "seq")[:BATCH]
    return _done(_act(pk, "confirm_silent", seq, now) for pk, seq in found)


@periodic(every=timedelta(hours=1), name="admission.street_silent")
def street_silent(now: datetime) -> str:
    """What a street has not answered in time goes on to its community, where the rules of the place say so."""
    rows = Case.objects.filter(kind=TASK.kind, is_open=True, state__in=UPSTREAM, step_due__lt=now)
    found = rows.order_by("step_due").values_list("pk", "seq", "area_id", "task__off_list")[:BATCH]
    today = timezone.localdate(now)
    return _done(
        _act(pk, "pass_off_list" if off_list else "pass_on", seq, now)
        for pk, seq, area_id, off_list in found
        if street.passes_silently(area_id, today)
    )


@periodic(every=timedelta(hours=1), name="admission.overdue")
def overdue(now: datetime) -> str:
    """Report upwards what a community, a sender or the supervisors have not answered in time: once for each state."""
    rows = Case.objects.filter(
        Q(reminded_at__isnull=True) | Q(reminded_at__lt=F("state_since")),
        kind=TASK.kind,
        is_open=True,
        state__in=WAITING,
        step_due__lt=now,
    )
    return _done(
        _act(pk, "overdue", seq, now) for pk, seq in rows.order_by("step_due").values_list("pk", "seq")[:BATCH]
    )


def _act(pk: int, name: str, seq: int, now: datetime) -> bool:
    try:
        tasks.act(case_id=pk, name=name, by=SYSTEM, inputs=Inputs(), now=now, expected_seq=seq)
    except Refusal as refusal:
        # Somebody moved it between our look and our lock: then there is nothing left to do.
        logger.info("task %s: %s not made: %s", pk, name, refusal.code)
        return False
    return True


@periodic(every=timedelta(hours=6), name="admission.warn_due")
def warn_due(now: datetime) -> str:
    """Tell both sides a week before something is due, and on the first day on which the community may refuse."""
    today = timezone.localdate(now)
    ahead = rules.params("admission.limits", "", today)["warn_days"]
    rows = Guarantee.objects.filter(
        Q(due_on__gte=today, due_on__lte=today + timedelta(days=ahead)) | Q(due_on=today - timedelta(days=1)),
        clause__agreement__in=Agreement.objects.signed(),
    ).select_related("clause__agreement__unit", "clause__matter")
    told = 0
    for row in rows.filter(fulfilled_on__isnull=True).order_by("pk").iterator(chunk_size=BATCH):
        _warn(row, late=row.due_on < today, now=now)
        told += 1
    return f"told of {told}"


def _warn(row: Guarantee, *, late: bool, now: datetime) -> None:
    agreement = row.clause.agreement
    with news.in_house():
        what = yuan(row.missing) if row.kind == GuaranteeKind.MONEY else row.what
        if late:
            text = _("“%(item)s”: %(what)s did not come in time. From today on the community may refuse it.")
        else:
            text = _("“%(item)s”: %(what)s is due on %(day)s.")
        words = text % {"item": row.clause.matter.name, "what": what, "day": f"{row.due_on:%Y-%m-%d}"}
        readers = news.community([agreement.area_id], now).get(agreement.area_id, [])
        users = readers + news.unit(agreement.unit_id, now)
        key = f"guarantee:{row.pk}:{row.due_on:%Y%m%d}:{'late' if late else 'soon'}"
        news.send(news.agreement_news(users, agreement.pk, words, key=key), now)


@periodic(every=timedelta(hours=6), name="admission.review_due")
def review_due(now: datetime) -> str:
    """Tell the supervisors that the yearly review of an admitted item is due: once for each day on which it is."""
    today = timezone.localdate(now)
    rows = Application.objects.filter(case__state__in=(ADMITTED, SUSPENDED), review_due__lte=today)
    told = 0
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        with news.in_house():
            text = _("The yearly review of “%(name)s” is due.")
            key = f"review:{row.pk}:{row.review_due:%Y%m%d}"
            news.send(news.application_news(news.supervisors(row.area_id, now), row.pk, row.name, text, key=key), now)
        told += 1
    return f"told of {told}"


@periodic(every=timedelta(hours=6), name="admission.bases_end")
def bases_end(now: datetime) -> str:
    """Tell who keeps a list, in time, of a law or document that ends and on which items rest alone: once for each."""
    today = timezone.localdate(now)
    told = 0
    for one in MatterList.objects.holding(today).order_by("pk"):
        days = rules.params("admission.citation", one.area_id, today)["tell_basis_days"]
        for ending in resting.endings([one], today, today + timedelta(days=days)):
            _tell_of_ending(ending, now)
            told += 1
    return f"told of {told}"


def _tell_of_ending(ending: Ending, now: datetime) -> None:
    held = ending.matter_list
    with news.in_house():
        text = _("“%(list)s”: %(document)s holds until %(day)s. After that %(n)s of its items carry nothing.")
        values = {"list": held.name, "document": ending.document, "n": len(ending.items)}
        words = text % {**values, "day": f"{ending.last_day:%Y-%m-%d}"}
    mark = sm3(f"{held.area_id} {held.code} {ending.document}".encode())[:24]
    readers = news.keepers(held.area_id, now)
    news.send(news.list_news(readers, held.pk, words, key=f"basis:{mark}:{ending.last_day:%Y%m%d}"), now)
