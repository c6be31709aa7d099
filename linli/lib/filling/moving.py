"""Everything of a sheet but its cells follows the rows: merged areas, rules, filters, links, pictures, notes."""

from typing import Final

from linli.lib.filling.formulas import Mover, Unreadable
from linli.lib.filling.packages import Element, Package, local, number
from linli.lib.filling.pages import Area, Page, replace_merges
from linli.lib.filling.places import Insertion, Insertions, corners, moved

_FORMULAS: Final = frozenset({"f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"})
_AREAS: Final = frozenset({"sqref", "ref", "activeCell", "topLeftCell"})
#: What is to show all rows that are written.
_WHOLE: Final = frozenset({"autoFilter", "sortState", "dimension"})
_SINGLE: Final = frozenset({"hyperlink", "comment", "threadedComment", "inputCells", "cellWatch"})


def move_cells(page: Page, mover: Mover) -> None:
    """Number the rows of a sheet anew; formulas follow, and lose the value that was last reckoned."""
    insertions = mover.of(page.name)
    for row, line in page.rows.items():
        line.set("r", str(insertions.row(row)))
    for (row, _column), cell in page.cells.items():
        formula = cell.find("{*}f")
        if formula is not None:
            _move_formula(formula, page.name, row, mover)
            forget_value(cell)
        cell.set("r", moved_cell(cell.get("r"), insertions))


def moved_cell(text: str, insertions: Insertions) -> str:
    """A single place where it is now."""
    found = corners(text)
    return found[0].at(insertions.row(found[0].row)) if found else text


def _move_formula(formula: Element, sheet: str, row: int, mover: Mover) -> None:
    try:
        if formula.text:
            formula.text = mover.moved(formula.text, sheet, row)
    except Unreadable:
        mover.doubt("formula_unread")
    for name in ("ref", "r1", "r2"):
        if formula.get(name):
            formula.set(name, moved(formula.get(name), mover.of(sheet)))


def forget_value(cell: Element) -> None:
    """Take away what a formula gave when it was last reckoned: every program reckons it anew."""
    value = cell.find("{*}v")
    if value is not None:
        cell.remove(value)
    if cell.get("t") not in (None, "n"):
        cell.attrib.pop("t")


def move_merges(page: Page, mover: Mover, used: dict[int, set[int]]) -> list[Area]:
    """Merged areas where they are now, and those of the rows that are put in; returns the ones that had to be split.

    `used`: by the first row of a block, the columns (from 0) that have values.
    """
    insertions = mover.of(page.name)
    kept: list[Area] = []
    split: list[Area] = []
    for area in page.merges:
        left, top, right, bottom = area
        block = insertions.of(bottom)
        if block is None or top == bottom:
            kept.append((left, insertions.row(top), right, insertions.row(bottom)))
            kept += _repeated(area, block, insertions)
        elif top >= block.first and block.used > top - block.first and used[block.first] & set(range(left - 1, right)):
            split.append(area)
        elif top <= block.first and bottom == block.last:
            kept.append((left, insertions.row(top), right, insertions.row(bottom) + block.more))
        else:
            kept.append((left, insertions.row(top), right, insertions.row(bottom)))
    replace_merges(page.tree, kept)
    return split


def _repeated(area: Area, block: Insertion | None, insertions: Insertions) -> list[Area]:
    """The merged cells of a form's last row for answers in every row that is put in."""
    left, top, right, _bottom = area
    if block is None or top != block.last:
        return []
    last = insertions.row(block.last)
    return [(left, row, right, row) for row in range(last + 1, last + 1 + block.more)]


def move_rest(tree: Element, sheet: str, mover: Mover) -> None:
    """Move every area, formula and anchor of a part that belongs to a sheet; its rows and merged areas aside."""
    insertions = mover.of(sheet)
    for element in _outside_rows(tree):
        name = local(element)
        _move_attributes(element, name, insertions)
        if name in _FORMULAS:
            _move_text(element, sheet, mover)
        elif name == "sqref" and element.text:
            element.text = _areas(element.text, insertions)
        elif name == "location" or (name == "hyperlink" and element.get("location")):
            _move_location(element, sheet, mover)
        elif name in ("from", "to"):
            _move_anchor(element, insertions)
        elif name == "brk" and local(element.getparent()) == "rowBreaks":
            element.set("id", str(insertions.row(number(element.get("id")) + 1) - 1))


def _outside_rows(tree: Element) -> list[Element]:
    found = []
    for top in tree:
        if local(top) not in ("sheetData", "mergeCells"):
            found += list(top.iter())
    return [tree, *found]


