"""What residents fill in. The forms read; the actions judge words, phones and places, one rule for every door."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from linli.register.people.models import SubjectRequest
from linli.spine.catalogue.models import EventClass

CRS_CHOICES = (("wgs84", "WGS-84"), ("gcj02", "GCJ-02"))
CLASS_ICONS: Mapping[str, str] = {
    EventClass.DISPUTE: "messages",
    EventClass.HAZARD: "flame",
    EventClass.LIVELIHOOD: "bulb",
    EventClass.SPECIAL_GROUPS: "heart-handshake",
    EventClass.ENVIRONMENT: "trash",
    EventClass.PROPERTY: "building-community",
    EventClass.POLICY: "book",
    EventClass.EMERGENCY: "alert-triangle",
    EventClass.OPINION: "message-circle",
}
FACES = ((3, _("Satisfied")), (2, _("Mostly satisfied")), (1, _("Not satisfied")))


class Kept(forms.Form):
    """A form that takes refusals of the actions to its fields."""

    use_required_attribute = False
    #: the action's name of a field → ours
    names: Mapping[str, str] = {}
    #: two forms on one page must not share ids
    ids = "id_%s"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", self.ids)
        super().__init__(*args, **kwargs)

    def refuse(self, message: object, fields: Mapping[str, object]) -> None:
        """Show a refusal at the fields it names, or on top when it names none that the form has."""
        shown = False
        for name, text in fields.items():
            own = self.names.get(name, name)
            if own in self.fields:
                self.add_error(own, str(text))
                shown = True
        if not shown:
            self.add_error(None, str(message))


class ContactForm(Kept):
    """How to reach the reporter; empty stays anonymous."""

    phone = forms.CharField(
        label=_("Mobile number"),
        required=False,
        help_text=_("Only staff see it, to tell you the result. Leave it empty to stay anonymous."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "data-no-draft": ""}),
    )
    name = forms.CharField(
        label=_("How may we address you?"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name", "data-no-draft": ""}),
    )


class ReportForm(ContactForm):
    """A report: what, where, photos, contact (photos are read by `trays.Tray`)."""

    names = {"point": "lon"}
    field_order = ("text", "event_class", "matter", "area", "place", "phone", "name")

    text = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("For example: boxes in the stairway of building 3, hard to get past."),
        error_messages={"required": _("Say in a few words what is wrong.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    event_class = forms.ChoiceField(
        label=_("What is it about?"), choices=EventClass.choices, required=False, widget=forms.RadioSelect
    )
    matter = forms.CharField(label=_("What fits best?"), required=False, max_length=60, widget=forms.HiddenInput)
    lon = forms.FloatField(label=_("Place on the map"), required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(label=_("Place on the map"), required=False, widget=forms.HiddenInput)
    crs = forms.ChoiceField(choices=CRS_CHOICES, required=False, widget=forms.HiddenInput)
    area = forms.CharField(label=_("Community"), required=False, max_length=18, widget=forms.Select)
    place = forms.CharField(
        label=_("Address or landmark"),
        required=False,
        max_length=200,
        help_text=_("For example: building 3, unit 2, second floor."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def offer_communities(self, choices: Iterable[tuple[str, object]]) -> None:
        """Fill the list of communities; only pages that show the form need it."""
        self.fields["area"].widget.choices = [("", _("Choose from the list")), *choices]

    def without_point(self) -> None:
        """Forget a point that leads nowhere, so that the next try may use the list instead."""
        self.data = {**self.data.dict(), "lon": "", "lat": ""} if isinstance(self.data, QueryDict) else self.data


class CodeForm(Kept):
    """The tracking code, however it is typed."""

    code = forms.CharField(
        label=_("Tracking code"),
        help_text=_("12 letters and digits from your receipt or text message, for example 8Q3F-7K2M-0D5X."),
        error_messages={"required": _("Enter the code from your receipt or text message.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class AnswerForm(Kept):
    """Solved or not, one of three faces, and words: one form, one press."""

    names = {"public_note": "words"}
    ids = "answer_%s"

    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=(("yes", _("Yes, it is solved")), ("no", _("No, it is not solved"))),
        error_messages={"required": _("Say whether it is solved.")},
        widget=forms.RadioSelect,
    )
    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied are you with how it was handled?"),
        choices=FACES,
        coerce=int,
        error_messages={"required": _("Choose one of the three faces.")},
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        help_text=_("If it is not solved, say what is still wrong."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Words are needed where it is not solved: whoever takes it up again must know what is still wrong."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("solved") == "no" and not (cleaned.get("words") or "").strip():
            self.add_error("words", _("Say what is still wrong."))
        return cleaned


class WordsForm(Kept):
    """Words to add to a report, or to say why it is withdrawn."""

    names = {"public_note": "words"}
    ids = "add_%s"

    words = forms.CharField(
        label=_("What do you want to add?"),
        error_messages={"required": _("Write what you want to add.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(Kept):
    """Why a report is withdrawn, if the reporter wants to say so."""

    names = {"public_note": "words"}

    words = forms.CharField(label=_("Why?"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class JoinForm(ContactForm):
    """To be told of another's case: a number, and words if one has something to add."""

    names = {"public_note": "text"}

    text = forms.CharField(
        label=_("Do you want to add something?"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].required = True
        told = _("Leave your mobile number, so that we can tell you of every step.")
        self.fields["phone"].error_messages["required"] = told
        self.fields["phone"].help_text = _("Only staff see it, to tell you of every step.")


class ConfirmForm(Kept):
    """The one thing more, besides the phone, that shows whose entry it is."""

    answer = forms.CharField(
        label=_("Your birthday, or the last four characters of your identity document"),
        help_text=_("For example 19580302, or 123X."),
        max_length=20,
        error_messages={"required": _("Type your birthday, or the last four characters of your identity document.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-no-draft": ""}),
    )


class CorrectForm(Kept):
    """What is wrong about oneself, and what is right: one field at a time."""

    names = {"reason": "why"}

    field = forms.ChoiceField(
        label=_("Which entry is wrong?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what is wrong."),
            "invalid_choice": _("Choose what is wrong."),
        },
    )
    value = forms.CharField(
        label=_("What is right?"),
        required=False,
        max_length=200,
        help_text=_("Days as year-month-day, for example 1958-03-02. Leave it empty to have the entry cleared."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-no-draft": ""}),
    )
    why = forms.CharField(
        label=_("Where does this come from?"),
        max_length=300,
        help_text=_("For example: new phone number, see my identity card."),
        error_messages={"required": _("Say in a few words why.")},
        widget=forms.Textarea(attrs={"rows": 2, "data-no-draft": ""}),
    )
    submission_key = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, fields: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["field"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(fields)

    def refuse(self, message: object, fields: Mapping[str, object]) -> None:
        """A sentence about any field of the entry belongs to the one box in which values are typed."""
        own = {name: text for name, text in fields.items() if name == "reason"}
        others = [str(text) for name, text in fields.items() if name != "reason"]
        super().refuse(message, {**own, **({"value": " ".join(others)} if others else {})})


class AskForm(Kept):
    """What a resident asks of those who keep their data."""

    kind = forms.ChoiceField(
        label=_("What do you ask for?"),
        choices=(
            (SubjectRequest.Kind.COPY, _("A copy of everything that is held about me")),
            (SubjectRequest.Kind.DELETE, _("To delete what the law lets go")),
            (SubjectRequest.Kind.EXPLAIN, _("An explanation of what is held and why")),
            (SubjectRequest.Kind.CORRECT, _("To correct something that I cannot correct here")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you ask for.")},
    )
    text = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=1000,
        help_text=_("Needed for an explanation and a correction."),
        widget=forms.Textarea(attrs={"rows": 3, "data-no-draft": ""}),
    )
