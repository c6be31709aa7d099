"""The page of figures put together: what is counted, how it may be told, and where each number leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.insight.population import queries
from linli.insight.population.bands import BAND, OLDEST_BAND
from linli.insight.population.discretion import Discretion
from linli.insight.population.queries import Child, Month
from linli.register.people import codes, groups
from linli.ui import charts

Line = tuple[str, int, str]
MALE, FEMALE = "1", "2"


@dataclass(frozen=True)
class Board:
    """The figures of an area as of a day for one reader. Every figure went through `told`."""

    actor: Actor
    area_id: str
    name: str
    on: date
    today: date

    @cached_property
    def told(self) -> Discretion:
        """Those who read the register see figures as they are; others (civil affairs) in steps."""
        if self.actor.can(Permission.PEOPLE_READ):
            return Discretion()
        return Discretion(int(rules.params("register.limits", self.area_id, self.today)["least_counted"]))

    @cached_property
    def people(self) -> queries.Population:
        """The headcounts as they are; what is shown of them goes through `told`."""
        return queries.population(self.area_id, self.on)

    @cached_property
    def total(self) -> int:
        """Everybody."""
        return self.told.coarse(self.people.total)

    @cached_property
    def total_year_ago(self) -> int:
        """Everybody, a year before."""
        return self.told.coarse(self.people.total_year_ago)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kinds of population: those of the table, and older ones that still count."""
        known = dict(codes.labels("population_kind", on=self.on))
        return known | {kind: kind for kind in self.people.by_kind if kind not in known}

    @cached_property
    def by_kind(self) -> list[tuple[str, str, int, int]]:
        """(kind, label, now, a year before)."""
        people, coarse = self.people, self.told.coarse
        return [
            (kind, label, coarse(people.by_kind.get(kind, 0)), coarse(people.year_ago.get(kind, 0)))
            for kind, label in self.kinds.items()
        ]

    @cached_property
    def children(self) -> list[Child]:
        """The areas below."""
        return queries.children(self.area_id, self.on, self.people)

    @cached_property
    def households(self) -> tuple[int, str]:
        """How many households, and how many people live in one on average ("–" where there are too few to tell)."""
        homes, people = queries.households(self.area_id, self.on, size=self.people.total)
        few = bool(self.told.least) and homes < self.told.least
        average = "–" if not homes or few else f"{people / homes:.{1 if self.told.least else 2}f}"
        return self.told.coarse(homes), average

    @cached_property
    def ages(self) -> Mapping[tuple[str, int], int]:
        """(sex, first year of the band) → how many."""
        found = queries.ages(self.area_id, self.on, today=self.today, size=self.people.total)
        return self.told.all(found)

    @cached_property
    def groups(self) -> list[Line]:
        """The special groups: label, how many, link. Restricted ones are no part of it."""
        found = queries.groups(self.area_id, self.on, size=self.people.total)
        named = groups.groups(area_id=self.area_id, on=self.on)
        return [
            (group.label, self.told.coarse(found.get(code, 0)), self.people_url(tag=code))
            for code, group in named.items()
        ]

    @cached_property
    def dwellings(self) -> list[Line]:
        """Dwellings by use, as they are today."""
        found = queries.dwellings(self.area_id)
        table = codes.labels("dwelling_use")
        return [
            (table.get(use, use), self.told.coarse(n), self.ledger_url("dwellings", use=use))
            for use, n in sorted(found.items())
        ]

    @cached_property
    def organisations(self) -> list[Line]:
        """Organisations by kind."""
        found = queries.organisations(self.area_id, self.on)
        table = codes.labels("organisation_kind")
        return [
            (table.get(kind, kind), self.told.coarse(n), self.ledger_url("organisations", kind=kind))
            for kind, n in sorted(found.items())
        ]

    @cached_property
    def months(self) -> list[Month]:
        """Who came and went, by month."""
        return queries.months(self.area_id, self.on)

    # --- where numbers lead

    @property
    def is_past(self) -> bool:
        """Whether the page tells of a day that is over."""
        return self.on < self.today

    def people_url(self, **asked: str) -> str:
        """The rows behind a number of people; "" for those who may not see them."""
        if not self.actor.can(Permission.PEOPLE_READ):
            return ""
        asked = {"area": self.area_id, **asked}
        if self.is_past:
            return self._url("ledgers:ledger", "people", **asked, on=self.on.isoformat())
        return self._url("register:people", **asked)

    def ledger_url(self, slug: str, **asked: str) -> str:
        """A ledger with a filter; "" for those who may not see it."""
        if not self.actor.can(Permission.PEOPLE_READ):
            return ""
        return self._url("ledgers:ledger", slug, area=self.area_id, **asked)

    def area_url(self, area_id: str) -> str:
        """The same page for another area; "" outside of the actor's own."""
        if not area_id or not self.actor.covers(area_id):
            return ""
        day = {"on": self.on.isoformat()} if self.is_past else {}
        return self._url("population:figures", area=area_id, **day)

    def _url(self, name: str, *args: str, **query: str) -> str:
        try:
            return f"{reverse(name, args=args)}?{urlencode(query)}"
        except NoReverseMatch:
            return ""

    # --- drawn

    def pyramid(self) -> charts.Pyramid:
        """The ages as bars to both sides."""
        rows = []
        for low in range(0, OLDEST_BAND + 1, BAND):
            high = low + BAND - 1
            last = low == OLDEST_BAND
            asked = {"age_from": str(low)} | ({} if last else {"age_to": str(high)})
            rows.append(
                (
                    band_name(low),
                    self.ages.get((MALE, low), 0),
                    self.ages.get((FEMALE, low), 0),
                    self.people_url(sex=MALE, **asked),
                    self.people_url(sex=FEMALE, **asked),
                )
            )
        return charts.pyramid(_("Age pyramid"), (_("men"), _("women")), rows, text=self.told.text)

    def unplaced(self) -> int:
        """How many the pyramid leaves out: without a birthday, or without a sex."""
        return sum(n for (sex, low), n in self.ages.items() if low < 0 or sex not in (MALE, FEMALE))

    def flow(self) -> charts.LineChart:
        """Who came and who went, as lines."""

        def point(n: int) -> int | None:
            # What may not be told is a gap.
            told = self.told.coarse(n)
            return None if self.told.least and told == 1 else told

        return charts.line(
            _("Came and went by month"),
            [f"{one.month:%Y-%m}" for one in self.months],
            [
                charts.Series(_("came"), [point(one.came) for one in self.months]),
                charts.Series(_("went"), [point(one.went) for one in self.months]),
            ],
            unit=_("people"),
        )


def band_name(low: int) -> str:
    """An age band in words."""
    if low < 0:
        return _("not known")
    return f"{low}+" if low >= OLDEST_BAND else f"{low}–{low + BAND - 1}"
