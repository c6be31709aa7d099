"""The steps of a batch: each moves `state` forward, and nothing else does."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.audit import actions as audit
from linli.foundation.imports import store
from linli.foundation.imports.models import Batch, SavedMapping
from linli.foundation.jobs.actions import GONE_AFTER
from linli.foundation.jobs.models import Heartbeat
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale

State = Batch.State
#: From here a batch may still be cancelled or given another file.
OPEN = (State.UPLOADED, State.MAPPED, State.CHECKING, State.CHECKED, State.FAILED)


def may_import(by: Actor, area_id: str) -> None:
    """Raise NotAllowed unless the post imports into this area."""
    if not by.can(Permission.PEOPLE_IMPORT) or not by.covers(area_id):
        raise NotAllowed(_("Your post does not include importing sheets into the register."))


def locked(batch_id: int, *states: str) -> Batch:
    """The batch, locked, in one of these states. Raises Stale."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if states and batch.state not in states:
        raise Stale(_("The batch has moved on meanwhile. Reload the page."))
    return batch


def receive(*, by: Actor, kind: str, area_id: str, name: str, chunks: Iterable[bytes], now: datetime) -> Batch:
    """Keep an upload for an area and open its batch. Raises NotAllowed, Invalid (fields `file`, `area`)."""
    may_import(by, area_id)
    if not Area.objects.filter(pk=area_id).exists():
        raise Invalid(fields={"area": _("Choose an area of the list.")})
    stored = store.keep(chunks, name)
    with transaction.atomic():
        batch = Batch.objects.create(
            kind=kind,
            area_id=area_id,
            original_name=clip(tidy(name), 120) or "?",
            path=stored.name,
            sha256=stored.sha256,
            bytes=stored.bytes,
            made_at=now,
            made_by_id=by.user_id,
            made_post_id=by.post_id,
        )
        audit.record(by=by, action="imports.upload", now=now, subject_kind="batch", subject_id=batch.pk)
    return batch


def refuse_file(*, batch: Batch) -> None:
    """Forget a batch whose file cannot be read: nothing of it is kept."""
    Batch.objects.filter(pk=batch.pk, state__in=(State.UPLOADED, State.MAPPED)).delete()
    let_go(batch.path)


def let_go(path: str) -> None:
    """Delete an upload that no batch needs any more: the sheets of a book share one."""
    if path and not Batch.objects.filter(path=path).exists():
        store.remove(path)


@transaction.atomic
def open_sheet_too(*, by: Actor, batch_id: int, sheet: str, now: datetime) -> Batch:
    """A batch for another sheet of the same file; the one that is there already where there is one that goes on.

    Raises NotAllowed, Invalid (`sheet`), Stale where the file is no longer kept.
    """
    batch = locked(batch_id)
    may_import(by, batch.area_id)
    if not batch.path:
        raise Stale(_("The file is no longer kept. Upload it again."))
    if all(one["name"] != sheet for one in batch.book.get("sheets", ())) or sheet == batch.sheet:
        raise Invalid(fields={"sheet": _("Choose another sheet of the file.")})
    first = locked(batch.first_id or batch.pk)
    same = Batch.objects.filter(Q(pk=first.pk) | Q(first=first), path=batch.path, sheet=sheet)
    there = same.exclude(state__in=(State.CANCELLED, State.UNDONE)).order_by("pk").first()
    if there is not None:
        return there
    sibling = Batch.objects.create(
        kind=batch.kind,
        area_id=batch.area_id,
        original_name=batch.original_name,
        path=batch.path,
        sha256=batch.sha256,
        bytes=batch.bytes,
        book=batch.book,
        sheet=sheet,
        first=first,
        made_at=now,
        made_by_id=by.user_id,
        made_post_id=by.post_id,
    )
    audit.record(by=by, action="imports.upload", now=now, subject_kind="batch", subject_id=sibling.pk)
    return sibling


@transaction.atomic
def replace_file(
    *,
    by: Actor,
    batch_id: int,
    name: str,
    chunks: Iterable[bytes],
    now: datetime,
    look: Callable[[Batch], object] = lambda _batch: None,
) -> Batch:
    """Take a corrected sheet in place of the first; it is matched and checked anew.

    `look` opens it and raises a Refusal when it cannot be read; then the first one stays. Raises NotAllowed, Invalid,
    Stale.
    """
    batch = locked(batch_id, State.UPLOADED, State.MAPPED, State.CHECKED, State.FAILED)
    may_import(by, batch.area_id)
    stored, old = store.keep(chunks, name), batch.path
    batch.original_name = clip(tidy(name), 120) or "?"
    batch.path, batch.sha256, batch.bytes = stored.name, stored.sha256, stored.bytes
    batch.state, batch.counts, batch.rows_done, batch.rows_total, batch.message = State.UPLOADED, {}, 0, 0, ""
    batch.book = {}
    try:
        look(batch)
    except Refusal:
        store.remove(stored.name)
        raise
    batch.save()
    transaction.on_commit(lambda: let_go(old))
    audit.record(by=by, action="imports.upload", now=now, subject_kind="batch", subject_id=batch.pk)
    return batch


