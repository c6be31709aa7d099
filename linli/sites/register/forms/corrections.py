"""Forms about corrections: asking for one, and deciding it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.sites.register.forms.person import BIGGEST, ChangeForm


class ProposeForm(ChangeForm):
    """The same form as for a change, sent once however often it is pressed."""

    submission_key = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)


class DecideForm(forms.Form):
    """Approve or refuse: the version of the person as it was seen, and an answer (needed for a refusal)."""

    version = forms.IntegerField(min_value=0, max_value=BIGGEST)
    answer = forms.CharField(label=_("Answer"), max_length=300, required=False)
