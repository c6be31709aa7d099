"""A form as counts: how many for each value of a column, with small figures protected, instead of rows of people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from linli.insight.forms import table, ways
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.ways import Told, Way
from linli.insight.population.discretion import Discretion
from linli.lib.filling import Value
from linli.lib.workbooks import Column, Stamp
from linli.lib.workbooks import write as write_book

#: A column with more values than this says of single people what it says.
MOST_VALUES = 40


def can_be_counted(column: AskedColumn) -> bool:
    """Whether a column has values that many people share."""
    return column.key != table.NUMBER and ways.way_of_counts(column) != Way.BLANK


def counts(
    columns: Sequence[AskedColumn], rows: Sequence[Sequence[Value]], chosen: Mapping[str, Told], least: int
) -> Iterator[tuple[str, str, str]]:
    """Column, value, how many: few as “<5”, the rest in steps. `rows` in full; only columns chosen to be given.

    What people wrote themselves may name somebody: a value that few share is not told, only how many such there are.
    """
    discretion = Discretion(least)
    yield "合计", "", discretion.text(discretion.coarse(len(rows)))
    for column in columns:
        told = chosen.get(ways.id_of(column))
        if not can_be_counted(column) or told is None or told.way == Way.BLANK:
            continue
        found = _values(column, rows)
        if not column.is_held:
            found = _shared(found, least)
        if not found or len(found) > MOST_VALUES:
            continue
        for value, n in sorted(found.items()):
            yield column.name, value, discretion.text(discretion.coarse(n))
        if empty := len(rows) - sum(found.values()):
            yield column.name, "未填", discretion.text(discretion.coarse(empty))


def _values(column: AskedColumn, rows: Sequence[Sequence[Value]]) -> Counter[str]:
    way = ways.way_of_counts(column)
    values = (table.value_of(row, column) for row in rows)
    told = (ways.tell(column, value, way) for value in values if value not in (None, ""))
    return Counter(table.as_text(value) for value in told if value is not None)


def _shared(found: Counter[str], least: int) -> Counter[str]:
    few = sum(n for n in found.values() if n < least)
    return Counter({value: n for value, n in found.items() if n >= least} | ({"其他": few} if few else {}))


def write(
    path: Path,
    columns: Sequence[AskedColumn],
    rows: Sequence[Sequence[Value]],
    chosen: Mapping[str, Told],
    *,
    title: str,
    about: Mapping[str, str],
    least: int,
) -> None:
    """Write the counts as a workbook of their own: not the sender's form, which asks for people one by one."""
    heads = [Column("栏目", width=24), Column("取值", width=24), Column("数量", width=12)]
    line = f"{about['提供人']} {about['提供日期']} {about['用途']}"
    stamp = Stamp(title, "数据来源", list(about.items()), line)
    write_book(path, columns=heads, rows=list(counts(columns, rows, chosen, least)), stamp=stamp)
