"""CSV files as Excel, WPS and other systems save them: what they are written in, and their rows one by one."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linli.lib.sheets.archives import CHUNK
from linli.lib.sheets.cells import words
from linli.lib.sheets.csv_records import Records, alone, usual_width
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.refusing import SheetRefused

_SAMPLE: Final = 64 * 1024
_SAMPLED_ROWS: Final = 60
_DELIMITERS: Final = (",", "\t", ";", "|")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HINT = re.compile(r"sep=(.)", re.IGNORECASE)
_AS_TEXT = re.compile(r'="([^"]*)"')
_BINARY = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")


@dataclass(frozen=True, slots=True)
class Form:
    """How a CSV file is written, and how large it is: `lines` is at least the number of its rows, `usual` the number
    of cells that most lines have."""

    encoding: str
    delimiter: str
    lines: int
    columns: int
    hinted: bool
    usual: int


def form_of(path: Path, limits: Limits) -> Form:
    """Find out how a text file is written, reading it once; raises `SheetRefused`.

    A byte-order mark decides; without one the file is UTF-8 if all of it can be, and GB18030 otherwise, as WPS and
    Excel write it in China. The delimiter is the one that gives the most even table.
    """
    with path.open("rb") as file:
        head = file.read(4)
    encoding = next((name for mark, name in _BOMS if head.startswith(mark)), "")
    lines = -1
    for name in (encoding,) if encoding else ("utf-8", "gb18030"):
        lines = _lines(path, name)
        if lines >= 0:
            encoding = name
            break
    if lines < 0:
        raise SheetRefused("encoding")
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
    if not sample.strip():
        raise SheetRefused("empty")
    if len(sample) == _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    hint = _HINT.fullmatch(sample.split("\n", 1)[0].strip())
    delimiter = hint[1] if hint is not None else _delimiter(sample)
    if delimiter in '"\r\n ':
        raise SheetRefused("damaged")
    columns = max((len(row) for row in _sampled(sample, delimiter)), default=1)
    if columns > limits.columns:
        raise SheetRefused("too_many_columns")
    return Form(encoding, delimiter, lines, columns, hint is not None, usual_width(sample, delimiter))


def _lines(path: Path, encoding: str) -> int:
    """How many lines the file has, or -1 where it is not written in this encoding; NUL bytes are refused."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, last = 0, ""
    with path.open("rb") as file:
        try:
            while piece := file.read(CHUNK):
                text = decoder.decode(piece)
                if "\0" in text or _BINARY.search(text[:_SAMPLE]):
                    raise SheetRefused("wrong_type")
                lines += text.count("\n") or text.count("\r")
                last = text[-1:] or last
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return -1
    return lines + (last not in ("\n", "\r", ""))


def _sampled(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter):
            if any(row):
                rows.append(row)
            if len(rows) >= _SAMPLED_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _delimiter(sample: str) -> str:
    best, score = ",", 0.0
    for delimiter in _DELIMITERS:
        lines = [line for line in sample.splitlines() if line.strip()][:_SAMPLED_ROWS]
        widths = Counter(len(alone(line, delimiter)) for line in lines)
        width, often = max(widths.items(), key=lambda one: (one[0] > 1, one[1]), default=(1, 0))
        even = often / max(sum(widths.values()), 1) * min(width, 20) if width > 1 else 0
        if even > score:
            best, score = delimiter, even
    return best


def rows(
    path: Path, form: Form, limits: Limits, *, start: int, opened: list[int] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows from number `start` on, counted from 1 as a spreadsheet shows them; raises `SheetRefused`.

    `opened` is filled with the numbers of lines where a quotation mark is opened and never closed.
    """
    csv.field_size_limit(max(csv.field_size_limit(), 4 * limits.cell_characters))
    with path.open(encoding=form.encoding, newline="") as file:
        found = Records(file, form.delimiter, usual=form.usual, longest=limits.cell_characters)
        if opened is not None:
            found.opened = opened
        try:
            for number, row in enumerate(found, 1):
                if number > limits.rows:
                    raise SheetRefused("too_many_rows")
                if number < start or (form.hinted and number == 1):
                    continue
                cells = _clean(row, limits)
                if cells:
                    yield number, cells
        except UnicodeError:
            raise SheetRefused("encoding") from None


def _clean(row: list[str], limits: Limits) -> list[str]:
    """The cells as text, without empty ones at the end; none at all where all are empty."""
    together = "".join(row)
    if len(together) > limits.cell_characters and any(len(cell) > limits.cell_characters for cell in row):
        raise SheetRefused("cell_too_long")
    if not together.isprintable() or " " in together or "'" in together or '"' in together or "#" in together:
        row = [cell if cell.isalnum() or not cell else _cell(cell) for cell in row]
    while row and not row[-1]:
        row.pop()
    if len(row) > limits.columns:
        raise SheetRefused("too_many_columns")
    return row


def _cell(cell: str) -> str:
    text = words(cell)
    quoted = _AS_TEXT.fullmatch(text)
    if quoted is not None:
        return words(quoted[1])
    return text[1:].strip() if text.startswith("'") else text
