"""A workbook is filled: rows are written into its sheets, and everything else of it follows or stays as it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from linli.lib.filling.about import add_about
from linli.lib.filling.blocks import Block, Cells, Filled, Note, Value
from linli.lib.filling.books import Book
from linli.lib.filling.counted import Counted
from linli.lib.filling.formulas import Mover
from linli.lib.filling.lines import Patterns, inside, lines
from linli.lib.filling.moving import move_cells, move_charts, move_merges, move_related, move_rest
from linli.lib.filling.packages import Element, Package, child, written
from linli.lib.filling.pages import Page, area_of, area_text
from linli.lib.filling.places import LAST_ROW, Insertion, Insertions
from linli.lib.filling.refusing import NotAForm
from linli.lib.filling.styles import Styles

#: A form has some dozens of columns and rows; one with more cells than this is no empty form.
MOST_CELLS: Final = 400_000
#: How a part shows that it may name cells of other sheets.
_NAMES_CELLS: Final = (b"<f>", b"<f ", b":f>", b":f ", b"formula", b" location=")


def fill(
    package: Package,
    out: Path,
    *,
    blocks: Sequence[Block],
    cells: Sequence[Cells],
    about: Sequence[Sequence[str]],
    about_name: str,
) -> Filled:
    """Write the filled workbook to `out`; raises NotAForm."""
    with ExitStack() as open_rows:
        filling = _Filling(package, out.parent, open_rows)
        filling.plan(blocks)
        for one in cells:
            filling.put(one)
        filling.move()
        if about:
            add_about(filling.book, about, about_name)
        package.write(out, filling.streams)
        return Filled(filling.counts(), tuple(dict.fromkeys(filling.notes)))


class _Filling:
    """One workbook while it is filled."""

    def __init__(self, package: Package, folder: Path, open_rows: ExitStack) -> None:
        self.package, self.folder, self.open_rows = package, folder, open_rows
        self.book = Book(package)
        self.styles = Styles(self.book.related("styles"))
        self.texts = self.book.texts()
        self.pages: dict[str, Page] = {}
        self.blocks: dict[str, list[tuple[Insertion, Counted]]] = {}
        self.insertions: dict[str, Insertions] = {}
        self.mover = Mover(list(self.book.parts), self.insertions, self._doubt)
        self.notes: list[Note] = []
        self.streams: dict[str, Iterable[bytes]] = {}
        self._here = ""

    def _doubt(self, code: str) -> None:
        self.notes.append(Note(code, self._here))

    def page(self, sheet: str) -> Page:
        """A sheet as a tree."""
        part = self.book.parts.get(sheet)
        if part is None:
            raise NotAForm("no_sheet")
        if sheet not in self.pages:
            page = Page(sheet, part, self.package.tree(part), self.styles, self.texts)
            if len(page.cells) > MOST_CELLS:
                raise NotAForm("form_too_large")
            self.pages[sheet] = page
        return self.pages[sheet]

    def plan(self, blocks: Sequence[Block]) -> None:
        """Count the rows of every block, and see where they go."""
        for sheet in dict.fromkeys(block.sheet for block in blocks):
            page = self.page(sheet)
            mine = sorted((block for block in blocks if block.sheet == sheet), key=lambda block: block.at_row)
            ends = [*(block.at_row for block in mine[1:]), LAST_ROW + 1]
            planned = []
            for block, end in zip(mine, ends, strict=True):
                rows = self.open_rows.enter_context(Counted(block.rows, self.folder))
                last = block.last_row if block.last_row is not None else page.room(block.at_row, end)
                planned.append((Insertion(block.at_row, min(last, end - 1), rows.count), rows))
            self.blocks[sheet] = planned
            self.insertions[sheet.casefold()] = Insertions([insertion for insertion, _rows in planned])
            if max([insertion.end for insertion, _rows in planned]) > LAST_ROW:
                raise NotAForm("too_many_rows")

    def counts(self) -> Mapping[str, int]:
        """The rows of each sheet."""
        return {sheet: sum(rows.count for _insertion, rows in planned) for sheet, planned in self.blocks.items()}

    def put(self, cells: Cells) -> None:
        """Write single cells into the tree of a sheet."""
        page = self.page(cells.sheet)
        for place, value in cells.values.items():
            if value is None:
                continue
            area = area_of(place)
            if area is None:
                raise NotAForm("no_cell")
            row, column = page.anchor(area[1], area[0])
            cell = page.cell(row, column)
            if cell.find("{*}f") is not None:
                self.notes.append(Note("formula_kept", cells.sheet, place))
                continue
            _set(cell, value, is_day=self.styles.is_day(page.style(row, column)), since_1904=self.book.since_1904)

    def move(self) -> None:
        """Let everything follow the rows that are put in, and prepare the rows themselves."""
        for sheet, part in self.book.parts.items():
            content = self.package.content(part)
            if sheet in self.pages or (b"sheetData" in content and any(mark in content for mark in _NAMES_CELLS)):
                self._sheet(sheet)
        self._here = ""
        self.book.move_names(self.mover)
        move_charts(self.package, self.mover)
        if self.package.drop_signature():
            self._doubt("signature_removed")
        self.book.reckon_anew()

    def _sheet(self, sheet: str) -> None:
        self._here = sheet
        page = self.page(sheet)
        planned = self.blocks.get(sheet, [])
        bodies = [self._body(page, insertion, rows) for insertion, rows in planned]
        marks = [self._take_room(page, insertion, at) for at, (insertion, _rows) in enumerate(planned)]
        move_cells(page, self.mover)
        if self.insertions.get(sheet.casefold()):
            used = {insertion.first: rows.used for insertion, rows in planned}
            for area in move_merges(page, self.mover, used):
                self.notes.append(Note("merge_split", sheet, area_text(area)))
        move_rest(page.tree, sheet, self.mover)
        move_related(self.package, page.part, sheet, self.mover)
        if planned:
            self.streams[page.part] = _joined(page.tree, list(zip(marks, bodies, strict=True)))

    def _body(self, page: Page, insertion: Insertion, rows: Counted) -> Iterator[bytes]:
        since_1904 = self.book.since_1904
        patterns = Patterns(page, insertion.first, insertion.last, self.mover, rows.width, since_1904=since_1904)
        for column in sorted(patterns.formulas() & rows.used):
            self.notes.append(Note("formula_kept", page.name, area_text((column + 1, insertion.first) * 2)))
        start = self.insertions[page.name.casefold()].start(insertion)
        return lines(rows, rows.count, start, patterns)

    def _take_room(self, page: Page, insertion: Insertion, at: int) -> Element:
        """Put a mark into the tree in the place of the form's own rows, which are written one by one."""
        below = [page.rows[row] for row in sorted(page.rows) if row >= insertion.first]
        mark = child(page.data, "row", r=f"rows-{at}")
        if below:
            page.data.insert(page.data.index(below[0]), mark)
        for row in range(insertion.first, insertion.last + 1):
            line = page.rows.pop(row, None)
            if line is not None:
                page.data.remove(line)
        page.cells = {place: cell for place, cell in page.cells.items() if not insertion.holds(place[0])}
        return mark


def _joined(tree: Element, bodies: Sequence[tuple[Element, Iterator[bytes]]]) -> Iterator[bytes]:
    """The sheet with the rows in the places of their marks."""
    rest = written(tree)
    for mark, body in bodies:
        name = f"{mark.prefix}:row" if mark.prefix else "row"
        before, found, rest = rest.partition(f'<{name} r="{mark.get("r")}"/>'.encode())
        assert found
        yield before
        yield from body
    yield rest


def _set(cell: Element, value: Value, *, is_day: bool, since_1904: bool) -> None:
    for one in list(cell):
        cell.remove(one)
    cell.attrib.pop("t", None)
    if value == "":
        return
    kind, element, text = inside(value, is_day=is_day, since_1904=since_1904)
    if kind:
        cell.set("t", kind)
    made = child(cell, element)
    if element == "is":
        made = child(made, "t")
        made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    made.text = text
