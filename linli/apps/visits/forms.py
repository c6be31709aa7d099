"""The forms of visits. What is missing or too long is refused by the actions: one sentence says it everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.apps.visits import care
from linli.apps.visits.actions import Report
from linli.apps.visits.models import Outcome, Way
from linli.apps.visits.uploads import Uploads
from linli.spine.catalogue.models import EventClass, Matter

WAY_ICONS: Mapping[str, str] = {
    Way.HOME: "home",
    Way.PHONE: "phone",
    Way.MESSAGE: "message-circle",
    Way.THIRD_PARTY: "briefcase",
    Way.NEIGHBOUR: "users",
    Way.VOLUNTEER: "heart-handshake",
    Way.DEVICE: "bell",
}
OUTCOME_ICONS: Mapping[str, str] = {
    Outcome.MET: "user-check",
    Outcome.NOBODY_HOME: "home",
    Outcome.REFUSED: "hand-stop",
    Outcome.MOVED_AWAY: "logout",
    Outcome.OTHER: "dots",
}
AT = "%Y-%m-%dT%H:%M"


def _moment(label: Any, hint: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format=AT)
    return forms.DateTimeField(label=label, required=False, help_text=hint, widget=widget, input_formats=[AT])


class RecordForm(forms.Form):
    """The record of one visit. Made for a thumb: two rows of tiles, and everything else is optional."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    # Filled by the phone when it has no network; see `actions.record`.
    written_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("How it went"), choices=Outcome.choices, widget=forms.RadioSelect)
    way = forms.ChoiceField(label=_("How you visited"), choices=Way.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What you found"),
        required=False,
        help_text=_("At most 2,000 characters."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    differences = forms.MultipleChoiceField(
        label=_("What is different"),
        required=False,
        choices=list(care.DIFFERENCES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    need = forms.CharField(
        label=_("A need you found"),
        required=False,
        help_text=_("What you write here becomes a case at once. Leave it empty when there is none."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    matter = forms.ChoiceField(label=_("Matter"), required=False)
    next_on = forms.DateField(
        label=_("Next visit agreed for"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    visited_at = _moment(_("When it was"))
    late_reason = forms.CharField(
        label=_("Why it is recorded only now"),
        required=False,
        help_text=_("Only needed for a visit of more than a day ago."),
        max_length=300,
    )
    photos = forms.CharField(required=False, widget=forms.HiddenInput, label=_("Photos"))
    voice = forms.CharField(required=False, widget=forms.HiddenInput, label=_("Voice note"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, matters: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["matter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", str(_("The words decide"))), *matter_choices(matters)]

    def report(self, uploads: Uploads) -> Report:
        """What was given, for the action. Call it after `is_valid`."""
        data = self.cleaned_data
        return Report(
            way=data["way"],
            outcome=data["outcome"],
            submission_key=str(data["submission_key"]),
            visited_at=data["visited_at"],
            written_at=data["written_at"],
            late_reason=data["late_reason"],
            text=data["text"],
            differences=tuple(data["differences"]),
            need=data["need"],
            matter=data["matter"],
            next_on=data["next_on"],
            photos=uploads.photos,
            voice=uploads.voice,
        )

    @property
    def photo_error(self) -> str:
        """What is wrong with the photos, in one line."""
        return " ".join(str(error) for error in self.errors.get("photos", []))

    @property
    def voice_error(self) -> str:
        """What is wrong with the voice note, in one line."""
        return " ".join(str(error) for error in self.errors.get("voice", []))


class PocketForm(RecordForm):
    """The same record for somebody of today's list: the one form that lies on the phone without a network."""

    person = forms.TypedChoiceField(label=_("Whom you visited"), coerce=int)

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *people]


def matter_choices(matters: Iterable[Matter]) -> list[tuple[str, Any]]:
    """The matters grouped by class, in the order of the list."""
    found: dict[str, list[tuple[str, str]]] = {}
    for matter in matters:
        found.setdefault(matter.event_class, []).append((matter.code, matter.name))
    return [(str(EventClass(code).label), rows) for code, rows in found.items()]
