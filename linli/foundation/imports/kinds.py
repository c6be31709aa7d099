"""The kinds of sheets: a register says here how its rows are checked, applied and taken back.

kinds.register(Kind(code="people", check=…, apply=…, undo=…, forget=…))      # in AppConfig.ready
"""

from collections.abc import Callable
from dataclasses import dataclass

from linli.foundation.imports.models import Batch


class Cancelled(Exception):  # noqa: N818 - what happened
    """Somebody asked the work on a batch to stop."""


@dataclass
class Run:
    """Work on one batch by one worker. `say` tells the page what is being done; `alive` is called between two chunks
    and raises Cancelled when somebody asked for that."""

    batch: Batch
    worker: str
    say: Callable[[str], None]
    alive: Callable[[], None]


@dataclass(frozen=True)
class Kind:
    """One kind of sheet. `forget` deletes what was staged for a batch."""

    code: str
    check: Callable[[Run], None]
    apply: Callable[[Run], None]
    undo: Callable[[Run], None]
    forget: Callable[[int], None]


_register: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind of sheet."""
    _register[kind.code] = kind


def kind_of(code: str) -> Kind:
    """The kind with this code. Raises LookupError for one that nobody registered."""
    return _register[code]
