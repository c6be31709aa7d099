"""Why a file is not read: codes with one plain sentence each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from linli.lib.errors import Refusal

#: Code → sentence. The importing side translates them by code (`register/people/importing/refusals.py`).
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "wrong_type": "This is not an Excel file (.xlsx, .xls), an .ods file or a CSV file.",
        "wrong_name": "The content of the file does not fit its name. Save it again in Excel and upload that file.",
        "macros": "The file contains macros. Save it as .xlsx without macros and upload that file.",
        "encrypted": "The file is protected with a password. Remove the password and upload it again.",
        "bomb": "The file unpacks to far more than it should. It is not opened.",
        "entities": "The file contains XML declarations that no spreadsheet needs. It is not opened.",
        "too_large": "The file is too large. Split it into several files.",
        "too_many_rows": "The sheet has too many rows. Split it into several files.",
        "too_many_columns": "The sheet has too many columns. Delete the columns that are not needed.",
        "too_many_cells": "The sheet has too many cells. Split it into several files.",
        "cell_too_long": "A cell contains more text than a cell may have.",
        "empty": "The file has no rows.",
        "damaged": "The file is damaged and cannot be read. Save it again in Excel and upload that file.",
        "encoding": "The characters of the file cannot be read. Save it in Excel as “CSV UTF-8” and upload that file.",
        "open_quote": "In line %(line)s a quotation mark is opened and not closed where its cell ends: it would "
        "swallow the lines below. Close or delete it and upload the file again.",
        "several_tables": "The file contains several tables. Keep one and save the file as .xlsx.",
        "old_format": "This Excel format is too old or not supported. Save the file as .xlsx and upload that file.",
        "no_sheet": "The file has no sheet of this name.",
    }
)


class SheetRefused(Refusal):
    """A file that is not read; `code` is one of `SENTENCES`, `values` what its sentence tells (the line it is about),
    and the message its English sentence."""

    status: ClassVar[int] = 422

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(SENTENCES[code] % values if values else SENTENCES[code], code=code)
        self.values = values
