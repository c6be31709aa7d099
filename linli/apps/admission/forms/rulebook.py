"""The forms of the rules of the gate: what a place adds to them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.apps.admission.models import Application
from linli.apps.admission.queries.rulebook import BASIS
from linli.spine.catalogue.basis import RANK
from linli.spine.catalogue.meaning import NONE
from linli.spine.catalogue.models import Basis
from linli.ui.forms import DayField

#: What is no addition to the rules, but about the version.
ABOUT = ("source", "effective_from", "seen")


def _several(label: Any, help_text: Any = "", rows: int = 3) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=30_000, help_text=help_text, widget=area)


class RulebookForm(forms.Form):
    """What is said of a version, whatever it changes."""

    use_required_attribute = False

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("The document that the rules come from, with its number.")
    )
    effective_from = DayField(label=_("Valid from"))

    def given(self) -> dict[str, str]:
        """What the place adds, as the actions take it. Call it after `is_valid`."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ABOUT}

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Fields that belong together, each under its heading."""
        return [("", [self[name] for name in self.fields if name not in ABOUT])]


class BasisRulesForm(RulebookForm):
    """Higher levels, and words that show that something is no law or no reason."""

    def __init__(self, *args: Any, national: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Application.ListKind.choices)
        for sort, rule in national["lists"].items():
            least = RANK[rule["any_of"][-1]["level"]]
            choices = [(level, name) for level, name in Basis.Level.choices if RANK[level] >= least]
            text = _("Least level of a document: %(list)s")
            self.fields[f"level_{sort}"] = forms.ChoiceField(label=text % {"list": names[sort]}, choices=choices)
        self.fields["title_words"] = _several(
            _("Words at the end of a title that show that it is no law"), _("One on a line.")
        )
        self.fields["number_words"] = _several(
            _("Words in a document number that show that it is no law"), _("One on a line.")
        )
        self.fields["no_reasons"] = _several(_("Words that are no reason for giving no money"), _("One on a line."))


class ProhibitedRulesForm(RulebookForm):
    """Words and sentences by which the prohibited categories are recognised."""

    def __init__(self, *args: Any, national: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {one["code"]: one["name"] for one in national["categories"]}
        for code in self.names:
            self.fields[f"words_{code}"] = _several(_("Words for it"), _("One on a line."))
            self.fields[f"sentences_{code}"] = _several(
                _("Sentences that fall under it"), _("Whole titles or sentences, one on a line."), 4
            )
        self.fields[f"sentences_{NONE}"] = _several(
            _("Sentences that only look like it"), _("Whole titles or sentences, one on a line."), 4
        )
        self.fields["bearing"] = _several(_("Words by which somebody answers for a task"), _("One on a line."))
        self.fields["targets"] = _several(_("Words for targets, rankings and liability"), _("One on a line."))

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """A group for each category, and one for all of them."""
        found: list[tuple[Any, list[forms.BoundField]]] = [
            (name, [self[f"words_{code}"], self[f"sentences_{code}"]]) for code, name in self.names.items()
        ]
        rest = [self[f"sentences_{NONE}"], self["bearing"], self["targets"]]
        return [*found, (pgettext_lazy("rules of all prohibited categories", "For all categories"), rest)]


def form_of(which: str, data: Any, national: Mapping[str, Any], initial: Mapping[str, Any]) -> RulebookForm:
    """The form of one of the rule sets."""
    made = BasisRulesForm if which == BASIS else ProhibitedRulesForm
    return made(data, national=national, initial=dict(initial))
