"""The rows of a sheet in order, with what a row takes over from those above it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from linli.lib.chinese import fold
from linli.lib.sheets import Limits, is_header_again, is_noise

#: A million people and the header above them.
LIMITS = Limits(rows=1_000_100)
INHERITED = ("relation", "address", "household_number", "grid")
HEAD_WORDS = frozenset({"户主", "本人", "本人或户主", "02", "2", "01", "1", "户主本人"})


class Line(NamedTuple):
    """A row with its cells. `head_row` is the row of the head it follows; the rest is inherited from merged cells."""

    number: int
    cells: list[str]
    head_row: int = 0
    address: str = ""
    household_number: str = ""
    grid: str = ""
    corrected: bool = False


@dataclass
class Carry:
    """What the next row may take over. It is kept with every checkpoint, so that work can be taken up anywhere."""

    head_row: int = 0
    address: str = ""
    number: str = ""
    grid: str = ""
    columns: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, cells: list[str]) -> Line:
        """The row with what it inherits."""
        relation, own, household, grid = (self._cell(cells, name) for name in INHERITED)
        if "relation" not in self.columns:
            return self._by_number(number, cells, household, own, grid)
        is_head = relation in HEAD_WORDS or fold(relation) in HEAD_WORDS
        apart = bool(own) and bool(self.address) and own != self.address
        if is_head or not relation or not self.head_row or (household and household != self.number):
            self.head_row, self.address, self.number, self.grid = number, own, household, grid
        elif apart and not household:
            # The member of a household who lives elsewhere stands alone, and those below belong to the head again.
            return Line(number, cells, number, "", "", self.grid)
        return Line(number, cells, self.head_row, self.address, self.number, self.grid)

    def _by_number(self, number: int, cells: list[str], household: str, own: str, grid: str) -> Line:
        if "household_number" in self.columns and household:
            self.number, self.address, self.grid = household, own, grid
        same = "household_number" in self.columns and (not household or household == self.number)
        return Line(number, cells, 0, self.address if same else "", self.number if same else "", grid)

    def _cell(self, cells: Sequence[str], name: str) -> str:
        at = self.columns.get(name, -1)
        return cells[at].strip() if 0 <= at < len(cells) else ""

    def state(self) -> dict[str, object]:
        """What is kept with a checkpoint (never a person's data but the address words of the last head)."""
        return {"head_row": self.head_row}


def columns_of(mapping: Mapping[str, str]) -> dict[str, int]:
    """Field → column."""
    return {name: int(column) for column, name in mapping.items()}


def lines(rows: Iterable[tuple[int, list[str]]], carry: Carry, names: Sequence[str]) -> Iterator[Line]:
    """Rows of people: without those that repeat the header, sum up or say nothing."""
    at = carry.columns.get("identity", -1)
    for number, cells in rows:
        # Who has a number of a document is a person: no need to look closer, a million times.
        numbered = 0 <= at < len(cells) and len(cells[at]) == 18 and cells[at][:17].isdigit()
        if not numbered and (is_noise(cells) or is_header_again(cells, names)):
            continue
        yield carry.take(number, cells)


def chunks(found: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """The lines in lists of `size`."""
    part: list[Line] = []
    for line in found:
        part.append(line)
        if len(part) >= size:
            yield part
            part = []
    if part:
        yield part
