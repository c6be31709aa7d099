"""Rows as XML, one after the other: the caller's values, and between them what the form's own row has."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from linli.lib.filling.blocks import Value
from linli.lib.filling.counted import Row
from linli.lib.filling.formulas import Mover, Piece, Unreadable
from linli.lib.filling.ordinals import Ordinal
from linli.lib.filling.packages import Element, local
from linli.lib.filling.pages import Page
from linli.lib.workbooks import clean

_FLUSH: Final = 500
#: A spreadsheet keeps fifteen digits of a number: what is longer is text.
_MOST: Final = 10**15
#: Of a row: how it looks. What hides it, or says which cells it has, is not copied.
_LOOK: Final = frozenset({"s", "customFormat", "ht", "customHeight", "outlineLevel", "thickTop", "thickBot"})


def inside(value: Value, *, is_day: bool, since_1904: bool) -> tuple[str, str, str]:
    """(type, element, text) of a cell: never a formula. A day is a number where the form's cell shows it as a day."""
    if type(value) is str:
        return "inlineStr", "is", clean(value)
    if isinstance(value, bool):
        return "b", "v", str(int(value))
    if isinstance(value, (int, float, Decimal)) and isfinite(value) and -_MOST < value < _MOST:
        return "", "v", str(value)
    if isinstance(value, date):
        if is_day and value.year > 1904:
            days = to_excel(value, CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900)
            return "", "v", f"{days:.15g}"
        with_time = isinstance(value, datetime)
        return "inlineStr", "is", f"{value:%Y-%m-%d %H:%M}" if with_time else f"{value:%Y-%m-%d}"
    return "inlineStr", "is", clean(str(value))


class Pattern:
    """One of the form's own rows, by which rows are written; or none (`row` 0), then the borders of its heading."""

    def __init__(
        self, page: Page, row: int, index: int, mover: Mover, width: int, *, since_1904: bool, heading: int = 0
    ) -> None:
        """`index`: how many of the form's own rows stand above it. `width`: how many columns the values have."""
        self.index = index
        self.since_1904 = since_1904
        self.tag = f"{page.tree.prefix}:" if page.tree.prefix else ""
        line = page.rows.get(row)
        self.look = _look(line)
        self.width = max(width, page.width(row or heading))
        columns = range(1, self.width + 1)
        self.letters = [get_column_letter(column) for column in columns]
        styles = [
            page.style(row, column) or ("" if row else page.styles.plain(page.style(heading, column)))
            for column in columns
        ]
        self.marks = [f' s="{style}"' if style else "" for style in styles]
        self.days = [page.styles.is_day(style) for style in styles]
        self.formulas: dict[int, list[Piece]] = {}
        self.serials: dict[int, Ordinal] = {}
        self.kept: dict[int, tuple[str, str]] = {}
        for column in columns:
            self._own(page, row, column, mover)

    def _own(self, page: Page, row: int, column: int, mover: Mover) -> None:
        cell = page.cells.get((row, column))
        formula = cell.find("{*}f") if cell is not None else None
        if cell is None:
            return
        if formula is not None:
            self.formulas[column - 1] = self._pieces(page, row, formula, mover)
        elif (number := page.serial(row, column)) is not None:
            self.serials[column - 1] = number
        elif page.said(row, column):
            parts = [self._as_it_is(one) for one in cell]
            kind = f' t="{cell.get("t")}"' if cell.get("t") else ""
            self.kept[column - 1] = kind, "".join(parts)

    def _as_it_is(self, element: Element) -> str:
        if local(element) == "v":
            return f"<{self.tag}v>{escape(element.text or '')}</{self.tag}v>"
        return str(etree.tostring(element, encoding="unicode", with_tail=False))

    def _pieces(self, page: Page, row: int, formula: Element, mover: Mover) -> list[Piece]:
        try:
            said = mover.pieces(formula.text or "", page.name, row)
            area = mover.pieces(formula.get("ref", ""), page.name, row) if formula.get("t") == "array" else []
        except Unreadable:
            mover.doubt("formula_unread")
            said, area = [formula.text or ""], []
        begin: list[Piece] = [f'<{self.tag}f t="array" ref="', *area, '">'] if area else [f"<{self.tag}f>"]
        return [*begin, *(escape(one) if isinstance(one, str) else one for one in said), f"</{self.tag}f>"]

    def line(self, number: int, index: int, values: Sequence[Value]) -> str:
        """The row `number` of the sheet, which is the `index`th of its block."""
        cells = []
        tag = self.tag
        at = -1
        for at, value in enumerate(values):
            if value is None or at in self.formulas:
                cells.append(self._blank(at, number, index))
            elif value == "":
                cells.append(f'<{tag}c r="{self.letters[at]}{number}"{self.marks[at]}/>')
            else:
                kind, element, text = inside(value, is_day=self.days[at], since_1904=self.since_1904)
                if element == "v":
                    mark = f' t="{kind}"' if kind else ""
                    said = f"<{tag}v>{text}</{tag}v>"
                else:
                    mark = ' t="inlineStr"'
                    said = f'<{tag}is><{tag}t xml:space="preserve">{escape(text)}</{tag}t></{tag}is>'
                cells.append(f'<{tag}c r="{self.letters[at]}{number}"{self.marks[at]}{mark}>{said}</{tag}c>')
        cells += [self._blank(at, number, index) for at in range(at + 1, self.width)]
        return f'<{tag}row r="{number}"{self.look}>{"".join(cells)}</{tag}row>'

    def _blank(self, at: int, number: int, index: int) -> str:
        """A cell as the form has it."""
        kind = said = ""
        if at in self.formulas:
            said = "".join(one if isinstance(one, str) else str(number + one) for one in self.formulas[at])
        elif at in self.serials:
            kind, said = self._serial(self.serials[at].moved(index - self.index))
        elif at in self.kept:
            kind, said = self.kept[at]
        elif not self.marks[at]:
            return ""
        return f'<{self.tag}c r="{self.letters[at]}{number}"{self.marks[at]}{kind}>{said}</{self.tag}c>'

    def _serial(self, ordinal: Ordinal) -> tuple[str, str]:
        if ordinal.is_plain:
            return "", f"<{self.tag}v>{ordinal}</{self.tag}v>"
        text = f"<{self.tag}is><{self.tag}t>{escape(str(ordinal))}</{self.tag}t></{self.tag}is>"
        return ' t="inlineStr"', text


