"""How many rows, columns and cells a part of a workbook has, counted before anything is loaded.

A file of a few hundred bytes can say that its last cell is XFD1048576, and a library that keeps sheets as rectangles
would then ask for 400 GB. So the cells are counted here, in pieces: fast where the XML looks as spreadsheets write it,
with a real parser where it does not. Only cells with a value count; formatted empty ones cost nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final
from xml.parsers import expat

from linli.lib.sheets.archives import CHUNK
from linli.lib.sheets.refusing import SheetRefused
from linli.lib.sheets.runs import Runs

#: The last column that a workbook has.
MOST_COLUMNS: Final = 16_384
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^<>]*)>')
_LETTERS, _DIGITS, _REST = itemgetter(0), itemgetter(1), itemgetter(2)
#: Other ways to begin a cell, which the pattern above does not see.
_ODD: Final = (b":c ", b":c>", b":c/", b":c\n", b":c\r", b":c\t", b"<c\n", b"<c\r", b"<c\t", b"<c>", b"<c/")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)")
REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_ITEM_END: Final = b"</si>"
_SHARED = re.compile(rb't="s"[^<>]*><v>([0-9]{1,8})</v>')
_ROW = re.compile(rb"<row\b([^<>]*)>")
_COLUMN = re.compile(rb"<col\b([^<>]*)>")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_NUMBER = re.compile(rb"""\b(r|min|max)=["']([0-9]{1,7})["']""")
_VALUE_INSIDE = re.compile(rb"""inlineStr["'][^<>]*>\s*<v\b|</is>\s*<v\b""")
_FORMULA = re.compile(
    rb"""<c\b([^<>]*)>\s*<f\b(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>([^<]{0,20})</v>)?\s*</c>""", re.DOTALL
)
_KIND = re.compile(rb"""\bt=["']([a-zA-Z]+)["']""")
_STYLED = re.compile(rb"""<c\b[^<>]*\bs=["']([0-9]+)["'][^<>]*><v>([0-9]+)</v>""")
#: Types of a formula's cell whose value is a text, an error, an answer or a day, even where it is empty.
_TEXT_KINDS: Final = ("str", "s", "e", "b", "d")


@dataclass(slots=True)
class Extent:
    """The rectangle of cells with a value (counted from 1), and how many of them take a shared text.

    `hidden` are the rows that are hidden, by hand or by a filter, `hidden_columns` the columns; `uncomputed` says how
    many formulas have no value, `odd` whether there are cells that the reading library takes wrongly (`mending`).
    """

    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    shared: int = 0
    hidden: Runs = field(default_factory=Runs)
    hidden_columns: Runs = field(default_factory=Runs)
    uncomputed: int = 0
    odd: bool = False

    @property
    def cells(self) -> int:
        """How many cells the rectangle has."""
        if not self.last_row:
            return 0
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)

    def add(self, row: int, column: int) -> None:
        """Let the rectangle contain this cell."""
        self.first_row = min(self.first_row or row, row)
        self.last_row = max(self.last_row, row)
        self.first_column = min(self.first_column or column, column)
        self.last_column = max(self.last_column, column)


@dataclass(slots=True)
class Texts:
    """The shared texts of a workbook: the bytes of each, markup and all."""

    sizes: list[int] = field(default_factory=list)

    @property
    def longest(self) -> int:
        """Bytes of the longest."""
        return max(self.sizes, default=0)


class _Odd(Exception):  # noqa: N818 - not an error: the other way is taken
    """The XML is not as spreadsheets write it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What to look for in the cells of a book: `zeros` are styles (numbers of cell formats) and how many digits they
    show; `stale` books say themselves that their values are still to be computed, so that a 0 is no value there."""

    zeros: Mapping[str, int] = field(default_factory=dict)
    stale: bool = False


def is_uncomputed(kind: str, value: str, *, stale: bool) -> bool:
    """Tell whether a formula cell of this type has no value: none at all, or a 0 in a book that is still to compute."""
    return kind not in _TEXT_KINDS and (not value.strip() or (stale and value.strip() == "0"))


