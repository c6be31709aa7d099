"""The words of forms, tidied and measured, with one sentence for what is missing or too long."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from linli.lib.chinese import tidy
from linli.lib.errors import Invalid

LONGEST_NOTE = 2000


def words(given: Mapping[str, Any], longest: Mapping[str, int], needed: tuple[str, ...]) -> dict[str, str]:
    """The texts of these fields, tidied. Raises Invalid (by field) for what is missing or too long."""
    found = {field: tidy(str(given.get(field, "") or "")).strip() for field in longest}
    errors: dict[str, object] = {}
    for field, most in longest.items():
        if len(found[field]) > most:
            errors[field] = _("At most %(n)s characters.") % {"n": most}
        elif field in needed and not found[field]:
            errors[field] = _("Fill this in.")
        elif field in needed and len(found[field]) < 2:
            errors[field] = _("Write at least 2 characters.")
    if errors:
        raise Invalid(fields=errors)
    return found


def note(text: str, field: str = "note") -> str:
    """The words that go with a move. Raises Invalid when there are too many."""
    return words({field: text}, {field: LONGEST_NOTE}, ())[field]
