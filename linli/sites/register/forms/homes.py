"""The forms of homes. They read what was typed; what may be kept is decided by the actions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.lib.coordinates import Crs, to_wgs84
from linli.register.homes.models import Building, Estate
from linli.register.people import codes
from linli.register.people.models import Person, Tenure
from linli.ui.forms import DayField

MOST_AREAS = 1000
PLACES = (Level.COMMUNITY, Level.GRID, Level.SUBGRID)


class ActForm(forms.Form):
    """A form of the register: drop-downs get their entries when it is made."""

    def choose(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """Set the entries of a drop-down or of radio buttons."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


def areas_of(actor: Actor, on: date, *, community: str = "") -> list[tuple[str, str]]:
    """Communities, grids and sub-grids of the actor's area (or of one community) for a drop-down. One statement."""
    rows = Area.objects.within(community or actor.area_id).current(on).filter(level__in=PLACES).order_by("pk")
    return [(pk, name) for pk, name in rows.values_list("pk", "name")[:MOST_AREAS]]


class EstateForm(ActForm):
    """An estate."""

    name = forms.CharField(label=_("Name of the estate"), max_length=80)
    area_id = forms.ChoiceField(label=_("Community"))
    aliases = forms.CharField(
        label=_("Other names"),
        required=False,
        max_length=300,
        help_text=_("Old and everyday names, with spaces between."),
    )
    address = forms.CharField(label=_("Street and number"), required=False, max_length=120)
    management = forms.ChoiceField(label=_("Managed by"), required=False)
    built_year = forms.IntegerField(
        label=_("Built in"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def __init__(
        self, data: Any = None, *, actor: Actor, today: date, estate: Estate | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.choose("management", [("", "—"), *Estate.Management.choices])
        if estate is not None:
            del self.fields["area_id"]
            return
        rows = Area.objects.within(actor.area_id[:12]).current(today).filter(level=Level.COMMUNITY).order_by("pk")
        self.choose("area_id", rows.values_list("pk", "name")[:MOST_AREAS])


class BuildingForm(ActForm):
    """A building: its place on the map decides the grid, unless one is chosen."""

    name = forms.CharField(label=_("Name or number"), max_length=40, help_text=_("For example 3幢."))
    estate_id = forms.ChoiceField(label=_("Estate"), required=False)
    address = forms.CharField(
        label=_("Street and number"),
        required=False,
        max_length=150,
        help_text=_("Only for a building that stands alone; inside an estate the address follows by itself."),
    )
    lon = forms.FloatField(
        required=False, widget=forms.HiddenInput, label=_("Place on the map"), min_value=-180, max_value=180
    )
    lat = forms.FloatField(
        required=False, widget=forms.HiddenInput, label=_("Place on the map"), min_value=-90, max_value=90
    )
    crs = forms.ChoiceField(required=False, choices=[("wgs84", "wgs84"), ("gcj02", "gcj02")], widget=forms.HiddenInput)
    area_id = forms.ChoiceField(
        label=_("Grid"), required=False, help_text=_("Left empty, the place on the map decides.")
    )
    use = forms.ChoiceField(label=_("Use"))
    floors = forms.IntegerField(
        label=_("Floors"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    built_year = forms.IntegerField(
        label=_("Built in"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def __init__(
        self, data: Any = None, *, actor: Actor, today: date, building: Building | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.choose("use", codes.choices("building_use", empty=None))
        if building is not None:
            # The grid of a building is changed on a page of its own, because people are counted by it.
            del self.fields["area_id"], self.fields["estate_id"]
            if building.estate_id is not None:
                del self.fields["address"]
            return
        estates = Estate.objects.visible_to(actor).order_by("name").values_list("pk", "name")[:MOST_AREAS]
        self.choose("estate_id", [("", gettext("none: it stands alone")), *((str(pk), name) for pk, name in estates)])
        self.choose("area_id", [("", gettext("as on the map")), *areas_of(actor, today)])

    def given(self) -> dict[str, Any]:
        """What the action takes: the point in WGS-84."""
        data = dict(self.cleaned_data)
        if data.get("lon") is not None and data.get("lat") is not None:
            crs: Crs = "gcj02" if data.get("crs") == "gcj02" else "wgs84"
            data["lon"], data["lat"] = (round(one, 6) for one in to_wgs84(data["lon"], data["lat"], crs))
        return data


class RegridForm(ActForm):
    """Another grid for a building."""

    area_id = forms.ChoiceField(label=_("New grid"))

    def __init__(self, data: Any = None, *, building: Building, actor: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = areas_of(actor, today, community=building.area_id[:12])
        self.choose("area_id", [(pk, name) for pk, name in rows if actor.covers(pk)])


class DwellingForm(ActForm):
    """One dwelling."""

    entrance = forms.CharField(
        label=_("Entrance"),
        required=False,
        max_length=18,
        help_text=_("For example 2单元; empty when there is only one."),
    )
    room = forms.CharField(label=_("Room"), max_length=30, help_text=_("For example 301."))
    floor = forms.IntegerField(
        label=_("Floor"),
        required=False,
        help_text=_("Left empty, the room's number decides."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    kind = forms.ChoiceField(label=_("Kind"))
    use = forms.ChoiceField(label=_("Use"))
    rental_use = forms.ChoiceField(label=_("Rented as"), required=False)
    floor_area = forms.CharField(
        label=_("Floor area (m²)"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    note = forms.CharField(label=_("Remark"), required=False, max_length=200)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("kind", codes.choices("dwelling_kind", empty=None))
        self.choose("use", codes.choices("dwelling_use", empty=None))
        self.choose("rental_use", codes.choices("rental_use"))


class ManyForm(ActForm):
    """All dwellings of a building at once."""

    entrances = forms.IntegerField(label=_("Entrances"), initial=2, min_value=1)
    floors = forms.IntegerField(label=_("Floors"), initial=6, min_value=1)
    per_floor = forms.IntegerField(label=_("Dwellings per floor and entrance"), initial=2, min_value=1)
    from_floor = forms.IntegerField(
        label=_("From floor"), initial=1, min_value=1, help_text=_("Higher when shops or a lobby lie below.")
    )
    named = forms.BooleanField(label=_("Call the entrances 1单元, 2单元 …"), required=False, initial=True)
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("kind", codes.choices("dwelling_kind", empty=None))


class TenureForm(ActForm):
    """Who owns or rents a dwelling."""

    part = forms.ChoiceField(label=_("Who"), widget=forms.RadioSelect, choices=Tenure.Part.choices)
    person_id = forms.ChoiceField(label=_("Somebody who lives here"), required=False)
    name = forms.CharField(
        label=_("Or a name"), required=False, max_length=60, help_text=_("For somebody who lives elsewhere.")
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    since = DayField(label=_("Since"), required=False)

    def __init__(self, data: Any = None, *, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("person_id", [("", "—"), *((str(one.pk), one.name) for one in people)])


class UntilForm(ActForm):
    """The day on which something ended."""

    until = DayField(label=_("Until"))


class ReasonForm(ActForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class OrganisationForm(ActForm):
    """An organisation on site."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"))
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        required=False,
        max_length=40,
        help_text=_("18 characters, as on the licence."),
    )
    where = forms.CharField(
        label=_("Building and room"), required=False, max_length=120, help_text=_("For example 莫愁新寓3-2-301.")
    )
    area_id = forms.ChoiceField(
        label=_("Grid"), required=False, help_text=_("Used when it sits in no building of the register.")
    )
    contact = forms.CharField(label=_("Contact"), required=False, max_length=60)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    staff_count = forms.IntegerField(
        label=_("People working there"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    opened_on = DayField(label=_("Here since"), required=False)

    def __init__(self, data: Any = None, *, actor: Actor, today: date, masked: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("kind", codes.choices("organisation_kind", empty=None))
        self.choose("area_id", [("", "—"), *areas_of(actor, today)])
        if masked:
            self.fields["phone"].help_text = gettext("Now %(masked)s; left empty, it stays.") % {"masked": masked}


class ClosedForm(ActForm):
    """Since when an organisation is gone."""

    closed_on = DayField(label=_("Gone since"))
