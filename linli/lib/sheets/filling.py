"""Fill the rows of somebody else's form and keep its layout: titles, merged headings, borders, notes and signatures.

The form is opened once, small as it is while empty; a page about the source is added. Then the rows are written
straight into the sheet, one after the other, so that memory does not grow with them. Every value is text or a number,
never a formula.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

from linli.lib.workbooks import clean

Value = str | int | float | date | None

#: A form has some dozens of columns and rows; what is larger is no empty form.
MOST_COLUMNS: Final = 200
MOST_FORM_ROWS: Final = 2_000
#: The last row of a sheet in Excel.
LAST_ROW: Final = 1_048_576
_ROW: Final = re.compile(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL: Final = re.compile(r'<c r="([A-Z]+)\d+"([^>]*?)(/>|>)')
_STYLE: Final = re.compile(r' s="(\d+)"')
_NUMBERED: Final = re.compile(r'( r=")([A-Z]*)(\d+)(")')
_FLUSH: Final = 500


class NotAForm(ValueError):  # noqa: N818 - what it is
    """The workbook cannot be filled: damaged, far too large, or the sheet is not in it."""


def fill(
    form: bytes,
    out: Path,
    *,
    sheet: str,
    at_row: int,
    rows: Iterable[Sequence[Value]],
    about: Sequence[Sequence[str]] = (),
    about_name: str = "",
) -> int:
    """Write the form to `out` with `rows` from row `at_row` (counted from 1) on; returns how many there are.

    Each row has a value for every column from the first on. They look like the form's own row `at_row`. Rows of the
    form below that hold anything (notes, signatures) stay below the last row; empty ones make room. `about` becomes a
    sheet of its own. Raises NotAForm, and what `rows` raises; the file is then not whole.
    """
    template = _with_about(form, sheet, about, about_name)
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        part = _part_of(source, sheet)
        count = 0
        for info in source.infolist():
            if info.filename != part:
                made.writestr(info, source.read(info.filename))
                continue
            rows_part = zipfile.ZipInfo(part)
            rows_part.compress_type = zipfile.ZIP_DEFLATED
            with made.open(rows_part, "w", force_zip64=True) as file:
                count = _write(file, source.read(part).decode("utf-8"), at_row, rows)
    return count


def _with_about(form: bytes, sheet: str, about: Sequence[Sequence[str]], name: str) -> bytes:
    try:
        book = openpyxl.load_workbook(io.BytesIO(form))
    except Exception as trouble:
        raise NotAForm(str(trouble)) from trouble
    if sheet not in book.sheetnames:
        raise NotAForm("no such sheet")
    page = book[sheet]
    if page.max_column > MOST_COLUMNS or page.max_row > MOST_FORM_ROWS:
        raise NotAForm("too large")
    if about:
        notes = book.create_sheet(_free(name, book.sheetnames))
        for line in about:
            notes.append([_text(cell) for cell in line])
        for column in range(1, max(map(len, about)) + 1):
            notes.column_dimensions[get_column_letter(column)].width = 26
        for row in notes.iter_rows():
            for cell in row:
                cell.data_type = "s"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _free(name: str, taken: Sequence[str]) -> str:
    return next(one for one in (name, *(f"{name}{n}" for n in range(2, 100))) if one not in taken)


def _text(cell: str) -> str:
    return clean(cell)


def _part_of(source: zipfile.ZipFile, sheet: str) -> str:
    """The part in which a sheet lies. openpyxl numbers them in their order."""
    names = openpyxl.load_workbook(io.BytesIO(_bytes(source)), read_only=True).sheetnames
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def _bytes(source: zipfile.ZipFile) -> bytes:
    handle: Any = source.fp
    handle.seek(0)
    found: bytes = handle.read()
    return found


def _write(file: Any, xml: str, at_row: int, rows: Iterable[Sequence[Value]]) -> int:
    begin = xml.index("<sheetData>") + len("<sheetData>") if "<sheetData>" in xml else xml.index("<sheetData/>")
    end = xml.index("</sheetData>") if "</sheetData>" in xml else begin
    empty = "<sheetData/>" in xml
    own = [(int(row[1]), row[2], row[3] or "", row[0]) for row in _ROW.finditer(xml[begin:end])]
    above = [row for row in own if row[0] < at_row]
    below = [row for row in own if row[0] >= at_row]
    kept = next(
        (at for at, row in enumerate(below) if "<v>" in row[2] or "<is>" in row[2] or "<f>" in row[2]), len(below)
    )
    # Empty rows after a note belong to it; those before it are the room for the rows.
    room, tail = below[:kept], below[kept:]
    head = xml[:begin] + ("<sheetData>" if empty else "")
    file.write(head.encode())
    file.write("".join(row[3] for row in above).encode())
    styles, look = _look(room, at_row)
    count = _rows(file, rows, at_row, styles, look)
    first_kept = tail[0][0] if tail else at_row
    shift = max(at_row + count - first_kept, 0)
    file.write("".join(_shifted(row[3], shift) for row in tail).encode())
    rest = "</sheetData>" + xml[(begin + len("<sheetData/>")) if empty else end + len("</sheetData>") :]
    file.write(_merges(rest, first_kept, shift).encode())
    return count


def _look(room: Sequence[tuple[int, str, str, str]], at_row: int) -> tuple[dict[int, str], str]:
    """The style of each column and the height of a row, as the form's own first row has them."""
    if not room or room[0][0] != at_row:
        return {}, ""
    styles = {}
    for cell in _CELL.finditer(room[0][2]):
        style = _STYLE.search(cell[2])
        if style is not None:
            column = range_boundaries(f"{cell[1]}1")[0]
            assert column is not None
            styles[column] = style[1]
    height = re.search(r' ht="[^"]*"', room[0][1])
    return styles, f'{height[0]} customHeight="1"' if height else ""