@transaction.atomic
def start_check(
    *,
    by: Actor,
    batch_id: int,
    sheet: str,
    header: tuple[int, int],
    columns: list[str],
    mapping: Mapping[str, str],
    options: Mapping[str, Any],
    signature: str,
    now: datetime,
) -> Batch:
    """Keep how the columns were matched, for this batch and for the next such sheet, and let the rows be checked.

    `header` is the number of header rows and of the first row of data; `mapping` is column number → field.
    """
    batch = locked(batch_id, State.UPLOADED, State.MAPPED, State.CHECKED, State.FAILED)
    may_import(by, batch.area_id)
    batch.sheet, (batch.header_rows, batch.first_row) = sheet, header
    batch.columns, batch.mapping, batch.options = columns, dict(mapping), dict(options)
    batch.state, batch.message, batch.cancel_asked, batch.claimed_by = State.CHECKING, "", False, ""
    batch.counts, batch.rows_done = {"fresh": True}, 0
    batch.save()
    SavedMapping.objects.update_or_create(
        area_id=batch.area_id,
        kind=batch.kind,
        signature=signature,
        defaults={"mapping": dict(mapping), "used_at": now},
    )
    return batch


@transaction.atomic
def check_again(*, by: Actor, batch_id: int, now: datetime) -> Batch:
    """Let rows that were read already be matched with the register as it is now. Raises NotAllowed, Stale."""
    batch = locked(batch_id, State.CHECKED)
    may_import(by, batch.area_id)
    batch.state, batch.message, batch.cancel_asked, batch.claimed_by = State.CHECKING, "", False, ""
    batch.counts = {"fresh": False, "read": True}
    batch.save(update_fields=["state", "message", "cancel_asked", "claimed_by", "counts"])
    return batch


@transaction.atomic
def cancel(*, by: Actor, batch_id: int, now: datetime) -> Batch:
    """Give a batch up before it is applied: at once, or (while it is checked) at the next chunk."""
    batch = locked(batch_id, *OPEN)
    may_import(by, batch.area_id)
    if batch.state == State.CHECKING and batch.claimed_by:
        batch.cancel_asked = True
        batch.save(update_fields=["cancel_asked"])
        return batch
    _end(batch)
    audit.record(by=by, action="imports.cancel", now=now, subject_kind="batch", subject_id=batch.pk)
    return batch


def _end(batch: Batch) -> None:
    batch.state, batch.claimed_by = State.CANCELLED, ""
    path, batch.path = batch.path, ""
    batch.save(update_fields=["state", "claimed_by", "path"])
    transaction.on_commit(lambda: let_go(path))


@transaction.atomic
def end_cancelled(*, batch_id: int) -> None:
    """The worker saw that the batch was to be cancelled."""
    _end(locked(batch_id, State.CHECKING))


@transaction.atomic
def approve(*, by: Actor, batch_id: int, now: datetime) -> Batch:
    """Say yes to the preview, with name and time; the batch is applied by the worker."""
    batch = locked(batch_id, State.CHECKED)
    may_import(by, batch.area_id)
    batch.state, batch.approved_at, batch.approved_by_id, batch.message = State.APPROVED, now, by.user_id, ""
    batch.save(update_fields=["state", "approved_at", "approved_by", "message"])
    audit.record(by=by, action="imports.approve", now=now, subject_kind="batch", subject_id=batch.pk)
    return batch


@transaction.atomic
def ask_undo(*, by: Actor, batch_id: int, now: datetime) -> Batch:
    """Let the worker take back the whole batch. Raises Stale when it is not applied, or too long ago."""
    batch = locked(batch_id, State.APPLIED)
    may_import(by, batch.area_id)
    days = int(rules.params("register.limits", batch.area_id, timezone.localdate(now))["undo_days"])
    if batch.applied_at is None or now - batch.applied_at > timedelta(days=days):
        raise Stale(_("A batch can be undone for %(days)s days. This one is older.") % {"days": days})
    batch.state, batch.undone_by_id, batch.message, batch.claimed_by = State.UNDOING, by.user_id, "", ""
    batch.save(update_fields=["state", "undone_by", "message", "claimed_by"])
    audit.record(by=by, action="imports.undo", now=now, subject_kind="batch", subject_id=batch.pk)
    return batch


def take(*, batch_id: int, worker: str, states: Iterable[str], now: datetime) -> Batch | None:
    """Claim the work on a batch; None when another living worker has it or there is nothing to do."""
    holder_lives = Exists(Heartbeat.objects.filter(name=OuterRef("claimed_by"), at__gt=now - GONE_AFTER))
    free = Q(claimed_by__in=["", worker]) | ~Q(holder_lives)
    taken = Batch.objects.filter(free, pk=batch_id, state__in=list(states)).update(claimed_by=worker)
    return Batch.objects.get(pk=batch_id) if taken else None


def turn(*, batch_id: int, worker: str, to: str, message: str = "", **also: Any) -> bool:
    """Move a batch that this worker holds, and let it go unless the work goes on; False when the claim was lost."""
    going_on = to in (State.APPLYING, State.UNDOING)
    rows = Batch.objects.filter(pk=batch_id, claimed_by=worker)
    return bool(rows.update(state=to, message=message[:500], claimed_by=worker if going_on else "", **also))
