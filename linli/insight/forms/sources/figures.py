"""The figures of a table: what its cells count in an area, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final

from linli.apps.admission.held import CASES_FROM
from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.insight.forms.cases import is_about_cases
from linli.insight.forms.rosters import CASES_CLASS, period
from linli.insight.forms.tables.counting import Ground, count
from linli.insight.forms.tables.reading import Table, TableRow
from linli.insight.forms.tables.specs import CASES, OF_PEOPLE, PEOPLE, Spec
from linli.lib.filling import Value

COMMUNITY: Final = Level.COMMUNITY.digits


@dataclass(frozen=True)
class FigureRow:
    """One row: where it stands in the form (0: in the room of the empty rows), its label, a figure for each column."""

    at: int
    values: Mapping[int, Value]

    @property
    def key(self) -> str:
        """The key of the row."""
        return f"cell:{self.at}"


@dataclass
class FigureSource:
    """The figures of a table for an area, as the actor may know them."""

    actor: Actor
    area_id: str
    chosen: Mapping[str, str]
    today: date
    table: Table
    #: A share → what its row says, of which it is one.
    _whole: dict[Spec, Spec] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """As of which day they are."""
        return self.today

    def count(self, most: int) -> int:
        """How many rows, counted up to `most`."""
        return min(most, len(self.rows))

    @cached_property
    def rows(self) -> Sequence[FigureRow]:
        """The rows that can be filled, those of the empty room first."""
        wanted = [*self._named_room(), *self._own()]
        asked = {spec for _row, cells in wanted for spec in cells.values() if spec is not None}
        specs = {part for spec in asked for part in self._parts(spec)}
        year = period(self.table.title, self.today)[0].year
        if is_about_cases(self.chosen):
            year = int(self.chosen[CASES_FROM][:4])
        found = count(specs, Ground(self.actor, self.area_id, self.today, year))
        return [
            FigureRow(
                row.at,
                {**row.values, **{at: self._told(at, spec, found) for at, spec in cells.items() if spec is not None}},
            )
            for row, cells in wanted
        ]

    def _parts(self, spec: Spec) -> Sequence[Spec]:
        """What is counted for a cell: of a share, the part and the whole."""
        if not spec.share:
            return [spec]
        part = replace(spec, share="")
        if spec.share == OF_PEOPLE:
            return [part, Spec(measure=PEOPLE, area=spec.area)]
        return [part, self._whole[spec]]

    def _told(self, at: int, spec: Spec, found: Mapping[Spec, int | None]) -> Value:
        """A figure; a share in hundredths where its heading says so, else with its sign."""
        if not spec.share:
            return found.get(spec)
        part, whole = (found.get(one) for one in self._parts(spec))
        if part is None or not whole:
            return None
        share = round(100 * part / whole, 2)
        return share if "%" in next(column.name for column in self.table.columns if column.at == at) else f"{share:g}%"

    @property
    def _base(self) -> Spec | None:
        """Whom the roster means; None for people that nobody holds."""
        if "none" in self.chosen:
            return None
        if is_about_cases(self.chosen):
            return Spec(measure=CASES, case_class=self.chosen.get(CASES_CLASS, ""))
        ages = {name: int(self.chosen[name]) for name in ("age_from", "age_to") if name in self.chosen}
        same = {name: self.chosen[name] for name in ("sex", "kind", "tag") if name in self.chosen}
        return Spec(**same, **ages)  # type: ignore[arg-type]

    def _cells(self, row: Spec | None, number: int) -> dict[int, Spec | None]:
        """What each column counts in a row; formulas of the form stay."""
        base = self._base
        start = base & row if base is not None and row is not None else None
        cells: dict[int, Spec | None] = {}
        for column in self.table.counted:
            if (number, column.at) in self.table.grid.formulas:
                continue
            assert column.spec is not None
            spec = start & column.spec if start is not None else None
            if spec is not None and spec.measure == "" and base is not None and not base.measure:
                spec = spec & Spec(measure=PEOPLE)
            if spec is not None and spec.share and not self._has_whole(spec, column.spec, start):
                spec = None
            cells[column.at] = spec
        return cells

    def _has_whole(self, spec: Spec, asked: Spec, row: Spec | None) -> bool:
        """Whether it is plain of what a share is one: of its row, or of all rows where its column narrows nothing."""
        if spec.share == OF_PEOPLE:
            return (spec.measure or PEOPLE) == PEOPLE and not spec.months
        is_bare = replace(asked, share="", measure="") == Spec()
        whole = self._base if is_bare else row
        if whole is None or spec.months or replace(spec, share="", measure="") == replace(whole, measure=""):
            return False
        whole = replace(whole, measure=spec.measure)
        return self._whole.setdefault(spec, whole) == whole

    def _named_room(self) -> Iterator[tuple[FigureRow, dict[int, Spec | None]]]:
        """A row for each area of the kind that the table lists, unless the form has named them itself."""
        if self.table.digits is None or not self.table.blank_from:
            return
        for at, (code, name) in enumerate(self._areas, start=1):
            values: dict[int, Value] = {self.table.label_at: name}
            if self.table.number_at:
                values[self.table.number_at] = at
            yield FigureRow(0, values), self._cells(Spec(area=code), self.table.blank_from)

    def _own(self) -> Iterator[tuple[FigureRow, dict[int, Spec | None]]]:
        """The rows that the form names: of figures, of areas of this one, and the total."""
        for row in self.table.rows:
            spec = self._spec_of(row)
            if spec is not None:
                yield FigureRow(row.number, {}), self._cells(spec, row.number)

    def _spec_of(self, row: TableRow) -> Spec | None:
        if row.is_total or self.table.digits is None:
            return row.spec
        name = row.name.rpartition("/")[2]
        code = next((code for code, known in self._areas if _same(known, name)), None)
        return Spec(area=code) if code is not None else None

    @cached_property
    def _areas(self) -> Sequence[tuple[str, str]]:
        """The areas that the table lists: this one, or those of a finer kind inside it."""
        digits = self.table.digits or COMMUNITY
        if digits <= len(self.area_id):
            # A community that is asked for its street's table tells of itself.
            return list(Area.objects.filter(pk=self.area_id).values_list("pk", "name"))
        rows = Area.objects.within(self.area_id).current(self.today).filter(level=_LEVELS[digits])
        return list(rows.order_by("pk").values_list("pk", "name"))


_LEVELS: Final = {9: Level.STREET, 12: Level.COMMUNITY, 15: Level.GRID}


def _same(known: str, name: str) -> bool:
    """Whether two names mean one area: 和平社区 and 和平社区居民委员会."""

    def short(words: str) -> str:
        for ending in ("居民委员会", "居委会", "社区", "街道办事处", "街道"):
            words = words.removesuffix(ending)
        return words

    return known == name or (bool(short(known)) and short(known) == short(name))
