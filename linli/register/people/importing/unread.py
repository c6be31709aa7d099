"""Cells that cannot be read: the row comes in without them, marked, and their text is kept, sealed, for later."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from linli.register.people.importing.cells import Why

#: The columns of `StagedCell`, in the order of the values.
CELL_COLUMNS = ("batch_id", "row", "field", "codes", "word", "text_sealed", "why")


class UnreadCell(NamedTuple):
    """One cell: its field and text, why it cannot be read, and (for words that ask) its table and word."""

    field: str
    text: str
    why: Why
    table: str = ""
    word: str = ""


class Rows(NamedTuple):
    """Rows that were checked, in the order of `rows.COLUMNS`, and the cells of them that cannot be read."""

    people: list[tuple[Any, ...]]
    cells: list[tuple[Any, ...]]


def unread(values: dict[str, Any], field: str, text: str, why: Why, *, table: str = "", word: str = "") -> None:
    """Mark a cell of a row."""
    values.setdefault("_unread", []).append(UnreadCell(field, text, why, table if word else "", word))


class Unread:
    """Collects the cells of many rows, in the form in which they are stored."""

    def __init__(self, batch_id: int, seal: Callable[[str], str]) -> None:
        self.batch_id, self.seal = batch_id, seal
        self.cells: list[tuple[Any, ...]] = []

    def add(self, row: int, cells: list[UnreadCell]) -> str:
        """Keep the cells of a row; returns the mark of the row: /relation/phone/."""
        self.cells += [
            (
                self.batch_id,
                row,
                one.field,
                one.table,
                one.word,
                self.seal(one.text),
                json.dumps(one.why, ensure_ascii=False),
            )
            for one in cells
        ]
        return "/" + "".join(f"{name}/" for name in dict.fromkeys(one.field for one in cells))

    def take(self) -> list[tuple[Any, ...]]:
        """What was collected, and begin anew."""
        found, self.cells = self.cells, []
        return found
