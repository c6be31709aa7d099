"""HTML tables saved as .xls, as many Chinese systems export them."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from linli.lib.sheets.cells import words
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused

_SKIPPED: Final = frozenset({"style", "script", "head", "title", "xml"})


class _Table(HTMLParser):
    """Reads the one table of a page. Nothing of the page is run or fetched."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.rows: list[list[str]] = []
        self.depth = self.tables = self.skipping = self.cells = 0
        self.text: list[str] | None = None
        self.span = (1, 1)
        # Column → (rows left, text) of cells that reach down.
        self.down: dict[int, tuple[int, str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.skipping += 1
        elif tag == "table":
            self.depth += 1
            self.tables += self.depth == 1
            if self.depth > 1:
                raise SheetRefused("several_tables")
        elif tag == "tr" and self.depth:
            self._end_row()
            self.rows.append([])
        elif tag in ("td", "th") and self.depth:
            self._end_cell()
            given = dict(attrs)
            self.span = (self._span(given.get("rowspan")), self._span(given.get("colspan")))
            self.text = []
        elif tag in ("br", "p") and self.text:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self.depth:
            self._end_row()
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.text is not None and not self.skipping:
            self.text.append(data)

    def _span(self, text: str | None) -> int:
        return min(max(int(text), 1), self.limits.rows) if text and text.isdecimal() and len(text) < 8 else 1

    def _end_cell(self) -> None:
        if self.text is None:
            return
        cell, self.text = words("".join(self.text)), None
        if len(cell) > self.limits.cell_characters:
            raise SheetRefused("cell_too_long")
        if not self.rows:
            self.rows.append([])
        row = self.rows[-1]
        self._from_above(row)
        down, across = self.span
        if across > self.limits.columns:
            raise SheetRefused("too_many_columns")
        for _step in range(across):
            if down > 1:
                self.down[len(row)] = (down - 1, cell)
            self._put(row, cell)

    def _from_above(self, row: list[str]) -> None:
        while (above := self.down.get(len(row))) is not None:
            left, text = above
            if left > 1:
                self.down[len(row)] = (left - 1, text)
            else:
                del self.down[len(row)]
            self._put(row, text)

    def _put(self, row: list[str], cell: str) -> None:
        row.append(cell)
        self.cells += 1
        if len(row) > self.limits.columns:
            raise SheetRefused("too_many_columns")
        if self.cells > self.limits.cells:
            raise SheetRefused("too_many_cells")

    def _end_row(self) -> None:
        self._end_cell()
        if self.rows:
            self._from_above(self.rows[-1])


def read(path: Path, limits: Limits) -> list[list[str]]:
    """The rows of the only table of a page; raises `SheetRefused` where there is none or there are several."""
    if path.stat().st_size > limits.html_bytes:
        raise SheetRefused("too_large")
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    text = ""
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    table = _Table(limits)
    try:
        table.feed(text)
        table.close()
    except (AssertionError, RecursionError, ValueError):
        raise SheetRefused("damaged") from None
    if table.tables > 1:
        raise SheetRefused("several_tables")
    if not any(any(row) for row in table.rows):
        raise SheetRefused("wrong_type")
    return table.rows
