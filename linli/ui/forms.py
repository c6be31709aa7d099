"""What forms of all parts share: a day, and how a refusal reaches its form."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.lib.errors import Refusal

#: A day that is written well, whether or not the calendar has it.
WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")


class DayField(forms.DateField):
    """A day, chosen or written as year-month-day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            error_messages={
                "invalid": _("Write the day as year-month-day, for example %(today)s."),
                "no_such_day": _("There is no such day. Look at the calendar."),
                "required": _("Choose the day."),
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> date | None:
        """The day; a day that no month has is not called badly written."""
        try:
            return super().to_python(value)
        except forms.ValidationError:
            if WRITTEN.fullmatch(str(value).strip()):
                raise forms.ValidationError(self.error_messages["no_such_day"], code="no_such_day") from None
            text = str(self.error_messages["invalid"]) % {"today": f"{timezone.localdate():%Y-%m-%d}"}
            raise forms.ValidationError(text, code="invalid") from None


def put(form: forms.Form, refusal: Refusal, names: Mapping[str, str] | None = None) -> None:
    """Show a refusal at the fields of a form, what belongs to none of them on top.

    `names` maps the refusal's field names to the form's.
    """
    renamed = names or {}
    for name, message in refusal.fields.items():
        field = renamed.get(name, name)
        form.add_error(field if field in form.fields else None, str(message))
    if not refusal.fields:
        form.add_error(None, str(refusal))
