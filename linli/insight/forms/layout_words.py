"""Why a form was not filled, and what is to be looked at in one that was, in the language of the reader."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from linli.lib.filling import Filled, NotAForm

REASONS: Final[Mapping[str, object]] = {
    "empty": _("The file has no rows."),
    "macros": _("The file contains macros. Save it as .xlsx without macros and upload that file."),
    "encrypted": _("The file is protected with a password. Remove the password and upload it again."),
    "bomb": _("The file unpacks to far more than it should. It is not opened."),
    "entities": _("The file contains XML declarations that no spreadsheet needs. It is not opened."),
    "no_sheet": _("The file has no sheet of this name."),
    "damaged": _(
        "The file is damaged and cannot be read. Open it in Excel, Word or WPS, save it again and upload that."
    ),
    "old_excel": _("This is an old Excel or WPS table (.xls, .et). Open it, save it as .xlsx and upload that file."),
    "old_word": _("This is an old Word or WPS document (.doc, .wps). Open it, save it as .docx and upload that file."),
    "open_document": _("This is an OpenDocument file. Save it as .xlsx or .docx and upload that file."),
    "wrong_type": _("This is not an Excel file (.xlsx) or a Word file (.docx)."),
    "form_too_large": _("The file is too large for an empty form. Delete the sheets, rows and pictures not needed."),
    "too_many_rows": _("There are more rows than a sheet holds."),
    "no_cell": _("The form has no such cell."),
}
NOTES: Final[Mapping[str, object]] = {
    "formula_kept": _("{sheet} {where}: the form calculates this cell itself; its formula was kept."),
    "formula_unread": _("{sheet} {where}: this formula could not be read and was left as it is. Check it."),
    "merge_split": _("{sheet} {where}: these cells were merged over several rows and were split, one for each row."),
    "short_range": _("{sheet} {where}: this formula does not take in all rows of the form. Check it."),
    "several_sheets": _("{sheet} {where}: this formula goes over several sheets, and one has more rows now. Check it."),
    "number_formula": _("{sheet} {where}: this field calculates in Word; press F9 on it."),
    "signature_removed": _("The digital signature of the form does not hold for the filled one and was removed."),
}


def reason(why: NotAForm) -> str:
    """Why a form cannot be filled, and what to do."""
    return str(REASONS.get(why.code, why.message))


def notes(filled: Filled) -> list[str]:
    """What is to be looked at in a filled form, one sentence each."""
    return [str(NOTES[note.code]).format(sheet=note.sheet, where=note.where) for note in filled.notes]
