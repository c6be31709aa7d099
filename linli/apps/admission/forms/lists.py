"""Forms of the desk of lists. They read; the actions judge."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.spine.catalogue.models import Basis, Form, ListStep, Matter, MatterList
from linli.spine.catalogue.specimen import PLACES
from linli.ui.forms import DayField

#: The kinds of list that promise residents a term.
PROMISING = (MatterList.Kind.CERTIFICATE, MatterList.Kind.SERVICE_CENTRE, MatterList.Kind.FIRST_RECEIVER)

CHOOSE = pgettext_lazy("nothing chosen yet", "– choose –")

#: The kinds of list under which something is handed down.
CITED = (MatterList.Kind.DUTY, MatterList.Kind.ASSIST, MatterList.Kind.ENTRUSTED)


class ListForm(forms.Form):
    """What stands above the items of a list."""

    use_required_attribute = False

    name = forms.CharField(label=_("Name of the list"), max_length=120)
    aliases = forms.CharField(
        label=_("Other names"),
        required=False,
        max_length=400,
        help_text=_("Names that the list has here or elsewhere, separated by commas: it is found by each of them."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("The document that the list comes from, with its number."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    valid_from = DayField(label=_("Valid from"))
    is_example = forms.BooleanField(label=_("An example, not an official text"), required=False)

    def given(self) -> dict[str, Any]:
        """The fields as the actions take them."""
        names = self.cleaned_data["aliases"].replace("，", ",").replace("、", ",").split(",")
        return {**self.cleaned_data, "aliases": names}


class NewListForm(ListForm):
    """A list that is not there yet."""

    field_order = ("kind", "area_id", "code", "name")

    kind = forms.ChoiceField(
        label=_("Kind of list"), choices=[one for one in MatterList.Kind.choices if one[0] != "incident"]
    )
    area_id = forms.ChoiceField(label=_("Area"))
    code = forms.SlugField(
        label=_("Short code"),
        max_length=60,
        help_text=_("Latin letters, digits and hyphens; the same for all versions, for example duty."),
        error_messages={"invalid": _("Use Latin letters, digits and hyphens only.")},
    )

    def __init__(self, *args: Any, areas: list[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(area.pk, area.name) for area in areas]


class ItemForm(forms.Form):
    """An item of a draft."""

    use_required_attribute = False

    code = forms.CharField(label=_("Item number"), max_length=60, help_text=_("For example 1.2."))
    category = forms.CharField(label=_("Category"), max_length=80, required=False)
    name = forms.CharField(label=_("Matter"), max_length=120)
    does = forms.CharField(
        label=_("What the community does"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    does_not = forms.CharField(
        label=_("What the community does not do"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    guarantees = forms.CharField(
        label=_("What must come with it"),
        max_length=500,
        required=False,
        help_text=_("People, guidance, money, working conditions, and who provides them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    specimen = forms.CharField(
        label=_("Wording of the certificate"),
        max_length=1000,
        required=False,
        help_text=_("In braces stands what is filled in when one is issued: %(places)s.")
        % {"places": "".join(f"{{{name}}}" for name in PLACES)},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    promised_amount = forms.IntegerField(
        label=_("Promised term"),
        required=False,
        min_value=0,
        max_value=365,
        help_text=_("0 or nothing: at once, or no term is promised."),
    )
    promised_unit = forms.ChoiceField(
        label=_("Unit of the term"), choices=Matter.TermUnit.choices, initial=Matter.TermUnit.WORKING_DAYS
    )
    told = forms.CharField(
        label=_("What residents read"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    lead = forms.ChoiceField(label=_("Who leads"), choices=Matter.Lead.choices)
    lead_unit = forms.TypedChoiceField(
        label=_("Leading department"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("When a department leads."),
    )
    carries = forms.MultipleChoiceField(
        label=_("What may be handed down under it"),
        choices=Form.choices,
        required=False,
        help_text=_("Nothing chosen: what the rules of this list allow. Nothing else may be handed down under it."),
        widget=forms.CheckboxSelectMultiple,
    )
    area_id = forms.ChoiceField(label=_("Where it holds"), required=False)
    asked_by_id = forms.TypedChoiceField(
        label=_("Who may ask for it"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The one unit; of a duty of the community, the unit that guides it."),
    )

    def __init__(
        self,
        *args: Any,
        kind: str,
        units: list[Unit],
        categories: list[str],
        areas: list[Area],
        askers: list[Unit],
        kinds: Sequence[str] = tuple(Form.values),
        admitted: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lead_unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((unit.pk, unit.name) for unit in units)]
        self.categories = categories
        if kind not in CITED or admitted:
            # What was admitted is not widened by a draft.
            del self.fields["carries"], self.fields["area_id"], self.fields["asked_by_id"]
        else:
            self._choose("carries", [(kind, Form(kind).label) for kind in kinds])
            self._choose("area_id", [("", _("wherever the list holds")), *((one.pk, one.name) for one in areas)])
            # A duty is the community's own: whoever is not named has nothing to ask.
            none = pgettext_lazy("who may ask for an item", "nobody")
            nobody = none if kind == MatterList.Kind.DUTY else _("whoever leads it")
            self._choose("asked_by_id", [(0, nobody), *((unit.pk, unit.name) for unit in askers)])
        if kind != MatterList.Kind.CERTIFICATE:
            del self.fields["specimen"]
        else:
            self.fields["guarantees"].label = _("What the resident brings")
            self.fields["guarantees"].help_text = _("Documents that are shown, nothing that is held already.")
        if kind not in PROMISING:
            del self.fields["promised_amount"], self.fields["promised_unit"]

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_promised_amount(self) -> int:
        """Nothing is 0."""
        return self.cleaned_data["promised_amount"] or 0


class BasisForm(forms.Form):
    """A law or document of an item. One without a title is left out."""

    use_required_attribute = False

    title = forms.CharField(label=_("Title of the law or document"), max_length=200, required=False)
    number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    article = forms.CharField(label=_("Article"), max_length=80, required=False)
    # Nothing is chosen beforehand: whoever says law or city says it knowingly.
    form = forms.ChoiceField(label=_("What it is"), choices=[("", CHOOSE), *Basis.Form.choices])
    issuer = forms.ChoiceField(label=_("Kind of issuer"), choices=[("", CHOOSE), *Basis.Issuer.choices])
    level = forms.ChoiceField(label=_("Level"), choices=[("", CHOOSE), *Basis.Level.choices])
    issuer_name = forms.CharField(label=_("Issued by"), max_length=120, required=False)
    link = forms.URLField(
        label=_("Link"),
        max_length=300,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("This is not the address of a page.")},
    )
    valid_from = DayField(label=_("In force since"), required=False)
    valid_to = DayField(label=_("In force until"), required=False)

    def has_changed(self) -> bool:
        """Only a title makes a basis: the lists of choices always hold something."""
        return bool(self.data.get(self.add_prefix("title"), "").strip()) if self.is_bound else False


Bases = forms.formset_factory(BasisForm, extra=1, max_num=10, validate_max=True)


class DocumentForm(forms.Form):
    """What has become of a law or document of a list in force."""

    use_required_attribute = False

    step = forms.ChoiceField(
        label=_("What happened to it"),
        choices=[
            (ListStep.Step.BASIS_OVER.value, _("it ends with this day")),
            (ListStep.Step.BASIS_HELD.value, _("it is suspended from this day on")),
            (ListStep.Step.BASIS_BACK.value, _("it is no longer suspended")),
        ],
    )
    on = DayField(label=_("Day"), required=False)
    note = forms.CharField(label=_("Where that is written"), max_length=300)


class NoteForm(forms.Form):
    """Words that go with a step."""

    note = forms.CharField(label=_("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class NextForm(forms.Form):
    """The day on which the next version begins."""

    use_required_attribute = False

    valid_from = DayField(label=_("The next version begins on"))


class SheetForm(forms.Form):
    """A workbook with items."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("Workbook or CSV with the items"),
        help_text=_(
            "Everything in the draft is replaced; only items that were admitted stay. Take the workbook of a list as a"
            " pattern."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )
