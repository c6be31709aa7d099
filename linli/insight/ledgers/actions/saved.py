"""Ledgers that a community makes for itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.insight.ledgers import definitions
from linli.insight.ledgers.definitions import Ledger
from linli.insight.ledgers.models import SavedLedger
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed

LONGEST_NAME = 40
MOST = 100


def save(
    *, by: Actor, ledger: Ledger, name: str, filters: Mapping[str, str], columns: Iterable[str], now: datetime
) -> SavedLedger:
    """Keep a filtered list with chosen columns as a ledger of the actor's area. Raises NotAllowed, Invalid (name)."""
    _may_save(by)
    if SavedLedger.objects.filter(area_id=by.area_id).count() >= MOST:
        raise Invalid(fields={"name": _("There are a hundred ledgers already. Remove one that nobody uses.")})
    chosen = ledger.with_columns(columns)
    # The day asked for is a question of today, not a part of the ledger.
    kept = {key: value for key, value in filters.items() if key != "on"}
    made = SavedLedger(
        area_id=by.area_id,
        name=_checked_name(name, by),
        subject=ledger.subject,
        based_on=ledger.saved.based_on if ledger.saved else ledger.slug,
        filters=kept,
        columns=[one.key for one in chosen.fields],
        made_at=now,
        made_by_id=by.user_id,
    )
    _write(made)
    audit.record(by=by, action="ledgers.saved", subject_kind="ledger", subject_id=made.pk, now=now)
    return made


def rename(*, by: Actor, saved: SavedLedger, name: str, now: datetime) -> None:
    """Give it another name. Raises NotAllowed (another area's), Invalid (name)."""
    _may_change(by, saved)
    saved.name = _checked_name(name, by, but=saved.pk)
    _write(saved)
    audit.record(by=by, action="ledgers.renamed", subject_kind="ledger", subject_id=saved.pk, now=now)


def remove(*, by: Actor, saved: SavedLedger, now: datetime) -> None:
    """Remove the definition; no row of the register goes with it. Raises NotAllowed."""
    _may_change(by, saved)
    audit.record(by=by, action="ledgers.removed", subject_kind="ledger", subject_id=saved.pk, now=now)
    saved.delete()


def _may_save(by: Actor) -> None:
    if not (by.can(Permission.EXPORT) and by.can(Permission.PEOPLE_READ) and by.area_id):
        raise NotAllowed(_("Your post does not include exporting data."))


def _may_change(by: Actor, saved: SavedLedger) -> None:
    _may_save(by)
    if saved.area_id != by.area_id:
        raise NotAllowed(_("This ledger belongs to another area."))


def _checked_name(name: str, by: Actor, but: int | None = None) -> str:
    text = clip(tidy(name), LONGEST_NAME)
    if not text:
        raise Invalid(fields={"name": _("Give the ledger a name.")})
    if text in {one.name for one in definitions.shipped().values()}:
        raise Invalid(fields={"name": _("There is a ledger of this name already.")})
    if SavedLedger.objects.filter(area_id=by.area_id, name=text).exclude(pk=but or 0).exists():
        raise Invalid(fields={"name": _("There is a ledger of this name already.")})
    return text


def _write(saved: SavedLedger) -> None:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        # A colleague gave the same name at the same moment.
        raise Invalid(fields={"name": _("There is a ledger of this name already.")}) from None
