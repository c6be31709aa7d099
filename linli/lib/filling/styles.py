"""What the styles of a workbook say: which cells have borders, and which show a number as a day."""

import copy
from functools import cache
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from linli.lib.filling.packages import Element, number

#: Numbers of formats that Chinese programs show as days without writing the format down.
_DAYS_IN_CHINESE: Final = frozenset({*range(27, 37), *range(50, 59)})


class Styles:
    """The styles of a workbook by their number, as cells give it."""

    def __init__(self, tree: Element | None) -> None:
        self._tree = tree
        self._styles = tree.findall("{*}cellXfs/{*}xf") if tree is not None else []
        borders = tree.findall("{*}borders/{*}border") if tree is not None else []
        self._drawn = [any(side.get("style", "none") != "none" for side in border) for border in borders]
        formats = tree.iterfind("{*}numFmts/{*}numFmt") if tree is not None else ()
        self._formats = {one.get("numFmtId"): one.get("formatCode", "") for one in formats}
        self.bordered = cache(self._bordered)
        self.is_day = cache(self._is_day)
        self.plain = cache(self._plain)

    def _of(self, style: str) -> Element | None:
        return self._styles[int(style)] if style.isdecimal() and int(style) < len(self._styles) else None

    def _bordered(self, style: str) -> bool:
        """Whether a cell of this style has any border."""
        found = self._of(style)
        at = number(found.get("borderId")) if found is not None else len(self._drawn)
        return at < len(self._drawn) and self._drawn[at]

    def _is_day(self, style: str) -> bool:
        """Whether a number in a cell of this style is shown as a day."""
        found = self._of(style)
        if found is None:
            return False
        key = found.get("numFmtId", "0")
        if number(key) in _DAYS_IN_CHINESE:
            return True
        code = self._formats.get(key) or BUILTIN_FORMATS.get(number(key), "")
        return bool(code) and bool(is_date_format(code))

    def _plain(self, style: str) -> str:
        """A style for answers beneath a heading of this style: its borders, but not its letters and its paint."""
        found = self._of(style)
        if found is None or not self.bordered(style):
            return ""
        made = copy.deepcopy(found)
        for name in ("fontId", "fillId", "numFmtId"):
            made.set(name, "0")
        cells = found.getparent()
        cells.append(made)
        self._styles.append(made)
        cells.set("count", str(len(self._styles)))
        return str(len(self._styles) - 1)
