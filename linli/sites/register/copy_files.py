"""The copy of everything that is held about somebody, as a workbook."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Final

import xlsxwriter

from linli.register.people.copies import Section

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL: Final = 32_000
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def workbook(sections: Iterable[Section]) -> bytes:
    """One sheet for each section. Everything is text: what begins with "=" stays what was typed."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for number, section in enumerate(sections, start=1):
        name = _NOT_IN_NAMES.sub(" ", section.title)[:26]
        sheet = book.add_worksheet(f"{number} {name}")
        for column, text in enumerate(section.head):
            sheet.write_string(0, column, text, bold)
            sheet.set_column(column, column, 20)
        for line, row in enumerate(section.rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(line, column, text[:LONGEST_CELL])
    book.close()
    return out.getvalue()
