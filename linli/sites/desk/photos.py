"""Photos that were sent with a form which must be corrected: kept, and named in the form by a signed list.

A browser never fills a file field again, so what has arrived is stored first. The list belongs to one person, and
what no case links is swept away after a day (files.actions.sweep_orphans).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.core.files.base import File
from django.http import HttpRequest

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import actions as files
from linli.foundation.files.models import StoredFile

FIELD: Final = "kept_photos"
_SALT: Final = "linli.desk.photos"
_KEPT_FOR: Final = timedelta(hours=20)


def kept(request: HttpRequest, actor: Actor) -> list[StoredFile]:
    """The photos that an earlier try of this form has left, unless the person drops them."""
    if request.POST.get("drop_photos"):
        return []
    try:
        ids = signing.loads(request.POST.get(FIELD, ""), salt=_SALT, max_age=_KEPT_FOR)
        wanted = [UUID(one) for one in ids]
    except (signing.BadSignature, ValueError, TypeError):
        return []
    found = {file.pk: file for file in StoredFile.objects.filter(pk__in=wanted, uploaded_by_id=actor.user_id)}
    return [found[pk] for pk in wanted if pk in found]


def take(request: HttpRequest, actor: Actor, before: Sequence[StoredFile], now: datetime) -> list[StoredFile]:
    """Store the photos that came with the form; answers those kept `before` and the new ones.

    Raises PhotoRefused, TooManyPhotos, StorageFull, StorageTrouble (each with the field "photos").
    """
    uploads: list[File[Any]] = [upload for upload in request.FILES.getlist("photos") if upload]
    if not uploads:
        return list(before)
    if len(before) + len(uploads) > files.MOST_PHOTOS:
        raise files.TooManyPhotos(fields={"photos": files.TooManyPhotos.message})
    return [*before, *files.store_photos(uploads=uploads, by=actor, now=now)]


def sealed(photos: Sequence[StoredFile]) -> str:
    """The list for the form's hidden field; "" for none."""
    return signing.dumps([str(photo.pk) for photo in photos], salt=_SALT) if photos else ""
