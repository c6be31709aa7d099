"""How many people stand out in a table: those of whom nobody else has the same values (k-anonymity)."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Likeness:
    """How alike the rows of a table are: `alone` have no other like them; `smallest` is the smallest group."""

    rows: int = 0
    alone: int = 0
    smallest: int = 0


def likeness(rows: Iterable[Sequence[Hashable]], without: Collection[int] = ()) -> Likeness:
    """How alike the rows are, by all columns but those `without` (places in a row, from 0).

    The number of a line says nothing of anybody: the caller leaves it out.
    """
    groups = Counter(tuple(value for at, value in enumerate(row) if at not in without) for row in rows)
    if not groups:
        return Likeness()
    alone = sum(1 for n in groups.values() if n == 1)
    return Likeness(sum(groups.values()), alone, min(groups.values()))
