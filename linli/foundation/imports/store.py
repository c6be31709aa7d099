"""Uploads in the private store: under a random name, readable by the installation's own user only, for some days."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext as _

from linli.lib.errors import Invalid

#: Bytes of one upload; the same as the largest request that the door lets in.
MOST_BYTES = 64 * 1024 * 1024
SUFFIXES = (".xlsx", ".xls", ".xlsm", ".ods", ".et", ".csv", ".txt", ".tsv")
FOLDER = "imports"
PRIVATE = 0o600


@dataclass(frozen=True)
class Stored:
    """A file that was kept: its name in the store, its hash and its size."""

    name: str
    sha256: str
    bytes: int


def storage() -> FileSystemStorage:
    """Where uploads lie: on this machine, because sheets are read from a file, and outside what is served."""
    return FileSystemStorage(
        location=Path(settings.LINLI_HOME) / FOLDER, file_permissions_mode=PRIVATE, directory_permissions_mode=0o700
    )


def keep(chunks: Iterable[bytes], original_name: str, *, most: int = MOST_BYTES) -> Stored:
    """Write an upload piece by piece. Raises Invalid (`file`) when it is empty or too large; nothing stays then."""
    place = storage()
    suffix = Path(original_name).suffix.lower()
    name = place.save(f"{secrets.token_hex(16)}{suffix if suffix in SUFFIXES else ''}", ContentFile(b""))
    try:
        return _write(place, name, chunks, most)
    except BaseException:
        place.delete(name)
        raise


def _write(place: FileSystemStorage, name: str, chunks: Iterable[bytes], most: int) -> Stored:
    digest, size = hashlib.sha256(), 0
    with Path(place.path(name)).open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                limit = most // 1024 // 1024
                raise Invalid(fields={"file": _("The file is larger than %(mb)s MB. Split it.") % {"mb": limit}})
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise Invalid(fields={"file": _("The file is empty.")})
    return Stored(name, digest.hexdigest(), size)


def path_of(name: str) -> Path:
    """Where a kept upload lies."""
    return Path(storage().path(name))


def remove(name: str) -> None:
    """Delete an upload; harmless when it is gone."""
    if name:
        storage().delete(name)
