"""Forms about one person. They only read what was typed; what may be kept is decided by the actions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.register.people import codes
from linli.register.people.actions import fields
from linli.register.people.models import Change, Person
from linli.register.people.models.event import EventKind
from linli.sites.register import words
from linli.ui.forms import DayField

LONGEST = 120
BIGGEST = 2**31 - 1
#: The fields by section, in the order of the page.
SECTIONS = (
    ("person", ("name", "identity_kind", "identity", "sex", "born", "ethnic", "nationality")),
    ("contact", ("phone", "other_contact", "other_phone")),
    ("life", ("education", "political", "employment", "workplace")),
    ("hukou", ("registered_area", "registered_address", "inflow_reason", "note")),
)
HINTS = {
    "identity": _("Decides birthday and sex. Leave it empty when there is none."),
    "registered_area": _("Where the hukou is kept: type a name (建邺区) or a code, and choose."),
}
INPUT = {"phone": "tel", "other_phone": "tel"}


class FieldsForm(forms.Form):
    """The fields of a person that forms may set."""

    def __init__(self, data: Any = None, *, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        labels = words.field_labels()
        typed = getattr(self, "said", {})
        made = {name: _field(name, str(labels[name]), person, name in typed) for name in fields.EDITABLE}
        made.update(self.fields)
        self.fields = made

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by section: (name, bound fields)."""
        return [(name, [self[field] for field in names]) for name, names in SECTIONS]


def _field(name: str, label: str, person: Person | None, typed: bool = False) -> forms.Field:
    hint = str(HINTS.get(name, ""))
    if name in fields.CODES:
        choices = codes.choices(fields.CODES[name])
        current = getattr(person, name, "")
        if current and current not in {code for code, _label in choices}:
            choices.append((current, current))
        return forms.ChoiceField(label=label, choices=choices, required=False, help_text=hint)
    attrs = {"autocomplete": "off"}
    if name in INPUT:
        attrs["inputmode"] = INPUT[name]
    if name == "registered_area":
        # What is typed is looked up, and offered in the list of the page (person_fields.html).
        attrs |= {
            "list": "divisions",
            "hx-get": reverse("register:divisions"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#divisions",
        }
    if name == "born" and (typed or (person is not None and person.born_precision)):
        # A year or a month alone fits into no calendar.
        widget: forms.Widget = forms.TextInput(attrs=attrs)
    elif name == "born":
        widget = forms.DateInput(attrs={"type": "date"})
    elif name == "note":
        widget = forms.Textarea(attrs={"rows": 2})
    else:
        widget = forms.TextInput(attrs=attrs)
    longest = fields.TEXTS.get(name, LONGEST)
    return forms.CharField(label=label, required=name == "name", max_length=longest, widget=widget, help_text=hint)


def as_typed(person: Person, field: str) -> str:
    """The value as the form shows it: numbers masked, days and codes as their text."""
    return of_text(field, fields.as_text(fields.plain(person, field)))


def of_text(field: str, value: str) -> str:
    """A value of the trace of changes as a form shows it: numbers masked, a division with its name."""
    return words.shown(field, value) if value and field in (*fields.SEALED, "registered_area") else value


class ChangeForm(FieldsForm):
    """Changing somebody, or asking for it. Only what differs from what the form had shown is sent on.

    Sealed numbers stand masked in their fields and count only when they were typed anew.
    """

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Where this comes from, or what was wrong."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(self, data: Any = None, *, person: Person, seen: int = 0, said: Any = None, **kwargs: Any) -> None:
        self.person, self.said = person, said or {}
        self.before = {name: as_typed(person, name) for name in fields.EDITABLE}
        super().__init__(
            data, person=person, initial={**self.before, **self.said, "version": person.version, "seen": seen}, **kwargs
        )

    def given(self) -> dict[str, str]:
        """The fields that were changed in the form, as typed."""
        typed = {name: self.cleaned_data.get(name) or "" for name in fields.EDITABLE}
        return {name: value for name, value in typed.items() if _even(value) != _even(self.before[name])}


def _even(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def merged(data: QueryDict, person: Person, changes: Sequence[Change], seen: int) -> QueryDict:
    """The form after somebody else changed the person: what was not touched follows them, what was typed stays."""
    fresh = data.copy()
    first: dict[str, str] = {}
    for change in changes:
        first.setdefault(change.field, vault.unseal(change.old_sealed, vault.CHANGE))
    for field, old in first.items():
        if field in fields.EDITABLE and _even(data.get(field, "")) == _even(of_text(field, old)):
            fresh[field] = as_typed(person, field)
    fresh["version"], fresh["seen"] = str(person.version), str(seen)
    return fresh


class NewForm(FieldsForm):
    """Somebody new: the fields, and how they came to live here."""

    event = forms.ChoiceField(label=_("How they came"), initial=EventKind.ENTRY)
    happened_on = DayField(
        label=_("Since"), required=False, help_text=_("The day on which it became true; today when left empty.")
    )
    kind = forms.ChoiceField(label=_("Population"), initial="registered")
    relation = forms.ChoiceField(label=_("Relation to the head"), required=False)
    marital = forms.ChoiceField(label=_("Marital status"), required=False)
    match = forms.ChoiceField(label=_("Hukou and residence"), required=False)
    why = forms.CharField(label=_("Remark"), max_length=300, required=False)
    sure = forms.BooleanField(label=_("This is somebody else: enter anyway"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial.setdefault("nationality", "CHN")
        arrivals = (
            (EventKind.ENTRY, _("lives here already")),
            (EventKind.BIRTH, _("was born")),
            (EventKind.MOVE_IN, _("the hukou moves in, from outside the district")),
            (EventKind.FLOW_IN, _("came to live here, from outside the district")),
        )
        self._choose("event", arrivals)
        self._choose("kind", codes.choices("population_kind", empty=None))
        self._choose("relation", codes.choices("relation"))
        self._choose("marital", codes.choices("marital"))
        self._choose("match", codes.choices("residence_match"))

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def given(self) -> dict[str, str]:
        """The fields of the person that were filled in."""
        return {name: value for name in fields.EDITABLE if (value := self.cleaned_data.get(name))}


def usual_reasons() -> Mapping[str, Any]:
    """Why somebody needs a whole number, most of the time."""
    return {
        "case": _("to call about a case"),
        "visit": _("to agree on a visit"),
        "apply": _("to fill in an application for the person"),
        "check": _("to compare with a document at the window"),
        "other": _("something else"),
    }


class RevealForm(forms.Form):
    """Which number, and what for: a usual reason or one's own words."""

    field = forms.ChoiceField(label=_("Number"), widget=forms.RadioSelect)
    usual = forms.ChoiceField(label=_("What for"), required=False)
    reason = forms.CharField(label=_("In your own words"), max_length=250, required=False)

    def __init__(self, data: Any = None, *, numbers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name, choices in (("field", numbers), ("usual", [("", "—"), *usual_reasons().items()])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(choices)

    def why(self) -> str:
        """The reason as the log keeps it."""
        usual = self.cleaned_data.get("usual") or ""
        said = str(usual_reasons()[usual]) if usual and usual != "other" else ""
        own = self.cleaned_data.get("reason") or ""
        return ": ".join(part for part in (said, own) if part)
