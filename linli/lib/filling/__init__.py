"""Fill somebody else's empty form and keep all of it: titles, borders, formulas, totals, rules, print areas, pictures.

    filled = fill(content, path, name="复核表.xlsx", blocks=[Block("Sheet1", 4, rows)])

The file is patched, not rewritten: what is not filled stays byte for byte as it was. Rows go into the form's own empty
or numbered ones first; further ones are put in and look alike, everything beneath moves down, and whatever names cells
follows: totals take in all rows. Every value is text, a number or a day, never a formula. Nothing of a form is
evaluated here; programs reckon its formulas when they open it.

The tables of a Word document are its sheets, by the names 表1, 表2 … in their order (`word_tables` reads them).
"""

from collections.abc import Sequence
from pathlib import Path

from linli.lib.filling import excel, word
from linli.lib.filling.blocks import NOTES, Block, Cells, Filled, Note, Value
from linli.lib.filling.packages import Package
from linli.lib.filling.refusing import REASONS, NotAForm
from linli.lib.filling.word_tables import WordTables, word_tables
from linli.lib.sheets.limits import Limits

__all__ = [
    "NOTES",
    "REASONS",
    "Block",
    "Cells",
    "Filled",
    "NotAForm",
    "Note",
    "Value",
    "WordTables",
    "fill",
    "word_tables",
]


def fill(
    form: bytes,
    out: Path,
    *,
    name: str = "",
    blocks: Sequence[Block] = (),
    cells: Sequence[Cells] = (),
    about: Sequence[Sequence[str]] = (),
    about_name: str = "",
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Filled:
    """Write the form to `out`, filled; `about` becomes a last sheet of its own.

    Raises NotAForm, and what the rows of `blocks` raise; the file is then not whole. What the file is says its content,
    never its `name`. Memory does not grow with the rows.
    """
    package = Package(form, limits)
    way = word.fill if package.main.startswith("word/") else excel.fill
    return way(package, out, blocks=blocks, cells=cells, about=about, about_name=about_name)
