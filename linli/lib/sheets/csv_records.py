"""The records of a CSV, whatever its quotation marks: none swallows the lines below it without a word.

A mark that is opened and never closed is a slip of the pen where its line has as many cells as the others: then it is
taken for a character, and noted. Where it is not clear which cells belong together, the file is refused with the number
of the line where the mark was opened.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from linli.lib.sheets.refusing import SheetRefused

QUOTE: Final = '"'
_SAMPLED: Final = 200
#: Marks that are never closed: with more of them, quotation marks mean something else in this file.
_MOST_OPENED: Final = 200


class Records:
    """Reads records from lines. `opened` are the numbers of lines with a mark that was never closed."""

    def __init__(self, lines: Iterable[str], delimiter: str, *, usual: int, longest: int) -> None:
        self.lines, self.delimiter = iter(lines), delimiter
        self.usual, self.longest = usual, longest
        self.opened: list[int] = []
        self.done = 0
        self._held: list[str] = []

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the cells of each record; raises `SheetRefused`."""
        held = self._held
        while True:
            try:
                for record in csv.reader(self._holding(), delimiter=self.delimiter, strict=True):
                    if len(held) > 1:
                        self._whole(record)
                    self.done += len(held)
                    held.clear()
                    yield record
            except csv.Error as why:
                yield self._first_alone(str(why))
            else:
                return

    def _holding(self) -> Iterator[str]:
        hold = self._held.append
        for line in self.lines:
            hold(line)
            yield line

    def _whole(self, record: Sequence[str]) -> None:
        """A cell of several lines is fine; one that has swallowed whole rows is not."""
        swallowed = self.usual > 1 and all(self._width(line) == self.usual for line in self._held)
        if swallowed or any(len(cell) > self.longest for cell in record):
            raise SheetRefused("open_quote", line=self.done + 1)

    def _first_alone(self, why: str) -> list[str]:
        """The first of the lines that make no record, as a record of its own; the others are read again."""
        first, *rest = self._held
        if "limit" in why and not rest:
            raise SheetRefused("cell_too_long")
        cells = alone(first, self.delimiter)
        if first.count(QUOTE) % 2:
            alike = not rest or self._width(rest[0]) == len(cells) == self.usual > 1
            if not alike or len(self.opened) >= _MOST_OPENED:
                raise SheetRefused("open_quote", line=self.done + 1)
            self.opened.append(self.done + 1)
        elif rest:
            raise SheetRefused("open_quote", line=self.done + 1)
        self.done += 1
        self.lines = chain(rest, self.lines)
        self._held.clear()
        return cells

    def _width(self, line: str) -> int:
        return len(alone(line, self.delimiter))


def alone(line: str, delimiter: str) -> list[str]:
    """The cells of one line that is a record of its own: a mark that is not closed in it is a character."""
    text = line.rstrip("\r\n")
    cells = next(csv.reader([text], delimiter=delimiter), [])
    if text.count(QUOTE) % 2 and cells:
        cells = [*cells[:-1], *(cell.strip(QUOTE) for cell in cells[-1].split(delimiter))]
    return cells


def usual_width(sample: str, delimiter: str) -> int:
    """How many cells most lines have, of equally many the larger number. Lines with an open mark do not count."""
    lines = [line for line in sample.splitlines()[:_SAMPLED] if line.strip() and not line.count(QUOTE) % 2]
    widths = Counter(len(alone(line, delimiter)) for line in lines)
    return max(widths.items(), key=lambda one: (one[1], one[0]), default=(0, 0))[0]
