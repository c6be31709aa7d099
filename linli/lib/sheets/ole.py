"""Old Excel files (.xls) are small file systems (OLE2) with records in a stream (BIFF): looked through first."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linli.lib.sheets import biff5
from linli.lib.sheets.extents import Extent
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused
from linli.lib.sheets.runs import Runs

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_ROOT_KIND: Final = 5
_SMALL_BLOCK: Final = 64
_PROTECTED: Final = frozenset({"encryptedpackage", "encryptioninfo", "encryption"})
_MACROS: Final = frozenset({"_vba_project_cur", "vba", "macros", "_vba_project"})
_BOF, _EOF, _FILEPASS, _SHEET, _SST, _CONTINUE = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x3C
_FORMULA, _LABEL_SST, _RK_SEVERAL = 0x06, 0xFD, 0xBD
_CELLS: Final = frozenset({_FORMULA, _LABEL_SST, 0x203, 0x204, 0x205, 0x27E, 0xD6})
_ROW, _ROW_LENGTH, _ROW_HIDDEN, _DATE_1904 = 0x208, 16, 0x20, 0x22
#: A name of 31 characters and the kind of a sheet.
_MACRO_SHEETS: Final = frozenset({1, 6})


class _Files:
    """The streams of an OLE2 file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < 512 or data[:8] != MAGIC:
            raise SheetRefused("damaged")
        self.size = 1 << struct.unpack_from("<H", data, 30)[0]
        if self.size not in (512, 4096):
            raise SheetRefused("damaged")
        self.most = len(data) // self.size + 1
        self.next = self._table()
        directory = self._chain(struct.unpack_from("<I", data, 48)[0])
        self.entries = [directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]

    def names(self) -> dict[str, bytes]:
        """Name in small letters → directory entry."""
        found: dict[str, bytes] = {}
        for entry in self.entries:
            length = struct.unpack_from("<H", entry, 64)[0]
            if 2 <= length <= 64 and entry[66]:
                found[entry[: length - 2].decode("utf-16-le", "replace").lower()] = entry
        return found

    def stream(self, entry: bytes) -> bytes:
        """The bytes of a stream. Small ones lie in blocks of 64 bytes inside the stream of the root."""
        size = struct.unpack_from("<I", entry, 120)[0]
        return b"".join(self.data[at : at + length] for at, length in self._blocks(entry))[:size]

    def _blocks(self, entry: bytes) -> list[tuple[int, int]]:
        """(where it begins in the file, its length) of each block of a stream."""
        start, size = struct.unpack_from("<I", entry, 116)[0], struct.unpack_from("<I", entry, 120)[0]
        least = struct.unpack_from("<I", self.data, 56)[0]
        if size >= least or entry[66] == _ROOT_KIND:
            return [((number + 1) * self.size, self.size) for number in self._numbers(start, self.next, self.size)]
        root = next((one for one in self.entries if one[66] == _ROOT_KIND), None)
        if root is None:
            raise SheetRefused("damaged")
        inside = self._blocks(root)
        table = self._chain(struct.unpack_from("<I", self.data, 60)[0])
        following = list(struct.unpack(f"<{len(table) // 4}I", table))
        found = []
        for number in self._numbers(start, following, _SMALL_BLOCK):
            block, rest = divmod(number * _SMALL_BLOCK, self.size)
            if block >= len(inside):
                raise SheetRefused("damaged")
            found.append((inside[block][0] + rest, _SMALL_BLOCK))
        return found

    def _numbers(self, number: int, following: Sequence[int], size: int) -> Iterator[int]:
        """The numbers of a chain of blocks of this size; no chain is longer than the file."""
        for _step in range(len(self.data) // size + 2):
            if number >= _LAST_SECTOR:
                return
            if number >= len(following):
                raise SheetRefused("damaged")
            yield number
            number = following[number]
        raise SheetRefused("damaged")

    def patched(self, entry: bytes, places: Sequence[int], word: bytes) -> bytes:
        """A copy of the file in which these places of a stream have other bytes."""
        blocks = self._blocks(entry)
        copy = bytearray(self.data)
        for place in places:
            for at, byte in enumerate(word, place):
                begin, length = blocks[at // blocks[0][1]]
                copy[begin + at % length] = byte
        return bytes(copy)

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.size
        return self.data[at : at + self.size]

    def _table(self) -> list[int]:
        """Which sector follows which."""
        parts = list(struct.unpack_from("<109I", self.data, 76))
        more, count = struct.unpack_from("<II", self.data, 68)
        width = self.size // 4
        for _step in range(min(count, self.most)):
            if more >= _LAST_SECTOR:
                break
            sector = self._sector(more)
            if len(sector) < self.size:
                raise SheetRefused("damaged")
            *numbers, more = struct.unpack(f"<{width}I", sector)
            parts.extend(numbers)
        table: list[int] = []
        for number in parts[: self.most]:
            if number < _LAST_SECTOR:
                sector = self._sector(number)
                table.extend(struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4]))
        return table

    def _chain(self, number: int) -> bytes:
        return b"".join(self._sector(one) for one in self._numbers(number, self.next, self.size))


