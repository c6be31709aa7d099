"""The form with which a task is handed down."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.actions.tasks import HandingGiven
from linli.apps.admission.forms.communities import CommunitiesForm
from linli.apps.admission.held import CASES_FROM, CASES_TO
from linli.apps.admission.models import Form
from linli.foundation.files.models import StoredFile
from linli.register.people import groups as people_groups
from linli.spine.catalogue.models import Matter
from linli.ui.forms import DayField

#: Said, never assumed: what is left unchosen is no answer.
OFF_LIST = "none"


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
    roster = forms.ChoiceField(
        label=_("If it is a form: whom or what it is about"),
        required=False,
        help_text=_("Attach the empty Excel form. Linli fills in what it holds, and asks people only for the rest."),
    )
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
        *("key", "matter", "form", "title", "text", "claimed", "roster", "due_on", "asked_minutes"),
        *("scope", "areas", "knowingly"),
    )

    def __init__(self, data: Any = None, *, matters: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.matters = {str(one.pk): one for one in matters}
        kinds = [(f"tag:{code}", group.label) for code, group in people_groups.groups().items()]
        ages = [(f"age:{age}", gettext("%(age)s years and older") % {"age": age}) for age in (60, 70, 80)]
        people = [("", gettext("everybody who lives there")), *ages, *kinds]
        cases = [(f"cases:{first}/{last}", words) for words, first, last in _periods(timezone.localdate())]
        self.choose_from("roster", [(gettext("People"), people), (gettext("Cases that came in"), cases)])
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in matters:
            groups.setdefault(one.matter_list.name, []).append((str(one.pk), f"{one.code} {one.name}"))
        first, last = ("", gettext("Choose the item")), (OFF_LIST, gettext("On no list"))
        self.choose_from("matter", [first, *groups.items(), last])

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
            files=files,
            knowingly=got["knowingly"],
            roster=_roster(got["roster"]),
        )


def _roster(choice: str) -> dict[str, str]:
    kind, _colon, value = choice.partition(":")
    if kind == "cases":
        first, _slash, last = value.partition("/")
        return {CASES_FROM: first, CASES_TO: last}
    return {{"tag": "tag", "age": "age_from"}[kind]: value} if value else {}


def _periods(today: date) -> list[tuple[str, date, date]]:
    """What forms about cases ask for: this month and the last, this year and the last, each with its days."""
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    year = first.replace(month=1)
    end_of_month = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return [
        (gettext("this month"), first, end_of_month),
        (gettext("last month"), before, first - timedelta(days=1)),
        (gettext("this year"), year, year.replace(month=12, day=31)),
        (gettext("last year"), year.replace(year=year.year - 1), year - timedelta(days=1)),
    ]
