"""Rows on their way to the database, under keys that we count up: COPY on PostgreSQL, executemany elsewhere."""

from typing import Any

from django.db import connection, models

from linli.project.bench import bulk


class Sheet:
    """The rows of one model. What is not given takes the model's default."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self._next = bulk.next_pk(model)
        self._plan = bulk.plan(model, connection.vendor)
        self._defaults = {
            field.attname: field.get_default() for field in model._meta.concrete_fields if not field.primary_key
        }
        self.rows: list[list[Any]] = []
        self.written = 0

    def key(self) -> int:
        """The next free key."""
        pk = self._next
        self._next += 1
        return pk

    def add(self, **values: Any) -> int:
        """One row, under the key given as `id` or the next free one; returns the key."""
        pk: int = values.get("id") or self.key()
        whole = {**self._defaults, **values, "id": pk}
        self.rows.append([make(whole[name]) if make else whole[name] for name, make in self._plan])
        return pk

    def flush(self) -> None:
        """Write what has gathered."""
        if self.rows:
            bulk.write(self.model, self.rows)
            self.written += len(self.rows)
            self.rows = []
