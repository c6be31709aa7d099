"""What each refusal of a photo says, for translation; the codes are those of `linli.lib.photos.MESSAGES`."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PHOTO: Mapping[str, Promise] = MappingProxyType(
    {
        "empty": _("The file is empty. Please choose the photo again."),
        "too_big_bytes": _("The photo is larger than 15 MB. Please choose a smaller one."),
        "too_many_pixels": _("The photo has more than 40 million pixels. Please choose a smaller one."),
        "not_an_image": _("This file is not a photo. Please choose a JPEG, PNG or WebP picture."),
        "unsupported": _("This kind of picture cannot be read here. Please send it as JPEG, PNG or WebP."),
        "truncated": _("The photo is incomplete or damaged. Please send it again."),
    }
)

NTH_PHOTO = _("Photo {number}: {reason}")
TOO_MANY = _("At most 9 photos can be sent at once. Please choose fewer.")
STORAGE_FULL = _(
    "The photo could not be kept because the disk is full. Your text is not lost; send it without photos or try later."
)
STORAGE_TROUBLE = _("The photo could not be kept. Your text is not lost; send it without photos or try later.")
VOICE_EMPTY = _("The recording is empty. Please record it again, or write.")
VOICE_TOO_BIG = _("The recording is larger than 8 MB. Please make it shorter.")
VOICE_UNKNOWN = _("This is not a recording that can be kept. Please record it again, or write.")
DOCUMENT_EMPTY = _("The file is empty. Please choose it again.")
DOCUMENT_TOO_BIG = _("The file is larger than 20 MB. Please choose a smaller one.")
DOCUMENT_UNKNOWN = _("This kind of file cannot be kept here. Please send PDF, Word, Excel, JPEG or PNG.")
DOCUMENT_OLD = _(
    "This is an Excel or Word file in the old format (.xls, .doc), or one with a password. Open it, choose “Save as” "
    "and the kind “Excel workbook (.xlsx)” or “Word document (.docx)” without a password, and attach that one."
)
DOCUMENT_ACTIVE = _("This file carries a program (macro) and is not kept. Save it without macros and send it again.")
DOCUMENT_DAMAGED = _("The file is damaged. Please send it again.")
