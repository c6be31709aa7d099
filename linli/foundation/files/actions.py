"""Keep photos, answer with them, and sweep away what nothing needs."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.http import FileResponse, Http404
from django.utils.text import format_lazy

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import contents, messages
from linli.foundation.files.contents import StorageFull, StorageTrouble
from linli.foundation.files.models import Content, StoredFile
from linli.lib import photos
from linli.lib.chinese import clip, fold
from linli.lib.errors import Refusal
from linli.lib.photos import Photo, PhotoRefused

__all__ = [
    "PhotoRefused",
    "StorageFull",
    "StorageTrouble",
    "Swept",
    "TooManyPhotos",
    "keep",
    "open_photo",
    "store_photo",
    "store_photos",
    "sweep_orphans",
    "sweep_untracked",
]

logger = logging.getLogger(__name__)

MOST_PHOTOS = 9
LONGEST_NAME = 100
ORPHAN_AFTER = timedelta(hours=24)
SWEEP_BATCH = 500
YEAR = 365 * 24 * 3600
CHINA = ZoneInfo("Asia/Shanghai")

Upload = File[Any]


class TooManyPhotos(Refusal):
    """More photos at once than a report or a step may carry."""

    code = "too_many_photos"
    message = messages.TOO_MANY


def store_photo(*, upload: Upload, by: Actor, now: datetime) -> StoredFile:
    """Keep one photo. Raises PhotoRefused, StorageFull or StorageTrouble; see `store_photos`."""
    return store_photos(uploads=[upload], by=by, now=now)[0]


def store_photos(*, uploads: Sequence[Upload], by: Actor, now: datetime) -> list[StoredFile]:
    """Keep up to nine photos, all or none; the same photo chosen twice is kept once.

    The contents are written before the rows. Until a case links them they may be swept away after a day.
    Raises TooManyPhotos, PhotoRefused (with the translated sentence, also under the field "photos"), StorageFull
    (HTTP 507) or StorageTrouble (HTTP 503).
    """
    if len(uploads) > MOST_PHOTOS:
        raise TooManyPhotos(fields={"photos": messages.TOO_MANY})
    prepared: dict[str, tuple[Photo, Upload]] = {}
    for number, upload in enumerate(uploads, start=1):
        photo = _prepare(upload, number if len(uploads) > 1 else None)
        prepared.setdefault(photo.sha256, (photo, upload))
    _write([photo for photo, _upload in prepared.values()], now)
    rows = [_row(photo, upload, by, now) for photo, upload in prepared.values()]
    with transaction.atomic():
        _hold(sorted(prepared), now)
        for photo, _upload in prepared.values():
            # A sweep may have taken it since; from here on it cannot. Usually this only looks.
            contents.put(photo.sha256, photo.jpeg, photo.thumbnail)
        StoredFile.objects.bulk_create(rows)
    return rows


def _prepare(upload: Upload, number: int | None) -> Photo:
    try:
        upload.seek(0)
        # One byte more than allowed is enough to refuse, however much was sent.
        return photos.prepare(upload.read(photos.MAX_BYTES + 1))
    except PhotoRefused as refused:
        reason: Any = messages.PHOTO[refused.code]
        if number is not None:
            reason = format_lazy(messages.NTH_PHOTO, number=number, reason=reason)
        refused.message = reason
        refused.fields = {"photos": reason}
        raise


def _write(prepared: Iterable[Photo], now: datetime) -> None:
    """Write the contents outside any lock; what was new is removed again when a later one fails."""
    new: list[str] = []
    for photo in prepared:
        if contents.complete(photo.sha256):
            continue
        new.append(photo.sha256)
        try:
            contents.put(photo.sha256, photo.jpeg, photo.thumbnail)
        except StorageTrouble as trouble:
            trouble.fields = {"photos": trouble.message}
            for sha256 in new:
                _remove_untracked(sha256, now)
            raise


def _hold(hashes: Sequence[str], now: datetime) -> None:
    """Make sure that each content has its row, and lock these rows until the transaction ends.

    One statement inserts or locks, row by row in the order given. An insert first and a lock afterwards would let
    two uploads of the same photos, with a sweep between, wait for each other.
    """
    Content.objects.bulk_create(
        [Content(sha256=one, stored_at=now) for one in hashes],
        update_conflicts=True,
        unique_fields=["sha256"],
        update_fields=["stored_at"],
    )


def _row(photo: Photo, upload: Upload, by: Actor, now: datetime) -> StoredFile:
    return StoredFile(
        sha256=photo.sha256,
        kind=StoredFile.Kind.PHOTO,
        media_type="image/jpeg",
        bytes=len(photo.jpeg),
        width=photo.width,
        height=photo.height,
        taken_at=_in_china(photo.taken_at),
        lon=photo.lon,
        lat=photo.lat,
        original_name=clip(fold(upload.name or ""), LONGEST_NAME),
        uploaded_by_id=by.user_id,
        uploaded_at=now,
    )


def _in_china(taken_at: datetime | None) -> datetime | None:
    # A camera whose clock was never set says year 1, or 1970 or 1980: better no time than that one.
    if taken_at is None or not 1990 <= taken_at.year <= 2100:
        return None
    return taken_at.replace(tzinfo=CHINA)


def open_photo(stored: StoredFile, size: Literal["full", "small"] = "full") -> FileResponse:
    """The response with a photo or its thumbnail. The caller has checked that the actor may see it.

    A content never changes under its id, so the reader's own browser, and only it, may keep it for a year.
    Raises Http404 when the content is gone from the storage.
    """
    try:
        file = contents.read(stored.sha256, size)
    except FileNotFoundError:
        logger.error("The content of file %s is not in the storage.", stored.pk)  # noqa: TRY400 - no trace is needed
        raise Http404 from None
    response = FileResponse(file, content_type=stored.media_type, filename=f"{stored.pk}{contents.SUFFIXES[size]}")
    response["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    response["ETag"] = f'"{stored.sha256}-{size}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@dataclass(frozen=True)
class Swept:
    """What a sweep deleted: rows of uploads, and contents in the storage."""

    files: int
    contents: int


def keep(files: Collection[StoredFile]) -> None:
    """Say that something other than a case links these files, so that no sweep deletes them.

    Call it in the transaction that links them. Raises StorageTrouble when one was swept away meanwhile.
    """
    wanted = {file.pk for file in files}
    if StoredFile.objects.filter(pk__in=wanted).update(kept=True) != len(wanted):
        raise StorageTrouble(fields={"photos": messages.STORAGE_TROUBLE})


def sweep_orphans(*, now: datetime, linked: Callable[[Collection[UUID]], set[UUID]]) -> Swept:
    """Delete uploads that nothing links a day after they came.

    `linked` tells which of these ids something links. A file found linked is not asked about again: links are
    never taken back. Safe to run beside uploads, links and other sweeps.
    """
    files, hashes = 0, set[str]()
    while True:
        with transaction.atomic():
            # Locked, so that nobody links one of them between the question and the deletion.
            old = StoredFile.objects.filter(kept=False, uploaded_at__lt=now - ORPHAN_AFTER).order_by("uploaded_at")
            batch = dict(old.select_for_update(skip_locked=True).values_list("pk", "sha256")[:SWEEP_BATCH])
            keep = linked(batch.keys()) & batch.keys() if batch else set()
            orphans = batch.keys() - keep
            StoredFile.objects.filter(pk__in=keep).update(kept=True)
            StoredFile.objects.filter(pk__in=orphans).delete()
        files += len(orphans)
        hashes |= {batch[pk] for pk in orphans}
        if len(batch) < SWEEP_BATCH:
            break
    return Swept(files=files, contents=sum(_remove_unused(sha256, now) for sha256 in sorted(hashes)))


def sweep_untracked(*, now: datetime, shelf: str) -> int:
    """Delete contents older than a day that have no row (their transaction was undone); returns how many.

    `shelf` is one of the 256 two-digit folders, so that one run stays short.
    """
    swept = 0
    for sha256 in contents.on_shelf(shelf, before=now - ORPHAN_AFTER):
        if not Content.objects.filter(pk=sha256).exists():
            swept += _remove_untracked(sha256, now)
    return swept


def _remove_unused(sha256: str, now: datetime) -> bool:
    """Delete a content that no upload has any more."""
    with transaction.atomic():
        list(Content.objects.filter(pk=sha256).select_for_update())
        if StoredFile.objects.filter(sha256=sha256).exists():
            return False
        Content.objects.filter(pk=sha256).delete()
    return _remove_untracked(sha256, now)


def _remove_untracked(sha256: str, now: datetime) -> bool:
    """Delete a content that has no row; False when it has one.

    The row is made and deleted again around it: whoever stores the same content meanwhile waits at that row, and
    then finds the content gone and writes it anew. Deleting after a commit, or before one, would lose a photo.
    """
    try:
        with transaction.atomic():
            Content.objects.create(sha256=sha256, stored_at=now)
            contents.remove(sha256)
            Content.objects.filter(pk=sha256).delete()
    except IntegrityError:
        return False
    return True
