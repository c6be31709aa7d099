"""Why a file cannot be filled: codes with one plain sentence each, and the way to do it."""

from collections.abc import Mapping
from typing import ClassVar, Final

from linli.lib.errors import Refusal
from linli.lib.sheets.refusing import SENTENCES as SHEETS

#: Code → sentence. Whoever shows them translates them by code.
REASONS: Final[Mapping[str, str]] = {
    **{code: SHEETS[code] for code in ("empty", "macros", "encrypted", "bomb", "entities", "no_sheet")},
    "damaged": "The file is damaged and cannot be read. Open it in Excel, Word or WPS, save it again and upload that.",
    "old_excel": "This is an old Excel or WPS table (.xls, .et). Open it, save it as .xlsx and upload that file.",
    "old_word": "This is an old Word or WPS document (.doc, .wps). Open it, save it as .docx and upload that file.",
    "open_document": "This is an OpenDocument file. Save it as .xlsx or .docx and upload that file.",
    "wrong_type": "This is not an Excel file (.xlsx) or a Word file (.docx).",
    "form_too_large": "The file is too large for an empty form. Delete the sheets, rows and pictures not needed.",
    "too_many_rows": "There are more rows than a sheet holds.",
    "no_cell": "The form has no such cell.",
}


class NotAForm(Refusal):
    """A file that is not filled; `code` is one of `REASONS`, and the message its English sentence."""

    status: ClassVar[int] = 422

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code], code=code)
