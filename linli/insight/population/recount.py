"""The proof of the headcounts and of the groups that follow from facts: what is kept, beside what the spells tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from linli.lib.spans import FOREVER, Span
from linli.register.people.actions import computed
from linli.register.people.actions.spells import recount
from linli.register.people.models import Headcount


@dataclass(frozen=True, order=True)
class Difference:
    """A figure that is not what it should be."""

    area_id: str
    kind: str
    day: date
    kept: int
    counted: int

    def __str__(self) -> str:
        return f"{self.day} {self.area_id} {self.kind}: kept {self.kept}, counted {self.counted}"


def prove() -> list[Difference]:
    """Every headcount that differs from a full recount of the spells, in the order of areas. Empty: all are right.

    Reads every spell once; memory grows with the days on which something happened, not with the people.
    """
    counted = dict(recount())
    found = []
    rows = Headcount.objects.values_list("area_id", "kind", "day", "n")
    for area_id, kind, day, kept in rows.iterator(10_000):
        right = counted.pop((area_id, kind, day), 0)
        if kept != right:
            found.append(Difference(area_id, kind, day, kept, right))
    # What is left was never kept.
    found += [Difference(area_id, kind, day, 0, n) for (area_id, kind, day), n in counted.items() if n]
    return sorted(found)


def prove_groups() -> Iterator[str]:
    """A line for each person and computed group whose days are not those that the spells tell. Empty: all are right.

    Reads the spells of everybody who is old enough or in the party, some thousands at a time.
    """
    for person, kind, kept, told in computed.differences():
        yield f"person {person} {kind}: kept {_in_words(kept)}, counted {_in_words(told)}"


def _in_words(spans: list[Span]) -> str:
    return ", ".join(f"{first}…{'' if last == FOREVER else last}" for first, last in spans) or "never"
