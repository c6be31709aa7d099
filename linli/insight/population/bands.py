"""Ages by fives, counted by the database: a million birthdays leave it as twenty-one numbers."""

from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Expression, F, IntegerField
from django.db.models.sql.compiler import SQLCompiler

from linli.register.people.queries.lists import born_by

BAND: Final = 5
#: The last band is open: 100 and older.
OLDEST_BAND: Final = 100


class Band(Expression):
    """The number of the band of five years of age on a day: 0 for 0–4, 20 for 100 and older; null without a birthday.

    Bounds are compared as dates: taking years and months out of each birthday costs three times as much.
    """

    def __init__(self, born: str, on: date) -> None:
        super().__init__(output_field=IntegerField())
        self.born: Any = F(born)
        # The first birthday that is too late for each age, the oldest first.
        self.bounds = [born_by(years, on) + timedelta(days=1) for years in range(OLDEST_BAND, 0, -BAND)]

    def get_source_expressions(self) -> list[Any]:
        return [self.born]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.born,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        """The sum of the bounds that the birthday lies before."""
        column, params = compiler.compile(self.born)
        parts = " + ".join(f"({column} < %s)" for _bound in self.bounds)
        bounds = [part for bound in self.bounds for part in (*params, bound.isoformat())]
        return f"({parts})", tuple(bounds)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        """A binary search in the list of bounds."""
        column, params = compiler.compile(self.born)
        # Dates of ours, written out: with parameters the grouping would not be seen to be the same expression.
        bounds = ", ".join(f"'{bound.isoformat()}'" for bound in self.bounds)
        return f"({len(self.bounds)} - width_bucket({column}, ARRAY[{bounds}]::date[]))", tuple(params)
