"""Forms about ledgers and exports."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.insight.ledgers.queries import Reason


class AskForm(forms.Form):
    """What a list is needed for, and whether its sensitive columns are needed in full."""

    reason = forms.ChoiceField(label=_("Reason"))
    why = forms.CharField(
        label=_("What is it for?"),
        max_length=200,
        help_text=_("It stands on the last sheet and on every printed page, with your name."),
    )
    full = forms.BooleanField(
        label=_("Ask for full numbers"),
        required=False,
        help_text=_("Somebody else has to approve it. Documents are shown in full only for a statutory duty."),
    )

    def __init__(self, *args: object, reasons: Iterable[Reason], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((one.code, one.label) for one in reasons)]


class NameForm(forms.Form):
    """The name of a saved ledger."""

    name = forms.CharField(label=_("Name of the ledger"), max_length=40)


class DecideForm(forms.Form):
    """Approve or refuse an export; a refusal needs an answer."""

    answer = forms.CharField(label=_("Answer"), max_length=200, required=False)
