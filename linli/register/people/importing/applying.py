"""Applying a batch: everything in one transaction, set by set. Either all of it is in the register, or nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.foundation.areas.models import Area
from linli.foundation.imports import actions as batches
from linli.foundation.imports.kinds import Cancelled, Run
from linli.foundation.imports.models import Batch
from linli.foundation.rules import queries as rules
from linli.lib.errors import Refusal, Stale
from linli.lib.prefix import within
from linli.register.people.actions import spells, tags
from linli.register.people.importing import (
    balance,
    changing,
    ending,
    founding,
    keeping,
    matching,
    newcomers,
    rechecking,
)
from linli.register.people.models import Person, PopulationEvent, Staged

COMMUNITY_DIGITS = 12
REFRESH = 2000


class Meanwhile(Refusal):
    """Somebody entered the same people while this batch waited."""

    code = "entered_meanwhile"
    status = 409


def apply(run: Run) -> None:
    """Put an approved batch into the register. Raises Refusal; then nothing of it was kept."""
    batch = run.batch
    if not batches.turn(batch_id=batch.pk, worker=run.worker, to=Batch.State.APPLYING):
        raise Cancelled
    try:
        with transaction.atomic():
            held = batches.locked(batch.pk, Batch.State.APPLYING)
            if held.claimed_by != run.worker:
                raise Cancelled
            now = timezone.now()
            other = _recheck(held, run)
            if other:
                _put_back(held, run, other)
                return
            held.counts = {**held.counts, **matching.counted(held)}
            counts = _apply(held, now, run)
            balance.log(held, now)
            batches.turn(
                batch_id=batch.pk,
                worker=run.worker,
                to=Batch.State.APPLIED,
                applied_at=now,
                counts={**held.counts, "applied": counts},
            )
    except IntegrityError as clash:
        if "people_identity_once" in str(clash) or "identity_index" in str(clash):
            raise Meanwhile(_meanwhile()) from clash
        message = _("The register changed while this was applied; nothing was kept. Let the rows be checked again.")
        raise Stale(message) from clash
    refresh_tags(batch.pk, say=run.say)


def _meanwhile() -> str:
    return _(
        "Somebody else entered some of these people in the meantime; nothing of this batch was kept. "
        "Let the rows be checked again, and they will be matched."
    )


def _recheck(batch: Batch, run: Run) -> int:
    """How many rows are found otherwise by now than the approver saw them."""
    if Staged.objects.filter(batch=batch, state=Staged.State.DUPLICATE).exists():
        raise Stale(_("Some rows are still to be decided at the merge desk."))
    # Whoever applies to the same community waits here, and then sees what the other has entered.
    spells.take_turns(area_id=batch.area_id)
    communities = Area.objects.filter(pk=batch.area_id[:COMMUNITY_DIGITS])
    list(communities.select_for_update(no_key=True).values_list("pk", flat=True))
    run.say("compare")
    return rechecking.recheck(batch)


def _put_back(batch: Batch, run: Run, rows: int) -> None:
    """Nothing is applied: what is found otherwise by now is shown first."""
    counts = {**batch.counts, **matching.counted(batch), "meanwhile": rows}
    text = ngettext(
        "The register changed while this waited: %(n)s row is found otherwise now. Nothing was applied; look at it and "
        "approve again.",
        "The register changed while this waited: %(n)s rows are found otherwise now. Nothing was applied; look at them "
        "and approve again.",
        rows,
    )
    batches.turn(
        batch_id=batch.pk, worker=run.worker, to=Batch.State.CHECKED, message=text % {"n": rows}, counts=counts
    )


def _apply(batch: Batch, now: datetime, run: Run) -> dict[str, int]:
    run.say("homes")
    counts = founding.found_homes(batch, now)
    run.say("people")
    counts |= newcomers.enter(batch, now)
    run.say("headcounts")
    spells.add_counts(newcomers.headcounts())
    run.say("changes")
    counts |= changing.change(batch, now)
    counts |= ending.end(batch, now)
    counts["unread"] = keeping.keep(batch)
    founding.drop()
    return counts


def refresh_tags(batch_id: int, *, say: Callable[[str], None] = lambda _what: None) -> None:
    """Bring the computed groups up to date, chunk by chunk.

    Of the new people who are old enough or in the party, of the old who live (or lived) behind a door that somebody
    came to, and of whom the batch moved or ended. The nightly run looks at birthdays only.
    """
    say("groups")
    today = timezone.localdate()
    area_id = Batch.objects.values_list("area_id", flat=True).get(pk=batch_id)
    rule = rules.params("tags.computed", area_id, today)
    youngest = min(rule["aged_from"], rule["alone_from"], rule["empty_nest_from"])
    old = Q(born__lte=tags.birthday(today, -youngest))
    _in_chunks(Person.objects.filter(old | Q(political__in=rule["party_codes"]), batch_id=batch_id))
    came = Person.objects.filter(batch_id=batch_id)
    doors = Q(spells__dwelling__in=came.filter(dwelling__isnull=False).values("dwelling_id"))
    homes = Q(spells__household__in=came.filter(dwelling__isnull=True).values("household_id"))
    here = Person.objects.filter(old, **within("area_id", area_id))
    for behind in (doors, homes):
        _in_chunks(here.filter(behind).exclude(batch_id=batch_id))
    _in_chunks(Person.objects.filter(pk__in=PopulationEvent.objects.filter(batch_id=batch_id).exclude(
        person__batch_id=batch_id).values("person_id")))  # fmt: skip


def _in_chunks(people: QuerySet[Any]) -> None:
    # The keys of a million people are some 40 MB; asking for them page by page would scan the batch again each time.
    ids = sorted(set(people.values_list("pk", flat=True)))
    for start in range(0, len(ids), REFRESH):
        with transaction.atomic():
            tags.refresh(on=timezone.localdate(), now=timezone.now(), people=ids[start : start + REFRESH])
