"""What leaves of a form: drawn from the register, or from the sheet that people have filled in further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from linli.insight.forms import table
from linli.insight.forms.column import AskedColumn
from linli.insight.forms.models import ReturnedForm, Submission
from linli.insight.forms.reading import Form
from linli.insight.forms.sheet import Sheet
from linli.insight.forms.table import Table, Template
from linli.insight.forms.uniqueness import Likeness
from linli.insight.forms.ways import Told
from linli.lib.filling import Value


@dataclass(frozen=True)
class Drawn:
    """The rows of a form in full (`whole`), and as they leave (`told`)."""

    table: Table
    chosen: Mapping[str, Told]
    keyed: Sequence[tuple[str, Sequence[Value]]]
    returned: ReturnedForm | None = None
    sheet: Sheet | None = None

    @property
    def template(self) -> Template:
        """The form that it is drawn from."""
        return self.table.template

    @property
    def form(self) -> Form:
        """What it asks for."""
        return self.table.form

    @property
    def columns(self) -> Sequence[AskedColumn]:
        """Its columns."""
        return self.form.columns

    @property
    def whole(self) -> list[Sequence[Value]]:
        """Every row in full: of the returned sheet where there is one."""
        return list(self.sheet.rows) if self.sheet is not None else [values for _key, values in self.keyed]

    @property
    def of_people(self) -> list[int]:
        """The places of the rows that are somebody's, and no figures."""
        if self.sheet is not None:
            return list(range(len(self.sheet.rows)))
        return [at for at, (key, _values) in enumerate(self.keyed) if not key.rpartition("/")[2].startswith("cell:")]

    @cached_property
    def told(self) -> list[list[Value]]:
        """Every row as it leaves."""
        change = table.teller(self.chosen)
        width = max(column.at for column in self.columns) + 1
        rows: list[list[Value]] = []
        for values in self.whole:
            line: list[Value] = [None] * width
            for column in self.columns:
                line[column.at] = change(column, table.value_of(values, column))
            rows.append(line)
        return rows

    @cached_property
    def digest(self) -> str:
        """A number for exactly this."""
        return table.digest_of(("", line) for line in self.told)

    @cached_property
    def likeness(self) -> Likeness:
        """How alike the rows are as they leave."""
        return table.alike(self.columns, [self.told[at] for at in self.of_people])

    def write(self, path: Path, about: Mapping[str, str]) -> None:
        """Write the file that leaves. Raises NotAForm."""
        if self.sheet is not None:
            self.sheet.write(path, self.told, about, table.teller(self.chosen))
        else:
            self.table.write(path, about, self.chosen)


def draw(found: Table, submission: Submission, chosen: Mapping[str, Told]) -> Drawn:
    """What leaves of a submission: the sheet that was handed in for it, or what the register holds."""
    returned = (
        ReturnedForm.objects.filter(submission=submission, kept_at__isnull=False)
        .select_related("file", "filling")
        .order_by("-pk")
        .first()
    )
    keyed = list(found.whole())
    sheet = Sheet.of(returned.file, found.template) if returned is not None else None
    return Drawn(found, chosen, keyed, returned, sheet)
