"""Old Excel files (.xls) are small file systems (OLE2) with records in a stream (BIFF): looked through first."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from linli.lib.sheets.extents import Extent
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_PROTECTED: Final = frozenset({"encryptedpackage", "encryptioninfo", "encryption"})
_MACROS: Final = frozenset({"_vba_project_cur", "vba", "macros", "_vba_project"})
_BOF, _EOF, _FILEPASS, _SHEET, _SST, _CONTINUE = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x3C
_FORMULA, _LABEL_SST, _RK_SEVERAL = 0x06, 0xFD, 0xBD
_CELLS: Final = frozenset({_FORMULA, _LABEL_SST, 0x203, 0x204, 0x205, 0x27E, 0xD6})
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
        """The bytes of a stream in ordinary sectors (workbooks are padded to be)."""
        start, size = struct.unpack_from("<I", entry, 116)[0], struct.unpack_from("<I", entry, 120)[0]
        return self._chain(start)[:size]

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
        parts: list[bytes] = []
        while number < _LAST_SECTOR:
            if number >= len(self.next) or len(parts) > self.most:
                raise SheetRefused("damaged")
            parts.append(self._sector(number))
            number = self.next[number]
        return b"".join(parts)


def check(path: Path, limits: Limits) -> None:
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
        _check_records(files.stream(entry), limits)
    except (struct.error, IndexError):
        raise SheetRefused("damaged") from None


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
