"""Find the table of figures in a grid: its headings, its rows, and what each of its cells counts. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from linli.insight.forms.tables.grids import Grid
from linli.insight.forms.tables.specs import THIS_MONTH, UP_TO_THIS_MONTH, Spec, parse, parse_path
from linli.lib.chinese import fold

MOST_LOOKED_AT: Final = 12
MOST_HEADER_ROWS: Final = 4
#: Headings of the column that names the areas, and how many digits an area of that kind has.
_AREAS: Final = {
    "社区": 12, "社区名称": 12, "村居": 12, "村(居)": 12, "村社区": 12, "所属社区": 12, "网格": 15, "网格名称": 15,
    "所属网格": 15, "街道": 9, "街道名称": 9, "辖区": 0, "区域": 0, "单位": 0, "单位名称": 0, "地区": 0,
}  # fmt: skip
#: Where one of these is a heading, rows are people, homes or cases, and nothing is counted.
_OF_LISTS: Final = re.compile(r"姓名|身份证|证件号|户主$|联系电话|手机|住址|地址|门牌|编号|内容|事由")
_NUMBERS: Final = frozenset({"序号", "编号", "行次", "行号", "编次", "no", "no."})
_TOTAL: Final = re.compile(r"(?:合|总|共|小)计(?:数)?|总数|全部|累计")
_NOTE: Final = re.compile(r"(?:填表|制表|审核|复核|负责|单位负责|填报|统计|联系|说明|备注|注)[^0-9]*[:：]?.*")


@dataclass(frozen=True)
class TableColumn:
    """A column: from 1, its headings joined, and what it counts; None where nothing is held."""

    at: int
    name: str
    spec: Spec | None


@dataclass(frozen=True)
class TableRow:
    """A row: its number, what it is called, and what it counts. `digits` says that its name is that of an area."""

    number: int
    name: str
    spec: Spec | None
    is_total: bool = False


@dataclass(frozen=True)
class Table:
    """A table of figures. `digits`: its rows are areas of that kind (0: any); None where they are something else.

    `blank_from`: the first of the empty rows below the header, where areas are to be named; 0 where there is none.
    """

    grid: Grid
    data_from: int
    label_at: int
    label_name: str
    number_at: int
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    digits: int | None
    blank_from: int
    blanks: int
    title: str

    @property
    def counted(self) -> tuple[TableColumn, ...]:
        """The columns that are figures which are held."""
        return tuple(column for column in self.columns if column.spec is not None)


def find(grid: Grid) -> Table | None:
    """The table of figures of a grid; None where it has none."""
    top = _header(grid)
    if top is None:
        return None
    bottom = _bottom(grid, top)
    paths = {at: _path(grid, top, bottom, at) for at in range(1, grid.columns + 1)}
    if any(_OF_LISTS.search(part) for path in paths.values() for part in path):
        return None
    labels = _labels(paths)
    if not labels:
        return None
    label_at, number_at = labels
    label_name = "/".join(paths[label_at])
    columns = _shared(
        tuple(
            TableColumn(at, "/".join(path), parse_path(path))
            for at, path in paths.items()
            if path and at not in (label_at, number_at)
        )
    )
    digits = next((_AREAS[part] for part in paths[label_at] if part in _AREAS), None)
    rows, blank_from, blanks = _rows(grid, bottom + 1, label_at, number_at, digits)
    told = [column for column in columns if column.spec is not None]
    named = [row for row in rows if row.spec is not None and row.spec != Spec()]
    if len(told) < 2 and not (told and len(named) >= 2):
        return None
    if digits is None and not named:
        return None
    title = " ".join(dict.fromkeys(word for row in range(1, top) for word in grid.row(row) if word))
    return Table(grid, bottom + 1, label_at, label_name, number_at, columns, rows, digits, blank_from, blanks, title)


def _shared(columns: tuple[TableColumn, ...]) -> tuple[TableColumn, ...]:
    """The same columns; 占比 alone is that of the figure before it."""
    found: list[TableColumn] = []
    before: Spec | None = None
    for column in columns:
        spec = column.spec
        if spec is not None and spec.share and replace(spec, share="") == Spec():
            spec = replace(before, share=spec.share) if before is not None and not before.share else None
            column = replace(column, spec=spec)
        before = column.spec
        found.append(column)
    return tuple(found)


def _header(grid: Grid) -> int | None:
    for row in range(1, min(grid.rows, MOST_LOOKED_AT) + 1):
        said = {word for word in grid.row(row)[1:] if word}
        if len(said) < 1 or len({*said, grid.row(row)[0]}) < 2:
            continue
        known = [word for word in said if (spec := parse(word)) is not None and (spec != Spec() or _TOTAL.match(word))]
        # 项目, 数量, 备注: what is counted say the rows.
        is_narrow = len(said) <= 3 and any(parse(word) is not None for word in said)
        if len(known) >= 2 or is_narrow:
            return row
    return None


def _bottom(grid: Grid, top: int) -> int:
    """The last row of the header: rows below belong to it while they divide its headings."""
    bottom = top
    while bottom + 1 <= grid.rows and bottom + 1 - top < MOST_HEADER_ROWS:
        above, below = grid.row(bottom), grid.row(bottom + 1)
        said = [word for word in below[1:] if word]
        # A row of figures begins with a heading of its own, or says nothing.
        goes_on = below[0] == above[0] or not below[0]
        if not goes_on or len(said) < 2 or any(_has_formula(grid, bottom + 1)):
            break
        bottom += 1
    return bottom


def _has_formula(grid: Grid, row: int) -> list[bool]:
    return [True for at in range(1, grid.columns + 1) if (row, at) in grid.formulas]


def _path(grid: Grid, top: int, bottom: int, at: int) -> list[str]:
    words = [fold(grid.words.get((row, at), "")).replace(" ", "") for row in range(top, bottom + 1)]
    return list(dict.fromkeys(word for word in words if word))


def _labels(paths: dict[int, list[str]]) -> tuple[int, int] | None:
    """The column that names the rows, and the one that numbers them (0 for none): those before the first figure."""
    number_at = 0
    for at, path in paths.items():
        if path and path[-1].lower() in _NUMBERS:
            number_at = at
            continue
        if not path:
            return (at, number_at) if at == 1 else None
        is_label = path[-1] in _AREAS or parse_path(path) is None
        return (at, number_at) if is_label else None
    return None


def _rows(
    grid: Grid, first: int, label_at: int, number_at: int, digits: int | None
) -> tuple[tuple[TableRow, ...], int, int]:
    """The rows with names, and where the empty ones begin (0 for nowhere) and how many they are."""
    rows: list[TableRow] = []
    blank_from = blanks = 0
    for number in range(first, grid.rows + 1):
        path = [grid.words.get((number, at), "") for at in range(1, label_at + 1)]
        if number_at and path[number_at - 1].isdigit():
            path[number_at - 1] = ""
        words = [fold(word).replace(" ", "") for word in dict.fromkeys(path) if word]
        if not words:
            if not rows and not any(grid.row(number)[label_at:]):
                blank_from, blanks = blank_from or number, blanks + 1
            continue
        if _NOTE.fullmatch(words[0]) and (":" in words[0] or "：" in words[0]):
            break
        is_total = bool(_TOTAL.fullmatch(words[-1])) and len(words) == 1
        spec = Spec() if is_total else (None if digits is not None else parse_path(words))
        # Of what a whole row is a share, its columns do not say.
        spec = None if spec is not None and spec.share else spec
        rows.append(TableRow(number, "/".join(words), spec, is_total))
    return tuple(rows), blank_from, blanks


def within_months(table: Table) -> Table:
    """The same table, its totals over the months that its other rows or columns name, and 本月 that of its title."""
    this = _MONTH_OF_TITLE.search(table.title)
    rows = tuple(replace(row, spec=_in_month(row.spec, this)) for row in table.rows)
    columns = tuple(replace(column, spec=_in_month(column.spec, this)) for column in table.columns)
    named = Spec(months=_months(row.spec for row in rows))
    if named.months:
        rows = tuple(replace(row, spec=named) if row.is_total else row for row in rows)
    across = Spec(months=_months(column.spec for column in columns))
    if len(across.months) > 1:
        columns = tuple(
            replace(column, spec=across) if column.spec == Spec() and _TOTAL.fullmatch(column.name) else column
            for column in columns
        )
    return replace(table, rows=rows, columns=columns)


_MONTH_OF_TITLE: Final = re.compile(r"(?<![0-9])(1[0-2]|0?[1-9])月")


def _months(specs: Iterable[Spec | None]) -> tuple[int, ...]:
    return tuple(sorted({month for spec in specs if spec is not None for month in spec.months}))


def _in_month(spec: Spec | None, this: re.Match[str] | None) -> Spec | None:
    """What 本月 and 累计 mean in the month of a title; nothing where it names none."""
    if spec is None or spec.months not in (THIS_MONTH, UP_TO_THIS_MONTH):
        return spec
    if this is None:
        return None
    month = int(this[1])
    return replace(spec, months=(month,) if spec.months == THIS_MONTH else tuple(range(1, month + 1)))
