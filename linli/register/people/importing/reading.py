"""The rows of a sheet in order, with what a row takes over from those above it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from linli.lib.chinese import fold
from linli.lib.sheets import Limits
from linli.register.people.importing import setting_aside
from linli.register.people.importing.cells import DITTO

#: A million people and the header above them.
LIMITS = Limits(rows=1_000_100)
NEVER_AS_ABOVE = frozenset({"name", "identity", "phone", "other_phone", "head_identity", "other_contact"})
AS_THE_HEAD = frozenset({"同户主", "与户主同", "与户主相同"})
INHERITED = ("relation", "address", "household_number", "grid")
HEAD_WORDS = frozenset({"户主", "本人", "本人或户主", "02", "2", "01", "1", "户主本人"})


class Line(NamedTuple):
    """A row with its cells. `head_row` is the row of the head it follows; the rest is inherited from merged cells.

    `aside` says why the row is about nobody, or stays out (`setting_aside`); "" for people.
    """

    number: int
    cells: list[str]
    head_row: int = 0
    address: str = ""
    household_number: str = ""
    grid: str = ""
    corrected: bool = False
    aside: str = ""
    # Somebody has said that what stands there is a name.
    named: bool = False


@dataclass
class Carry:
    """What the next row may take over. It is kept with every checkpoint, so that work can be taken up anywhere."""

    head_row: int = 0
    address: str = ""
    number: str = ""
    grid: str = ""
    columns: dict[str, int] = field(default_factory=dict)
    # The row above as it was read, for ditto marks.
    above: list[str] = field(default_factory=list)

    def take(self, number: int, cells: list[str]) -> Line:
        """The row with what it inherits."""
        if not DITTO.isdisjoint(cells):
            cells = self._as_above(cells)
        self.above = cells
        size = len(cells)
        relation, own, household, grid = (
            cells[at].strip() if -1 < at < size else "" for at in map(self.columns.get, INHERITED, (-1, -1, -1, -1))
        )
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

    def _as_above(self, cells: list[str]) -> list[str]:
        """The row with the cells of the row above for its ditto marks; names and numbers are nobody else's.

        “As the head” is left empty where members follow their head anyway.
        """
        found = list(cells)
        for name, at in self.columns.items():
            if not (0 <= at < len(found) and found[at] in DITTO) or name in NEVER_AS_ABOVE or ":" in name:
                continue
            if found[at] in AS_THE_HEAD:
                found[at] = "" if name in INHERITED[1:] else found[at]
            elif at < len(self.above):
                found[at] = self.above[at]
        return found

    def _by_number(self, number: int, cells: list[str], household: str, own: str, grid: str) -> Line:
        if "household_number" in self.columns and household:
            self.number, self.address, self.grid = household, own, grid
        same = "household_number" in self.columns and (not household or household == self.number)
        return Line(number, cells, 0, self.address if same else "", self.number if same else "", grid)

    def state(self) -> dict[str, object]:
        """What is kept with a checkpoint (never a person's data but the address words of the last head)."""
        return {"head_row": self.head_row}


def columns_of(mapping: Mapping[str, str]) -> dict[str, int]:
    """Field → column."""
    return {name: int(column) for column, name in mapping.items()}


def lines(
    rows: Iterable[tuple[int, list[str]]], carry: Carry, names: Sequence[str], hidden: Container[int] = ()
) -> Iterator[Line]:
    """Every row of a sheet: people, and those about nobody with their reason. Rows in `hidden` stay out."""
    columns = carry.columns
    aside = setting_aside.reader(names, columns.get("name", -1), columns.get("identity", -1))
    for number, cells in rows:
        why = aside(cells)
        if why:
            yield Line(number, cells, aside=why)
        elif number in hidden:
            # Who stays out may still be the head whom the next rows follow.
            yield carry.take(number, cells)._replace(aside=setting_aside.HIDDEN)
        else:
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
