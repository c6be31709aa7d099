"""The forms of an agreement: whom with and over what, a clause, what arrived."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.actions.agreements import ClauseGiven
from linli.apps.admission.forms.applications import MoneyField
from linli.apps.admission.forms.communities import CommunitiesForm
from linli.spine.catalogue.models import Matter
from linli.ui.forms import DayField


class AgreementForm(CommunitiesForm):
    """With which communities, over which items, for which year."""

    use_required_attribute = False

    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    matters = forms.MultipleChoiceField(
        label=_("Items"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one item.")},
    )
    field_order = ("year", "matters")

    def __init__(self, data: Any = None, *, this_year: int, matters: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.all_matters = {str(one.pk): one for one in matters}
        self.choose_from("year", [(year, str(year)) for year in (this_year, this_year + 1)])
        self.choose_from("matters", [(str(one.pk), f"{one.code} {one.name}") for one in matters])

    def matters_chosen(self) -> list[Matter]:
        """The items chosen. Call it after `is_valid`."""
        return [self.all_matters[pk] for pk in self.cleaned_data["matters"]]


class ClauseForm(forms.Form):
    """A clause."""

    use_required_attribute = False

    matter = forms.ChoiceField(label=_("Item"))
    what = forms.CharField(label=_("What the community does"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    conditions = forms.CharField(
        label=_("Working conditions"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    waived_because = forms.CharField(label=_("Why no money is needed, if none is"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, matters: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.all_matters = {str(one.pk): one for one in matters}
        field = self.fields["matter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((str(one.pk), f"{one.code} {one.name}") for one in matters)]

    def given(self, guarantees: Sequence[dict[str, Any]]) -> ClauseGiven:
        """The form as the action takes it. Call it after `is_valid`."""
        got = self.cleaned_data
        return ClauseGiven(
            matter=self.all_matters[got["matter"]],
            what=got["what"],
            conditions=got["conditions"],
            waived_because=got["waived_because"],
            guarantees=guarantees,
        )


class ArrivalForm(forms.Form):
    """Something that came."""

    use_required_attribute = False

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    on = DayField(label=_("Came on"))
    amount = MoneyField(label=_("Amount in yuan"))
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)


class ReturnForm(forms.Form):
    """What the community wants changed."""

    use_required_attribute = False

    answer = forms.CharField(
        label=_("What should change"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
