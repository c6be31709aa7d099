"""The form with which one side of an agreement scores the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from linli.apps.admission.models import Clause


class EvaluationForm(forms.Form):
    """Points for every clause and, for a community, for every topic; and words."""

    use_required_attribute = False

    def __init__(
        self, data: Any = None, *, clauses: Sequence[Clause], topics: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.clauses, self.topics = clauses, topics
        for clause in clauses:
            self.fields[f"clause-{clause.pk}"] = _points(clause.matter.name)
        for code, name in topics.items():
            self.fields[f"topic-{code}"] = _points(name)
        self.fields["comment"] = forms.CharField(
            label=_("Comment"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
        )

    @property
    def clause_fields(self) -> list[forms.BoundField]:
        """The points of the clauses."""
        return [self[f"clause-{clause.pk}"] for clause in self.clauses]

    @property
    def topic_fields(self) -> list[forms.BoundField]:
        """The points of the topics."""
        return [self[f"topic-{code}"] for code in self.topics]

    def clause_points(self) -> dict[int, int | None]:
        """The points of the clauses. Call it after `is_valid`."""
        return {clause.pk: self.cleaned_data.get(f"clause-{clause.pk}") for clause in self.clauses}

    def topic_points(self) -> dict[str, int | None]:
        """The points of the topics. Call it after `is_valid`."""
        return {code: self.cleaned_data.get(f"topic-{code}") for code in self.topics}


def _points(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=100,
        error_messages={
            name: gettext("Give 0 to 100 points.") for name in ("required", "invalid", "min_value", "max_value")
        },
    )
