"""Rows into the staging table as fast as the database takes them: COPY on PostgreSQL, one prepared insert on SQLite."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from linli.register.people.importing.rows import BLANK, COLUMNS
from linli.register.people.importing.unread import CELL_COLUMNS, Rows
from linli.register.people.models import Staged, StagedCell

CELLS = StagedCell._meta.db_table
TABLE = Staged._meta.db_table
#: No text of ours holds a control character (`chinese.tidy`), so this one can stand for NULL.
NULL = "\x01"
#: From this column on, a row that was only checked says nothing yet: whom it means, and what was decided.
AS_CHECKED = COLUMNS.index("household_id")
UNDECIDED = tuple(BLANK[name] for name in COLUMNS[AS_CHECKED:])
UNDECIDED_TEXT = "\t" + "\t".join(NULL if value is None else str(value) for value in UNDECIDED) + "\n"


def on_postgresql() -> bool:
    """Whether rows go in by COPY."""
    return connection.vendor == "postgresql"


class Encoded(NamedTuple):
    """Rows and their unread cells in the text form of COPY."""

    people: bytes
    cells: bytes


def encode(rows: Rows) -> Encoded:
    """Rows in the text form of COPY."""
    return Encoded(_text([_line(row) for row in rows.people]), _text([_joined(cell) + "\n" for cell in rows.cells]))


def _text(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "replace")


def _line(row: Sequence[Any]) -> str:
    if row[AS_CHECKED:] == UNDECIDED:
        return _joined(row[:AS_CHECKED]) + UNDECIDED_TEXT
    return _joined(row) + "\n"


def _joined(row: Sequence[Any]) -> str:
    values = [NULL if value is None else value if value.__class__ is str else str(value) for value in row]
    line = "\t".join(values)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(values):
        line = "\t".join([_escaped(value) for value in values])
    return line


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def write(rows: Rows | Encoded) -> None:
    """Add rows (values in the order of `COLUMNS`, or their `encode`d form on PostgreSQL) with their unread cells."""
    if on_postgresql() and isinstance(rows, Rows):
        rows = encode(rows)
    _add(TABLE, COLUMNS, rows.people)
    if rows.cells:
        _add(CELLS, CELL_COLUMNS, rows.cells)


def _add(table: str, columns: Sequence[str], rows: list[tuple[Any, ...]] | bytes) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if isinstance(rows, bytes):
            with cursor.copy(f"COPY \"{table}\" ({names}) FROM STDIN WITH (NULL '{NULL}')") as copy:
                copy.write(rows)
        else:
            marks = ", ".join("?" for _name in columns)
            raw: Any = connection.connection
            raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608 - names of ours


def replace_row(rows: Rows) -> None:
    """Put a row that was corrected in the place of the old one."""
    at = dict(zip(COLUMNS, rows.people[0], strict=True))
    for model in (Staged, StagedCell):
        model._default_manager.filter(batch_id=at["batch_id"], row=at["row"]).delete()
    write(rows)


def forget(batch_id: int) -> None:
    """Delete what was staged for a batch."""
    for model in (Staged, StagedCell):
        rows = model._default_manager.filter(batch_id=batch_id)
        rows._raw_delete(rows.db)


def execute(statement: str, values: Sequence[Any] = ()) -> int:
    """Run one statement of this package; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return int(cursor.rowcount)
