"""How much of a form is held: by values, cell by cell, and not by its headings. One number, kept with the task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from linli.apps.admission.actions import held_cells
from linli.apps.admission.models import Task
from linli.foundation.accounts.actors import SYSTEM
from linli.insight.forms import filling
from linli.insight.forms.filling import Sources
from linli.insight.forms.reading import Form, Page, read
from linli.insight.forms.sources.figures import FigureSource


@dataclass(frozen=True)
class Cells:
    """How many cells the rows of a form have, the numbers of the lines aside, and how many of them have a value."""

    cells: int = 0
    held: int = 0

    def __add__(self, other: "Cells") -> "Cells":
        return Cells(self.cells + other.cells, self.held + other.held)

    @property
    def percent(self) -> int:
        """How many of a hundred, rounded down."""
        return 100 * self.held // self.cells if self.cells else 0


def measure(form: Form, sources: Sources) -> Cells:
    """Read every row that the form would have, and count."""
    found = Cells()
    for page, source in sources.pages:
        if isinstance(source, FigureSource):
            found += _figures(page, source)
            continue
        lines = (values for _key, values in filling.rows_of(form, page, source))
        found += count(page, lines)
    return found


def count(page: Page, rows: Iterable[Sequence[object]]) -> Cells:
    """The cells of some rows of a sheet."""
    asked = [column for column in page.columns if column.is_counted]
    held = [column.at for column in asked if column.is_held]
    number = filled = 0
    for row in rows:
        number += 1
        filled += sum(1 for at in held if at < len(row) and row[at] not in (None, ""))
    return Cells(number * len(asked), filled)


def of_rows(form: Form, rows: Iterable[Sequence[object]]) -> Cells:
    """The cells of rows of a whole form: each is one of the sheet whose columns it has values of."""
    found = Cells()
    for row in rows:
        first = next((at for at, value in enumerate(row) if value not in (None, "")), 0)
        page = next((one for one in reversed(form.pages) if one.offset <= first), form.pages[0])
        found += count(page, [row])
    return found


def _figures(page: Page, source: FigureSource) -> Cells:
    """The cells of a table: what its own formulas reckon is asked of nobody."""
    assert page.table is not None
    table = page.table
    columns = [column.at for column in table.columns]
    named = {row.number for row in table.rows}
    cells = held = 0
    for row in source.rows:
        own = [at for at in columns if (row.at or table.blank_from, at) not in table.grid.formulas]
        cells += len(own)
        held += sum(1 for at in own if row.values.get(at) is not None)
        named.discard(row.at)
    return Cells(cells + len(named) * len(columns) if table.digits is None else cells, held)


def of_task(task_id: int, now: datetime) -> Cells | None:
    """Measure the form of a task and keep what came of it; None where it has no form, or too many rows to read."""
    task = Task.objects.select_related("case", "handing").filter(pk=task_id).first()
    if task is None:
        return None
    for one in task.handing.files.select_related("file").order_by("pk"):
        form = read(one.file, task.handing.roster)
        if form is None:
            continue
        sources = filling.source_of(
            task.handing, form, actor=SYSTEM, area_id=task.case.area_id, today=timezone.localdate(now)
        )
        if sources.count(filling.AT_ONCE + 1) > filling.AT_ONCE:
            return None
        found = measure(form, sources)
        held_cells.keep(task_id=task_id, cells=found.cells, held=found.held, now=now)
        return found
    return None