def _look(line: Element | None) -> str:
    """How a row looks. A hidden row is shown once it has something to say."""
    if line is None:
        return ""
    return "".join(f" {name}={quoteattr(value)}" for name, value in line.attrib.items() if name in _LOOK)


class Patterns:
    """Which of the form's own rows each row is written by.

    The rows that are put in look like those in the middle, in turn where the form paints every second one; the last of
    them like the form's last one, whose border closes the table.
    """

    def __init__(self, page: Page, first: int, last: int, mover: Mover, width: int, *, since_1904: bool) -> None:
        self.room = last - first + 1

        def made(row: int, index: int) -> Pattern:
            return Pattern(page, row, index, mover, width, since_1904=since_1904)

        self.own = [made(row, row - first) for row in range(first, last + 1)]
        alike = bool(self.own) and self.own[0].marks == self.own[-1].marks
        middle = (
            self.own[1:-1]
            or (self.own[-1:] if alike else self.own[:1])
            or [Pattern(page, 0, 0, mover, width, since_1904=since_1904, heading=first - 1)]
        )
        self.middle = middle[-2:] if _in_turn(middle) else middle[-1:]

    def formulas(self) -> set[int]:
        """The columns (from 0) that the form calculates itself."""
        return {column for one in (*self.own, *self.middle) for column in one.formulas}

    def of(self, index: int, *, is_last: bool) -> Pattern:
        """The pattern of the `index`th row."""
        if index < self.room - 1 or (is_last and index == self.room - 1):
            return self.own[index]
        if is_last and self.own:
            return self.own[-1]
        return self.middle[(index - self.middle[0].index) % len(self.middle)]


def _in_turn(patterns: Sequence[Pattern]) -> bool:
    """Whether a form paints every second row alike, and the others otherwise."""
    looks = [one.marks for one in patterns]
    return len(looks) > 2 and looks[0] != looks[1] and all(looks[at] == looks[at - 2] for at in range(2, len(looks)))


def lines(rows: Iterable[Row], count: int, start: int, patterns: Patterns) -> Iterator[bytes]:
    """All rows of a block in pieces, from row `start` of the filled sheet on."""
    waiting: list[str] = []
    for index, row in enumerate(rows):
        pattern = patterns.of(index, is_last=index == count - 1)
        waiting.append(pattern.line(start + index, index, row))
        if len(waiting) == _FLUSH:
            yield "".join(waiting).encode()
            waiting = []
    for index in range(count, patterns.room):
        waiting.append(patterns.own[index].line(start + index, index, ()))
    yield "".join(waiting).encode()
