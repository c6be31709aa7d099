"""How much of a form is held: by values, cell by cell, and not by its headings. One number for each submission."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from linli.apps.admission.actions import held_cells
from linli.foundation.accounts.actors import SYSTEM
from linli.insight.forms import filling, table
from linli.insight.forms.filling import Sources
from linli.insight.forms.models import Submission
from linli.insight.forms.reading import Form, Page
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


def of_submission(submission_id: int, now: datetime) -> Cells | None:
    """Measure a form of a community for a period, once: that number is what every page says of it.

    It is kept with the submission and, of the first one, with the task and the counts of its place. None for what
    cannot be read, or has too many rows.
    """
    row = Submission.objects.select_related("form__asked__handing", "form__asked__template").get(pk=submission_id)
    if row.cells:
        return Cells(row.cells, row.cells_held)
    template = table.template_of(row.form.asked)
    if template is None:
        return None
    found = table.of(row, template, actor=SYSTEM, today=timezone.localdate(now))
    if found.is_too_long:
        return None
    cells = measure(template.form, found.source)
    if Submission.objects.filter(pk=row.pk, cells=0).update(cells=cells.cells, cells_held=cells.held):
        is_first = not Submission.objects.filter(form_id=row.form_id, pk__lt=row.pk).exists()
        if is_first and row.form.task_id is not None:
            held_cells.keep(task_id=row.form.task_id, cells=cells.cells, held=cells.held, now=now)
        return cells
    row.refresh_from_db()
    return Cells(row.cells, row.cells_held)
