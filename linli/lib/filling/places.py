"""Places of a sheet as spreadsheets write them (B4, $B$4:C9, 4:9), and where they go when rows are put in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.utils import column_index_from_string

#: The last row and column of a sheet in Excel.
LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
_CORNER = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Corner:
    """One corner of an area: its column ("" for whole rows) and row, each fixed ($) or not."""

    column: str
    fixed_column: bool
    row: int
    fixed: bool

    def at(self, row: int) -> str:
        """The corner in another row."""
        return f"{self.before}{row}"

    @property
    def before(self) -> str:
        """What is written in front of the number of the row."""
        return f"{'$' * self.fixed_column}{self.column}{'$' * self.fixed}"

    @property
    def column_number(self) -> int:
        """The column, counted from 1; 0 for whole rows."""
        return int(column_index_from_string(self.column)) if self.column else 0


def corners(text: str) -> tuple[Corner, Corner] | tuple[Corner] | None:
    """The corners of an area that has rows; None for anything else: whole columns, names, numbers."""
    first, colon, last = text.partition(":")
    one, two = _corner(first), _corner(last) if colon else None
    if one is None or (colon and two is None):
        return None
    if two is None:
        return (one,) if one.column else None
    return (one, two) if bool(one.column) == bool(two.column) and one.row <= two.row else None


def _corner(text: str) -> Corner | None:
    hit = _CORNER.fullmatch(text)
    if hit is None or not 0 < int(hit[4]) <= LAST_ROW or (hit[1] and not hit[2]):
        # "$4" of whole rows: the mark belongs to the row.
        if hit is not None and hit[1] and not hit[2] and not hit[3] and 0 < int(hit[4]) <= LAST_ROW:
            return Corner("", False, int(hit[4]), True)
        return None
    if hit[2] and column_index_from_string(hit[2].upper()) > LAST_COLUMN:
        return None
    return Corner(hit[2].upper(), bool(hit[1]), int(hit[4]), bool(hit[3]))


@dataclass(frozen=True, slots=True)
class Insertion:
    """A form's own rows `first` to `last` (`last` = `first` - 1 for none) of which `used` are needed."""

    first: int
    last: int
    used: int

    @property
    def more(self) -> int:
        """How many rows are put in after the last one."""
        return max(self.first + self.used - 1 - self.last, 0)

    @property
    def end(self) -> int:
        """The last row that is written, counted without what is put in above."""
        return self.first + self.used - 1

    def holds(self, row: int) -> bool:
        """Whether a row of the empty form is one of its rows for answers."""
        return self.first <= row <= self.last

    def takes_in(self, top: int, bottom: int) -> bool:
        """Whether an area reaches to the last of the form's own rows, and so grows with them."""
        return self.first <= bottom == self.last and (top < bottom or self.first == self.last)


class Insertions:
    """All rows that are put into one sheet."""

    def __init__(self, all_: Sequence[Insertion] = ()) -> None:
        self.all = sorted(all_, key=lambda one: one.first)

    def __bool__(self) -> bool:
        return any(one.more for one in self.all)

    def of(self, row: int | None) -> Insertion | None:
        """The insertion to whose own rows a row of the empty form belongs."""
        return next((one for one in self.all if row is not None and one.holds(row)), None)

    def row(self, row: int) -> int:
        """Where a row of the empty form is now."""
        return min(row + sum(one.more for one in self.all if one.last < row), LAST_ROW)

    def start(self, one: Insertion) -> int:
        """Where the first row that is written now is."""
        return one.first + sum(other.more for other in self.all if other.first < one.first)

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Where an area is now: it grows with the rows that it takes in."""
        grown = sum(one.more for one in self.all if one.takes_in(top, bottom))
        return self.row(top), min(self.row(bottom) + grown, LAST_ROW)

    def whole(self, top: int, bottom: int) -> tuple[int, int]:
        """The same for what is to show all rows that are written (a print area, a filter), however far it reached."""
        new_top, new_bottom = self.span(top, bottom)
        for one in self.all:
            if one.used and one.first - 1 <= bottom <= one.last and top <= one.first:
                new_bottom = max(new_bottom, self.start(one) + one.used - 1)
        return new_top, new_bottom

    def misses(self, top: int, bottom: int) -> bool:
        """Whether an area that begins with a form's own rows ends before the last one that is written."""
        return any(top == one.first <= bottom < min(one.last, one.end) for one in self.all)


def moved(text: str, insertions: Insertions, *, whole: bool = False) -> str:
    """An area of this sheet where it is now: "B4:C9" or "B4"; a single cell may become an area. Else unchanged."""
    found = corners(text)
    if found is None:
        return text
    top, bottom = found[0], found[-1]
    way = insertions.whole if whole else insertions.span
    new_top, new_bottom = way(top.row, bottom.row)
    if len(found) == 1 and new_top == new_bottom:
        return top.at(new_top)
    return f"{top.at(new_top)}:{bottom.at(new_bottom)}"
