"""Cells of sheets that could not be read: looked at, entered or discarded. Then their text is gone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.audit import actions as audit
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Stale
from linli.register.people.actions.editing import locked_for_change
from linli.register.people.models import UnreadCell

How = UnreadCell.How
LONGEST_REASON = 200


def open_text(*, by: Actor, cell: UnreadCell, now: datetime) -> str:
    """The text of a cell, for who enters it; the log keeps who looked."""
    audit.record(by=by, action="people.unread", now=now, subject_kind="person", subject_id=cell.person_id)
    return vault.unseal(cell.text_sealed, vault.UNREAD) if cell.text_sealed else ""


@transaction.atomic
def settle(*, by: Actor, cell: UnreadCell, how: str, reason: str = "", now: datetime) -> UnreadCell:
    """Say that a cell was entered, or why it is not needed. Raises NotAllowed, Invalid, Stale (settled meanwhile)."""
    locked_for_change(by, cell.person_id)
    held = UnreadCell.objects.select_for_update().get(pk=cell.pk)
    if held.settled_at is not None:
        raise Stale(_("Somebody has settled this meanwhile."))
    if how not in How.values:
        raise Invalid(fields={"how": _("Choose one of the entries.")})
    said = clip(tidy(reason), LONGEST_REASON)
    if how == How.DISCARDED and not said:
        raise Invalid(fields={"reason": _("Say why it is not needed.")})
    held.settled_at, held.settled_by_id, held.settled_how, held.reason = now, by.user_id, how, said
    held.text_sealed = ""
    held.save(update_fields=["settled_at", "settled_by", "settled_how", "reason", "text_sealed"])
    return held
