"""Sheets that people upload: opened safely, read row by row as text, their headers found.

    book = open_sheet(path, original_name="户籍底册.xlsx")
    header = find_header(list(islice(book.rows(book.sheets[0].name), 30)), known)
    for number, cells in book.rows(book.sheets[0].name, start=header.data_from): ...

Nothing in a file is evaluated: formulas give the value that was last computed, links and DDE stay text.
"""

from linli.lib.sheets.books import SheetInfo, Workbook
from linli.lib.sheets.cells import is_damaged_number
from linli.lib.sheets.headers import Header, find_header, header_ending_at, is_header_again, is_noise, noise_of
from linli.lib.sheets.limits import Limits
from linli.lib.sheets.opening import open_sheet
from linli.lib.sheets.refusing import SENTENCES, SheetRefused

__all__ = [
    "SENTENCES",
    "Header",
    "Limits",
    "SheetInfo",
    "SheetRefused",
    "Workbook",
    "find_header",
    "header_ending_at",
    "is_damaged_number",
    "is_header_again",
    "is_noise",
    "noise_of",
    "open_sheet",
]
