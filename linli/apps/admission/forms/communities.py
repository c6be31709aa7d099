"""Which communities something is for: one by one, all of a street, or all."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.foundation.areas.models import Area


class CommunitiesForm(forms.Form):
    """A form that says which of `communities` it is for; `streets` can be chosen whole."""

    scope = forms.ChoiceField(label=_("For which communities"))
    areas = forms.MultipleChoiceField(label=_("Communities"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, data: Any = None, *, streets: Sequence[Area], communities: Sequence[Area], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.streets, self.communities = streets, communities
        everywhere = gettext("All communities (%(n)s)") % {"n": len(communities)}
        pairs = [("chosen", gettext("Those ticked below")), ("all", everywhere)]
        in_street = gettext("All of %(street)s")
        pairs += [(street.pk, in_street % {"street": street.name}) for street in streets]
        self.choose_from("scope", pairs)
        self.choose_from("areas", [(one.pk, one.name) for one in communities])

    def choose_from(self, name: str, choices: Sequence[Any]) -> None:
        """Set the entries of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def area_ids(self) -> list[str]:
        """The communities chosen. Call it after `is_valid`."""
        scope = self.cleaned_data["scope"]
        if scope == "chosen":
            return list(self.cleaned_data.get("areas", ()))
        return [one.pk for one in self.communities if scope == "all" or one.pk.startswith(scope)]
