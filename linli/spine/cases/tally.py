"""Counts kept by every move: the difference that a case makes before and after goes to its row in one statement."""

from collections.abc import Mapping
from datetime import date

from django.db import connection
from django.utils import timezone

from linli.spine.cases import kinds
from linli.spine.cases.models import Case, Tally

FACETS = (
    "opened",
    "responded",
    "responded_in_time",
    "handled",
    "handled_in_time",
    "answered",
    "solved",
    "satisfied",
    "unanswered",
    "refused",
    "reopened",
    "on_spot",
)
Key = tuple[date, str, str]
SATISFIED_FROM = 2  # 1 not satisfied, 2 mostly satisfied, 3 satisfied: 满意率 counts the last two (domain.md §3.4).


def is_tallied(case: Case) -> bool:
    """Whether this case counts: residents wait for its answer."""
    return kinds.of(case.kind).answers


def key_of(case: Case) -> Key:
    """The row that counts this case: month of opening, community, class."""
    day = timezone.localtime(case.opened_at).date()
    return (day.replace(day=1), case.area_id[:12], case.event_class)


def facets_of(case: Case) -> Mapping[str, int]:
    """What this case adds to its row now. Each case counts once, by its latest answer."""
    in_time = case.responded_at is not None and case.responded_at <= case.respond_due
    handled = case.handled_at is not None
    return {
        "opened": 1,
        "responded": int(case.responded_at is not None),
        "responded_in_time": int(in_time),
        "handled": int(handled),
        "handled_in_time": int(case.handled_at is not None and case.handled_at <= case.term_due),
        "answered": int(case.answered_at is not None),
        "solved": int(case.solved is True),
        "satisfied": int((case.satisfaction or 0) >= SATISFIED_FROM),
        "unanswered": int(case.state == "unanswered"),
        "refused": int(case.state == "refused"),
        "reopened": int(case.reopens > 0),
        "on_spot": int(case.on_spot),
    }


class Before:
    """What a case counted for before a move; `settle` writes the difference."""

    def __init__(self, case: Case | None = None) -> None:
        self.rows = {key_of(case): facets_of(case)} if case and is_tallied(case) else {}

    def settle(self, case: Case) -> None:
        """Add the difference to the rows, in order of their keys so that two moves never lock crosswise."""
        after = {key_of(case): facets_of(case)} if is_tallied(case) else {}
        for key in sorted({*self.rows, *after}):
            old, new = self.rows.get(key, {}), after.get(key, {})
            delta = [new.get(facet, 0) - old.get(facet, 0) for facet in FACETS]
            if any(delta):
                _add(key, delta)


def _add(key: Key, delta: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [*key, *delta])


_UPSERT = (
    f"INSERT INTO {Tally._meta.db_table} (month, area_code, event_class, {', '.join(FACETS)})"  # noqa: S608 - no input
    f" VALUES ({', '.join(['%s'] * (3 + len(FACETS)))})"
    " ON CONFLICT (area_code, month, event_class) DO UPDATE SET "
    + ", ".join(f"{facet} = {Tally._meta.db_table}.{facet} + excluded.{facet}" for facet in FACETS)
)


def recount() -> dict[Key, dict[str, int]]:
    """Count every case anew, for the proof that the kept rows are right (`linli manage recount`)."""
    rows: dict[Key, dict[str, int]] = {}
    counted = [kind.flow.kind for kind in kinds.answering()]
    for case in Case.objects.filter(kind__in=counted).order_by("pk").iterator(chunk_size=5000):
        row = rows.setdefault(key_of(case), dict.fromkeys(FACETS, 0))
        for facet, value in facets_of(case).items():
            row[facet] += value
    return rows


def kept() -> dict[Key, dict[str, int]]:
    """The rows as the moves have kept them, without those that count nothing."""
    rows = Tally.objects.values_list("month", "area_code", "event_class", *FACETS)
    found = {(row[0], row[1], row[2]): dict(zip(FACETS, row[3:], strict=True)) for row in rows}
    return {key: row for key, row in found.items() if any(row.values())}
