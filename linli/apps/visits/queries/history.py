"""What was found at somebody's door."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from linli.apps.visits.models import Visit, VisitPhoto
from linli.foundation.accounts.actors import Actor
from linli.foundation.files.models import StoredFile


def of_person(person_id: int, limit: int = 10, *, before: int | None = None, actor: Actor | None = None) -> list[Visit]:
    """Somebody's visits, newest first, with their photos, worker and case. Two statements.

    The caller has fetched the person inside the actor's scope; with `actor`, only the visits of the actor's area.
    """
    scope = Visit.objects.all() if actor is None else Visit.objects.visible_to(actor)
    rows = scope.filter(person_id=person_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    pictures = Prefetch("pictures", queryset=VisitPhoto.objects.order_by("position"))
    return list(
        rows.select_related("by", "case", "area").prefetch_related(pictures).order_by("-visited_at", "-pk")[:limit]
    )


@dataclass(frozen=True)
class Kept:
    """A file of a visit that the actor may open, and whether it is the voice note."""

    file: StoredFile
    is_voice: bool


def file_of(actor: Actor, visit_id: int, file_id: UUID) -> Kept | None:
    """A photo or the voice note of a visit in the actor's scope; None for anything else. Two statements at most."""
    visit = Visit.objects.visible_to(actor).filter(pk=visit_id).select_related("voice").first()
    if visit is None:
        return None
    if visit.voice is not None and visit.voice_id == file_id:
        return Kept(visit.voice, is_voice=True)
    picture = VisitPhoto.objects.filter(visit=visit, file_id=file_id).select_related("file").first()
    return Kept(picture.file, is_voice=False) if picture is not None else None
