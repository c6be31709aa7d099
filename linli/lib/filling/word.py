"""The tables of a Word document are filled: its own rows first, then copies of them; everything else stays."""

import copy
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter

from linli.lib.filling import ordinals
from linli.lib.filling.blocks import Block, Cells, Filled, Note, Value
from linli.lib.filling.counted import Counted
from linli.lib.filling.ordinals import Ordinal
from linli.lib.filling.packages import Element, Package, local
from linli.lib.filling.pages import area_of
from linli.lib.filling.refusing import NotAForm
from linli.lib.filling.word_cells import add_paragraph, words, write_text
from linli.lib.filling.word_tables import Place, Table, tables_of

#: A document is held whole: with more rows than this nobody opens it.
MOST_ROWS: Final = 20_000
#: What is there once in a document and must not be copied with a row.
_ONCE: Final = frozenset(
    {"bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "commentReference", "permStart", "permEnd"}
)
_IDENTITY: Final = ("paraId", "textId", "rsidR", "rsidTr", "rsidRDefault", "rsidRPr", "rsidP")
_BOXES: Final = ("□", "☐", "○", "◯", "▢")


def fill(
    package: Package,
    out: Path,
    *,
    blocks: Sequence[Block],
    cells: Sequence[Cells],
    about: Sequence[Sequence[str]],
    about_name: str,
) -> Filled:
    """Write the filled document to `out`; raises NotAForm."""
    tables = {table.name: table for table in tables_of(package)}
    counts: dict[str, int] = {}
    notes: list[Note] = []
    if {*(block.sheet for block in blocks), *(group.sheet for group in cells)} - tables.keys():
        raise NotAForm("no_sheet")
    for group in cells:
        _put(tables[group.sheet], group, notes)
    with ExitStack() as open_rows:
        # From the last block to the first, so that the rows above keep their numbers.
        for block in sorted(blocks, key=lambda block: -block.at_row):
            rows = open_rows.enter_context(Counted(block.rows, out.parent))
            if rows.count > MOST_ROWS:
                raise NotAForm("too_many_rows")
            _Rows(tables[block.sheet], block, notes).write(rows)
            counts[block.sheet] = counts.get(block.sheet, 0) + rows.count
    notes += [Note("number_formula", table.name) for table in tables.values() if _reckons(table.tree)]
    if about:
        _add_about(package, about, about_name)
    if package.drop_signature():
        notes.append(Note("signature_removed", ""))
    package.write(out, {})
    return Filled({sheet: counts[sheet] for sheet in tables if sheet in counts}, tuple(dict.fromkeys(notes)))


def _put(table: Table, cells: Cells, notes: list[Note]) -> None:
    rows = table.rows()
    for place, value in cells.values.items():
        area = area_of(place)
        if area is None or area[1] > len(rows):
            raise NotAForm("no_cell")
        if value is None:
            continue
        found = _place(table, rows, area[1] - 1, area[0] - 1)
        if _reckons(found.cell):
            notes.append(Note("formula_kept", table.name, place))
        else:
            write_text(found.cell, words(value))


def _place(table: Table, rows: Sequence[Element], row: int, column: int) -> Place:
    """The cell that shows what stands in a place: of several merged ones the first."""
    found = next((one for one in table.places(rows[row]) if one.left <= column < one.right), None)
    if found is None:
        raise NotAForm("no_cell")
    return _place(table, rows, row - 1, column) if found.goes_on and row else found


def _reckons(element: Element) -> bool:
    """Whether a field in it calculates something: =SUM(ABOVE)."""
    return any((one.text or "").strip().startswith("=") for one in element.iter("{*}instrText")) or any(
        value.strip().startswith("=") for one in element.iter("{*}fldSimple") for value in one.attrib.values()
    )


class _Rows:
    """The rows of one block in a table."""

    def __init__(self, table: Table, block: Block, notes: list[Note]) -> None:
        self.table, self.notes = table, notes
        self.first = block.at_row - 1
        self.rows = table.rows()
        if not 0 < block.at_row <= len(self.rows) + 1:
            raise NotAForm("no_cell")
        self.texts = table.texts()
        self.last = block.last_row - 1 if block.last_row is not None else self._room()

    def _room(self) -> int:
        """The last of the form's own rows for answers (from 0); `first` - 1 for none."""
        row = self.first
        while row < len(self.rows) and self._shape(row) == self._shape(self.first) and self._is_for_answers(row):
            row += 1
        return row - 1

    def _shape(self, row: int) -> list[tuple[int, int]]:
        return [(place.left, place.right) for place in self.table.places(self.rows[row])]

    def _is_for_answers(self, row: int) -> bool:
        return all(self._is_own(row, place) for place in self.table.places(self.rows[row]))

    def _is_own(self, row: int, place: Place) -> bool:
        said = self._said(row, place.left)
        if not said or place.goes_on or self.serial(row, place.left) is not None:
            return True
        other = self.first + 1 if row == self.first else self.first
        same = said == self._said(other, place.left)
        return same or (row == self.first and any(said.count(box) > 1 for box in _BOXES))

    def _said(self, row: int, column: int) -> str:
        inside = 0 <= row < len(self.texts) and column < len(self.texts[row])
        return self.texts[row][column] if inside else ""

    def serial(self, row: int, column: int) -> Ordinal | None:
        """The number that a form printed in front of a row."""
        return ordinals.printed(*(self._said(at, column) for at in (row, row - 1, row + 1)))

    def write(self, rows: Counted) -> None:
        """Write all rows: into the form's own ones, then into copies of the last of them."""
        own = self.rows[self.first : self.last + 1]
        more = max(rows.count - len(own), 0)
        model = own[-1] if own else self._borrowed()
        blank = copy.deepcopy(model) if more else None
        made = [self._copy(blank) for _row in range(more)]
        at = own[-1] if own else self.rows[self.first - 1] if self.first else None
        for row in made:
            if at is None:
                self.table.tree.append(row)
            else:
                at.addnext(row)
            at = row
        serials = self._serials()
        for index, (row, values) in enumerate(zip([*own, *made], rows, strict=False)):
            self._fill(row, index, values, serials, is_new=index >= len(own))

    def _borrowed(self) -> Element:
        """The row above, where the form has no row for answers."""
        if not self.rows:
            raise NotAForm("damaged")
        return self.rows[min(max(self.first - 1, 0), len(self.rows) - 1)]

    def _serials(self) -> dict[int, Ordinal]:
        """Column → the number of the first row, for columns that are numbered."""
        last = max(self.last, self.first)
        columns = range(len(self.texts[0]) if self.texts else 0)
        numbers = {column: self.serial(last, column) for column in columns} if self.last >= self.first else {}
        return {column: number.moved(self.first - last) for column, number in numbers.items() if number is not None}

    def _copy(self, model: Element) -> Element:
        row = copy.deepcopy(model)
        for one in list(row.iter()):
            if local(one) in _ONCE or local(one) == "tblHeader":
                one.getparent().remove(one)
                continue
            for name in [name for name in one.attrib if name.rpartition("}")[2] in _IDENTITY]:
                del one.attrib[name]
        if self.last < self.first:
            _plain(row)
        return row

    def _fill(
        self, row: Element, index: int, values: Sequence[Value], serials: dict[int, Ordinal], *, is_new: bool
    ) -> None:
        for place in self.table.places(row):
            value = values[place.left] if place.left < len(values) else None
            if _reckons(place.cell):
                if value is not None:
                    where = f"{get_column_letter(place.left + 1)}{self.first + 1}"
                    self.notes.append(Note("formula_kept", self.table.name, where))
            elif value is not None:
                self._write(row, place, words(value))
            elif is_new and place.left in serials:
                write_text(place.cell, str(serials[place.left].moved(index)))

    def _write(self, row: Element, place: Place, text: str) -> None:
        if place.goes_on:
            # The form merged these cells over several rows: each row needs its own.
            for merge in place.cell.findall("{*}tcPr/{*}vMerge"):
                merge.getparent().remove(merge)
            where = f"{get_column_letter(place.left + 1)}{self.first + 1}"
            self.notes.append(Note("merge_split", self.table.name, where))
        write_text(place.cell, text)


def _plain(row: Element) -> None:
    """A row that was copied from a heading: empty, not bold, not shaded, not merged with the one above."""
    for cell in row.iter("{*}tc"):
        write_text(cell, "")
        for one in list(cell.iter("{*}b", "{*}bCs", "{*}shd", "{*}vMerge")):
            one.getparent().remove(one)


def _add_about(package: Package, about: Sequence[Sequence[str]], name: str) -> None:
    """A last page with the lines, each as a paragraph."""
    body = package.tree(package.main).find("{*}body")
    for at, line in enumerate([[name], *about]):
        add_paragraph(body, "　".join(line), new_page=not at)
