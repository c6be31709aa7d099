"""The forms of life events of one person."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.register.people import codes
from linli.register.people.models import Person
from linli.register.people.models.event import EventKind
from linli.sites.register.forms.households import EventForm, HomeChoice

BIGGEST = 2**31 - 1


class PersonForm(EventForm):
    """An event of one person: `version` says which state the page had shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST)


class DeathForm(PersonForm):
    """Somebody died; for a head also who follows."""

    def __init__(self, data: Any = None, *, others: Sequence[Person] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if others:
            self.fields["new_head"] = forms.ChoiceField(
                label=_("Who is the head of the household then?"),
                required=False,
                choices=[("", gettext("not known yet")), *((str(one.pk), one.name) for one in others)],
            )

    def follower(self) -> int | None:
        """Who follows, if somebody was named."""
        value = self.cleaned_data.get("new_head")
        return int(value) if value else None


class LeaveForm(DeathForm):
    """Somebody leaves the district, alone or with others of the household."""

    kind = forms.ChoiceField(
        label=_("What happens"),
        widget=forms.RadioSelect,
        choices=[
            (EventKind.FLOW_OUT, _("goes to live elsewhere, the hukou stays")),
            (EventKind.MOVE_OUT, _("the hukou moves out of the district")),
        ],
    )
    to = forms.CharField(label=_("Where to"), required=False, max_length=120)

    def __init__(self, data: Any = None, *, family: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if family:
            self.fields["along"] = forms.MultipleChoiceField(
                label=_("Who goes along"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(str(one.pk), one.name) for one in family],
            )

    def along(self) -> list[int]:
        """The others of the household who go, too."""
        return [int(one) for one in self.cleaned_data.get("along") or []]


class MarriageForm(PersonForm):
    """The marital status changes, for a spouse of the household as well."""

    marital = forms.ChoiceField(label=_("New marital status"))

    def __init__(self, data: Any = None, *, family: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("marital", codes.choices("marital"))
        if family:
            self.fields["spouse"] = forms.ChoiceField(
                label=_("The same for"),
                required=False,
                choices=[("", "—"), *((str(one.pk), one.name) for one in family)],
                help_text=_("Somebody of the household whose status changes with it."),
            )

    def spouse(self) -> int | None:
        """Whose status changes, too."""
        value = self.cleaned_data.get("spouse")
        return int(value) if value else None


class BackForm(PersonForm, HomeChoice):
    """Somebody who was gone lives here again."""

    kind = forms.ChoiceField(
        label=_("What happens"),
        widget=forms.RadioSelect,
        choices=[
            (EventKind.FLOW_IN, _("lives here again")),
            (EventKind.MOVE_IN, _("the hukou comes back, too")),
        ],
        initial=EventKind.FLOW_IN,
    )
    population = forms.ChoiceField(label=_("Population"))
    relation = forms.ChoiceField(label=_("Relation to the head"), required=False)

    def __init__(self, data: Any = None, *, actor: Actor, first: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("population", codes.choices("population_kind", empty=None))
        self.choose("relation", codes.choices("relation"))
        self.add_home(actor, first=first)
