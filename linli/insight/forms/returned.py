"""A form as it comes back from people: its rows, compared with what Linli had filled in.

Rows are known by what names somebody (a number, a name with a phone, a birthday or an address), so that they may be
sorted, moved or have others between them. Pure: nothing is read from the database.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from linli.insight.forms.column import AskedColumn
from linli.lib.chinese import fold, tidy

#: What names a row, the surest first: all of these, and nobody else with the same.
NAMING: Final = (
    ("identity",),
    ("case_number",),
    ("name", "phone"),
    ("name", "born"),
    ("name", "address"),
    ("name", "sex", "age"),
    ("name",),
)
WHO: Final = ("name", "identity", "case_number")
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_WHOLE: Final = re.compile(r"(-?\d+)\.0+")
TOTALS: Final = ("合计", "总计", "小计", "共计")


def plain(text: str) -> str:
    """A cell so that the same value reads the same: spaces, wide letters, ways to write a day or a whole number."""
    words = tidy(fold(text)).replace(" ", "")
    if found := _DAY.fullmatch(tidy(fold(text))):
        return f"{int(found[1]):04}-{int(found[2]):02}-{int(found[3]):02}"
    if found := _WHOLE.fullmatch(words):
        return found[1]
    return words.upper()


@dataclass(frozen=True)
class Found:
    """One difference: of which row of the sheet (its number in the file), which column, what stood and stands there."""

    kind: str
    row: int | None = None
    column: AskedColumn | None = None
    key: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Came:
    """What came back: rows by their number in the file; total lines; cells that cannot be read (row, column)."""

    rows: Sequence[tuple[int, Sequence[str]]]
    totals: Sequence[tuple[int, Sequence[str]]] = ()
    unread: Sequence[tuple[int, int]] = field(default=())


def differences(columns: Sequence[AskedColumn], filled: Sequence[tuple[str, Sequence[str]]], came: Came) -> list[Found]:
    """Where a returned form is not what was filled in: changed cells, rows left out or added, totals, unread cells."""
    held = [column for column in columns if column.is_held and column.key != "number"]
    pairs = _pairs(held, filled, [cells for _number, cells in came.rows])
    unread = set(came.unread)
    found: list[Found] = []
    for old, new in sorted(pairs.items(), key=lambda pair: pair[1]):
        key, before = filled[old]
        number, after = came.rows[new]
        for column in held:
            was, now = _at(before, column), _at(after, column)
            # What cannot be read is told as that.
            if plain(was) != plain(now) and (number, column.at) not in unread:
                found.append(Found("changed", number, column, key, was, now))
    left = set(range(len(filled))) - set(pairs)
    found += [Found("removed", None, None, filled[at][0], _line(filled[at][1])) for at in sorted(left)]
    extra = set(range(len(came.rows))) - set(pairs.values())
    found += [Found("added", came.rows[at][0], None, "", "", _line(came.rows[at][1])) for at in sorted(extra)]
    by_place = {column.at: column for column in columns}
    found += [Found("unread", row, by_place.get(at)) for row, at in came.unread]
    return found + _totals(columns, came)


def _at(values: Sequence[str], column: AskedColumn) -> str:
    return values[column.at] if column.at < len(values) else ""


def _line(values: Sequence[str]) -> str:
    return " | ".join(value for value in values if value)[:500]


def _pairs(
    held: Sequence[AskedColumn], filled: Sequence[tuple[str, Sequence[str]]], rows: Sequence[Sequence[str]]
) -> dict[int, int]:
    """Place of a filled row → place of the same row in what came back."""
    by_key = {column.key: column for column in reversed(held)}
    old = {at: values for at, (_key, values) in enumerate(filled)}
    new = dict(enumerate(rows))
    pairs: dict[int, int] = {}
    for names in NAMING:
        if all(name in by_key for name in names):
            _match(pairs, old, new, _naming([by_key[name] for name in names]))
    _match_by_place(pairs, old, new, held, by_key)
    return pairs


def _naming(columns: Sequence[AskedColumn]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """What reads the name of a row out of these columns."""
    return lambda values: tuple(plain(_at(values, one)) for one in columns)


def _match(
    pairs: dict[int, int],
    old: dict[int, Sequence[str]],
    new: dict[int, Sequence[str]],
    named: Callable[[Sequence[str]], tuple[str, ...]],
) -> None:
    """Pair the rows that have one and the same name on both sides; the paired ones leave `old` and `new`."""
    olds, news = ({at: named(values) for at, values in side.items()} for side in (old, new))
    once_old, once_new = Counter(olds.values()), Counter(news.values())
    places = {name: at for at, name in news.items() if all(name) and once_new[name] == 1}
    for at, name in olds.items():
        if once_old[name] == 1 and name in places:
            pairs[at] = places[name]
            del old[at], new[places[name]]


def _match_by_place(
    pairs: dict[int, int],
    old: dict[int, Sequence[str]],
    new: dict[int, Sequence[str]],
    held: Sequence[AskedColumn],
    by_key: Mapping[str, AskedColumn],
) -> None:
    """Rows that stayed where they were and whose name or number is still the same; nobody is taken for another."""
    who = [by_key[name] for name in WHO if name in by_key]
    for at in sorted(old.keys() & new.keys()):
        same = [column for column in held if plain(_at(old[at], column)) == plain(_at(new[at], column))]
        named = not who or any(column in same and _at(old[at], column) for column in who)
        if named and 2 * len(same) >= len(held):
            pairs[at] = at
            del old[at], new[at]


def _totals(columns: Sequence[AskedColumn], came: Came) -> list[Found]:
    """Totals that are not the sum of what stands above them."""
    found: list[Found] = []
    for number, cells in came.totals:
        above = [values for row, values in came.rows if row < number]
        for column in columns:
            said = plain(_at(cells, column))
            numbers = [plain(_at(values, column)) for values in above]
            if not said.isdigit() or not numbers or not all(one.isdigit() or not one for one in numbers):
                continue
            total = sum(int(one) for one in numbers if one)
            if int(said) not in (total, len(above)):
                found.append(Found("total", number, column, "", str(total), said))
    return found
