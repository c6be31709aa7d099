"""The scope of everything that stands somewhere: inside the actor's area, and only with the right to read."""

from typing import Self, TypeVar

from django.db import models

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.prefix import within

Row = TypeVar("Row", bound=models.Model)


class PlacedQuerySet(models.QuerySet[Row]):
    """Rows with an `area_id`."""

    def within(self, area_id: str) -> Self:
        """The rows in an area and everything below it; nothing for the empty code."""
        return self.filter(**within("area_id", area_id))

    def visible_to(self, actor: Actor) -> Self:
        """The rows that `actor` may read at all: scope first, default nothing (design.md, rule 5)."""
        if not actor.can(Permission.PEOPLE_READ):
            return self.none()
        return self.filter(actor.within())
