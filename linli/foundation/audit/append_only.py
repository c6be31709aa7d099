"""Tables whose rows can be added but never changed or removed: held by triggers in the database itself.

A model says so with `append_only = True` in its class body, and its first migration installs the triggers:

    operations = [migrations.CreateModel(...), append_only.operations("cases_event")]

Columns of sealed values are named in `erasable`. The triggers allow two things to be done to such a value, no others:
to seal it anew with another key (the ids before the dot differ), and to erase it for good (the empty text). What
happened, when, by whom and why stays as it was; ADR 0014 says why.

SQLite rebuilds a table when a later migration alters it, and loses the triggers with the old table; the audit
app therefore installs them again after every `migrate`. `missing()` tells `linli doctor` what is not protected.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_FUNCTION = "linli_append_only"
_PREFIX = "append_only_"


def tables() -> list[str]:
    """The tables that must be protected: those of every model marked `append_only = True`."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def installed(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that this database protects now."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY (current_schemas(false)) AND t.tgenabled <> 'D'"
            " AND starts_with(t.tgname, 'append_only_')"
        )
    else:
        query = (
            "SELECT DISTINCT tbl_name FROM sqlite_master"
            " WHERE type = 'trigger' AND substr(name, 1, 12) = 'append_only_'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return sorted(row[0] for row in cursor.fetchall())


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables that must be protected, exist, and are not."""
    existing = set(connection.introspection.table_names())
    return sorted((set(tables()) & existing) - set(installed(connection)))


def erasable(table: str) -> tuple[str, ...]:
    """The columns of `table` whose sealed values may be sealed anew or erased."""
    for model in apps.get_models():
        if model._meta.db_table == table:
            return tuple(getattr(model, "erasable", ()))
    return ()


def install(connection: BaseDatabaseWrapper, table: str) -> None:
    """Make `table` refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL). Safe to repeat."""
    remove(connection, table)
    statements = _postgresql(connection, table) if connection.vendor == "postgresql" else _sqlite(connection, table)
    _run(connection, statements)


def remove(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the protection off `table`. Safe to repeat."""
    quote = connection.ops.quote_name
    if connection.vendor == "postgresql":
        names = [f"{_PREFIX}{act}" for act in ("rows", "values", "truncate")]
        statements = [f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}" for name in names]
    else:
        names = [f"{_PREFIX}{table}_{act}" for act in ("update", "delete", "replace")]
        statements = [f"DROP TRIGGER IF EXISTS {quote(name)}" for name in names]
    _run(connection, statements)


def operations(table: str) -> migrations.RunPython:
    """The migration step that protects `table`, and takes the protection off when migrated back."""

    def forwards(state: Any, editor: BaseDatabaseSchemaEditor) -> None:
        install(editor.connection, table)

    def backwards(state: Any, editor: BaseDatabaseSchemaEditor) -> None:
        remove(editor.connection, table)

    return migrations.RunPython(forwards, backwards)


@contextmanager
def suspended(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Protection off inside the block, back on after it. Only for the teardown of tests, which must empty tables.

    Nothing that ships may call it: a history that can be edited proves nothing.
    """
    protected = installed(connection)
    for table in protected:
        remove(connection, table)
    try:
        yield
    finally:
        existing = set(connection.introspection.table_names())
        for table in protected:
            if table in existing:
                install(connection, table)


def _postgresql(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    name = connection.ops.quote_name(table)
    refuse = f"EXECUTE FUNCTION {_FUNCTION}()"
    function = (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'Table % is append-only: % is refused.', TG_TABLE_NAME, TG_OP"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    columns = erasable(table)
    if columns:
        same = "IS NOT DISTINCT FROM"
        allowed = _only_erased(connection, table, columns, same, "left({0}, position('.' in {0}))")
        rows = [
            f"CREATE TRIGGER {_PREFIX}rows BEFORE DELETE ON {name} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {_PREFIX}values BEFORE UPDATE ON {name} FOR EACH ROW WHEN (NOT ({allowed})) {refuse}",
        ]
    else:
        rows = [f"CREATE TRIGGER {_PREFIX}rows BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW {refuse}"]
    return [
        function,
        *rows,
        f"CREATE TRIGGER {_PREFIX}truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {refuse}",
    ]


def _sqlite(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    quote = connection.ops.quote_name
    name = quote(table)
    stop = f"BEGIN SELECT RAISE(ABORT, 'Table {table} is append-only.'); END"
    columns = erasable(table)
    unless = ""
    if columns:
        allowed = _only_erased(connection, table, columns, "IS", "substr({0}, 1, instr({0}, '.'))")
        unless = f" WHEN NOT ({allowed})"
    # INSERT OR REPLACE removes the old row without firing a DELETE trigger, hence the third one.
    replacing = f"BEFORE INSERT ON {name} WHEN EXISTS (SELECT 1 FROM {name} WHERE rowid = NEW.rowid)"  # noqa: S608
    return [
        f"CREATE TRIGGER {quote(f'{_PREFIX}{table}_update')} BEFORE UPDATE ON {name}{unless} {stop}",
        f"CREATE TRIGGER {quote(f'{_PREFIX}{table}_delete')} BEFORE DELETE ON {name} {stop}",
        f"CREATE TRIGGER {quote(f'{_PREFIX}{table}_replace')} {replacing} {stop}",
    ]


def _only_erased(connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...], same: str, key_of: str) -> str:
    """The SQL condition that an update changes nothing but these columns, and these only to another key or to nothing.

    `same` compares two values, null included; `key_of` takes the key id of a sealed value.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        every = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    parts = [f"NEW.{quote(one)} {same} OLD.{quote(one)}" for one in every if one not in columns]
    for one in columns:
        new, old = f"NEW.{quote(one)}", f"OLD.{quote(one)}"
        moved = f"{old} <> '' AND {key_of.format(new)} <> '' AND {key_of.format(new)} <> {key_of.format(old)}"
        parts.append(f"({new} = {old} OR {new} = '' OR ({moved}))")
    return " AND ".join(parts)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
