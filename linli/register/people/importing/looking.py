"""A first look at an uploaded sheet: its header, its first rows, and which column is probably which field."""

from dataclasses import dataclass, replace

from linli.foundation.imports import queries as batches
from linli.foundation.imports.models import Batch
from linli.lib.sheets import Header, SheetRefused
from linli.register.people.headings import signature
from linli.register.people.importing import contents, elsewhere
from linli.register.people.importing.columns import is_taken, proposed
from linli.register.people.importing.contents import SAMPLE, Book, Rows, Sheet
from linli.register.people.importing.elsewhere import Elsewhere
from linli.register.people.importing.kind import CODE
from linli.register.people.importing.refusals import translated
from linli.register.people.importing.upload import opened

SHOWN = 5
#: The key, why, and whether that is sure, of a column that says nothing.
NOTHING = ("", "", True)


@dataclass(frozen=True)
class Column:
    """One column as it was found: its name, what it says in the first rows, the key it is taken for, how many cells it
    has below the header, and whether it is hidden in the file.

    What is not `sure` must be said by people: whose it is does not follow from its heading.
    """

    index: int
    name: str
    sample: list[str]
    field: str
    why: str
    sure: bool = True
    filled: int = 0
    hidden: bool = False


@dataclass(frozen=True)
class Look:
    """A sheet as the page of columns shows it, among the sheets of its book. `rows` are those below the header."""

    book: Book
    sheet: str
    rows: int
    concealed: int
    uncomputed: int
    header: Header
    above: list[tuple[int, list[str]]]
    first: list[tuple[int, list[str]]]
    columns: list[Column]
    signature: str
    elsewhere: Elsewhere


def place_of(batch: Batch, sheet: str, header: Header, rows: Rows, columns: list[Column]) -> Elsewhere:
    """What the title and the first addresses say of another place."""
    titles = dict.fromkeys(cell for number, cells in rows if number < header.first for cell in cells if cell)
    at = next((column.index for column in columns if column.field in ("address", "estate")), -1)
    data = (cells for number, cells in rows if number >= header.data_from)
    doors = [cells[at] for cells in data if 0 <= at < len(cells) and cells[at]]
    return elsewhere.of_top(batch, titles=[sheet, *titles], doors=doors)


def look(batch: Batch, *, sheet: str = "", last_header_row: int = 0) -> Look:
    """Open the upload and look at a sheet (the first that is not hidden). Raises Refusal when it cannot be read."""
    try:
        book = opened(batch)
        holds = contents.of(batch, book)
        known = [one for one in holds["sheets"] if one["rows"] and not one["hidden"]] or holds["sheets"]
        chosen = next((one for one in holds["sheets"] if one["name"] == sheet), known[0])
        info = next(one for one in book.sheets if one.name == chosen["name"])
        rows = contents.top_of(book, info.name)
    except SheetRefused as refused:
        raise translated(refused) from refused
    except (FileNotFoundError, IndexError) as gone:
        raise translated(SheetRefused("damaged")) from gone
    header = _wide(contents.header_of(rows, last_header_row), chosen)
    data = [(number, cells) for number, cells in rows if number >= header.data_from and any(cells)]
    mark = signature(header.names)
    fields = _fields(batch, header, [cells for _number, cells in data[:SAMPLE]], mark)
    columns = [
        Column(
            index=at,
            name=name,
            sample=_sample(data, at),
            field=fields.get(at, NOTHING)[0],
            why=fields.get(at, NOTHING)[1],
            sure=fields.get(at, NOTHING)[2],
            filled=chosen["filled"][at] if at < len(chosen["filled"]) else 0,
            hidden=at + 1 in info.hidden_columns,
        )
        for at, name in enumerate(header.names)
    ]
    above = [(number, cells) for number, cells in rows if number < header.data_from and any(cells)]
    below = chosen["whole"] - len(above)
    hidden, uncomputed = chosen["concealed"], chosen["uncomputed"]
    other = place_of(batch, info.name, header, rows, columns)
    return Look(holds, info.name, below, hidden, uncomputed, header, above[-6:], data[:SHOWN], columns, mark, other)


def _wide(header: Header, sheet: Sheet) -> Header:
    """The header with the columns to its right that have cells but no heading: they are left out, but not unseen."""
    more = len(sheet["filled"]) - len(header.names)
    return replace(header, names=(*header.names, *[""] * more)) if more > 0 else header


def _sample(data: Rows, at: int) -> list[str]:
    said = [cells[at] if at < len(cells) else "" for _row, cells in data[:SHOWN]]
    return [text for text in said if text][:3]


def _fields(batch: Batch, header: Header, sample: list[list[str]], mark: str) -> dict[int, tuple[str, str, bool]]:
    """Column → key, why, and whether that is sure: as chosen here, as chosen the last time, or as it is guessed."""
    for why, mapping in (
        ("chosen", batch.mapping if list(header.names) == batch.columns else {}),
        ("remembered", batches.remembered(batch.area_id, CODE, mark)),
    ):
        if mapping:
            return {int(at): (key, why, True) for at, key in mapping.items() if is_taken(key)}
    return {at: (found.key, found.why, found.sure) for at, found in proposed(header.names, sample).items()}
