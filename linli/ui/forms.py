"""How a refusal reaches its form."""

from collections.abc import Mapping

from django import forms

from linli.lib.errors import Refusal


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
