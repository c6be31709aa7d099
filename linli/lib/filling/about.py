"""A last sheet that says where what was filled in comes from."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from openpyxl.utils import get_column_letter

from linli.lib.filling.books import Book
from linli.lib.filling.packages import Package, child, local, number
from linli.lib.workbooks import clean

_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WIDTH: Final = 26
#: The longest name of a sheet.
_LONGEST: Final = 31


def add_about(book: Book, lines: Sequence[Sequence[str]], name: str) -> str:
    """Add the sheet behind all others; returns its name, which is another where the form has one so called."""
    package = book.package
    taken = {one.casefold() for one in book.parts}
    sheet = next(
        one for one in (name, *(f"{name[: _LONGEST - 3]}{n}" for n in range(2, 999))) if one.casefold() not in taken
    )
    namespace = etree.QName(book.tree).namespace or ""
    part = next(one for n in range(1, 9_999) if (one := f"xl/worksheets/sheet{n}.xml") not in package)
    package.add(part, _content(lines, namespace).encode(), _TYPE)
    key = package.relate(book.part, part, "worksheet")
    sheets = book.tree.find("{*}sheets")
    last = max(number(one.get("sheetId")) for one in sheets) + 1
    made = child(sheets, "sheet", name=sheet, sheetId=str(last))
    made.set(next(key for key in sheets[0].attrib if key.endswith("}id")), key)
    book.parts[sheet] = part
    _tell(package, sheet)
    return sheet


def _content(lines: Sequence[Sequence[str]], namespace: str) -> str:
    rows = []
    for row, line in enumerate(lines, 1):
        cells = "".join(
            f'<c r="{get_column_letter(column)}{row}" t="inlineStr"><is><t xml:space="preserve">'
            f"{escape(clean(text))}</t></is></c>"
            for column, text in enumerate(line, 1)
            if text
        )
        rows.append(f'<row r="{row}">{cells}</row>')
    widest = max(map(len, lines), default=1) or 1
    columns = f'<cols><col min="1" max="{widest}" width="{_WIDTH}" customWidth="1"/></cols>'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns={quoteattr(namespace)}>'
        f"{columns}<sheetData>{''.join(rows)}</sheetData></worksheet>"
    )


def _tell(package: Package, sheet: str) -> None:
    """Name the sheet in the properties of the file too, where these count the sheets."""
    part = "docProps/app.xml"
    if part not in package:
        return
    tree = package.tree(part)
    titles, pairs = tree.find("{*}TitlesOfParts/{*}vector"), tree.find("{*}HeadingPairs/{*}vector")
    if titles is None or pairs is None:
        return
    counts = list(pairs.iter("{*}i4"))
    if not counts or not (counts[0].text or "").isdecimal():
        return
    at = int(counts[0].text)
    if at > len(titles):
        return
    counts[0].text = str(at + 1)
    made = child(titles, "lpstr")
    made.text = sheet
    titles.insert(at, made)
    titles.set("size", str(sum(1 for one in titles if local(one) == "lpstr")))
