"""Questions about batches."""

from datetime import datetime

from django.db.models import Q, QuerySet

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.imports.models import Batch, SavedMapping, SavedWord
from linli.foundation.jobs.actions import GONE_AFTER
from linli.foundation.jobs.models import Heartbeat

WORKING = (Batch.State.CHECKING, Batch.State.APPROVED, Batch.State.APPLYING, Batch.State.UNDOING)


def visible_to(actor: Actor, kind: str = "") -> QuerySet[Batch]:
    """The batches of the actor's area, for those who may import; nothing otherwise."""
    if not actor.can(Permission.PEOPLE_IMPORT):
        return Batch.objects.none()
    rows = Batch.objects.filter(actor.within()).select_related("area", "made_by")
    return rows.filter(kind=kind) if kind else rows


def of_the_same_book(batch: Batch) -> dict[str, Batch]:
    """Sheet → the newest batch that reads it from the same upload, given-up ones apart."""
    first = batch.first_id or batch.pk
    rows = Batch.objects.filter(Q(pk=first) | Q(first=first)).exclude(state=Batch.State.CANCELLED).order_by("pk")
    return {row.sheet: row for row in rows if row.sheet}


def remembered(area_id: str, kind: str, signature: str) -> dict[str, str]:
    """How such a sheet's columns were matched the last time in this area."""
    found = SavedMapping.objects.filter(area_id=area_id, kind=kind, signature=signature).first()
    return dict(found.mapping) if found else {}


def saved_words(area_id: str, kind: str) -> dict[str, dict[str, str]]:
    """What words mean here: table → word → meaning. The nearer area's word counts."""
    areas = [area_id[:size] for size in (2, 4, 6, 9, 12, 15, 18) if size <= len(area_id)]
    found: dict[str, dict[str, str]] = {}
    rows = SavedWord.objects.filter(area_id__in=areas, kind=kind).order_by("area_id")
    for table, word, meaning in rows.values_list("table", "word", "meaning"):
        found.setdefault(table, {})[word] = meaning
    return found


def doing(batch: Batch) -> str:
    """What the worker that holds the batch is doing now; "" when nobody says."""
    if not batch.claimed_by:
        return ""
    return Heartbeat.objects.filter(name=batch.claimed_by).values_list("detail", flat=True).first() or ""


def abandoned(now: datetime) -> QuerySet[Batch]:
    """Batches that wait for a worker, or whose worker died."""
    living = Heartbeat.objects.filter(at__gt=now - GONE_AFTER).values("name")
    return Batch.objects.filter(state__in=WORKING).exclude(claimed_by__in=living)