def _rows(file: Any, rows: Iterable[Sequence[Value]], at_row: int, styles: dict[int, str], look: str) -> int:
    letters = [get_column_letter(column) for column in range(1, MOST_COLUMNS + 1)]
    marks = [f' s="{styles[column]}"' if column in styles else "" for column in range(1, MOST_COLUMNS + 1)]
    widest = max(styles, default=0)
    waiting: list[str] = []
    count = 0
    for row in rows:
        number = at_row + count
        count += 1
        if number > LAST_ROW:
            raise NotAForm("more rows than a sheet holds")
        cells = [_cell(letters[at], number, marks[at], value) for at, value in enumerate(row)]
        cells += [f'<c r="{letters[at]}{number}"{marks[at]}/>' for at in range(len(row), widest)]
        waiting.append(f'<row r="{number}"{look}>{"".join(cells)}</row>')
        if len(waiting) == _FLUSH:
            file.write("".join(waiting).encode())
            waiting = []
    file.write("".join(waiting).encode())
    return count


def _cell(letter: str, number: int, mark: str, value: Value) -> str:
    if value is None or value == "":
        return f'<c r="{letter}{number}"{mark}/>'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'<c r="{letter}{number}"{mark}><v>{value}</v></c>'
    text = f"{value:%Y-%m-%d}" if isinstance(value, date) else clean(str(value))
    return f'<c r="{letter}{number}"{mark} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _shifted(xml: str, by: int) -> str:
    return _NUMBERED.sub(lambda hit: f"{hit[1]}{hit[2]}{int(hit[3]) + by}{hit[4]}", xml) if by else xml


def _merges(rest: str, first_kept: int, by: int) -> str:
    """Merged cells below the rows move down with them."""
    if not by:
        return rest

    def moved(hit: re.Match[str]) -> str:
        left, top, right, bottom = range_boundaries(hit[1])
        assert left and top and right and bottom  # noqa: PT018 - a merge is a whole range
        if top < first_kept:
            return hit[0]
        return f'<mergeCell ref="{get_column_letter(left)}{top + by}:{get_column_letter(right)}{bottom + by}"'

    return re.sub(r'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"', moved, rest)
