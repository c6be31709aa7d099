"""What communities carry already (存量): found, judged, taken away, and checked by somebody else (S1-26, S5-03)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission.models import Form, Standing
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed

MOST: Final = 500
LEAST_REASON: Final = 4
Verdict = Standing.Verdict


def _may(by: Actor) -> None:
    if not by.can(Permission.TASK_SUPERVISE):
        raise NotAllowed(_("Only civil affairs and the organisation department may do this."))


@transaction.atomic
def find(
    *, by: Actor, form: str, names: Sequence[str], now: datetime, unit: Unit | None = None, campaign: str = ""
) -> int:
    """Record what was found, one row for each name; what is known already is left alone. Returns how many are new."""
    _may(by)
    wanted = list(dict.fromkeys(name for one in names if (name := clip(tidy(one), 120))))
    errors: dict[str, object] = {}
    if form not in Form.values:
        errors["form"] = _("Choose what it is.")
    if not wanted:
        errors["names"] = _("Write at least one name, each on a line of its own.")
    elif len(wanted) > MOST:
        errors["names"] = _("At most %(n)s lines.") % {"n": MOST}
    if errors:
        raise Invalid(fields=errors)
    assert by.user_id is not None
    before = Standing.objects.count()
    Standing.objects.bulk_create(
        (
            Standing(
                area_id=by.area_id[:6],
                form=form,
                name=name,
                unit=unit,
                campaign=clip(tidy(campaign), 60),
                found_on=timezone.localdate(now),
                found_by_id=by.user_id,
            )
            for name in wanted
        ),
        ignore_conflicts=True,
    )
    return Standing.objects.count() - before


@transaction.atomic
def act(*, by: Actor, ids: Sequence[int], step: str, now: datetime, reason: str = "") -> int:
    """Take a step with many rows: "go", "keep", "gone" or "checked". Rows that it does not fit are left alone.

    Whoever found something does not check that it is gone. Returns how many rows took the step.
    Raises NotAllowed, Invalid (no such step, no reason for keeping).
    """
    _may(by)
    today = timezone.localdate(now)
    rows = Standing.objects.select_for_update().filter(by.within("area_id"), pk__in=list(ids)[:MOST])
    said = clip(tidy(reason), 300)
    match step:
        case "go":
            return rows.filter(verdict=Verdict.OPEN).update(verdict=Verdict.GO, judged_on=today, reason=said)
        case "keep":
            if len(said) < LEAST_REASON:
                raise Invalid(fields={"reason": _("Say on what basis it is kept.")})
            return rows.filter(verdict=Verdict.OPEN).update(verdict=Verdict.KEEP, judged_on=today, reason=said)
        case "gone":
            return rows.filter(verdict=Verdict.GO, gone_on__isnull=True).update(gone_on=today)
        case "checked":
            fitting = rows.filter(gone_on__isnull=False, checked_on__isnull=True).exclude(found_by_id=by.user_id)
            return fitting.update(checked_on=today, checked_by_id=by.user_id)
    raise Invalid(fields={"step": _("Choose what happens with the rows.")})
