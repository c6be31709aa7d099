"""Documents: laws, agreements, proofs and forms, kept as they came, under a type that their own bytes prove.

Only PDF, Word, Excel and pictures, and never one that carries a program. They are answered for saving, never shown
inside a page of ours.
"""

import hashlib
import io
import logging
import zipfile
from datetime import datetime
from typing import Any, Final

from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.functional import Promise

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import contents, messages
from linli.foundation.files.actions import _hold
from linli.foundation.files.models import StoredFile
from linli.lib.chinese import clip, fold
from linli.lib.errors import Invalid

__all__ = ["DOCX", "MAX_BYTES", "PDF", "XLSX", "open_document", "store_document", "store_made", "whole"]

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 20 * 1024 * 1024
LONGEST_NAME: Final = 100
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS: Final = {PDF: "pdf", DOCX: "docx", XLSX: "xlsx", "image/jpeg": "jpg", "image/png": "png"}
_MAIN_PARTS: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_PROGRAMS: Final = ("vbaproject.bin", "/activex/", "macrosheets/")
_MOST_PARTS: Final = 5_000


def type_of(data: bytes) -> str:
    """The media type that the bytes prove. Raises Invalid (field "file") for what is not kept."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"PK\x03\x04"):
        return _office_type(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _refused(messages.DOCUMENT_OLD)
    raise _refused(messages.DOCUMENT_UNKNOWN)


def _office_type(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info.filename.replace("\\", "/").lower() for info in archive.infolist()[:_MOST_PARTS]]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, UnicodeError):
        raise _refused(messages.DOCUMENT_DAMAGED) from None
    if any(mark in name for name in names for mark in _PROGRAMS):
        raise _refused(messages.DOCUMENT_ACTIVE)
    found = next((kind for part, kind in _MAIN_PARTS.items() if part in names), "")
    if not found:
        raise _refused(messages.DOCUMENT_UNKNOWN)
    return found


def _refused(message: Promise) -> Invalid:
    return Invalid(fields={"file": message})


def store_document(*, upload: File[Any], by: Actor, now: datetime) -> StoredFile:
    """Keep one document. Raises Invalid (field "file"), StorageFull or StorageTrouble.

    It may be swept away after a day until something links it (`actions.keep`).
    """
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    if not data:
        raise _refused(messages.DOCUMENT_EMPTY)
    if len(data) > MAX_BYTES:
        raise _refused(messages.DOCUMENT_TOO_BIG)
    return _kept(data, type_of(data), upload.name or "", by, now)


def store_made(*, data: bytes, media_type: str, name: str, by: Actor, now: datetime) -> StoredFile:
    """Keep a document that Linli has made itself. Raises StorageFull or StorageTrouble."""
    return _kept(data, media_type, name, by, now)


def _kept(data: bytes, media_type: str, name: str, by: Actor, now: datetime) -> StoredFile:
    sha256 = hashlib.sha256(data).hexdigest()
    row = StoredFile(
        sha256=sha256,
        kind=StoredFile.Kind.DOCUMENT,
        media_type=media_type,
        bytes=len(data),
        original_name=clip(fold(name), LONGEST_NAME),
        uploaded_by_id=by.user_id,
        uploaded_at=now,
    )
    contents.put_document(sha256, data)
    with transaction.atomic():
        _hold([sha256], now)
        # A sweep may have taken it since; from here on it cannot.
        contents.put_document(sha256, data)
        row.save(force_insert=True)
    return row


def whole(stored: StoredFile) -> bytes:
    """The bytes of a document. Raises FileNotFoundError when it is gone."""
    with contents.read_document(stored.sha256) as file:
        return bytes(file.read())


def open_document(stored: StoredFile) -> FileResponse:
    """The response with a document, to be saved. The caller has checked that the actor may read it.

    Raises Http404 when it is gone from the storage.
    """
    try:
        file = contents.read_document(stored.sha256)
    except FileNotFoundError:
        logger.error("The content of file %s is not in the storage.", stored.pk)  # noqa: TRY400 - no trace is needed
        raise Http404 from None
    ending = ENDINGS.get(stored.media_type, "bin")
    name = stored.original_name or f"{stored.pk}.{ending}"
    if not name.lower().endswith(f".{ending}"):
        name = f"{name}.{ending}"
    response = FileResponse(file, content_type=stored.media_type, as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
