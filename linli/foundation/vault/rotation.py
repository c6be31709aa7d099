"""A new key for everything that is sealed, while people go on working.

`begin` puts a fresh key on the ring; from then on every process seals with it (each looks at the file once a second).
`reseal` then moves what older keys have sealed, a batch at a time. It can be stopped and started again at any moment:
which key sealed a value stands in the value itself, so nothing else needs to be remembered. `retire` takes keys off the
ring that seal nothing any more.

The trace of changes (`people_change`) only grows, but its values move, too: the database lets a sealed value there be
sealed with another key, or be erased, and nothing else (`audit.append_only`, ADR 0014).
"""

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from linli.foundation import vault
from linli.foundation.vault.columns import Column, columns
from linli.lib import sealing
from linli.lib.errors import Refusal
from linli.lib.sealing import Keyring, SealBroken

BATCH = 1000
#: Rows that others hold are left to the next round; after so many rounds they are left to the next run.
MOST_ROUNDS = 5
#: A process may have sealed with the old key before it looked at the file, and commit what it sealed much later.
RETIRE_AFTER = timedelta(hours=24)

Progress = Callable[[Column, int], None]


class KeysInUse(Refusal):
    """A key cannot go while it seals values, or while somebody may still be using it."""

    code = "keys_in_use"


@dataclass
class Resealed:
    """What a run did: values moved, those that do not open (table.column, key of the row), and those left for later."""

    moved: int = 0
    left: int = 0
    broken: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process at a time changes the key file."""
    path = settings.LINLI_KEYRING
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def begin() -> Keyring:
    """Put a fresh key on the ring, which seals from now on. The old keys stay, and open what they sealed."""
    with _alone():
        fresh = vault.keyring(look=True).rotated()
        fresh.save(settings.LINLI_KEYRING, replace=True)
        return vault.keyring(look=True)


def status() -> dict[Column, dict[str, int]]:
    """How many values each key has sealed in each column. Reads every sealed column once."""
    return {column: column.keys() for column in columns()}


def waiting() -> int:
    """How many values older keys have sealed."""
    current = vault.keyring(look=True).current
    return sum(column.older_than(current).count() for column in columns())


def reseal(progress: Progress | None = None) -> Resealed:
    """Seal with the current key what older keys have sealed, beside running writers.

    A value that does not open is left as it is and told. `progress` hears of each batch that is through.
    """
    ring = vault.keyring(look=True)
    done = Resealed()
    for column in columns():
        broken: set[Any] = set()
        for _round in range(MOST_ROUNDS):
            _reseal_column(column, ring, done, broken, progress)
            done_with = column.older_than(ring.current).exclude(pk__in=broken) if len(broken) < BATCH else None
            if done_with is None or not done_with.exists():
                break
        done.broken += [(str(column), pk) for pk in sorted(broken)]
    done.left = waiting() - len(done.broken)
    return done


def _reseal_column(column: Column, ring: Keyring, done: Resealed, broken: set[Any], progress: Progress | None) -> None:
    after: Any = None
    while True:
        with transaction.atomic():
            rows = _batch(column, ring, after)
            moves: list[tuple[Any, str, str]] = []
            for pk, value in rows:
                try:
                    moves.append((pk, value, sealing.reseal(value, ring, column.context)))
                except SealBroken:
                    broken.add(pk)
            done.moved += _write(column, moves)
        if progress is not None and rows:
            progress(column, len(rows))
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _batch(column: Column, ring: Keyring, after: Any) -> list[tuple[Any, str]]:
    """The next rows to move, held until the batch is written; rows that somebody holds are passed over."""
    found = column.older_than(ring.current).order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    if connection.features.has_select_for_update:
        found = found.select_for_update(skip_locked=True, no_key=True)
    return list(found.values_list("pk", column.field)[:BATCH])


def _write(column: Column, moves: Sequence[tuple[Any, str, str]]) -> int:
    """Write a batch in one statement, each value only where the old one still stands; returns how many."""
    if not moves:
        return 0
    quote = connection.ops.quote_name
    meta = column.model._meta
    pk = meta.pk
    table, name, key = quote(meta.db_table), quote(_named(column)), quote(str(pk.column))
    kind = pk.rel_db_type(connection)
    marks = ", ".join(f"(CAST(%s AS {kind}), %s, %s)" for _move in moves)
    values = [value for row_id, old, new in moves for value in (pk.get_db_prep_value(row_id, connection), old, new)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH moved (row_id, was, becomes) AS (VALUES {marks})"  # noqa: S608 - names of our own models
            f" UPDATE {table} SET {name} = moved.becomes FROM moved"
            f" WHERE {table}.{key} = moved.row_id AND {table}.{name} = moved.was",
            values,
        )
        return int(cursor.rowcount)


def _named(column: Column) -> str:
    field = column.model._meta.get_field(column.field)
    return str(getattr(field, "column", field.name))


def retire(*, at_once: bool = False) -> list[str]:
    """Take the keys off the ring that seal nothing any more; returns their ids.

    Raises KeysInUse while an old key still seals a value, or within a day after the ring was changed (`at_once` when
    every process of Linli has been stopped or started anew since).
    """
    with _alone():
        path = settings.LINLI_KEYRING
        ring = vault.keyring(look=True)
        old = sorted(set(ring.keys) - {ring.current})
        if not old:
            return []
        age = time.time() - path.stat().st_mtime
        if not at_once and age < RETIRE_AFTER.total_seconds():
            raise KeysInUse(
                "The ring was changed less than a day ago, and a long import may still be using the key before. Wait,"
                " or stop and start every process of Linli and add --at-once."
            )
        used = sum(n for found in status().values() for key, n in found.items() if key in old)
        if used:
            raise KeysInUse(
                f"{used} values are still sealed with older keys. Run `linli keys rotate --resume`, then this again."
            )
        ring.without(old).save(path, replace=True)
        vault.keyring(look=True)
        return old


__all__ = ["KeysInUse", "Resealed", "begin", "reseal", "retire", "status", "waiting"]
