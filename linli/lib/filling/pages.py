"""One sheet of a form as a tree: its rows and cells, its merged areas, and which of its rows are for answers."""

from collections.abc import Iterable
from typing import Final

from openpyxl.utils import get_column_letter

from linli.lib.filling import ordinals
from linli.lib.filling.formulas import Unreadable, copied, is_of_its_row
from linli.lib.filling.ordinals import Ordinal
from linli.lib.filling.packages import Element, child, local, number
from linli.lib.filling.places import LAST_COLUMN, LAST_ROW, corners
from linli.lib.filling.refusing import NotAForm
from linli.lib.filling.styles import Styles

#: (left, top, right, bottom), counted from 1.
Area = tuple[int, int, int, int]
#: Marks that a form prints for people to tick.
_BOXES: Final = ("□", "☐", "○", "◯", "▢", "〇")


class Page:
    """A worksheet of the empty form; places are those of the empty form until the rows move."""

    def __init__(self, name: str, part: str, tree: Element, styles: Styles, texts: list[str]) -> None:
        self.name, self.part, self.tree, self.styles, self.texts = name, part, tree, styles, texts
        data = tree.find("{*}sheetData")
        if data is None:
            raise NotAForm("damaged")
        self.data = data
        self.rows: dict[int, Element] = {}
        self.cells: dict[tuple[int, int], Element] = {}
        self._number()
        self._unshare()
        self.merges = [area for one in tree.iterfind("{*}mergeCells/{*}mergeCell") if (area := area_of(one.get("ref")))]

    def _number(self) -> None:
        """Find every row and cell; those without a place of their own follow the one before."""
        row = 0
        for line in self.data.iterfind("{*}row"):
            row = number(line.get("r")) or row + 1
            line.set("r", str(row))
            self.rows[row] = line
            column = 0
            for cell in line.iterfind("{*}c"):
                found = corners(cell.get("r", ""))
                column = found[0].column_number if found else column + 1
                cell.set("r", f"{get_column_letter(column)}{row}")
                self.cells[row, column] = cell
        if self.rows and max(self.rows) > LAST_ROW:
            raise NotAForm("damaged")

    def _unshare(self) -> None:
        """Write out formulas that several cells share: these would not follow the rows one by one."""
        origins: dict[str, tuple[str, str]] = {}
        for cell in self.cells.values():
            formula = cell.find("{*}f")
            if formula is None or formula.get("t") != "shared":
                continue
            key = formula.get("si", "")
            if formula.text:
                origins[key] = (formula.text, cell.get("r"))
            elif key in origins:
                try:
                    formula.text = copied(*origins[key], cell.get("r"))
                except Unreadable:
                    continue
            for name in ("t", "si", "ref"):
                formula.attrib.pop(name, None)

    def said(self, row: int, column: int) -> str:
        """What a cell says as text; "" for a blank one and for a formula."""
        cell = self.cells.get((row, column))
        if cell is None or cell.find("{*}f") is not None:
            return ""
        if cell.get("t") == "inlineStr":
            return "".join(one.text or "" for one in cell.iterfind("{*}is//{*}t")).strip()
        value = (cell.findtext("{*}v") or "").strip()
        if cell.get("t") == "s":
            return self.texts[int(value)].strip() if value.isdecimal() and int(value) < len(self.texts) else ""
        return value

    def formula(self, row: int, column: int) -> str:
        """The formula of a cell without its =; "" for none."""
        cell = self.cells.get((row, column))
        return (cell.findtext("{*}f") or "") if cell is not None else ""

    def width(self, row: int) -> int:
        """The last column of a row that has a cell."""
        line = self.rows.get(row)
        last = line.find("{*}c[last()]") if line is not None else None
        found = corners(last.get("r")) if last is not None else None
        return found[0].column_number if found else 0

    def cell(self, row: int, column: int) -> Element:
        """A cell, made where the form has none."""
        if (row, column) in self.cells:
            return self.cells[row, column]
        line = self._line(row)
        before = [at for at in range(1, column) if (row, at) in self.cells]
        cell = child(line, "c", r=f"{get_column_letter(column)}{row}")
        line.insert(line.index(self.cells[row, before[-1]]) + 1 if before else 0, cell)
        style = self.style(row, column)
        if style:
            cell.set("s", style)
        self.cells[row, column] = cell
        line.attrib.pop("spans", None)
        return cell

    def _line(self, row: int) -> Element:
        if row not in self.rows:
            line = child(self.data, "row", r=str(row))
            above = [number for number in self.rows if number < row]
            self.data.insert(self.data.index(self.rows[max(above)]) + 1 if above else 0, line)
            self.rows[row] = line
        return self.rows[row]

    def style(self, row: int, column: int) -> str:
        """The style of a place: of its cell, its row or its column; "" for none."""
        cell = self.cells.get((row, column))
        if cell is not None:
            return str(cell.get("s", ""))
        line = self.rows.get(row)
        if line is not None and line.get("customFormat") in ("1", "true"):
            return str(line.get("s", ""))
        for one in self.tree.iterfind("{*}cols/{*}col"):
            if number(one.get("min")) <= column <= number(one.get("max")):
                return str(one.get("style", ""))
        return ""

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that shows what stands in this place: the first one of a merged area."""
        for left, top, right, bottom in self.merges:
            if left <= column <= right and top <= row <= bottom:
                return top, left
        return row, column

    # Which rows are for answers.

    def room(self, first: int, before: int) -> int:
        """The last of the form's own rows for answers from `first` on and above row `before`; `first` - 1 for none.

        These rows are blank but for what every one of them has: its number, formulas about itself, boxes to tick.
        They look alike: a row without the borders of the first, or merged in another way, is something else.
        """
        row = first
        last = max(self.rows, default=0)
        while row < before and row <= last and self._is_like(row, first) and self._is_for_answers(row, first):
            row += 1
        return row - 1

    def _is_like(self, row: int, first: int) -> bool:
        if self._merged(row, first) != self._merged(first, first):
            return False
        return not self._bordered(first) or self._bordered(row)

    def _merged(self, row: int, first: int) -> set[tuple[int, int, bool]]:
        """Which columns are merged in a row; those that come down from above the rows are no matter."""
        return {
            (left, right, top < bottom)
            for left, top, right, bottom in self.merges
            if top <= row <= bottom and top >= first
        }

    def _bordered(self, row: int) -> bool:
        return any(self.styles.bordered(self.style(row, column)) for column in range(1, self.width(row) + 1))

    def _is_for_answers(self, row: int, first: int) -> bool:
        return all(
            self._is_own(row, column, first) for column in range(1, self.width(row) + 1) if (row, column) in self.cells
        )

    def _is_own(self, row: int, column: int, first: int) -> bool:
        if formula := self.formula(row, column):
            return is_of_its_row(formula, column, row)
        said = self.said(row, column)
        if not said or self.serial(row, column) is not None or self._is_label(row, column):
            return True
        other = first + 1 if row == first else first
        return said == self.said(other, column) or (row == first and said.count(_box(said)) > 1)

    def _is_label(self, row: int, column: int) -> bool:
        """Whether a cell stands for this row and more below it."""
        return any(left == column and top == row < bottom for left, top, _right, bottom in self.merges)

    def serial(self, row: int, column: int) -> Ordinal | None:
        """The number that a form printed in front of a row."""
        return ordinals.printed(*(self.said(at, column) for at in (row, row - 1, row + 1)))


def _box(said: str) -> str:
    return next((box for box in _BOXES if box in said), said + "\0")


def area_of(text: str | None) -> Area | None:
    """(left, top, right, bottom) of an area; None for anything else."""
    found = corners(text or "")
    if found is None or not found[0].column:
        return None
    first, last = found[0], found[-1]
    left, right = sorted((first.column_number, last.column_number))
    return left, first.row, min(right, LAST_COLUMN), last.row


def area_text(area: Area) -> str:
    """An area as it is written."""
    left, top, right, bottom = area
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def replace_merges(tree: Element, areas: Iterable[Area]) -> None:
    """Write the merged areas of a sheet anew."""
    old = tree.find("{*}mergeCells")
    texts = [area_text(area) for area in areas]
    if old is None:
        if not texts:
            return
        old = child(tree, "mergeCells")
        after = [one for one in tree if local(one) in _BEFORE_MERGES]
        tree.insert(tree.index(after[-1]) + 1, old)
    if not texts:
        tree.remove(old)
        return
    for one in list(old):
        old.remove(one)
    for text in texts:
        child(old, "mergeCell", ref=text)
    old.set("count", str(len(texts)))


#: What stands in front of the merged areas in a sheet.
_BEFORE_MERGES: Final = frozenset(
    {"sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
     "dataConsolidate", "customSheetViews"}
)  # fmt: skip
