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
from linli.register.people.actions import spells, tags
from linli.register.people.importing import balance, changing, ending, founding, matching, newcomers, rechecking
from linli.register.people.models import Household, Person, Staged

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
    founding.drop()
    return counts


def refresh_tags(batch_id: int, *, say: Callable[[str], None] = lambda _what: None) -> None:
    """Bring the computed groups up to date, chunk by chunk: of the new people who are old enough or in the party, and
    of the households that somebody joined or left. The nightly run would do it, too."""
    say("groups")
    today = timezone.localdate()
    area_id = Batch.objects.values_list("area_id", flat=True).get(pk=batch_id)
    rule = rules.params("tags.computed", area_id, today)
    youngest = min(rule["aged_from"], rule["alone_from"], rule["empty_nest_from"])
    people = Person.objects.filter(batch_id=batch_id).filter(
        Q(born__lte=tags.birthday(today, -youngest)) | Q(political__in=rule["party_codes"])
    )
    _in_chunks(people, lambda part: {"people": part})
    joined = Household.objects.filter(people__batch_id=batch_id).exclude(batch_id=batch_id)
    _in_chunks(joined.distinct(), lambda part: {"households": part})
    touched = Staged.objects.filter(batch_id=batch_id, state="ok", decision="same").values("person_id")
    homes = Household.objects.filter(people__in=touched)
    _in_chunks(homes.distinct(), lambda part: {"households": part})
    _in_chunks(Person.objects.filter(pk__in=touched, household=None), lambda part: {"people": part})


def _in_chunks(rows: QuerySet[Any], what: Callable[[list[int]], dict[str, list[int]]]) -> None:
    # The keys of a million people are some 40 MB; asking for them page by page would scan the batch again each time.
    ids = sorted(set(rows.values_list("pk", flat=True)))
    for start in range(0, len(ids), REFRESH):
        with transaction.atomic():
            tags.refresh(on=timezone.localdate(), now=timezone.now(), **what(ids[start : start + REFRESH]))
