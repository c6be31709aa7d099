"""The tables of a Word document as sheets: 表1, 表2 … in their order, merged cells all with the text of the first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from linli.lib.filling.packages import Element, Package, local
from linli.lib.filling.refusing import NotAForm
from linli.lib.sheets.books import SheetInfo
from linli.lib.sheets.limits import Limits

#: What stands between a table and its rows, a row and its cells, without being one.
_AROUND: Final = frozenset({"sdt", "sdtContent", "customXml", "ins", "smartTag"})
MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a table: its columns (from 0, `right` not among them), and whether it goes on from the row above."""

    cell: Element
    left: int
    right: int
    goes_on: bool


class Table:
    """A table of a document by its rows; the rows change when some are put in, so nothing is kept."""

    def __init__(self, name: str, tree: Element, titles: list[str]) -> None:
        self.name, self.tree, self.titles = name, tree, titles

    def rows(self) -> list[Element]:
        """The rows in their order."""
        return list(_inside(self.tree, "tr"))

    def places(self, row: Element) -> list[Place]:
        """The cells of a row and the columns that they take."""
        before = row.find("{*}trPr/{*}gridBefore")
        left = _number(before) if before is not None else 0
        found = []
        for cell in _inside(row, "tc"):
            span = cell.find("{*}tcPr/{*}gridSpan")
            right = left + max(_number(span) if span is not None else 1, 1)
            merge = cell.find("{*}tcPr/{*}vMerge")
            found.append(Place(cell, left, right, merge is not None and _value(merge) != "restart"))
            left = right
        if left > MOST_COLUMNS:
            raise NotAForm("form_too_large")
        return found

    def texts(self) -> list[list[str]]:
        """What every cell says, merged ones in all their rows and columns."""
        lines: list[list[str]] = []
        for row in self.rows():
            places = self.places(row)
            line = [""] * (places[-1].right if places else 0)
            above = lines[-1] if lines else []
            for place in places:
                said = above[place.left] if place.goes_on and place.left < len(above) else text_of(place.cell)
                line[place.left : place.right] = [said] * (place.right - place.left)
            lines.append(line)
        if len(lines) > MOST_ROWS:
            raise NotAForm("form_too_large")
        widest = max(map(len, lines), default=0)
        return [line + [""] * (widest - len(line)) for line in lines]


class WordTables:
    """A document read as if each of its tables was a sheet (as `lib.sheets.Workbook` is read).

    `titles` are the paragraphs in front of each table, back to the table before.
    """

    kind: Final = "docx"

    def __init__(self, package: Package) -> None:
        self.tables = {table.name: table for table in tables_of(package)}
        self._texts = {name: table.texts() for name, table in self.tables.items()}
        self.titles: Mapping[str, list[str]] = {name: table.titles for name, table in self.tables.items()}
        self.sheets = tuple(
            SheetInfo(name, len(lines), len(lines[0]) if lines else 0, False) for name, lines in self._texts.items()
        )

    def rows(self, sheet: str, *, start: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Yield (number of the row in the table, from 1; cells as text) from row `start` on; rows without text not."""
        if sheet not in self._texts:
            raise NotAForm("no_sheet")
        for number, line in enumerate(self._texts[sheet], 1):
            if number >= start and any(line):
                yield number, list(line)


def word_tables(content: bytes, limits: Limits = Limits()) -> WordTables:  # noqa: B008 - frozen
    """The tables of a .docx; raises NotAForm."""
    package = Package(content, limits)
    if not package.main.startswith("word/"):
        raise NotAForm("wrong_type")
    return WordTables(package)


def tables_of(package: Package) -> list[Table]:
    """The tables of a document in their order, those inside other tables not."""
    body = package.tree(package.main).find("{*}body")
    if body is None:
        raise NotAForm("damaged")
    found: list[Table] = []
    titles: list[str] = []
    for element in _flat(body):
        if local(element) == "tbl":
            found.append(Table(f"表{len(found) + 1}", element, titles))
            titles = []
        elif local(element) == "p" and (said := _said(element)):
            titles.append(said)
    return found


def _flat(parent: Element) -> Iterator[Element]:
    for element in parent:
        if local(element) in _AROUND:
            yield from _flat(element)
        else:
            yield element


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    return (element for element in _flat(parent) if local(element) == tag)


def text_of(cell: Element) -> str:
    """What a cell says, its paragraphs one after the other."""
    namespace = cell.tag.partition("}")[0] + "}"
    return "".join(_said(paragraph) for paragraph in cell.iter(f"{namespace}p")).strip()


def _said(paragraph: Element) -> str:
    """The text of a paragraph, without what is in a text box twice over."""
    parts = []
    for one in paragraph.iter("{*}t", "{*}tab", "{*}br"):
        if any(local(parent) in ("txbxContent", "Fallback", "del") for parent in one.iterancestors()):
            continue
        parts.append((one.text or "") if local(one) == "t" else " " if local(one.getparent()) == "r" else "")
    return "".join(parts).strip()


def _value(element: Element) -> str:
    return next((str(value) for name, value in element.attrib.items() if name.endswith("}val")), "")


def _number(element: Element) -> int:
    value = _value(element)
    return int(value) if value.isdecimal() and len(value) < 5 else 0
