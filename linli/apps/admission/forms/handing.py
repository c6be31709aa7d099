"""The form with which a task is handed down."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.actions.tasks import HandingGiven
from linli.apps.admission.forms import rosters
from linli.apps.admission.forms.communities import CommunitiesForm
from linli.apps.admission.held import SAID_BY, Guess, words
from linli.apps.admission.models import Form
from linli.foundation.files.models import StoredFile
from linli.spine.catalogue.models import Matter
from linli.ui.forms import DayField

#: Said, never assumed: what is left unchosen is no answer.
OFF_LIST = "none"


#: What a row of a form about people may be.
ROWS: Final = {"person": _("one person"), "household": _("one household, told of by its head")}


def _read_on_it(choice: str) -> str:
    """The label of a choice that was read on the form before; "" for what no page offered."""
    try:
        return words(rosters.roster_of(choice))
    except ValueError:
        return ""


class HandingForm(CommunitiesForm):
    """A task as its sender writes it."""

    use_required_attribute = False

    key = forms.UUIDField(widget=forms.HiddenInput)
    matter = forms.ChoiceField(
        label=_("Item of a list that allows it"),
        error_messages={"required": _("Choose the item that allows it, or say that it is on no list.")},
        help_text=_("No list item, no task: without one the communities may refuse it."),
    )
    form = forms.ChoiceField(label=_("Kind of task"), choices=Form.choices)
    title = forms.CharField(label=_("Title"), max_length=80)
    text = forms.CharField(label=_("What is to be done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
    claimed = forms.CharField(
        label=_("What it rests on, if on no list"),
        max_length=300,
        required=False,
        help_text=_("The document with its number. The community and the supervisors read it."),
    )
    fit_reason = forms.CharField(
        label=_("Why it belongs to the item all the same"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The community reads it beside the item, and may say that this is not what the item says."),
    )
    roster = forms.ChoiceField(
        label=_("If it is a form: whom or what it is about"),
        required=False,
        help_text=_("Attach the empty Excel form. Linli fills in what it holds, and asks people only for the rest."),
    )
    row = forms.ChoiceField(label=_("What a row of it is"), required=False)
    due_on = DayField(label=_("To be done by"))
    asked_minutes = forms.IntegerField(
        label=_("How many minutes one community needs"),
        help_text=_("Your honest estimate. It stands beside what the community says afterwards."),
        min_value=1,
        max_value=60 * 24 * 31,
    )
    knowingly = forms.BooleanField(
        label=_(
            "I have read why no list allows this, and hand it down all the same. The communities may refuse it, "
            "and civil affairs and the organisation department will see it."
        ),
        required=False,
    )

    field_order = (
        *(
            "key",
            "matter",
            "form",
            "title",
            "text",
            "claimed",
            "fit_reason",
            "roster",
            "row",
            "due_on",
            "asked_minutes",
        ),
        *("scope", "areas", "knowingly"),
    )

    def __init__(self, data: Any = None, *, matters: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.matters = {str(one.pk): one for one in matters}
        known = rosters.choices(timezone.localdate())
        said = str(self.data.get("roster", "")) if self.is_bound else ""
        if said.startswith(f"{rosters.READ}:") and (label := _read_on_it(said)):
            known.insert(1, (gettext("As it says itself"), [(said, label)]))
        self.choose_from("roster", known)
        self.choose_from("row", [("", gettext("as its headings say")), *ROWS.items()])
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in matters:
            groups.setdefault(one.matter_list.name, []).append((str(one.pk), f"{one.code} {one.name}"))
        first, last = ("", gettext("Choose the item")), (OFF_LIST, gettext("On no list"))
        self.choose_from("matter", [first, *groups.items(), last])

    def offer(self, guesses: Sequence[Guess]) -> None:
        """Offer what was read on the form first. Call it before the page is shown."""
        field = self.fields["roster"]
        assert isinstance(field, forms.ChoiceField)
        entries = [(rosters.value_of(one.roster), one.label) for one in guesses]
        known: Any = field.choices
        others = [entry for entry in known if entry[0] != gettext("As it says itself")]
        if entries:
            self.choose_from("roster", [(gettext("As it says itself"), entries), *others])

    def said_roster(self) -> dict[str, str]:
        """Whom the form is about, as its sender says; {} where that was left open. Call it after `is_valid`."""
        found = rosters.roster_of(self.cleaned_data["roster"])
        row = self.cleaned_data["row"]
        is_of_people = not {"unit", "none", "cases_from"} & found.keys() or found.get("unit") in ROWS
        if found and row and is_of_people:
            found["unit"] = row
        return {**found, SAID_BY: "sender"} if found else {}

    def given(self, files: Sequence[StoredFile]) -> HandingGiven:
        """The form as the action takes it. Call it after `is_valid`."""
        got = self.cleaned_data
        return HandingGiven(
            title=got["title"],
            text=got["text"],
            form=got["form"],
            area_ids=self.area_ids(),
            due_on=got["due_on"],
            asked_minutes=got["asked_minutes"],
            key=str(got["key"]),
            matter=self.matters.get(got["matter"]),
            claimed=got["claimed"],
            fit_reason=got["fit_reason"],
            files=files,
            knowingly=got["knowingly"],
            roster=self.said_roster(),
        )
