"""The columns that hold sealed values, as the models declare them."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Any

from django.apps import apps
from django.db.models import Count, F, Model, QuerySet, Value
from django.db.models.functions import Left, StrIndex

#: Stands in for the key id of a value that is not in the form of a sealed one.
NO_KEY = ""


@dataclass(frozen=True)
class Column:
    """One column of sealed values. `only` are the lookups of the rows whose value is sealed; empty for all."""

    model: type[Model]
    field: str
    context: str
    only: Mapping[str, Any] = part(compare=False)

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.field}"

    def rows(self) -> QuerySet[Model]:
        """The rows that hold a value."""
        rows: QuerySet[Model] = self.model._base_manager.filter(**self.only).exclude(**{self.field: ""})
        return rows

    def older_than(self, current: str) -> QuerySet[Model]:
        """The rows whose value is sealed with another key than this one."""
        # Not startswith: SQLite's LIKE does not tell upper from lower case, and key ids may differ by it.
        start = Left(self.field, len(current) + 1)
        rows: QuerySet[Model] = self.rows().annotate(key_start=start).exclude(key_start=f"{current}.")
        return rows

    def keys(self) -> dict[str, int]:
        """How many values each key has sealed. Reads the whole column."""
        length = StrIndex(F(self.field), Value("."))
        found = self.rows().annotate(key_end=length).exclude(key_end=0)
        counts = found.annotate(key_id=Left(self.field, F("key_end") - 1)).order_by().values_list("key_id")
        keys = dict(counts.annotate(n=Count("*")))
        without = self.rows().annotate(key_end=length).filter(key_end=0).count()
        return {**keys, NO_KEY: without} if without else keys


def columns() -> list[Column]:
    """Every column of sealed values of this installation, by table and name."""
    found = [
        Column(model, field, context, getattr(model, "SEALED_ONLY", {}).get(field, {}))
        for model in apps.get_models()
        for field, context in getattr(model, "SEALED", {}).items()
    ]
    return sorted(found, key=str)
