"""Check an .xlsx or .ods before the library that reads it sees it."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from linli.lib.sheets.archives import Archive
from linli.lib.sheets.extents import Extent, Texts, Watch, extent_of, parse, plain_xml, shared_bytes, texts_of
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.mending import mended, zeros_of
from linli.lib.sheets.refusing import SheetRefused

_ROOT: Final = "_rels/.rels"
_TYPES: Final = "[Content_Types].xml"
_CONTENT: Final = "content.xml"
_BASIC: Final = "basic/"
#: Parts that are never sheets: one that is kept there is refused.
_ASIDE: Final = ("xl/theme/", "docprops/", "xl/styles", "xl/drawings/", "xl/charts/", "customxml/")


@dataclass(frozen=True, slots=True)
class Found:
    """What the archive is, the extent of its sheets by name, whether its days are counted from 1904, and the book
    written anew where the reading library would take some of its cells wrongly."""

    kind: Literal["xlsx", "ods"]
    extents: dict[str, Extent]
    epoch_1904: bool = False
    mended: bytes | None = None


def check(archive: Archive, *, formulas: bool = False) -> Found:
    """Tell what a zip archive is; raises `SheetRefused` where it is no harmless workbook.

    With `formulas`, formulas that were never computed are to say so.
    """
    names = {name.lower() for name in archive.members}
    if any(name.endswith("vbaproject.bin") or name.startswith(_BASIC) for name in names):
        raise SheetRefused("macros")
    if any(name.startswith(("xl/macrosheets/", "xl/dialogsheets/")) for name in names):
        raise SheetRefused("macros")
    main = _main(archive)
    if main is not None:
        return _xlsx(archive, main, formulas)
    if "xl/workbook.bin" in names:
        raise SheetRefused("old_format")
    if _CONTENT in archive.members and "mimetype" in archive.members:
        return _ods(archive)
    raise SheetRefused("damaged" if any(name.startswith("xl/") for name in names) else "wrong_type")


@dataclass(frozen=True, slots=True)
class _Book:
    """Where the parts of a workbook are, as its own relations say: the sheets by name, the shared texts, the styles;
    whether its days are counted from 1904, and whether its values are still to be computed."""

    sheets: tuple[tuple[str, str], ...]
    texts: frozenset[str]
    styles: frozenset[str]
    epoch_1904: bool
    stale: bool


def _xlsx(archive: Archive, main: str, formulas: bool) -> Found:
    limits = archive.limits
    if _TYPES in archive.members and b"macroEnabled" in archive.whole(_TYPES):
        raise SheetRefused("macros")
    book = _book(archive, main)
    zeros: dict[str, int] = {}
    for name in book.styles & archive.members.keys():
        zeros |= zeros_of(plain_xml(archive.read(name)))
    watch = Watch(zeros, book.stale)
    texts = Texts()
    by_part: dict[str, Extent] = {}
    for name in archive.xml():
        if name in book.texts or name.lower().endswith("sharedstrings.xml"):
            texts.sizes.extend(texts_of(plain_xml(archive.read(name)), limits.cells).sizes)
        elif name.lower().startswith(_ASIDE) or name.endswith(".rels"):
            for _piece in plain_xml(archive.read(name)):
                pass
        else:
            by_part[name] = extent_of(lambda name=name: plain_xml(archive.read(name)), watch)  # type: ignore[misc]
    for name, extent in by_part.items():
        within(extent, limits)
        if extent.shared * texts.longest > limits.unpacked:
            size = shared_bytes(archive.read(name), texts, extent.shared)
            if size > limits.unpacked:
                raise SheetRefused("bomb")
    # A sheet that is kept elsewhere has no extent here, and is refused by who asks for it.
    parts = {name: part for name, part in book.sheets if part in by_part}
    odd = {part for part in parts.values() if by_part[part].odd or (formulas and by_part[part].uncomputed)}
    folder, file = posixpath.split(main)
    own = {main, _TYPES, _ROOT, f"{folder}/_rels/{file}.rels", *book.texts, *book.styles, *parts.values()}
    kept = [name for name in archive.members if name in own]
    anew = mended(archive, kept, odd, watch, formulas=formulas) if odd else None
    return Found("xlsx", {name: by_part[part] for name, part in parts.items()}, book.epoch_1904, anew)


def within(extent: Extent, limits: Limits) -> None:
    """Raise `SheetRefused` where a sheet is larger than it may be."""
    if extent.last_column > limits.columns:
        raise SheetRefused("too_many_columns")
    if extent.last_row - extent.first_row >= limits.rows:
        raise SheetRefused("too_many_rows")
    if extent.cells > limits.cells:
        raise SheetRefused("too_many_cells")


def _relations(archive: Archive, name: str) -> dict[str, tuple[str, str]]:
    """Id → (last word of the type, target) of a part with relations."""
    if name not in archive.members:
        raise SheetRefused("damaged")
    found: dict[str, tuple[str, str]] = {}

    def relation(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], given.get("Target", ""))

    parse([archive.whole(name)], relation)
    return found


def _place(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _main(archive: Archive) -> str | None:
    """The part that is the workbook, None where the archive is none."""
    if _ROOT not in archive.members:
        return None
    places = {_place("", target) for kind, target in _relations(archive, _ROOT).values() if kind == "officeDocument"}
    found = places.pop() if len(places) == 1 else ""
    return found if found.startswith("xl/") and found.endswith(".xml") and found in archive.members else None


def _book(archive: Archive, main: str) -> _Book:
    folder, file = posixpath.split(main)
    relations = _relations(archive, f"{folder}/_rels/{file}.rels")
    sheets: list[tuple[str, str]] = []
    said: set[str] = set()

    def sheet(tag: str, given: dict[str, str]) -> None:
        said.update(name for name in ("date1904", "fullCalcOnLoad") if given.get(name) in ("1", "true"))
        if tag.rpartition(":")[2] == "sheet":
            key = next((value for name, value in given.items() if name.endswith(":id")), "")
            sheets.append((given.get("name", ""), _place(folder, relations.get(key, ("", ""))[1])))

    parse([archive.whole(main)], sheet)
    texts, styles = (
        frozenset(_place(folder, target) for kind, target in relations.values() if kind == wanted)
        for wanted in ("sharedStrings", "styles")
    )
    return _Book(tuple(sheets), texts, styles, "date1904" in said, "fullCalcOnLoad" in said)


def _ods(archive: Archive) -> Found:
    for name in archive.xml():
        if name != _CONTENT:
            for _piece in plain_xml(archive.read(name)):
                pass
    if b"spreadsheet" not in archive.whole("mimetype", 200):
        raise SheetRefused("wrong_type")
    manifest = "META-INF/manifest.xml"
    if manifest in archive.members and b"encryption-data" in archive.whole(manifest):
        raise SheetRefused("encrypted")
    counting = _Ods(archive.limits)
    parse(_content(archive), counting.start, counting.end)
    return Found("ods", counting.extents)


def _content(archive: Archive) -> Iterator[bytes]:
    return plain_xml(archive.read(_CONTENT))


class _Ods:
    """Counts the cells of an .ods, where one element can stand for a million rows."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.extents: dict[str, Extent] = {}
        self.extent = Extent()
        self.row = self.column = self.repeat = self.again = 0
        self.in_cell = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        if tag == "table:table":
            self.extent, self.row = Extent(), 0
            self.extents[given.get("table:name", "")] = self.extent
        elif tag == "table:table-row":
            self.repeat, self.column = _times(given.get("table:number-rows-repeated")), 0
            if given.get("table:visibility") in ("collapse", "filter"):
                self.extent.hidden.add(self.row + 1, self.row + self.repeat)
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.again, self.in_cell = _times(given.get("table:number-columns-repeated")), True
            if any(name.startswith(("office:value", "office:date", "office:bool", "office:time")) for name in given):
                self._say()
        elif self.in_cell and tag.startswith("text:"):
            self._say()

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in ("table:table-cell", "table:covered-table-cell"):
            self.column += self.again
            self.in_cell = False
        elif tag == "table:table-row":
            self.row += self.repeat
        elif tag == "table:table":
            within(self.extent, self.limits)

    def _say(self) -> None:
        self.extent.add(self.row + 1, self.column + 1)
        self.extent.add(self.row + self.repeat, self.column + self.again)
        # Empty columns in front are kept as well.
        self.extent.first_row = self.extent.first_column = 1
        if self.extent.last_row > 0:
            within(self.extent, self.limits)


def _times(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 1
