"""Forms of the officer who works with restricted groups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.ui.forms import DayField


class ReasonForm(forms.Form):
    """Why the officer looks; asked once an hour."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("Why do you look?"),
        max_length=300,
        help_text=_("For example: monthly visit of this week. It is written down with every entry that you open."),
        error_messages={"required": _("Say why you look: the task, the visit or the meeting it is for.")},
    )


class GiveForm(forms.Form):
    """A restricted group for somebody."""

    use_required_attribute = False

    kind = forms.ChoiceField(label=_("Group"), error_messages={"required": _("Choose a group of the list.")})
    level = forms.CharField(label=_("Level"), max_length=20, required=False)
    basis = forms.CharField(
        label=_("Basis"),
        max_length=200,
        help_text=_("The number of the notice, and who sent it."),
        error_messages={"required": _("Say on what basis: the number of the notice, and who sent it.")},
    )
    since = DayField(label=_("Since"))
    review_on = DayField(label=_("Review on"), required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "—"), *kinds]  # type: ignore[attr-defined]


class FinishForm(forms.Form):
    """The end of a restricted group."""

    use_required_attribute = False

    until = DayField(label=_("Until"))
    because = forms.CharField(label=_("Why it ends"), max_length=200, required=False)


class ReviewForm(forms.Form):
    """The next review of a restricted group."""

    use_required_attribute = False

    review_on = DayField(label=_("Next review"))
