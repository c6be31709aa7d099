"""Contents in the storage, named by their hash: written whole or not at all, equal ones once.

On a file system a content is written under another name, flushed and renamed, so that a full disk or a power cut
leaves no half photo; object stores do that by themselves. Django's default storage decides which it is.
"""

import errno
import logging
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

from linli.foundation.files import messages
from linli.lib.errors import Refusal

logger = logging.getLogger(__name__)

FULL = {errno.ENOSPC, errno.EDQUOT}
SUFFIXES = {"full": ".jpg", "small": "-s.jpg"}
VOICE = ".voice"
DOCUMENT = ".document"
DRAFT = ".draft-"


class StorageTrouble(Refusal):
    """The storage does not take the photo; the operator finds the cause in the log."""

    status = 503
    code = "storage_trouble"
    message = messages.STORAGE_TROUBLE


class StorageFull(StorageTrouble):
    """The disk, or the installation's share of it, is full."""

    status = 507
    code = "storage_full"
    message = messages.STORAGE_FULL


def name_of(sha256: str, size: str = "full") -> str:
    """Where a photo ("full") or its thumbnail ("small") lies."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}{SUFFIXES[size]}"


def complete(sha256: str) -> bool:
    """Whether both the photo and its thumbnail are there."""
    return all(default_storage.exists(name_of(sha256, size)) for size in SUFFIXES)


def put(sha256: str, full: bytes, small: bytes) -> None:
    """Write a photo and its thumbnail unless they are there. Raises StorageFull or StorageTrouble."""
    try:
        for size, data in (("full", full), ("small", small)):
            name = name_of(sha256, size)
            if not default_storage.exists(name):
                _write(name, data)
    except OSError as failure:
        if failure.errno in FULL:
            raise StorageFull from failure
        logger.exception("A photo could not be written.")
        raise StorageTrouble from failure


def voice_name(sha256: str) -> str:
    """Where a voice note lies."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}{VOICE}"


def put_voice(sha256: str, data: bytes) -> None:
    """Write a voice note unless it is there. Raises StorageFull or StorageTrouble."""
    _put_whole(voice_name(sha256), data)


def read_voice(sha256: str) -> File[bytes]:
    """Open a voice note; raises FileNotFoundError."""
    return default_storage.open(voice_name(sha256), "rb")


def document_name(sha256: str) -> str:
    """Where a document lies."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}{DOCUMENT}"


def put_document(sha256: str, data: bytes) -> None:
    """Write a document unless it is there. Raises StorageFull or StorageTrouble."""
    _put_whole(document_name(sha256), data)


def read_document(sha256: str) -> File[bytes]:
    """Open a document; raises FileNotFoundError."""
    return default_storage.open(document_name(sha256), "rb")


def _put_whole(name: str, data: bytes) -> None:
    try:
        if not default_storage.exists(name):
            _write(name, data)
    except OSError as failure:
        if failure.errno in FULL:
            raise StorageFull from failure
        logger.exception("%s could not be written.", name)
        raise StorageTrouble from failure


def _write(name: str, data: bytes) -> None:
    if not isinstance(default_storage, FileSystemStorage):
        _save_remotely(name, data)
        return
    path = Path(default_storage.path(name))
    # Photos are personal: readable by the service's own user only.
    for folder in (path.parents[2], path.parents[1], path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _save_remotely(name: str, data: bytes) -> None:
    try:
        saved = default_storage.save(name, ContentFile(data))
    except OSError:
        raise
    except Exception as failure:
        # Each object store's client has errors of its own kind.
        logger.exception("A photo could not be written.")
        raise StorageTrouble from failure
    if saved != name:  # Somebody wrote the same content at the same moment.
        default_storage.delete(saved)


def read(sha256: str, size: str = "full") -> File[bytes]:
    """Open a photo or its thumbnail; raises FileNotFoundError."""
    return default_storage.open(name_of(sha256, size), "rb")


def remove(sha256: str) -> None:
    """Delete a photo and its thumbnail, a voice note or a document: whatever of them is there."""
    for size in SUFFIXES:
        default_storage.delete(name_of(sha256, size))
    default_storage.delete(voice_name(sha256))
    default_storage.delete(document_name(sha256))


def on_shelf(shelf: str, before: datetime) -> Iterator[str]:
    """The hashes under the two-digit shelf that were written before a time; old drafts found there are deleted."""
    for folder in _listed(shelf)[0]:
        seen = set()
        for file in _listed(f"{shelf}/{folder}")[1]:
            name = f"{shelf}/{folder}/{file}"
            try:
                if default_storage.get_modified_time(name) >= before:
                    continue
            except FileNotFoundError:
                continue
            if file.startswith(DRAFT):
                default_storage.delete(name)
            else:
                seen.add(file[:64])
        yield from sorted(seen)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = default_storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    return sorted(folders), sorted(files)
