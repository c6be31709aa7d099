"""The worker's part: check, apply and undo batches; take up those whose worker died; remove old uploads."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from linli.foundation.imports import actions, queries
from linli.foundation.imports.kinds import Cancelled, Kind, Run, kind_of
from linli.foundation.imports.models import Batch
from linli.foundation.jobs.actions import retire
from linli.foundation.jobs.schedule import periodic
from linli.foundation.jobs.worker import Pulse, worker_name
from linli.foundation.rules import queries as rules
from linli.lib.errors import Refusal

logger = logging.getLogger(__name__)
State = Batch.State

#: Where a batch goes when its work was refused.
BACK = {State.CHECKING: State.FAILED, State.APPROVED: State.CHECKED, State.APPLYING: State.CHECKED}


@task()
def work(batch_id: int) -> str:
    """Do what the batch waits for; says in a word what became of it."""
    return run(batch_id)


def run(batch_id: int) -> str:
    """Claim the batch and work on it, with a sign of life every few seconds. "" when there was nothing to do."""
    pulse = Pulse(worker_name())
    pulse.beat()
    try:
        batch = actions.take(batch_id=batch_id, worker=pulse.name, states=queries.WORKING, now=timezone.now())
        if batch is None:
            return ""
        with pulse.beating():
            return _work(batch, pulse)
    finally:
        retire(name=pulse.name)


def _work(batch: Batch, pulse: Pulse) -> str:
    def alive() -> None:
        pulse.turn(pulse._doing)
        held = Batch.objects.filter(pk=batch.pk, claimed_by=pulse.name).values_list("cancel_asked", flat=True).first()
        if held is None or held:
            raise Cancelled

    began, kind = State(batch.state), kind_of(batch.kind)
    step = _step(began, kind)
    try:
        step(Run(batch=batch, worker=pulse.name, say=pulse.turn, alive=alive))
    except Cancelled:
        if Batch.objects.filter(pk=batch.pk, claimed_by=pulse.name, cancel_asked=True).exists():
            actions.end_cancelled(batch_id=batch.pk)
            kind.forget(batch.pk)
        return "cancelled"
    except Refusal as refusal:
        to = BACK.get(began, State.APPLIED)
        actions.turn(batch_id=batch.pk, worker=pulse.name, to=to, message=str(refusal))
        return "refused"
    except Exception:
        # The cause is for the operator; the batch says that it failed and can be tried again.
        logger.exception("Batch %s failed while it was %s.", batch.pk, began.value)
        message = _(
            "Something went wrong on our side; the register is as it was. Try again, or tell the administrator."
        )
        actions.turn(batch_id=batch.pk, worker=pulse.name, to=BACK.get(began, State.APPLIED), message=message)
        return "failed"
    return "done"


def _step(began: State, kind: Kind) -> Callable[[Run], None]:
    if began == State.CHECKING:
        return kind.check
    return kind.undo if began == State.UNDOING else kind.apply


@periodic(every=timedelta(minutes=1), name="imports.resume")
def resume(now: datetime) -> str:
    """Take up batches that nobody works on although somebody should."""
    waiting = list(queries.abandoned(now).values_list("pk", flat=True)[:20])
    for batch_id in waiting:
        work.enqueue(batch_id)
    return f"{len(waiting)} batches taken up" if waiting else ""


@periodic(every=timedelta(days=1), name="imports.prune")
def prune(now: datetime) -> str:
    """Delete uploads and staged rows that are older than a batch can be undone."""
    days = int(rules.params("register.limits", "", timezone.localdate(now))["undo_days"])
    old = Batch.objects.filter(made_at__lt=now - timedelta(days=days)).exclude(path="")
    gone = 0
    for batch in old.exclude(state__in=queries.WORKING)[:200]:
        kind_of(batch.kind).forget(batch.pk)
        open_still = batch.state in actions.OPEN
        Batch.objects.filter(pk=batch.pk).update(path="", state=State.CANCELLED if open_still else batch.state)
        actions.let_go(batch.path)
        gone += 1
    return f"{gone} uploads removed" if gone else ""
