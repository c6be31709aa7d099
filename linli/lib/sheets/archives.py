"""Workbooks are zip archives: unpacked once, in pieces, to see whether what is inside is what it says it is.

Sizes in an archive's directory may lie, so every XML part is unpacked here and counted, and none is kept. Nothing is
written to disk, so names of parts lead nowhere.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused

CHUNK: Final = 1024 * 1024
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LONGEST_COMMENT: Final = 65_535
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 1
#: Below this size a high ratio does no harm.
_SMALL: Final = 16 * 1024 * 1024
_XML: Final = (".xml", ".rels", ".vml")
_ARCHIVES: Final = (".zip", ".xlsx", ".docx", ".xlsm", ".rar", ".7z", ".gz")


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory has been checked."""

    path: Path
    members: dict[str, zipfile.ZipInfo]
    limits: Limits

    def read(self, name: str) -> Iterator[bytes]:
        """Unpack a member in pieces of about 1 MiB; raises `SheetRefused` where it is not what the directory says."""
        with self.path.open("rb") as file:
            yield from _unpack(file, self.members[name])

    def whole(self, name: str, most: int = 4 * CHUNK) -> bytes:
        """All of a small member; raises `SheetRefused` where it is larger than `most`."""
        if self.members[name].file_size > most:
            raise SheetRefused("bomb")
        return b"".join(self.read(name))

    def xml(self) -> list[str]:
        """The names of the parts that a reader may take for XML."""
        return [name for name in self.members if name.lower().endswith(_XML)]


def open_archive(path: Path, limits: Limits) -> Archive:
    """Check the directory of an archive; raises `SheetRefused`."""
    _one_end(path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error, UnicodeError):
        raise SheetRefused("damaged") from None
    if len(infos) > limits.members:
        raise SheetRefused("bomb")
    members: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in infos:
        _check_member(info)
        name = info.filename.replace("\\", "/").lstrip("/")
        # Readers look parts up without regard to case: of two, each may take another.
        if name.lower() in seen:
            raise SheetRefused("damaged")
        seen.add(name.lower())
        members[name] = info
    _check_size(infos, limits)
    return Archive(path, members, limits)


def _one_end(path: Path) -> None:
    """An archive has one end. With two, two readers may see two different archives."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE))
        tail = file.read()
    at = tail.find(_END)
    if at < 0 or tail.find(_END, at + 1) >= 0 or len(tail) - at < _END_SIZE:
        raise SheetRefused("damaged")
    if int.from_bytes(tail[at + 20 : at + 22], "little") != len(tail) - at - _END_SIZE:
        raise SheetRefused("damaged")


def _check_member(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise SheetRefused("encrypted")
    if info.compress_type not in _METHODS:
        raise SheetRefused("damaged")
    name = info.filename.lower()
    if name.endswith(_ARCHIVES) and "embeddings" not in name:
        raise SheetRefused("bomb")
    if ".." in name.replace("\\", "/").split("/"):
        raise SheetRefused("damaged")


def _check_size(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > limits.unpacked or (unpacked > _SMALL and unpacked > max(packed, 1) * limits.ratio):
        raise SheetRefused("bomb")
    # Parts that overlap unpack to more than any ratio says.
    if packed > limits.workbook_bytes:
        raise SheetRefused("bomb")


def _unpack(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    file.seek(info.header_offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise SheetRefused("damaged")
    *_rest, name_size, extra_size = _LOCAL.unpack(head)
    file.seek(name_size + extra_size, 1)
    count = check = 0
    for piece in _inflated(file, info):
        count += len(piece)
        if count > info.file_size:
            raise SheetRefused("bomb")
        check = zlib.crc32(piece, check)
        yield piece
    if count != info.file_size or check != info.CRC:
        raise SheetRefused("damaged")


def _inflated(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    left = info.compress_size
    if info.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := file.read(min(left, CHUNK))):
            left -= len(piece)
            yield piece
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while not inflate.eof:
            packed = inflate.unconsumed_tail
            if not packed:
                packed = file.read(min(left, CHUNK))
                left -= len(packed)
            piece = inflate.decompress(packed, CHUNK)
            if not piece and not packed:
                raise SheetRefused("damaged")
            yield piece
    except zlib.error:
        raise SheetRefused("damaged") from None
    if left or inflate.unused_data:
        raise SheetRefused("damaged")
