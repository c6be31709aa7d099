"""Forms of the desk for requests about one's own data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.register.people.models import SubjectRequest


class RequestForm(forms.Form):
    """What is asked, by whom, and how the clerk made sure."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("Asks for"),
        choices=SubjectRequest.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is asked for.")},
    )
    asker = forms.ChoiceField(
        label=_("Who asks"),
        choices=SubjectRequest.Asker.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who asks.")},
    )
    proof = forms.CharField(
        label=_("How identity was checked"),
        max_length=200,
        error_messages={"required": _("Say how you made sure who asks: which document you saw, or how you know them.")},
        help_text=_("For example: saw the identity card. Do not write its number."),
    )
    text = forms.CharField(
        label=_("Request"),
        max_length=1000,
        required=False,
        help_text=_("In the words of the person. Needed for a correction and an explanation."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """The answer, which the person will read."""

    use_required_attribute = False

    answer = forms.CharField(
        label=_("Answer"),
        max_length=1000,
        required=False,
        help_text=_("The person reads it. A refusal needs reasons; a deletion says by itself what was erased."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
