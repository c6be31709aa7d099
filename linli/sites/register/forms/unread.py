"""The form that ends a cell which could not be read."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.register.people.models import UnreadCell


class SettleForm(forms.Form):
    """It was entered, or is not needed."""

    how = forms.ChoiceField(
        label=_("What became of it"),
        choices=[
            (UnreadCell.How.ENTERED, _("I have entered what it says")),
            (UnreadCell.How.DISCARDED, _("It is not needed")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed when it is discarded. The text is then gone."),
    )
