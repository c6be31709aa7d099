"""Forms of certificates. They read; the actions judge."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.apps.certificates.actions import FILLS, LONGEST, Given
from linli.spine.catalogue import specimen
from linli.spine.catalogue.models import Matter


class CertificateForm(forms.Form):
    """What is to be certified of whom, for what; only what the wording of the item asks for."""

    use_required_attribute = False

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seq = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31)
    person_id = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)
    name = forms.CharField(label=_("Name"), max_length=LONGEST["name"])
    identity = forms.CharField(
        label=_("Number of the document"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    address = forms.CharField(label=_("Address"), max_length=LONGEST["address"])
    facts = forms.CharField(
        label=_("What is certified"),
        max_length=LONGEST["facts"],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the wording as it is written here."),
    )
    purpose = forms.CharField(
        label=_("What it is for"), max_length=LONGEST["purpose"], help_text=_("For example: a lawsuit.")
    )
    addressee = forms.CharField(label=_("Office that wants it"), max_length=LONGEST["addressee"])
    proof = forms.CharField(label=_("What was shown as proof"), max_length=LONGEST["proof"])
    copies = forms.IntegerField(label=_("Copies"), initial=1, min_value=1, max_value=1000)

    def __init__(self, *args: Any, item: Matter, known_number: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = specimen.places(item.specimen)
        for place, field in FILLS.items():
            if place not in places:
                del self.fields[field]
        if "证件" not in places:
            del self.fields["identity"]
        elif not known_number:
            self.fields["identity"].required = True
        else:
            self.fields["identity"].help_text = _("Known already: %(number)s. Type it only to replace it.") % {
                "number": known_number
            }
        if item.guarantees:
            self.fields["proof"].help_text = _("The list asks for: %(proof)s") % {"proof": item.guarantees}
        if not self.is_bound:
            self.initial.setdefault("key", uuid.uuid4())

    @property
    def visible(self) -> list[forms.BoundField]:
        """The fields that a person fills in."""
        return [field for field in self if not field.is_hidden]

    def given(self) -> Given:
        """What was typed, for the action. Call it after `is_valid`."""
        data = self.cleaned_data
        texts = {name: data.get(name, "") for name in (*LONGEST, "identity")}
        return Given(**texts, copies=data["copies"], person_id=data.get("person_id"))


class NoteForm(forms.Form):
    """Why a certificate is not issued, or void."""

    use_required_attribute = False

    seq = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    note = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Tell the resident, too. It stands in the history; at most 500 characters."),
        error_messages={"required": _("Say why.")},
    )
