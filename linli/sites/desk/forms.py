"""The forms of the desk. What is missing or too long is refused by the actions: one sentence says it everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.foundation.files.models import StoredFile
from linli.lib.coordinates import Crs
from linli.spine.cases.flow import Move, Need
from linli.spine.cases.kinds import Inputs, Kind
from linli.spine.catalogue.models import EventClass, Matter

PHOTO_FIELDS = {"photo": "photos"}
Choices = list[tuple[str, Any]]


class WithPhotos(forms.Form):
    """A form beside a photo picker: the picker is not a field, but its errors belong to the form."""

    photos = forms.CharField(required=False, widget=forms.HiddenInput, label=_("Photos"))

    @property
    def photo_error(self) -> str:
        """What is wrong with the photos, in one line."""
        return " ".join(str(error) for error in self.errors.get("photos", []))


class MoveForm(WithPhotos):
    """The form of one move: the fields that its flow needs (required) and wants (optional)."""

    seq = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        move: Move,
        kind: Kind,
        units: Sequence[Unit] = (),
        suggested: Unit | None = None,
        matters: Sequence[Matter] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, auto_id=f"id_{move.name}_%s", **kwargs)
        self.move = move
        self.units = {str(unit.pk): unit for unit in units}
        self.matters = {matter.code: matter for matter in matters}
        makers = {
            Need.REASON: lambda: _choice(_("Reason"), _reasons(kind, move)),
            Need.UNIT: lambda: _choice(_("Unit in charge"), _unit_choices(units, suggested), _unit_hint(suggested)),
            Need.MATTER: lambda: _choice(_("Matter"), matter_choices(matters)),
            Need.DAYS: _days,
            Need.PUBLIC_NOTE: _public_note,
            Need.NOTE: _note,
        }
        # What decides comes first, what is written about it last.
        for need, make in makers.items():
            if need in move.needs or need in move.wants:
                self.fields[need.value] = made = make()
                made.required = need in move.needs
        if move.grave:
            self.fields["sure"] = forms.BooleanField(
                label=_("I am sure. This closes the case and cannot be taken back."),
                error_messages={"required": _("Tick this to say that you are sure.")},
            )
        if suggested is not None and Need.UNIT.value in self.fields:
            self.initial.setdefault(Need.UNIT.value, str(suggested.pk))

    @property
    def wants_photos(self) -> bool:
        """Whether photos may come with this move."""
        return Need.PHOTO in self.move.needs or Need.PHOTO in self.move.wants

    @property
    def needs_photos(self) -> bool:
        """Whether the move cannot be made without a photo."""
        return Need.PHOTO in self.move.needs

    @property
    def visible(self) -> list[forms.BoundField]:
        """The fields that a person fills in."""
        return [field for field in self if not field.is_hidden]

    def inputs(self, photos: Iterable[StoredFile] = ()) -> Inputs:
        """What was given, for the action. Call it after `is_valid`."""
        given = self.cleaned_data
        return Inputs(
            note=given.get("note", ""),
            public_note=given.get("public_note", ""),
            reason=given.get("reason", ""),
            unit=self.units.get(given.get("unit", "")),
            matter=self.matters.get(given.get("matter", "")),
            photos=tuple(photos),
            days=given.get("days") or 0,
        )


def _choice(label: Any, choices: Choices, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], help_text=hint)


def _reasons(kind: Kind, move: Move) -> Choices:
    return [(code, gettext(text)) for code, text in kind.reasons.get(move.name, {}).items()]


def _unit_choices(units: Sequence[Unit], suggested: Unit | None) -> Choices:
    """The suggested unit stands first."""
    ordered = sorted(units, key=lambda unit: suggested is None or unit.pk != suggested.pk)
    return [(str(unit.pk), unit.name) for unit in ordered]


def _unit_hint(suggested: Unit | None) -> Any:
    if suggested is None:
        return ""
    return gettext("Suggested: %(unit)s leads this matter by the published list.") % {"unit": suggested.name}


def _days() -> forms.IntegerField:
    return forms.IntegerField(label=_("How many more working days"), min_value=1, max_value=365)


def _public_note() -> forms.CharField:
    return forms.CharField(
        label=_("Message to the resident"),
        help_text=_("The resident reads exactly this. At most 2,000 characters."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _note() -> forms.CharField:
    return forms.CharField(
        label=_("Internal note"),
        help_text=_("Only colleagues read this. At most 2,000 characters."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "note-internal"}),
    )


def matter_choices(matters: Iterable[Matter]) -> Choices:
    """The matters grouped by class, in the order of the list."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for matter in matters:
        groups.setdefault(matter.event_class, []).append((matter.code, matter.name))
    return [(str(EventClass(code).label), rows) for code, rows in groups.items()]


