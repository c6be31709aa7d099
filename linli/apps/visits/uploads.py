"""Photos and voice that came with a form: stored first, and named by a signed list when the form must be corrected.

A browser never fills a file field again. The list belongs to one worker, and what no visit links is swept after a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.core.files.base import File
from django.http import HttpRequest

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import actions as files
from linli.foundation.files import voice
from linli.foundation.files.models import StoredFile

FIELD: Final = "kept_files"
_SALT: Final = "linli.visits.files"
_KEPT_FOR: Final = timedelta(hours=20)


@dataclass(frozen=True)
class Uploads:
    """What has arrived so far."""

    photos: tuple[StoredFile, ...] = ()
    voice: StoredFile | None = None

    @property
    def sealed(self) -> str:
        """The list for the form's hidden field; "" for none."""
        rows = [*self.photos, *([self.voice] if self.voice else [])]
        return signing.dumps([str(row.pk) for row in rows], salt=_SALT) if rows else ""

    def __len__(self) -> int:
        return len(self.photos) + (self.voice is not None)


def kept(request: HttpRequest, actor: Actor) -> Uploads:
    """What an earlier try of this form has left, unless the person drops it."""
    if request.POST.get("drop_files") or not request.POST.get(FIELD):
        return Uploads()
    try:
        wanted = [UUID(one) for one in signing.loads(request.POST[FIELD], salt=_SALT, max_age=_KEPT_FOR)]
    except (signing.BadSignature, ValueError, TypeError):
        return Uploads()
    found = {row.pk: row for row in StoredFile.objects.filter(pk__in=wanted, uploaded_by_id=actor.user_id)}
    rows = [found[pk] for pk in wanted if pk in found]
    notes = [row for row in rows if row.kind == StoredFile.Kind.VOICE]
    return Uploads(tuple(row for row in rows if row not in notes), notes[0] if notes else None)


def take(request: HttpRequest, actor: Actor, before: Uploads, now: datetime) -> Uploads:
    """Store what came with the form, beside what was kept `before`.

    Raises PhotoRefused, TooManyPhotos, StorageFull, StorageTrouble (field "photos"), Invalid (field "voice").
    """
    photos: Sequence[StoredFile] = before.photos
    uploads: list[File[Any]] = [upload for upload in request.FILES.getlist("photos") if upload]
    if len(photos) + len(uploads) > files.MOST_PHOTOS:
        raise files.TooManyPhotos(fields={"photos": files.TooManyPhotos.message})
    if uploads:
        photos = [*photos, *files.store_photos(uploads=uploads, by=actor, now=now)]
    note, upload = before.voice, request.FILES.get("voice")
    if isinstance(upload, File) and upload.size:
        note = voice.store_voice(upload=upload, by=actor, now=now)
    return Uploads(tuple(photos), note)
