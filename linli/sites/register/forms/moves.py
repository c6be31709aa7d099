"""The forms of moves between communities of the district."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.register.people import codes
from linli.register.people.models import Person
from linli.sites.register.forms.homes import ActForm, areas_of
from linli.sites.register.forms.households import EventForm, HomeChoice, PeopleForm, RelationsForm


class AskOutForm(PeopleForm):
    """People of a household move to another community."""

    to_area = forms.ChoiceField(label=_("Community they move to"))
    with_hukou = forms.BooleanField(label=_("The hukou moves, too"), required=False)

    def __init__(
        self, data: Any = None, *, people: Sequence[Person], community: str, today: date, **kwargs: Any
    ) -> None:
        super().__init__(data, people=people, **kwargs)
        rows = Area.objects.within(community[:6]).current(today).filter(level=Level.COMMUNITY).exclude(pk=community)
        self.choose("to_area", [("", "—"), *rows.order_by("pk").values_list("pk", "name")])
        self.order_fields(["people", "to_area"])


class AskInForm(EventForm, HomeChoice):
    """Somebody registered elsewhere in the district comes here: known by document and name."""

    name = forms.CharField(label=_("Name"), max_length=60)
    identity_kind = forms.ChoiceField(label=_("Kind of document"))
    identity = forms.CharField(
        label=_("Number of the document"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    area_id = forms.ChoiceField(label=_("Or only the grid"), required=False)
    with_hukou = forms.BooleanField(label=_("The hukou moves, too"), required=False)

    def __init__(self, data: Any = None, *, actor: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("identity_kind", codes.choices("identity_kind", empty=None))
        self.choose("area_id", [("", "—"), *areas_of(actor, today)])
        self.add_home(actor, join=False)
        self.order_fields(["name", "identity_kind", "identity", "where", "home", "area_id"])


class AcceptForm(RelationsForm, HomeChoice):
    """The community they come to says where they live and how they are related."""

    answer = forms.CharField(label=_("Remark for the other side"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, people: Sequence[Person], actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # The day was said by the side that asked; the remark is the answer.
        del self.fields["happened_on"], self.fields["reason"]
        self.add_home(actor)
        known = {one.pk: one.relation for one in people}
        if len(people) == 1:
            known = {people[0].pk: ""}
        self.relate(people, known)
        self.order_fields(["where", "home"])


class AgreeForm(ActForm):
    """The community they leave agrees."""

    answer = forms.CharField(label=_("Remark for the other side"), required=False, max_length=300)


class RefuseForm(ActForm):
    """Not agreed, and why."""

    answer = forms.CharField(
        label=_("Why not?"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
