"""A first look at an uploaded sheet: its header, its first rows, and which column is probably which field."""

from dataclasses import dataclass
from itertools import islice

from linli.foundation.imports import queries as batches
from linli.foundation.imports import store
from linli.foundation.imports.models import Batch
from linli.lib.sheets import Header, SheetInfo, SheetRefused, find_header, open_sheet
from linli.lib.sheets.headers import MOST_LOOKED_AT
from linli.register.people.headings import is_known, signature
from linli.register.people.importing.columns import is_taken, proposed
from linli.register.people.importing.kind import CODE
from linli.register.people.importing.reading import LIMITS
from linli.register.people.importing.refusals import translated

SAMPLE = 200
SHOWN = 5
#: The key, why, and whether that is sure, of a column that says nothing.
NOTHING = ("", "", True)


@dataclass(frozen=True)
class Column:
    """One column as it was found: its name, what it says in the first rows, and the key it is taken for.

    What is not `sure` must be said by people: whose it is does not follow from its heading.
    """

    index: int
    name: str
    sample: list[str]
    field: str
    why: str
    sure: bool = True


@dataclass(frozen=True)
class Look:
    """A sheet as the page of columns shows it."""

    sheets: tuple[SheetInfo, ...]
    sheet: str
    header: Header
    above: list[tuple[int, list[str]]]
    first: list[tuple[int, list[str]]]
    columns: list[Column]
    signature: str


def look(batch: Batch, *, sheet: str = "", last_header_row: int = 0) -> Look:
    """Open the upload and look at a sheet (the first that is not hidden). Raises Refusal when it cannot be read."""
    try:
        book = open_sheet(store.path_of(batch.path), original_name=batch.original_name, limits=LIMITS)
        shown = [one for one in book.sheets if not one.hidden] or list(book.sheets)
        chosen = next((one.name for one in book.sheets if one.name == sheet), shown[0].name)
        rows = list(islice(book.rows(chosen), MOST_LOOKED_AT + SAMPLE))
    except SheetRefused as refused:
        raise translated(refused) from refused
    except (FileNotFoundError, IndexError) as gone:
        raise translated(SheetRefused("damaged")) from gone
    header = _header(rows, last_header_row)
    data = [(number, cells) for number, cells in rows if number >= header.data_from and any(cells)]
    mark = signature(header.names)
    fields = _fields(batch, header, [cells for _number, cells in data[:SAMPLE]], mark)
    columns = [
        Column(
            index=at,
            name=name,
            sample=[text for text in (cells[at] if at < len(cells) else "" for _row, cells in data[:SHOWN]) if text][
                :3
            ],
            field=fields.get(at, NOTHING)[0],
            why=fields.get(at, NOTHING)[1],
            sure=fields.get(at, NOTHING)[2],
        )
        for at, name in enumerate(header.names)
    ]
    above = [(number, cells) for number, cells in rows if number < header.data_from and any(cells)]
    return Look(tuple(book.sheets), chosen, header, above[-6:], data[:SHOWN], columns, mark)


def _header(rows: list[tuple[int, list[str]]], last: int) -> Header:
    if last and (own := next((cells for number, cells in rows if number == last), None)) is not None:
        return Header(last, last, tuple(own), last + 1)
    return find_header(rows[:MOST_LOOKED_AT], is_known)


def _fields(batch: Batch, header: Header, sample: list[list[str]], mark: str) -> dict[int, tuple[str, str, bool]]:
    """Column → key, why, and whether that is sure: as chosen here, as chosen the last time, or as it is guessed."""
    for why, mapping in (
        ("chosen", batch.mapping if list(header.names) == batch.columns else {}),
        ("remembered", batches.remembered(batch.area_id, CODE, mark)),
    ):
        if mapping:
            return {int(at): (key, why, True) for at, key in mapping.items() if is_taken(key)}
    return {at: (found.key, found.why, found.sure) for at, found in proposed(header.names, sample).items()}