def column_letters(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def plain_xml(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on the pieces of an XML part; raises `SheetRefused` for declarations that spreadsheets never have."""
    tail, first = b"", True
    for piece in pieces:
        if first and piece:
            first = False
            named = _XML_ENCODING.search(piece[:200])
            if piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in piece[:200]:
                raise SheetRefused("entities")
            if named is not None and named[1].lower() not in (b"utf-8", b"us-ascii"):
                raise SheetRefused("entities")
        if b"<!" in piece or tail:
            if _DECLARED.search(tail + piece):
                raise SheetRefused("entities")
            tail = piece[-16:] if b"<" in piece[-16:] else b""
        elif b"<" in piece[-16:]:
            tail = piece[-16:]
        yield piece


def extent_of(pieces: Callable[[], Iterable[bytes]], watch: Watch = Watch()) -> Extent:
    """The extent of a sheet of an xlsx; `pieces` begins to read the part anew each time it is called."""
    try:
        return _fast(pieces(), watch)
    except _Odd:
        return _slow(pieces(), watch)


def _fast(pieces: Iterable[bytes], watch: Watch) -> Extent:
    extent, tail = Extent(), b""
    columns: set[bytes] = set()
    for piece in pieces:
        buffer = tail + piece
        cut = buffer.rfind(b"<c ")
        if cut < 0:
            cut = max(0, buffer.rfind(b"<"))
        _take(buffer[:cut], extent, columns, watch)
        tail = buffer[cut:]
        if len(tail) > 2 * CHUNK:
            raise SheetRefused("cell_too_long")
    _take(tail, extent, columns, watch)
    for letters in columns:
        number = column_number(letters.decode())
        extent.first_column = min(extent.first_column or number, number)
        extent.last_column = max(extent.last_column, number)
    return extent


def _take(buffer: bytes, extent: Extent, columns: set[bytes], watch: Watch) -> None:
    if b"hidden=" in buffer:
        _hidden(buffer, extent)
    found = _CELL.findall(buffer)
    begun = buffer.count(b"<c")
    if (begun != len(found) or b":c" in buffer) and (
        len(found) != buffer.count(b"<c ") or any(odd in buffer for odd in _ODD)
    ):
        raise _Odd
    if not found:
        return
    kinds = set(map(_REST, found))
    if any(b" r=" in rest or b"\tr=" in rest or b"\nr=" in rest for rest in kinds):
        raise _Odd
    empty = {rest for rest in kinds if rest.endswith(b"/")}
    if empty:
        found = [one for one in found if one[2] not in empty]
        if not found:
            return
    columns.update(map(_LETTERS, found))
    rows = list(map(int, set(map(_DIGITS, found))))
    extent.first_row = min(extent.first_row or min(rows), *rows)
    extent.last_row = max(extent.last_row, *rows)
    _watch(buffer, extent, watch, kinds)


def _watch(buffer: bytes, extent: Extent, watch: Watch, kinds: set[bytes]) -> None:
    """Note the cells that take a shared text, and those that the reading library takes wrongly."""
    if any(b't="s"' in kind for kind in kinds):
        extent.shared += buffer.count(b't="s"')
    # Usual are a text and the end of its cell; counting is faster than looking at each.
    inside = any(b"inlineStr" in kind for kind in kinds) and buffer.count(b"inlineStr") != buffer.count(b"</is></c>")
    if inside and _VALUE_INSIDE.search(buffer) is not None:
        extent.odd = True
    if b"<f" in buffer:
        for given, value in _FORMULA.findall(buffer):
            kind = _KIND.search(given)
            extent.uncomputed += is_uncomputed(
                kind[1].decode() if kind else "", value.decode("ascii", "replace"), stale=watch.stale
            )
    if watch.zeros and not extent.odd:
        extent.odd = any(len(digits) < watch.zeros.get(style.decode(), 0) for style, digits in _STYLED.findall(buffer))


def _hidden(buffer: bytes, extent: Extent) -> None:
    """Note the rows and columns that are hidden."""
    for kind, hidden in ((_ROW, extent.hidden), (_COLUMN, extent.hidden_columns)):
        for tag in kind.finditer(buffer):
            if _HIDDEN.search(tag[1]) is None:
                continue
            given = {name: int(digits) for name, digits in _NUMBER.findall(tag[1])}
            first = given.get(b"r") or given.get(b"min")
            if first is None:
                raise _Odd
            hidden.add(first, min(given.get(b"max", first), MOST_COLUMNS) if kind is _COLUMN else first)


def is_hidden(given: Mapping[str, str]) -> bool:
    """Tell whether a row or a column with these attributes is hidden."""
    return given.get("hidden", "") in ("1", "true")


def _slow(pieces: Iterable[bytes], watch: Watch) -> Extent:
    """Count with a parser, whatever the prefixes, quotes and order of attributes."""
    counting = _Counting(watch)
    parse(pieces, counting.start, counting.end, counting.text)
    return counting.extent


class _Counting:
    """Counts the cells of a sheet, element by element."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.extent = watch, Extent()
        self.row = self.column = 0
        self.cell: tuple[int, int] | None = None
        self.given: dict[str, str] = {}
        self.parts: set[str] = set()
        self.value: list[str] | None = None
        self.said = ""

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(":")[2]
        if name == "row":
            number = given.get("r", "")
            self.row, self.column = int(number) if number.isdecimal() and len(number) < 9 else self.row + 1, 0
            if is_hidden(given):
                self.extent.hidden.add(max(self.row, 1))
        elif name == "col" and is_hidden(given):
            first, last = given.get("min", ""), given.get("max", "")
            if first.isdecimal() and last.isdecimal() and len(first + last) < 14:
                self.extent.hidden_columns.add(int(first), min(int(last), MOST_COLUMNS))
        elif name == "c":
            self._begin(given)
        elif self.cell is not None and name in ("v", "is", "f"):
            self.extent.add(*self.cell)
            self.parts.add(name)
            self.value = [] if name == "v" else None

    def _begin(self, given: dict[str, str]) -> None:
        found = REFERENCE.fullmatch(given.get("r", "").replace("$", "").upper())
        if found is not None:
            self.row, self.column = int(found[2]), column_number(found[1])
        else:
            self.column += 1
        self.cell = (max(self.row, 1), self.column)
        self.given, self.said = given, ""
        self.parts.clear()
        if given.get("t") == "s":
            self.extent.shared += 1

    def text(self, data: str) -> None:
        """Characters of a value."""
        if self.value is not None and len(self.value) < 100:
            self.value.append(data)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition(":")[2]
        if name == "v" and self.value is not None:
            self.said, self.value = "".join(self.value), None
        elif name == "c":
            kind = self.given.get("t", "")
            if "f" in self.parts:
                self.extent.uncomputed += is_uncomputed(kind, self.said, stale=self.watch.stale)
            digits = self.watch.zeros.get(self.given.get("s", ""), 0)
            short = kind in ("", "n") and self.said.isdecimal() and len(self.said) < digits
            self.extent.odd |= short or (kind == "inlineStr" and "v" in self.parts)


def parse(
    pieces: Iterable[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Parse XML of strangers: no declarations, no entities but the five; raises `SheetRefused`."""
    parser = expat.ParserCreate()

    def declared(*_given: object) -> None:
        raise SheetRefused("entities")

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError):
        # Also an encoding that nobody knows.
        raise SheetRefused("damaged") from None


def texts_of(pieces: Iterable[bytes], most: int) -> Texts:
    """The sizes of the shared texts of an xlsx; raises `SheetRefused` where there are more than `most`."""
    texts, tail = Texts(), b""
    for piece in pieces:
        parts = (tail + piece).split(_ITEM_END)
        tail = parts.pop()
        texts.sizes.extend(map(len, parts))
        if len(texts.sizes) + tail.count(b"<si") > most:
            raise SheetRefused("too_many_cells")
    # Whatever is written otherwise counts as one text, as long as it could be.
    texts.sizes.append(len(tail))
    return texts


def shared_bytes(pieces: Iterable[bytes], texts: Texts, shared: int) -> int:
    """Bytes of all cells with shared texts together: each cell has a copy of its own once the sheet is loaded."""
    total = seen = 0
    sizes, tail = texts.sizes, b""
    for piece in pieces:
        buffer = tail + piece
        cut = buffer.rfind(b"<c ")
        cut = max(cut, 0)
        numbers = [int(number) for number in _SHARED.findall(buffer, 0, cut)]
        seen += len(numbers)
        total += sum(sizes[number] for number in numbers if number < len(sizes))
        tail = buffer[cut:]
    return total + max(0, shared - seen) * min(texts.longest, 2 * CHUNK)
