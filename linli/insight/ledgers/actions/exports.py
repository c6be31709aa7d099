"""The steps of an export: asked, approved by somebody else where it is not masked, made, fetched, expired."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from linli.foundation.accounts.access import refusal
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit import actions as audit
from linli.foundation.jobs.actions import GONE_AFTER
from linli.foundation.jobs.models import Heartbeat
from linli.insight.ledgers import queries
from linli.insight.ledgers.definitions import Ledger
from linli.insight.ledgers.models import Export, ExportedPerson, Subject
from linli.insight.ledgers.store import store
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Stale

State = Export.State
LONGEST_WHY = 200
#: Exports of one person that wait at the same time; a mistake of a finger must not fill the disk.
MOST_WAITING = 10
BATCH = 5000


@transaction.atomic
def ask(
    *,
    by: Actor,
    ledger: Ledger,
    chosen: Mapping[str, str],
    words: Sequence[tuple[str, str]],
    reason: str,
    why: str,
    full: bool,
    now: datetime,
) -> Export:
    """Ask for a list as a workbook; a masked one needs no approval and is ready to be made.

    `full` asks for the sensitive columns unmasked, as far as the reason allows (domain.md V27: documents only for
    法定职责). Raises NotAllowed, Invalid (fields `reason`, `why`, `full`).
    """
    may_export(by)
    why = clip(tidy(why), LONGEST_WHY)
    known = queries.reasons(by.area_id, now.date()).get(reason)
    errors: dict[str, object] = {}
    if known is None:
        errors["reason"] = _("Choose why the list is needed.")
    if not why:
        errors["why"] = _("Say in a few words what the list is for. It stands on every page of it.")
    sensitive = {one.key for one in ledger.fields if one.level == "sensitive"}
    unmasked = sorted(sensitive & set(known.unmask)) if known and full else []
    if full and known is not None and not unmasked:
        errors["full"] = _("With this reason nothing of this list may be shown in full. Ask for it masked.")
    waiting = Export.objects.filter(asked_by_id=by.user_id, state__in=[State.ASKED, State.APPROVED, State.MAKING])
    if not errors and waiting.count() >= MOST_WAITING:
        errors["why"] = _("Ten of your exports are still waiting. Let them be finished, or cancel some.")
    if errors or known is None:
        raise Invalid(fields=errors)
    made = Export.objects.create(
        area_id=by.area_id,
        subject=ledger.subject,
        title=ledger.name,
        filters=dict(chosen),
        words=[list(pair) for pair in words],
        columns=[[one.key, one.label] for one in ledger.fields],
        reason=reason,
        why=why,
        full=full,
        unmasked=unmasked,
        state=State.ASKED if full else State.APPROVED,
        asked_at=now,
        asked_by_id=by.user_id,
        asked_post_id=by.post_id,
        asker_name=by.name[:150],
    )
    _log("people.export_asked", made, by=by, now=now)
    return made


def may_export(by: Actor) -> None:
    """Raise NotAllowed unless the post reads the register and takes lists out of it."""
    for permission in (Permission.PEOPLE_READ, Permission.EXPORT):
        if not by.can(permission):
            raise NotAllowed(refusal(permission))
    if not by.is_staff:
        raise NotAllowed(refusal(Permission.EXPORT))


@transaction.atomic
def decide(*, by: Actor, export_id: int, approve: bool, answer: str, now: datetime) -> Export:
    """Approve or refuse an export that is not masked. Never one's own.

    Raises NotAllowed, Stale, Invalid (a refusal needs an `answer`).
    """
    found = _locked(export_id, by, State.ASKED)
    if not by.can(Permission.PEOPLE_APPROVE):
        raise NotAllowed(refusal(Permission.PEOPLE_APPROVE))
    if found.asked_by_id == by.user_id:
        raise NotAllowed(_("Nobody approves an export of their own. Ask a colleague."), code="own_export")
    found.answer = clip(tidy(answer), LONGEST_WHY)
    if not approve and not found.answer:
        raise Invalid(fields={"answer": _("Say why it is refused.")})
    found.state = State.APPROVED if approve else State.REFUSED
    found.decided_at, found.decided_by_id = now, by.user_id
    found.save(update_fields=["answer", "state", "decided_at", "decided_by"])
    _log("people.export_approved" if approve else "people.export_refused", found, by=by, now=now)
    return found


@transaction.atomic
def cancel(*, by: Actor, export_id: int, now: datetime) -> Export:
    """Stop an export that is not ready, or throw away one that is. Only one's own. Raises NotAllowed, Stale."""
    found = _locked(export_id, by, State.ASKED, State.APPROVED, State.MAKING, State.READY, State.FAILED)
    if found.asked_by_id != by.user_id:
        raise NotAllowed(_("Only whoever asked for an export may cancel it."))
    path, found.path = found.path, ""
    found.state = State.CANCELLED
    found.save(update_fields=["state", "path"])
    _log("people.export_cancelled", found, by=by, now=now)
    transaction.on_commit(lambda: store.remove(path))
    return found


