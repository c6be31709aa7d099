"""Cells of an xlsx that the reading library would read wrongly, written anew before it sees them.

Three kinds, found while the cells are counted (`extents`): a text in the cell (`inlineStr`) that has a value as well,
of which the library makes nothing; a formula whose value was never computed, which becomes 0 or nothing; a number that
its format shows with zeros in front (000123). A book without such cells is read as it is.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from linli.lib.sheets.archives import Archive
from linli.lib.sheets.cells import UNCOMPUTED
from linli.lib.sheets.extents import REFERENCE, Watch, column_letters, column_number, is_uncomputed, parse, plain_xml

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ZEROS = re.compile(r"(0{2,18})(?:_.|@)?(?:;.*)?")


def zeros_of(pieces: Iterable[bytes]) -> dict[str, int]:
    """The cell formats of a styles part that show zeros in front: number of the format → digits."""
    codes: dict[str, int] = {}
    found: dict[str, int] = {}
    inside, count = False, 0

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal inside, count
        name = tag.rpartition(":")[2]
        if name == "numFmt":
            fits = _ZEROS.fullmatch(given.get("formatCode", ""))
            if fits is not None:
                codes[given.get("numFmtId", "")] = len(fits[1])
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            digits = codes.get(given.get("numFmtId", ""))
            if digits:
                found[str(count)] = digits
            count += 1

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag.rpartition(":")[2] != "cellXfs"

    parse(pieces, start, end)
    return found


def mended(archive: Archive, keep: Iterable[str], sheets: Iterable[str], watch: Watch, *, formulas: bool) -> bytes:
    """The book as a new archive in memory: the parts of `keep` as they are, those of `sheets` written anew.

    With `formulas`, a formula that was never computed says so (`UNCOMPUTED`); otherwise it stays as it is.
    """
    out = io.BytesIO()
    anew = set(sheets)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name in keep:
            with made.open(name, "w", force_zip64=True) as part:
                if name in anew:
                    _Sheet(archive, name, watch, formulas).write(part.write)
                else:
                    for piece in archive.read(name):
                        part.write(piece)
    return out.getvalue()


class _Sheet:
    """Writes a sheet anew: its cells with their styles, and its merged areas."""

    def __init__(self, archive: Archive, name: str, watch: Watch, formulas: bool) -> None:
        self.archive, self.name, self.watch, self.formulas = archive, name, watch, formulas
        self.made: list[str] = []
        self.merged: list[str] = []
        self.row = self.column = 0
        self.given: dict[str, str] = {}
        self.inline: list[str] = []
        self.value: list[str] = []
        self.into: list[str] | None = None
        self.formula = self.phonetic = False

    def write(self, out: Callable[[bytes], object]) -> None:
        """Write the part piece by piece, so that memory does not grow with it."""
        out(f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode())

        def passing() -> Iterator[bytes]:
            for piece in plain_xml(self.archive.read(self.name)):
                yield piece
                out("".join(self.made).encode())
                self.made.clear()

        parse(passing(), self.start, self.end, self.text)
        out("".join(self.made).encode())
        merged = "".join(f"<mergeCell ref={quoteattr(area)}/>" for area in self.merged)
        out(f"</sheetData>{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>".encode())

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(":")[2]
        if name == "row":
            number = given.get("r", "")
            self.row, self.column = int(number) if number.isdecimal() else self.row + 1, 0
            self.made.append(f'<row r="{self.row}">')
        elif name == "c":
            found = REFERENCE.fullmatch(given.get("r", "").replace("$", "").upper())
            self.column = column_number(found[1]) if found is not None else self.column + 1
            self.given, self.inline, self.value, self.formula = given, [], [], False
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.into = self.value
        elif name == "rPh":
            self.phonetic = True
        elif name == "t" and not self.phonetic:
            self.into = self.inline
        elif name == "mergeCell":
            self.merged.append(given.get("ref", ""))

    def text(self, data: str) -> None:
        """Characters of a text or a value."""
        if self.into is not None:
            self.into.append(data)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition(":")[2]
        if name in ("v", "t"):
            self.into = None
        elif name == "rPh":
            self.phonetic = False
        elif name == "c":
            self._cell()
        elif name == "row":
            self.made.append("</row>")

    def _cell(self) -> None:
        kind, value = self.given.get("t", ""), "".join(self.value)
        if kind == "inlineStr" or self.inline:
            kind, value = "str", "".join(self.inline) or value
        elif self.formula and self.formulas and is_uncomputed(kind, value, stale=self.watch.stale):
            kind, value = "str", UNCOMPUTED
        elif kind in ("", "n") and value.isdecimal():
            digits = self.watch.zeros.get(self.given.get("s", ""), 0)
            if len(value) < digits:
                kind, value = "str", value.zfill(digits)
        if not value:
            return
        place = f"{column_letters(self.column)}{self.row}"
        given = (("r", place), ("s", self.given.get("s", "")), ("t", kind))
        said = "".join(f" {name}={quoteattr(text)}" for name, text in given if text)
        self.made.append(f"<c{said}><v>{escape(value)}</v></c>")
