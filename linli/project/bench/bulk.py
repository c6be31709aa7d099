"""Rows into a table as fast as the database takes them: COPY on PostgreSQL, one prepared insert on SQLite."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any

from django.db import connection, models


def columns_of(model: type[models.Model]) -> list[str]:
    """The columns of a model in the order in which `values_of` gives them."""
    return [str(field.column) for field in model._meta.concrete_fields]


def values_of(instance: models.Model) -> list[Any]:
    """The values of an unsaved row, ready for the database."""
    given = instance.__dict__
    return [make(given[name]) if make else given[name] for name, make in plan(type(instance), connection.vendor)]


@lru_cache(maxsize=32)
def plan(model: type[models.Model], vendor: str) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """The attributes of a model in the order of its columns, each with what brings it to the database's form."""
    return tuple((field.attname, _maker(field, vendor)) for field in model._meta.concrete_fields)


def _maker(field: "models.Field[Any, Any]", vendor: str) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, ensure_ascii=False)
    if vendor == "sqlite" and isinstance(field, models.DateTimeField):
        return lambda value: value and value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if vendor == "sqlite" and isinstance(field, models.DateField):
        return lambda value: value and value.isoformat()
    return None


def write(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows (from `values_of`) to the table of a model."""
    table, columns = model._meta.db_table, columns_of(model)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" for _column in columns)
            raw = connection.connection
            raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def next_pk(model: type[models.Model]) -> int:
    """The first free key."""
    highest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return (highest or 0) + 1


def settle(model: type[models.Model]) -> None:
    """After explicit keys: let the database count on from the highest."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(_no_style(), [model]):
            cursor.execute(statement)


def _no_style() -> Any:
    from django.core.management.color import no_style

    return no_style()