class ReportForm(WithPhotos):
    """A report from the grid or the window."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("At most 5,000 characters."),
        widget=forms.Textarea(attrs={"rows": 3, "data-search": ""}),
    )
    matter = forms.ChoiceField(label=_("Matter"), required=False)
    lon = forms.FloatField(
        required=False, widget=forms.HiddenInput, label=_("Place on the map"), min_value=-180, max_value=180
    )
    lat = forms.FloatField(
        required=False, widget=forms.HiddenInput, label=_("Place on the map"), min_value=-90, max_value=90
    )
    crs = forms.ChoiceField(required=False, choices=[("wgs84", "wgs84"), ("gcj02", "gcj02")], widget=forms.HiddenInput)
    area = forms.ChoiceField(label=_("Area"), required=False, help_text=_("Used when no place is chosen on the map."))
    place = forms.CharField(label=_("Place in words"), required=False, help_text=_("Building, entrance, floor"))
    name = forms.CharField(label=_("Reporter's name"), required=False)
    phone = forms.CharField(
        label=_("Reporter's mobile number"),
        required=False,
        help_text=_("Then the resident is told of every step and has the last word."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        matters: Sequence[Matter],
        areas: Sequence[Area],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.matters = {matter.code: matter for matter in matters}
        choice = self.fields["matter"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", gettext("From the words above")), *matter_choices(matters)]
        place = self.fields["area"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = [("", "—"), *((area.pk, area.name) for area in areas)]

    def clean(self) -> dict[str, Any]:
        """A name alone reaches nobody, so it is not kept without being said."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("name") and not given.get("phone"):
            self.add_error("phone", _("A name is kept only with a mobile number. Add the number, or clear the name."))
        if (given.get("lon") is None) != (given.get("lat") is None):
            self.add_error("area", _("The place on the map did not arrive whole. Choose it again."))
        return given

    @property
    def crs_given(self) -> Crs:
        """The coordinate system of the point; browsers give WGS-84."""
        return "gcj02" if self.cleaned_data.get("crs") == "gcj02" else "wgs84"


class BulkForm(forms.Form):
    """What a bulk move asks for beside the rows."""

    unit = forms.ChoiceField(label=_("Unit in charge"))
    note = forms.CharField(
        label=_("Internal note"), required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "note-internal"})
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, move: Move, units: Sequence[Unit], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "—"), *((str(unit.pk), unit.name) for unit in units)]
        if Need.UNIT not in move.needs:
            del self.fields["unit"]
        if Need.NOTE not in move.needs + move.wants:
            del self.fields["note"]

    def inputs(self) -> Inputs:
        """What goes with every row. Call it after `is_valid`."""
        given = self.cleaned_data
        return Inputs(unit=self.units.get(given.get("unit", "")), note=given.get("note", ""))


class RevealForm(forms.Form):
    """Why somebody needs a full number."""

    reason = forms.CharField(
        label=_("Why do you need the number?"),
        help_text=_("This is written down with your name and the time."),
        min_length=2,
        max_length=500,
    )


class AuditForm(forms.Form):
    """The filters of the access log."""

    action = forms.CharField(label=_("Action"), required=False, max_length=60)
    user = forms.CharField(label=_("User name"), required=False, max_length=64)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=64)
