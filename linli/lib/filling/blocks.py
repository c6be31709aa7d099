"""What is written into a form, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

#: Text, a number or a day. None leaves the form's own cell as it is, "" leaves it blank.
Value = str | int | float | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Block:
    """Rows for a sheet from row `at_row` (counted from 1) on; each has a value for every column from the first on.

    The form's own empty, numbered or formula rows from `at_row` on are used first; further rows are put in below them
    and look alike, and everything beneath moves down. `last_row` says where the form's own rows end, for who knows it
    better than what they look like.
    """

    sheet: str
    at_row: int
    rows: Iterable[Sequence[Value]]
    last_row: int | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """Single cells of a sheet by their place in the empty form ("C5"), wherever the rows above move them."""

    sheet: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is not as it was asked for: `code` is one of `NOTES`, `where` a place of the empty form."""

    code: str
    sheet: str
    where: str = ""

    def __str__(self) -> str:
        return NOTES[self.code].format(sheet=self.sheet, where=self.where)


#: Code → sentence. Whoever shows them translates them by code.
NOTES: Final[Mapping[str, str]] = {
    "formula_kept": "{sheet} {where}: the form calculates this cell itself; its formula was kept.",
    "formula_unread": "{sheet} {where}: this formula could not be read and was left as it is. Check it.",
    "merge_split": "{sheet} {where}: these cells were merged over several rows and were split, one for each row.",
    "short_range": "{sheet} {where}: this formula does not take in all rows of the form. Check it.",
    "several_sheets": "{sheet} {where}: this formula goes over several sheets, and one has more rows now. Check it.",
    "number_formula": "{sheet} {where}: this field calculates in Word; press F9 on it.",
    "signature_removed": "The digital signature of the form does not hold for the filled one and was removed.",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows each sheet got, and what is to be looked at."""

    rows: Mapping[str, int]
    notes: tuple[Note, ...] = field(default=())

    @property
    def count(self) -> int:
        """The rows of all sheets."""
        return sum(self.rows.values())
