"""The forms of households: what they are, who leads them, who leaves, who joins, and where they go."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.foundation.accounts.actors import Actor
from linli.register.homes import address_search
from linli.register.homes.models import Dwelling
from linli.register.people import codes
from linli.register.people.actions.events import Home
from linli.register.people.models import Household, Person
from linli.register.people.queries import homes as living
from linli.sites.register.forms.homes import ActForm
from linli.ui.forms import DayField

HEAD = "02"


class HouseholdForm(ActForm):
    """Kind, number and economic state of a household."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Household.Kind.choices)
    number = forms.CharField(label=_("Household number"), required=False, max_length=20)
    economy = forms.ChoiceField(label=_("Economic state"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.choose("economy", codes.choices("household_economy"))


class EventForm(ActForm):
    """The day on which it became true, and why."""

    happened_on = DayField(label=_("Happened on"))
    reason = forms.CharField(label=_("Remark"), required=False, max_length=300)


class RelationsForm(EventForm):
    """An event that says what each of some people is to a head: one drop-down for each."""

    def relate(self, people: Sequence[Person], known: Mapping[int, str], *, label: str = "") -> None:
        """Add a drop-down for each of `people`; `known` is what it shows first."""
        text = label or gettext("%(name)s is to the head")
        for one in people:
            self.fields[f"relation_{one.pk}"] = forms.ChoiceField(
                label=text % {"name": one.name},
                choices=codes.choices("relation"),
                required=False,
                initial=known.get(one.pk, ""),
            )

    def relations(self) -> dict[int, str]:
        """Person → code, for those that were related."""
        found = {}
        for name, value in self.cleaned_data.items():
            if name.startswith("relation_") and value:
                found[int(name.removeprefix("relation_"))] = value
        return found


class HeadForm(RelationsForm):
    """Who is the head from now on: chosen first, then what the others are."""

    new_head = forms.ChoiceField(label=_("New head"), widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, people: Sequence[Person], new_head: Person, known: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(data, initial={**kwargs.pop("initial", {}), "new_head": str(new_head.pk)}, **kwargs)
        self.choose("new_head", [(str(new_head.pk), new_head.name)])
        others = [one for one in people if one.pk != new_head.pk]
        # The name of the new head may hold a percent sign; the other one is the placeholder.
        text = gettext("%(name)s is to %(head)s")
        label = text.replace("%(head)s", new_head.name.replace("%", "%%"))
        self.relate(others, known, label=label)


class PeopleForm(RelationsForm):
    """An event of some members of a household, ticked on the page."""

    people = forms.MultipleChoiceField(
        label=_("Who"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )

    def __init__(self, data: Any = None, *, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.members = list(people)
        self.choose("people", [(str(one.pk), one.name) for one in people])

    def chosen(self) -> list[int]:
        """The ids of those who were ticked."""
        return [int(one) for one in self.cleaned_data["people"]]

    def follow(self) -> None:
        """Ask who follows when the head goes and others stay."""
        stays = [(str(one.pk), one.name) for one in self.members]
        self.fields["new_head"] = forms.ChoiceField(
            label=_("Who follows, if the head goes and others stay"),
            required=False,
            choices=[("", gettext("not known yet")), *stays],
        )

    def follower(self) -> int | None:
        """Who follows the head; nobody where nobody of those who go leads."""
        value = self.cleaned_data.get("new_head")
        heads = {one.pk for one in self.members if one.relation == HEAD}
        return int(value) if value and heads & set(self.chosen()) else None


class HomeChoice:
    """Choosing a home in a form without a script: words of the address first, then one of what they mean.

    A mixin for forms with the fields `where` and `home` (`add_home`). `home` is "d-<dwelling>" for a new household
    there, "h-<household>" for one that is there.
    """

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]
    data: Any

    def add_home(self, actor: Actor, *, first: str = "", label: str = "", join: bool = True) -> None:
        """Add the two fields. `first` is what is chosen from the start; without `join` only dwellings are offered."""
        self.actor, self.join = actor, join
        self.fields["where"] = forms.CharField(
            label=label or gettext("New home"),
            required=False,
            max_length=120,
            help_text=gettext("Estate, building, entrance, room: 莫愁新寓3-2-301."),
        )
        choices = self._offered(first)
        self.fields["home"] = forms.ChoiceField(
            label=gettext("Which one"),
            required=False,
            choices=choices,
            widget=forms.RadioSelect if choices else forms.HiddenInput,
            initial=first,
        )

    def _offered(self, first: str) -> list[tuple[str, str]]:
        words = str(self.data.get("where", "")) if self.data else ""
        found = address_search.find_dwellings(self.actor, words) if words else []
        chosen = str(self.data.get("home", "")) if self.data else first
        kind, _dash, number = chosen.partition("-")
        if not words and number.isascii() and number.isdigit() and len(number) < 19:
            found = self._named(kind, int(number))
        lives = living.living_behind(found) if found and self.join else {}
        choices = []
        for one in found:
            choices.append((f"d-{one.pk}", gettext("%(address)s: a new household") % {"address": one.address}))
            behind = lives.get(one.pk)
            for household in behind.households if behind else []:
                head = behind.heads.get(household.pk) if behind else None
                values = {
                    "address": one.address,
                    "name": head.name if head else gettext("no head"),
                    "n": household.size,
                }
                choices.append((f"h-{household.pk}", gettext("%(address)s: with %(name)s (%(n)s)") % values))
        return choices

    def _named(self, kind: str, number: int) -> list[Any]:
        rows = Dwelling.objects.visible_to(self.actor)
        rows = rows.filter(households=number) if kind == "h" else rows.filter(pk=number)
        return list(rows[:1])

    def home_chosen(self) -> Home | None:
        """The home, or None with the reason at its field: nothing found, or more than one."""
        choices = [value for value, _label in self.fields["home"].choices]  # type: ignore[attr-defined]
        value = self.cleaned_data.get("home") or (choices[0] if len(choices) == 1 else "")
        if value:
            kind, _dash, number = value.partition("-")
            return Home(household_id=int(number)) if kind == "h" else Home(dwelling_id=int(number))
        if choices:
            self.add_error("home", gettext("Choose one of these."))  # type: ignore[attr-defined]
        elif self.cleaned_data.get("where"):
            text = gettext("No dwelling of your area has this address. Enter it on the page of its building first.")
            self.add_error("where", text)  # type: ignore[attr-defined]
        else:
            self.add_error("where", gettext("Write the address."))  # type: ignore[attr-defined]
        return None


class SplitForm(PeopleForm, HomeChoice):
    """Some members form a household of their own, here or in another dwelling."""

    def __init__(self, data: Any = None, *, people: Sequence[Person], actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, people=people, **kwargs)
        self.add_home(actor, label=gettext("Where, if not in the same dwelling"), join=False)
        self.relate(people, {}, label=gettext("%(name)s is to the new head (if ticked)"))
        self.follow()
        self.order_fields(["people"])


class MoveForm(PeopleForm, HomeChoice):
    """Some or all members move to another home of the community."""

    def __init__(
        self, data: Any = None, *, people: Sequence[Person], actor: Actor, first: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, people=people, **kwargs)
        self.add_home(actor, first=first)
        known = {one.pk: one.relation for one in people}
        self.relate(people, known, label=gettext("%(name)s is to the head there (if ticked)"))
        self.follow()
        self.order_fields(["people", "where", "home"])


class MergeForm(RelationsForm, HomeChoice):
    """All members join another household."""

    def __init__(self, data: Any = None, *, people: Sequence[Person], actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.add_home(actor, label=gettext("The household that they join: its address"))
        self.relate(people, {}, label=gettext("%(name)s is to the head there"))
        self.order_fields(["where", "home"])
