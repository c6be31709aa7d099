"""What forms of all parts share: a day, and how a refusal reaches its form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.lib.errors import Refusal


class DayField(forms.DateField):
    """A day, chosen or written as year-month-day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            error_messages={
                "invalid": _("Write the day as year-month-day, for example 1958-03-02."),
                "required": _("Choose the day."),
            },
            **kwargs,
        )


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
