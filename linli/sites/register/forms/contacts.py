"""Forms about who stands beside a person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.register.people.models import Contact
from linli.sites.register.forms.homes import ActForm
from linli.ui.forms import DayField


class ContactForm(ActForm):
    """Somebody beside a person. Numbers left empty when something is corrected stay as they are."""

    kind = forms.ChoiceField(label=_("Who it is"), choices=[("", "—"), *Contact.Kind.choices])
    name = forms.CharField(label=_("Name"), max_length=60)
    relation = forms.CharField(
        label=_("Relation in words"), max_length=30, required=False, help_text=_("For example: mother, elder son.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    identity = forms.CharField(
        label=_("Number of the document"),
        max_length=40,
        required=False,
        help_text=_("With it the register knows who this is, when they are entered themselves."),
    )
    since = DayField(label=_("Since"), required=False)


class ContactEndForm(ActForm):
    """Somebody is not that any more."""

    until = DayField(label=_("Ends on"), help_text=_("The first day on which it no longer holds."))
    reason = forms.CharField(label=_("Why it ends"), max_length=200, required=False)
