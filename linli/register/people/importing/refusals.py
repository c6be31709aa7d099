"""Why a file is refused, in the language of the reader."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from linli.lib.errors import Refusal
from linli.lib.sheets import SheetRefused

SENTENCES: Final[Mapping[str, object]] = {
    "wrong_type": _("This is not an Excel file (.xlsx, .xls), an .ods file or a CSV file."),
    "wrong_name": _("The content of the file does not fit its name. Save it again in Excel and upload that file."),
    "macros": _("The file contains macros. Save it as .xlsx without macros and upload that file."),
    "encrypted": _("The file is protected with a password. Remove the password and upload it again."),
    "bomb": _("The file unpacks to far more than it should. It is not opened."),
    "entities": _("The file contains XML declarations that no spreadsheet needs. It is not opened."),
    "too_large": _("The file is too large. Split it into several files."),
    "too_many_rows": _("The sheet has too many rows. Split it into several files."),
    "too_many_columns": _("The sheet has too many columns. Delete the columns that are not needed."),
    "too_many_cells": _("The sheet has too many cells. Split it into several files."),
    "cell_too_long": _("A cell contains more text than a cell may have."),
    "empty": _("The file has no rows."),
    "damaged": _("The file is damaged and cannot be read. Save it again in Excel and upload that file."),
    "encoding": _("The characters of the file cannot be read. Save it in Excel as “CSV UTF-8” and upload that file."),
    "open_quote": _(
        "In line %(line)s a quotation mark is opened and not closed where its cell ends: it would "
        "swallow the lines below. Close or delete it and upload the file again."
    ),
    "several_tables": _("The file contains several tables. Keep one and save the file as .xlsx."),
    "old_format": _("This Excel format is too old or not supported. Save the file as .xlsx and upload that file."),
    "no_sheet": _("The file has no sheet of this name."),
}


def translated(refused: SheetRefused) -> Refusal:
    """The same refusal with a sentence that speaks the language of the reader."""
    said = SENTENCES.get(refused.code, refused.message)
    return Refusal(str(said) % refused.values if refused.values else said, code=refused.code)
