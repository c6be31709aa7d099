"""The check in other processes. Light on purpose: a new process imports this before Django is set up in it."""

import gc
import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linli.register.people.importing.facts import Facts
    from linli.register.people.importing.reading import Line

_here: dict[str, Any] = {}


def luggage(facts: "Facts", batch_id: int, as_copy: bool) -> bytes:
    """What goes to a new process through its pipe: the keyring travels as the text of its file."""
    from dataclasses import replace

    ring = facts.keyring.to_json() if facts.keyring is not None else ""
    return pickle.dumps((replace(facts, keyring=None), ring, batch_id, as_copy))


def begin(brought: bytes) -> None:
    """The first thing in a new process: no database there, only what travelled with the facts."""
    import django

    django.setup()
    from dataclasses import replace

    from linli.lib.sealing import Keyring
    from linli.register.people.importing.rows import RowChecker

    # Rows make no cycles; looking for them among a million values takes a third of the time.
    gc.disable()
    facts, ring, batch_id, as_copy = pickle.loads(brought)  # noqa: S301 - packed by our own parent process
    _here["checker"] = RowChecker(replace(facts, keyring=Keyring.from_json(ring) if ring else None), batch_id)
    _here["as_copy"] = as_copy


def packed(part: "list[Line]") -> list[tuple[Any, ...]]:
    """Lines as they travel: a class named with each of them would double the way."""
    return [tuple(line) for line in part]


def check_chunk(part: list[tuple[Any, ...]]) -> Any:
    """Check some rows; on PostgreSQL they come back ready for COPY, of a rehearsal nothing comes back."""
    from linli.register.people.importing.reading import Line
    from linli.register.people.importing.rows import check_all
    from linli.register.people.importing.staging import encode

    checker = _here["checker"]
    rows = check_all(checker, list(map(Line._make, part)))
    if checker.facts.keyring is None:
        return []
    return encode(rows) if _here["as_copy"] else rows
