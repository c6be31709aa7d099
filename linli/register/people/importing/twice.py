"""The same person in two rows of a sheet: a row that says nothing else than the first needs nobody's decision."""

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from linli.foundation.imports.models import Batch
from linli.lib.chinese import same_name
from linli.register.people.importing import comparing
from linli.register.people.models import Staged

CHUNK: Final = 1000
#: What a second row may say again. Others, unread cells and second phones are looked at by somebody.
SAID: Final = (
    "sex", "born", "ethnic", "nationality", "education", "political", "employment", "workplace", "phone_index",
    "other_contact", "registered_area", "registered_address", "inflow_reason", "note", "kind", "marital", "match",
    "relation", "estate", "building", "entrance", "room", "household_number",
)  # fmt: skip
NOTHING_MORE: Final[dict[str, object]] = {
    "contacts_sealed": "", "other_phone_sealed": "", "row_key": "", "unread__in": ("", "/identity_kind/"),
}  # fmt: skip


def find(batch: Batch) -> None:
    """Leave out the rows that repeat an earlier one under the same number: one person, counted as the earlier row."""
    waiting = Staged.objects.filter(
        batch=batch, state=Staged.State.DUPLICATE, reason="identity", decided_by_id__isnull=True, **NOTHING_MORE
    )
    for part in _parts(batch, waiting):
        Staged.objects.filter(pk__in=part).update(state=Staged.State.LEFT_OUT, decision=Staged.Decision.SAME)


def _parts(batch: Batch, waiting: QuerySet[Staged]) -> Iterator[list[int]]:
    last = 0
    while part := list(waiting.filter(row__gt=last).order_by("row")[:CHUNK]):
        last = part[-1].row
        first = {row.row: row for row in Staged.objects.filter(batch=batch, row__in={row.same_as_row for row in part})}
        yield [row.pk for row in part if (one := first.get(row.same_as_row or 0)) and says_nothing_else(row, one)]


def says_nothing_else(row: Staged, first: Staged) -> bool:
    """Tell whether all that a row says stands in the first one, too."""
    given = set(row.given.split())
    return (
        same_name(row.name, first.name)
        and (row.area_id, row.event, row.event_on) == (first.area_id, first.event, first.event_on)
        and set(comparing.kinds_of(row)) <= set(comparing.kinds_of(first))
        and all(getattr(row, name) in ("", None, getattr(first, name)) for name in SAID if _says(name, given))
    )


def _says(name: str, given: set[str]) -> bool:
    """Whether the row itself says it: some columns hold what is usual where a row says nothing."""
    return name not in ("sex", "nationality", "kind") or name in given
