"""Voice notes: kept as they were recorded, under a type that their own first bytes prove.

They are not re-encoded (that would need a codec library); they are answered only as sound, and never run as anything.
"""

import hashlib
import logging
from datetime import datetime
from typing import Any, Final

from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse, Http404

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import contents, messages
from linli.foundation.files.actions import _hold
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Invalid

__all__ = ["MAX_BYTES", "open_voice", "store_voice"]

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 8 * 1024 * 1024
ENDINGS: Final = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a"}


def type_of(data: bytes) -> str:
    """The media type that the first bytes prove: WebM, Ogg or MP4 (what browsers record); "" for anything else."""
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if data.startswith(b"OggS"):
        return "audio/ogg"
    return "audio/mp4" if data[4:8] == b"ftyp" else ""


def store_voice(*, upload: File[Any], by: Actor, now: datetime) -> StoredFile:
    """Keep one voice note. Raises Invalid (field "voice"), StorageFull or StorageTrouble.

    Like a photo it may be swept away after a day until something links it (`actions.keep`).
    """
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    media_type = type_of(data)
    trouble = messages.VOICE_EMPTY if not data else messages.VOICE_TOO_BIG if len(data) > MAX_BYTES else None
    if trouble is None and not media_type:
        trouble = messages.VOICE_UNKNOWN
    if trouble is not None:
        raise Invalid(fields={"voice": trouble})
    sha256 = hashlib.sha256(data).hexdigest()
    row = StoredFile(
        sha256=sha256,
        kind=StoredFile.Kind.VOICE,
        media_type=media_type,
        bytes=len(data),
        uploaded_by_id=by.user_id,
        uploaded_at=now,
    )
    contents.put_voice(sha256, data)
    with transaction.atomic():
        _hold([sha256], now)
        # A sweep may have taken it since; from here on it cannot.
        contents.put_voice(sha256, data)
        row.save(force_insert=True)
    return row


def open_voice(stored: StoredFile) -> FileResponse:
    """The response with a voice note. The caller has checked that the actor may hear it. Raises Http404 when gone.

    Nothing keeps it on the device: a voice says more than a photo of a stairwell.
    """
    try:
        file = contents.read_voice(stored.sha256)
    except FileNotFoundError:
        logger.error("The content of file %s is not in the storage.", stored.pk)  # noqa: TRY400 - no trace is needed
        raise Http404 from None
    ending = ENDINGS.get(stored.media_type, "bin")
    response = FileResponse(file, content_type=stored.media_type, filename=f"{stored.pk}.{ending}")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