@dataclass(frozen=True, slots=True)
class Old:
    """What an old workbook says that the reading library does not: which rows of each sheet are hidden (in the order of
    the sheets), whether days are counted from 1904; of the format of 1995 (its texts are in a code page) a copy that
    the library reads byte for byte, the names of its sheets, and what turns such bytes into text."""

    hidden: tuple[Runs, ...] = ()
    epoch_1904: bool = False
    copy: bytes | None = None
    names: tuple[str, ...] = ()
    decode: Callable[[str], str] | None = None


def check(path: Path, limits: Limits) -> Old:
    """Raise `SheetRefused` where an OLE2 file is no harmless workbook of bounded size."""
    data = path.read_bytes()
    try:
        files = _Files(data)
        names = files.names()
        if _PROTECTED & names.keys():
            raise SheetRefused("encrypted")
        if _MACROS & names.keys():
            raise SheetRefused("macros")
        entry = names.get("workbook") or names.get("book")
        if entry is None:
            raise SheetRefused("wrong_type")
        stream = files.stream(entry)
        _check_records(stream, limits)
        return _told(files, entry, stream)
    except (struct.error, IndexError):
        raise SheetRefused("damaged") from None


def _told(files: _Files, entry: bytes, stream: bytes) -> Old:
    """What the records say about rows, days and texts."""
    begins: list[int] = []
    hidden: dict[int, Runs] = {}
    epoch_1904, sheet = False, 0
    for kind, at, length in _records(stream):
        if kind == _BOF:
            sheet = at - 4
        elif kind == _SHEET:
            begins.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == _ROW and length >= _ROW_LENGTH and stream[at + 12] & _ROW_HIDDEN:
            hidden.setdefault(sheet, Runs()).add(struct.unpack_from("<H", stream, at)[0] + 1)
        elif kind == _DATE_1904 and length > 1:
            epoch_1904 = bool(stream[at])
    rows = tuple(hidden.get(begin, Runs()) for begin in begins)
    if struct.unpack_from("<H", stream, 4)[0] != biff5.VERSION:
        return Old(rows, epoch_1904)
    texts = biff5.read(stream, _records(stream))
    return Old(rows, epoch_1904, files.patched(entry, texts.places, biff5.LATIN), texts.names, texts.decode)


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, where the content begins, its length) of each record."""
    at, end = 0, len(stream) - 4
    unpack = struct.Struct("<HH").unpack_from
    while at <= end:
        kind, length = unpack(stream, at)
        if not kind and not length:
            return
        yield kind, at + 4, length
        at += 4 + length


def _check_records(stream: bytes, limits: Limits) -> None:
    extent, total, longest, copies = Extent(), 0, 0, 0
    shared: list[tuple[int, int]] = []
    open_texts = False
    for kind, at, length in _records(stream):
        if kind in _CELLS or kind == _RK_SEVERAL:
            row, column = struct.unpack_from("<HH", stream, at)
            last = struct.unpack_from("<H", stream, at + length - 2)[0] if kind == _RK_SEVERAL else column
            extent.add(row + 1, column + 1)
            extent.add(row + 1, last + 1)
            copies += kind == _LABEL_SST
        elif kind == _FILEPASS:
            raise SheetRefused("encrypted")
        elif kind == _SHEET and length > 6 and stream[at + 5] in _MACRO_SHEETS:
            raise SheetRefused("macros")
        elif kind == _BOF:
            total += _sized(extent, limits)
            extent = Extent()
        if kind == _SST or (kind == _CONTINUE and open_texts):
            shared.append((at, length))
        open_texts = kind == _SST or (kind == _CONTINUE and open_texts)
    total += _sized(extent, limits)
    longest = _longest_text(stream, shared) if copies else 0
    if copies * longest > limits.unpacked:
        raise SheetRefused("bomb")


def _sized(extent: Extent, limits: Limits) -> int:
    if extent.last_column > limits.columns:
        raise SheetRefused("too_many_columns")
    if extent.last_row > limits.rows:
        raise SheetRefused("too_many_rows")
    if extent.cells > limits.cells:
        raise SheetRefused("too_many_cells")
    return extent.cells


def _longest_text(stream: bytes, parts: list[tuple[int, int]]) -> int:
    """Bytes of the longest shared text; where the table cannot be followed, the most that a text can have."""
    table = b"".join(stream[at : at + length] for at, length in parts)
    most = min(len(table), 3 * 32_767)
    if len(parts) != 1:
        # A text may run on in the next record, with a byte of its own between: only the lengths in front are looked
        # at, so the whole of a long table counts as the average times a generous factor.
        count: int = max(struct.unpack_from("<I", table, 4)[0], 1)
        return min(most, 64 * max(len(table) // count, 8))
    at, longest = 8, 0
    while at + 3 <= len(table):
        characters, flags = struct.unpack_from("<HB", table, at)
        at += 3
        runs = far = 0
        if flags & 8:
            runs = struct.unpack_from("<H", table, at)[0]
            at += 2
        if flags & 4:
            far = struct.unpack_from("<I", table, at)[0]
            at += 4
        longest = max(longest, characters * 3)
        at += characters * (2 if flags & 1 else 1) + runs * 4 + far
    return min(most, longest)
