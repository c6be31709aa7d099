"""Forms about special groups: into one, out of one, and looked at again."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.register.people import groups
from linli.ui.forms import DayField


class GiveForm(forms.Form):
    """Put somebody in a group. The levels of all groups stand in one list, each under its group."""

    kind = forms.ChoiceField(label=_("Group"))
    level = forms.ChoiceField(
        label=_("Level"), required=False, help_text=_("Only for groups that have levels: the list says which.")
    )
    basis = forms.CharField(
        label=_("Basis"),
        max_length=200,
        required=False,
        help_text=_("The document, certificate or visit that this rests on. No numbers of documents."),
    )
    since = DayField(label=_("Since"))
    review_on = DayField(
        label=_("Next review"), required=False, help_text=_("Left empty, the rule of the group decides.")
    )

    def __init__(self, data: Any = None, *, area_id: str, on: date, taken: frozenset[str] = frozenset()) -> None:
        super().__init__(data, initial={"since": on.isoformat()})
        typed = [group for group in groups.groups(area_id=area_id, on=on).values() if not group.computed]
        kind, level = self.fields["kind"], self.fields["level"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(level, forms.ChoiceField)
        kind.choices = [("", "—"), *((one.code, one.label) for one in typed if one.code not in taken)]
        level.choices = [
            ("", "—"),
            *((one.label, [(name, f"{one.label} {name}") for name in one.levels]) for one in typed if one.levels),
        ]


class FinishForm(forms.Form):
    """Take somebody out of a group."""

    until = DayField(label=_("Ends on"), help_text=_("The first day on which it no longer holds."))
    because = forms.CharField(label=_("Why it ends"), max_length=200, required=False)


class ReviewForm(forms.Form):
    """Looked at again, and still so."""

    review_on = DayField(label=_("Next review"))
