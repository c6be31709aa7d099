"""Rows about tenancies: one for each rented dwelling and who rents it; unqualified headings mean the tenant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linli.foundation.accounts.roles import Permission
from linli.insight.forms.rosters import TENANCY
from linli.insight.forms.sources import others
from linli.insight.forms.sources.lines import CHUNK, Line, Other
from linli.insight.forms.sources.people import PeopleSource
from linli.lib.prefix import within
from linli.register.people import codes
from linli.register.people.models import Tenure

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass
class TenancySource(PeopleSource):
    """One row for each tenancy of an area that holds today."""

    unit = TENANCY

    def found(self) -> "QuerySet[Tenure]":
        """The tenancies, in the order of their ids."""
        if not self.actor.can(Permission.PEOPLE_READ):
            return Tenure.objects.none()
        here = within("dwelling__area_id", self.area_id)
        rows = Tenure.objects.filter(part=Tenure.Part.TENANT, until__isnull=True, **here)
        return rows.filter(self.actor.within("dwelling__area_id")).order_by("pk")

    def count(self, most: int) -> int:
        """How many tenancies, counted up to `most`."""
        return int(self.found()[:most].count())

    def chunks(self) -> Iterator[Sequence[Line]]:
        """Every tenancy, a thousand at a time, by keyset."""
        last, number = 0, 0
        rows = self.found().select_related("dwelling__building__estate", "person__dwelling")
        while some := list(rows.filter(pk__gt=last)[:CHUNK]):
            yield self._lines(some, number)
            last, number = some[-1].pk, number + len(some)

    def _lines(self, some: Sequence[Tenure], number: int) -> list[Line]:
        known = [one.person for one in some if one.person is not None and self.actor.covers(one.person.area_id)]
        row_of = {row.thing.pk: row for row in self.people.rows_of(known)}
        uses = codes.labels("rental_use")
        found = []
        for at, one in enumerate(some, start=1):
            row = row_of.get(one.person_id or 0)
            own = {
                "since": one.since,
                "floor_area": one.dwelling.floor_area,
                "rental_use": uses.get(one.dwelling.rental_use),
            }
            line = Line(number + at, f"tenure:{one.pk}", row, dwelling=one.dwelling, own=own)
            name = one.person.name if one.person is not None else one.name
            line.others["tenant"] = Other(name=name, phone_sealed=one.phone_sealed, row=row)
            found.append(line)
        others.gather(found, {column.subject for column in self.columns} - {"tenant"}, self.people)
        return found
