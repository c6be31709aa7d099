"""The forms of an application: the application, its laws, what is offered with it, a community's answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.actions.applications import Answer
from linli.apps.admission.actions.drafts import MOST_ROWS, ApplicationGiven
from linli.apps.admission.forms.lists import BasisForm
from linli.apps.admission.models import Application, Form, GuaranteeKind, Opinion
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.lib.money import NotMoney, fen, yuan
from linli.ui.forms import DayField


class MoneyField(forms.Field):
    """A sum in yuan, kept in fen."""

    default_error_messages = {"invalid": _("Write the sum in yuan, for example 30000 or 1,500.50.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 30}), **kwargs)

    def to_python(self, value: Any) -> Any:
        """The sum in fen; 0 for nothing."""
        if not value:
            return 0
        try:
            return fen(str(value))
        except NotMoney:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        """A sum in fen as people write it; what was typed stays as it was."""
        return (yuan(value) if value else "") if isinstance(value, int) else value


class OfferForm(forms.Form):
    """One thing that comes with a task. A line without a day is left out."""

    use_required_attribute = False

    kind = forms.ChoiceField(label=_("What"), choices=GuaranteeKind.choices)
    amount = MoneyField(label=_("Amount in yuan"), required=False)
    what = forms.CharField(label=_("In words"), max_length=200, required=False)
    due_on = DayField(label=_("There by"), required=False)

    def has_changed(self) -> bool:
        """Only what was written makes a line: the kind always says something."""
        written = (self.data.get(self.add_prefix(name), "").strip() for name in ("amount", "what", "due_on"))
        return any(written) if self.is_bound else False

    def clean(self) -> dict[str, Any]:
        """A line that was begun is a whole one."""
        got: dict[str, Any] = super().clean() or self.cleaned_data
        if self.has_changed() and "due_on" in got and not got["due_on"]:
            self.add_error("due_on", _("Say by when it is there."))
        money = got.get("kind") == GuaranteeKind.MONEY
        if money and "amount" in got and not got["amount"]:
            self.add_error("amount", _("Money needs an amount above 0."))
        if not money and got.get("amount"):
            self.add_error("amount", _("People and guidance have no amount."))
        if not money and not got.get("what"):
            self.add_error("what", _("Say in words who comes, or what guidance is given."))
        return got


Offers = forms.formset_factory(OfferForm, extra=2, max_num=MOST_ROWS, validate_max=True)


def offered_of(formset: Any) -> list[dict[str, Any]]:
    """The lines that were written. Call it after `is_valid`."""
    return [dict(form.cleaned_data) for form in formset if form.has_changed()]


class ApplicationForm(forms.Form):
    """What is applied for."""

    use_required_attribute = False

    # Absent from the form of a new application.
    seq = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    list_kind = forms.ChoiceField(label=_("List that it is to enter"), choices=Application.ListKind.choices)
    form = forms.ChoiceField(label=_("Kind of task"), choices=Form.choices)
    with_form = forms.BooleanField(
        label=_("It comes with a form to be filled in"),
        required=False,
        help_text=_("What is not admitted is not carried: a form that is attached later needs this."),
    )
    area_id = forms.ChoiceField(label=_("Where it is to apply"))
    name = forms.CharField(label=_("Name of the matter"), max_length=120)
    does = forms.CharField(label=_("What the community does"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    does_not = forms.CharField(
        label=_("What the community does not do"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    why = forms.CharField(
        label=_("Why the community is needed"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    community_leads = forms.BooleanField(label=_("The community is to answer for it"), required=False)
    starts_on = DayField(label=_("Applies from"))
    ends_on = DayField(
        label=_("Applies until"),
        required=False,
        help_text=_("With a last day it is a temporary admission and ends by itself."),
    )
    conditions = forms.CharField(
        label=_("Working conditions"),
        max_length=500,
        required=False,
        help_text=_("Rooms, devices, training: what the community needs for it and gets from you."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    waived_because = forms.CharField(label=_("Why no money is needed, if none is"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, areas: Sequence[Area], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["area_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(area.pk, f"{'　' * (len(area.pk) // 3 - 2)}{area.name}") for area in areas]

    def given(self, bases: Sequence[Mapping[str, Any]], offered: Sequence[Mapping[str, Any]]) -> ApplicationGiven:
        """The form as the action takes it. Call it after `is_valid`."""
        typed = {name: value for name, value in self.cleaned_data.items() if name not in ("seq", "key")}
        return ApplicationGiven(**typed, bases=bases, offered=offered)


class AppliedBasisForm(BasisForm):
    """A law or document of an application: whoever judges it looks it up by number and article, and reads it."""

    written = ("title", "number", "article", "issuer_name", "link")

    def has_changed(self) -> bool:
        """A line in which something was written is a line, also without its title."""
        return (
            any(self.data.get(self.add_prefix(name), "").strip() for name in self.written) if self.is_bound else False
        )

    def clean(self) -> dict[str, Any]:
        """A line that was begun is a whole one. Its file is asked for by `bases_lack_text`."""
        got: dict[str, Any] = super().clean() or self.cleaned_data
        for name, text in NEEDED_OF_BASES.items():
            if self.has_changed() and name not in self.errors and not got.get(name):
                self.add_error(name, text)
        return got


NEEDED_OF_BASES = {
    "title": _("Write the full title, as it stands on the document."),
    "number": _("Write the document number, or the order by which a law was published (for example 主席令第21号)."),
    "article": _("Write the article or section that says it."),
}
Bases = forms.formset_factory(AppliedBasisForm, extra=1, max_num=MOST_ROWS, validate_max=True)


def bases_lack_text(formset: Any, files: Mapping[int, StoredFile]) -> bool:
    """Whether a line has neither link nor file, which is then said at its link. Call it after `is_valid`."""
    bare = [
        form
        for at, form in enumerate(formset)
        if form.has_changed() and at not in files and not form.cleaned_data.get("link") and "link" not in form.errors
    ]
    for form in bare:
        form.add_error("link", _("Attach the document, or give a link to it."))
    return bool(bare)


def bases_of(formset: Any, files: Mapping[int, StoredFile]) -> list[dict[str, Any]]:
    """The laws and documents that have a title, with the file of each line. Call it after `is_valid`."""
    found = []
    for at, form in enumerate(formset):
        if form.cleaned_data.get("title"):
            found.append({**form.cleaned_data, "file": files.get(at)})
    return found


class TermsForm(forms.Form):
    """What is offered beside the lines, while the communities are asked."""

    use_required_attribute = False

    seq = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    conditions = forms.CharField(
        label=_("Working conditions"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    waived_because = forms.CharField(label=_("Why no money is needed, if none is"), max_length=300, required=False)


class AnswerForm(forms.Form):
    """What a community says."""

    use_required_attribute = False

    terms_ok = forms.TypedChoiceField(
        label=_("Money, people, guidance and conditions"),
        choices=[("1", _("suffice")), ("0", _("do not suffice"))],
        coerce=lambda value: value == "1",
        empty_value=None,
        error_messages={"required": _("Say whether money and conditions suffice.")},
        widget=forms.RadioSelect,
    )
    terms_note = forms.CharField(
        label=_("What is missing"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    stance = forms.ChoiceField(
        label=_("The matter itself"),
        choices=Opinion.Stance.choices,
        error_messages={"required": _("Say whether the community supports it or objects to it.")},
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Reasons"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any = None, *, about_terms: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not about_terms:
            del self.fields["terms_ok"], self.fields["terms_note"]

    def given(self) -> Answer:
        """The form as the action takes it. Call it after `is_valid`."""
        return Answer(**self.cleaned_data)


class ObjectionForm(forms.Form):
    """What should change about an item."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("What should change"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is read in the yearly review. At most 500 characters."),
    )
