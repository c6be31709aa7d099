"""What has changed in a form since it was given the last time: who came, who left, which cells are others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from linli.insight.forms import table, ways
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.leaving import Drawn
from linli.insight.forms.models import Filling, Submission
from linli.insight.ledgers.columns import masked

SHOWN: Final = 30


@dataclass(frozen=True)
class Changes:
    """Counts, and the first of each; a name is enough to know whom it is about."""

    since: str
    came: int
    left: int
    changed: int
    lines: Sequence[tuple[str, str, str]]

    @property
    def any(self) -> bool:
        """Whether anything has changed."""
        return bool(self.came or self.left or self.changed)


def since(
    before: Submission | None, drawn: Drawn, rows_of: Callable[[Filling], Iterator[tuple[str, list[str]]]]
) -> Changes | None:
    """Compare with what the form held when it was given before; None where it never was, or nobody kept it."""
    kept = before.fillings.order_by("-pk").first() if before is not None else None
    if before is None or kept is None or kept.fingerprint != drawn.template.fingerprint:
        return None
    old = dict(rows_of(kept))
    if kept.rows and not old:
        return None
    new = {key: [table.as_text(value) for value in values] for key, values in drawn.keyed}
    held = [column for column in drawn.columns if column.is_held and column.key != table.NUMBER]
    lines: list[tuple[str, str, str]] = []
    came, left = [key for key in new if key not in old], [key for key in old if key not in new]
    lines += [("came", _who(new[key], held), "") for key in came[:SHOWN]]
    lines += [("left", _who(old[key], held), "") for key in left[:SHOWN]]
    changed = 0
    for key in (key for key in new if key in old):
        for column in held:
            was, now = _at(old[key], column), _at(new[key], column)
            if was != now:
                changed += 1
                if changed <= SHOWN:
                    lines.append(("changed", _who(new[key], held), _difference(column, was, now)))
    day = f"{before.decided_at:%Y-%m-%d}" if before.decided_at is not None else before.period
    return Changes(day, len(came), len(left), changed, lines)


def _at(values: Sequence[str], column: AskedColumn) -> str:
    return values[column.at] if column.at < len(values) else ""


def _who(values: Sequence[str], held: Sequence[AskedColumn]) -> str:
    """By what a row is known: its name, or the number of a case."""
    for key in ("name", "case_number", "head"):
        for column in held:
            if column.key == key and _at(values, column):
                return _at(values, column)
    return next((value for value in values if value), "")


def _difference(column: AskedColumn, was: str, now: str) -> str:
    if ways.is_sensitive(column):
        was, now = masked(column.key, was), masked(column.key, now)
    return f"{column.name}：{was or '空'} → {now or '空'}"