@transaction.atomic
def again(*, by: Actor, export_id: int, now: datetime) -> Export:
    """Try one that failed once more, from its beginning. Raises NotAllowed, Stale."""
    found = _locked(export_id, by, State.FAILED)
    if found.asked_by_id != by.user_id:
        raise NotAllowed(_("Only whoever asked for an export may start it again."))
    found.state, found.message, found.rows_done = State.APPROVED, "", 0
    found.save(update_fields=["state", "message", "rows_done"])
    return found


@transaction.atomic
def fetch(*, by: Actor, export_id: int, ip: str, now: datetime) -> tuple[Export, Path]:
    """The file, for whoever asked for it or approved it; written into the access log before it leaves.

    Raises NotAllowed, Stale (expired, or not ready).
    """
    found = _locked(export_id, by)
    if by.user_id not in (found.asked_by_id, found.decided_by_id):
        raise NotAllowed(_("Only whoever asked for an export, or approved it, may fetch it."))
    path = store.path_of(found.path) if found.path else None
    if not found.is_open(now) or path is None or not path.exists():
        raise Stale(_("This export can no longer be fetched. Ask for it again."), code="expired")
    Export.objects.filter(pk=found.pk).update(downloads=F("downloads") + 1)
    _log("people.export_downloaded", found, by=by, now=now, ip=ip)
    return found, path


def take(*, export_id: int, worker: str, now: datetime) -> Export | None:
    """Claim the making of an export; None when another living worker makes it or there is nothing to do."""
    holder_lives = Exists(Heartbeat.objects.filter(name=OuterRef("claimed_by"), at__gt=now - GONE_AFTER))
    free = Q(state=State.APPROVED) | (Q(state=State.MAKING) & (Q(claimed_by=worker) | ~Q(holder_lives)))
    taken = Export.objects.filter(free, pk=export_id).update(state=State.MAKING, claimed_by=worker, rows_done=0)
    return Export.objects.select_related("asked_post", "area").get(pk=export_id) if taken else None


def go_on(*, export_id: int, worker: str, rows_done: int) -> bool:
    """Say how far it is; False when it was cancelled or another worker has it."""
    held = Export.objects.filter(pk=export_id, claimed_by=worker, state=State.MAKING)
    return bool(held.update(rows_done=rows_done))


@transaction.atomic
def finish(
    *, export: Export, by: Actor, worker: str, path: str, rows: int, people: Iterable[int], now: datetime
) -> bool:
    """The file is whole: remember who is in it, and open it to whoever asked. False when it was cancelled meanwhile."""
    expires = now + timedelta(hours=queries.valid_hours(export.area_id, now))
    held = Export.objects.filter(pk=export.pk, claimed_by=worker, state=State.MAKING)
    ready: dict[str, Any] = {"state": State.READY, "path": path, "rows_total": rows, "rows_done": rows}
    if not held.update(**ready, made_at=now, expires_at=expires, claimed_by="", message=""):
        return False
    rows_of_people = (ExportedPerson(export_id=export.pk, person_id=one) for one in people)
    # Part by part: `bulk_create` would first make a list of all of them.
    while part := list(islice(rows_of_people, BATCH)):
        ExportedPerson.objects.bulk_create(part)
    _note(export, by=by, rows=rows, now=now)
    return True


def _note(export: Export, *, by: Actor, rows: int, now: datetime) -> None:
    """The line that a person's own history of readers shows, too: with area and filter, without names looked for."""
    if export.subject != Subject.PEOPLE:
        _log("ledgers.exported", export, by=by, now=now, rows=rows)
        return
    kept = [value for label, value in export.words if value != export.filters.get("q")]
    area = str(export.filters.get("area") or export.area_id)
    words = "；".join([export.title, *kept])[:300]
    _log("people.exported", export, by=by, now=now, rows=rows, area=area, filter=words)


def fail(*, export_id: int, worker: str, message: str) -> None:
    """It could not be made; whoever asked may try again."""
    held = Export.objects.filter(pk=export_id, claimed_by=worker, state=State.MAKING)
    held.update(state=State.FAILED, message=message[:300], claimed_by="")


def expire(*, now: datetime) -> int:
    """Delete the files whose time is over; returns how many."""
    over = Export.objects.filter(state=State.READY, expires_at__lte=now).order_by("pk")
    gone = 0
    for pk, path in over.values_list("pk", "path")[:500]:
        store.remove(path)
        gone += Export.objects.filter(pk=pk, state=State.READY).update(state=State.EXPIRED, path="")
    return gone


def _locked(export_id: int, by: Actor, *states: str) -> Export:
    found = Export.objects.visible_to(by).select_for_update().filter(pk=export_id).first()
    if found is None or (states and found.state not in states):
        raise Stale(_("The export has moved on meanwhile. Reload the page."))
    return found


def _log(action: str, export: Export, *, by: Actor, now: datetime, ip: str = "", **more: Any) -> None:
    audit.record(
        by=by,
        action=action,
        subject_kind="export",
        subject_id=export.pk,
        reason=export.why,
        ip=ip,
        data={
            "number": export.number,
            "title": export.title,
            "filters": {name: value for name, value in export.filters.items() if name != "q"},
            "reason_code": export.reason,
            "unmasked": export.unmasked,
            **more,
        },
        now=now,
    )