def _move_attributes(element: Element, name: str, insertions: Insertions) -> None:
    if name in ("inputCells", "cellWatch"):
        element.set("r", moved_cell(element.get("r", ""), insertions))
    for key in _AREAS & set(element.attrib):
        text = element.get(key)
        if name in _SINGLE or key in ("activeCell", "topLeftCell"):
            element.set(key, moved_cell(text, insertions) if ":" not in text else moved(text, insertions))
        else:
            element.set(key, _areas(text, insertions, whole=name in _WHOLE or name == "table"))


def _areas(text: str, insertions: Insertions, *, whole: bool = False) -> str:
    return " ".join(moved(one, insertions, whole=whole) for one in text.split())


def _move_text(element: Element, sheet: str, mover: Mover) -> None:
    """A formula of a rule: it is written for the first cell of its area."""
    try:
        element.text = mover.moved(element.text or "", sheet, _row_of_rule(element)) or None
    except Unreadable:
        mover.doubt("formula_unread")


def _row_of_rule(element: Element) -> int | None:
    for parent in element.iterancestors():
        areas = parent.get("sqref") or parent.findtext("{*}sqref")
        if areas:
            found = corners(areas.split()[0])
            return found[0].row if found else None
    return None


def _move_location(element: Element, sheet: str, mover: Mover) -> None:
    location = element.get("location")
    if location:
        try:
            element.set("location", mover.moved(location, sheet))
        except Unreadable:
            return


def _move_anchor(element: Element, insertions: Insertions) -> None:
    """A corner of a picture; what is not to be stretched keeps its height."""
    row = element.find("{*}row")
    if row is None or not (row.text or "").strip().isdecimal():
        return
    number = int(row.text)
    parent = element.getparent()
    begin = parent.find("{*}from/{*}row")
    if local(element) == "to" and parent.get("editAs") == "oneCell" and begin is not None:
        # "from" was moved before: the picture goes as far.
        row.text = str(number + int(begin.get("moved", "0")))
        begin.attrib.pop("moved", None)
        return
    row.text = str(insertions.row(number + 1) - 1)
    if local(element) == "from" and parent.get("editAs") == "oneCell":
        row.set("moved", str(int(row.text) - number))


def move_related(package: Package, page_part: str, sheet: str, mover: Mover) -> None:
    """Move what is drawn on a sheet, its tables and its notes."""
    insertions = mover.of(sheet)
    for kind in ("drawing", "table", "comments", "threadedComment", "pivotTable"):
        for part in package.related(page_part, kind):
            move_rest(package.tree(part), sheet, mover)
    for part in package.related(page_part, "vmlDrawing"):
        _move_vml(package.tree(part), insertions)


def move_charts(package: Package, mover: Mover) -> None:
    """Let charts and pivot tables take in all rows; what they remember of the cells is forgotten."""
    if not any(mover.insertions.values()):
        return
    for part in package.names():
        if part.startswith("xl/charts/") and part.endswith(".xml"):
            for formula in list(package.tree(part).iter("{*}f")):
                _move_text(formula, "", mover)
                for kept in formula.itersiblings("{*}numCache", "{*}strCache", "{*}multiLvlStrCache"):
                    kept.getparent().remove(kept)
        elif part.startswith("xl/pivotCache/pivotCacheDefinition") and part.endswith(".xml"):
            tree = package.tree(part)
            for source in tree.iter("{*}worksheetSource"):
                source.set("ref", moved(source.get("ref", ""), mover.of(source.get("sheet", "")), whole=True))
            tree.set("refreshOnLoad", "1")


def _move_vml(tree: Element, insertions: Insertions) -> None:
    """Notes and form controls as Excel draws them: the row they belong to, and where their box begins and ends."""
    for data in tree.iter("{urn:schemas-microsoft-com:office:excel}ClientData"):
        row = data.find("{*}Row")
        if row is not None and (row.text or "").strip().isdecimal():
            row.text = str(insertions.row(int(row.text) + 1) - 1)
        anchor = data.find("{*}Anchor")
        numbers = [one.strip() for one in (anchor.text or "").split(",")] if anchor is not None else []
        if len(numbers) == 8 and all(one.lstrip("-").isdecimal() for one in numbers):
            # Column, offset, row, offset of the beginning, then of the end: the box keeps its height.
            by = insertions.row(int(numbers[2]) + 1) - 1 - int(numbers[2])
            numbers[2], numbers[6] = str(int(numbers[2]) + by), str(int(numbers[6]) + by)
            anchor.text = ", ".join(numbers)
