"""A law or document of a list in force ends, is suspended, or holds again: a fact about the document, not about items.

It is noted in every version of the list and for every item that rests on it, so that nobody has to find them.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import tidy
from linli.lib.errors import Invalid, Stale
from linli.spine.catalogue import queries
from linli.spine.catalogue.actions.drafts import may, note_step
from linli.spine.catalogue.models import Basis, ListStep, Matter, MatterList

LEAST_NOTE: Final = 5
FARTHEST: Final = timedelta(days=366 * 10)
Step = ListStep.Step
STEPS: Final = (Step.BASIS_OVER, Step.BASIS_HELD, Step.BASIS_BACK)


@transaction.atomic
def mark(*, by: Actor, basis: Basis, step: str, on: date | None, now: datetime, note: str) -> int:
    """Say of a law or document that it ends with a day, is suspended from a day on, or holds again.

    Returns how many items of the list rest on it. Raises NotAllowed, Stale (a draft: change the item), Invalid.
    """
    held = basis.matter.matter_list
    may(by, Permission.CATALOGUE_MANAGE, held.area_id)
    if held.status != MatterList.Status.PUBLISHED:
        raise Stale(_("This list is not published. Change the item itself."))
    errors: dict[str, object] = {}
    if step not in STEPS:
        errors["step"] = _("Choose what happened to it.")
    if len(tidy(note)) < LEAST_NOTE:
        errors["note"] = _("Say where that is written.")
    today = timezone.localdate(now)
    if step != Step.BASIS_BACK and (on is None or abs(on - today) > FARTHEST):
        errors["on"] = _("Give the day, at most ten years away.")
    if errors:
        raise Invalid(fields=errors)
    versions = MatterList.objects.filter(area_id=held.area_id, code=held.code)
    same = Basis.objects.filter(matter__matter_list__in=versions, title=basis.title, number=basis.number)
    # What is handed down under an item holds it; the day counts from the next one on.
    rows = Matter.objects.filter(pk__in=same.values("matter_id")).order_by("pk").select_for_update(no_key=True)
    touched = list(rows.values_list("matter_list_id", flat=True))
    match step:
        case Step.BASIS_OVER:
            same.update(valid_to=on)
        case Step.BASIS_HELD:
            same.update(suspended_since=on)
        case _back:
            same.update(suspended_since=None)
    words = f"《{basis.title}》{basis.number}" + (f" {on:%Y-%m-%d}" if step != Step.BASIS_BACK and on else "")
    note_step(held, step, by, now, f"{words}：{tidy(note)}")
    queries.forget()
    return touched.count(held.pk)
