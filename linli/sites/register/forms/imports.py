"""Forms of the import of sheets."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.register.people.importing import numbering
from linli.register.people.importing.columns import choices, is_taken, several
from linli.register.people.importing.looking import Look
from linli.register.people.models import Staged

#: What stands in the list of a column whose owner people must name.
WHOSE: Final = "?"


class UploadForm(forms.Form):
    """A sheet and, for posts that look after several communities, the one it is for."""

    area = forms.ChoiceField(label=_("Community"))
    file = forms.FileField(
        label=_("Sheet (.xlsx, .xls, .ods or .csv)"),
        help_text=_("Up to 64 MB. Macros and passwords are refused; nothing is in the register before you approve it."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"}),
    )

    def __init__(self, areas: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = areas
        if len(areas) == 1:
            field.widget = forms.HiddenInput()
            field.initial = areas[0][0]


class FileForm(forms.Form):
    """The corrected sheet."""

    file = forms.FileField(
        label=_("The corrected sheet"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"})
    )


class OptionsForm(forms.Form):
    """How the columns are matched, and what holds for the whole sheet."""

    event = forms.ChoiceField(
        label=_("These people"),
        choices=[("entry", _("live here already (entered into the register)")), ("flow_in", _("came to live here"))],
    )
    day = forms.DateField(
        label=_("Since when"),
        required=False,
        help_text=_("Where the sheet has no column for it; without a day: today."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    target = forms.ChoiceField(label=_("Grid, where the address does not say it"), required=False)
    hidden = forms.ChoiceField(
        label=_("Rows that are hidden or filtered away in the file"),
        choices=[("take", _("read them like the others")), ("leave", _("leave them out"))],
        widget=forms.RadioSelect,
        initial="take",
    )
    create = forms.BooleanField(
        label=_("Make buildings and dwellings that the register does not have yet"), required=False
    )

    def __init__(self, found: Look, grids: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        target = self.fields["target"]
        assert isinstance(target, forms.ChoiceField)
        target.choices = [("", "—"), *grids]
        self.found = found
        if not found.concealed:
            del self.fields["hidden"]
        if found.elsewhere:
            self.fields["elsewhere"] = forms.BooleanField(
                label=_("The sheet is about the place that I import into all the same"),
                error_messages={
                    "required": _("The sheet may be about another place. Tick that it is not, or give it up.")
                },
            )
        offered = [("", _("— left out —")), *((group, list(keys.items())) for group, keys in choices().items())]
        for column in found.columns:
            known = column.field if is_taken(column.field) else ""
            asked = [(WHOSE, _("— say whose this is —"))] if not column.sure else []
            self.fields[f"column-{column.index}"] = forms.ChoiceField(
                label=column.name or _("column %(n)s") % {"n": column.index + 1},
                choices=[*asked, *offered],
                initial=known if column.sure else WHOSE,
                required=False,
            )

    def clean_day(self) -> Any:
        """The day, which may not lie in the future."""
        day = self.cleaned_data["day"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This day lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """Each field once, and a name there must be."""
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for column in self.found.columns:
            key = f"column-{column.index}"
            name = cleaned.get(key)
            if name == WHOSE:
                self.add_error(key, _("Say whose this is: the person's own, or somebody else's; or leave it out."))
            if not name or name == WHOSE:
                continue
            if name in taken and not several(name):
                self.add_error(key, _("Another column is this field already: %(name)s.") % {"name": taken[name]})
            taken[name] = column.name
        if "name" not in taken:
            self.add_error(None, _("Say which column is the name."))
        return cleaned

    @property
    def mapping(self) -> dict[str, str]:
        """Column number → field."""
        return {
            str(column.index): name
            for column in self.found.columns
            if (name := self.cleaned_data.get(f"column-{column.index}"))
        }

    @property
    def options(self) -> dict[str, Any]:
        """What holds for the whole sheet."""
        day = self.cleaned_data["day"]
        return {
            "event": self.cleaned_data["event"],
            "day": day.isoformat() if day else "",
            "target": self.cleaned_data["target"],
            "create": self.cleaned_data["create"],
            "hidden": self.cleaned_data.get("hidden", ""),
        }


class DecisionForm(forms.Form):
    """One decision for one row, or for all that look alike for the same reason."""

    #: The person of the register keeps the name although the sheet has another.
    HELD_NAME = "same_held"

    decision = forms.ChoiceField(
        choices=[*Staged.Decision.choices, *((one, one) for one in (HELD_NAME, *numbering.DECISIONS))], required=False
    )
    out = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=60, required=False)
    row = forms.IntegerField(min_value=0, required=False)
