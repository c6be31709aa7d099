"""Figures of an area as of a day: population, ages, homes, groups, and what changed by month. No names, no rows.

Population comes from the headcounts alone (an index answers); ages and households from the spells of that day.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from linli.foundation.areas.models import Area, Level
from linli.foundation.areas.queries import children_of
from linli.insight.population.bands import BAND, Band
from linli.lib.prefix import within
from linli.register.homes.models import Dwelling, Organisation
from linli.register.people.models import Headcount, Person, PopulationEvent, Spell, Tag
from linli.register.people.models.event import EventKind

Counted = TypeVar("Counted")

#: Areas with more people keep what is dear to count (ages, households, groups) for a minute.
LARGE = 20_000
KEPT_SECONDS = 60
MONTHS = 12

COMMUNITY_DIGITS = 12
ARRIVALS = (EventKind.BIRTH, EventKind.MOVE_IN, EventKind.FLOW_IN)
DEPARTURES = (EventKind.DEATH, EventKind.MOVE_OUT, EventKind.FLOW_OUT)
#: What changes where somebody lives without anybody coming or going.
WITHIN = (EventKind.MOVE_WITHIN, EventKind.SPLIT, EventKind.MERGE)


@dataclass(frozen=True)
class Population:
    """How many live in an area on a day, by kind, and a year before; `by_code` by the finest area."""

    by_kind: Mapping[str, int]
    year_ago: Mapping[str, int]
    by_code: Mapping[str, Mapping[str, int]]

    @property
    def total(self) -> int:
        """Everybody."""
        return sum(self.by_kind.values())

    @property
    def total_year_ago(self) -> int:
        """Everybody, a year before."""
        return sum(self.year_ago.values())

    def under(self, code: str) -> Mapping[str, int]:
        """By kind, in an area below."""
        found: Counter[str] = Counter()
        for one, kinds in self.by_code.items():
            if one.startswith(code):
                found.update(kinds)
        return found


@dataclass(frozen=True)
class Child:
    """An area one level down with its population; `code` is "" for those who belong to none of them."""

    code: str
    name: str
    by_kind: Mapping[str, int]

    @property
    def total(self) -> int:
        """Everybody."""
        return sum(self.by_kind.values())


@dataclass
class Month:
    """What happened in a month: how many by kind of event, and how many came from or went to places of the district."""

    month: date
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def came(self) -> int:
        """Everybody who is here because of it."""
        return sum(self.counts[name] for name in (*ARRIVALS, "from_elsewhere"))

    @property
    def went(self) -> int:
        """Everybody who is no longer here because of it."""
        return sum(self.counts[name] for name in (*DEPARTURES, "to_elsewhere"))


def year_before(day: date) -> date:
    """The same day of the year before (28 February for the 29th)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def population(area_id: str, on: date) -> Population:
    """Everybody of an area by kind and by its finest areas, on a day and a year before. One statement."""
    before = year_before(on)
    rows = (
        Headcount.objects.filter(day__lte=on, **within("area_id", area_id))
        .order_by()
        .values_list("area_id", "kind")
        .annotate(now=Sum("n"), then=Sum("n", filter=Q(day__lte=before)))
    )
    by_kind: Counter[str] = Counter()
    year_ago: Counter[str] = Counter()
    by_code: dict[str, Counter[str]] = {}
    for code, kind, n, then in rows:
        by_kind[kind] += n
        year_ago[kind] += then or 0
        by_code.setdefault(code, Counter())[kind] += n
    return Population(by_kind, year_ago, by_code)


def children(area_id: str, on: date, people: Population) -> list[Child]:
    """The areas one level down that exist that day, and a line for who belongs to none of them. One statement."""
    areas: list[tuple[str, str]] = list(children_of(area_id, on).values_list("id", "name"))
    rows = [Child(code, name, people.under(code)) for code, name in areas]
    rest = Counter(people.by_kind)
    for row in rows:
        rest.subtract(row.by_kind)
    if rows and any(rest.values()):
        rows.append(Child("", "", {kind: n for kind, n in rest.items() if n}))
    return rows


def ages(area_id: str, on: date, *, today: date, size: int = 0) -> Mapping[tuple[str, int], int]:
    """(sex, first year of the band) → how many; −1 stands for those whose birthday is not known. One statement.

    Ages are completed years that day.
    """

    def count() -> Mapping[tuple[str, int], int]:
        rows: Any = Person.objects.living_here() if on >= today else Spell.objects.on(on)
        prefix = "" if on >= today else "person__"
        grouped = (
            rows.within(area_id)
            .annotate(band=Band(f"{prefix}born", on))
            .order_by()
            .values_list(f"{prefix}sex", "band")
            .annotate(n=Count("pk"))
        )
        return {(sex, -1 if band is None else band * BAND): n for sex, band, n in grouped}

    return _kept(("ages", area_id, on), size, count)


def households(area_id: str, on: date, *, size: int = 0) -> tuple[int, int]:
    """How many households, and how many people live in them. One statement."""

    def count() -> tuple[int, int]:
        # The spells of today, too: a person's row is ten times as wide.
        homes = (
            Spell.objects.on(on)
            .within(area_id)
            .filter(household_id__isnull=False)
            .order_by()
            .values("household_id")
            .annotate(n=Count("pk"))
        )
        found = homes.aggregate(homes=Count("household_id"), people=Sum("n"))
        return found["homes"] or 0, found["people"] or 0

    return _kept(("households", area_id, on), size, count)


def groups(area_id: str, on: date, *, size: int = 0) -> Mapping[str, int]:
    """Kind of group → how many of those who lived in the area belonged to it that day. One statement."""

    def count() -> Mapping[str, int]:
        lived = Spell.objects.on(on).within(area_id)
        tags = Tag.objects.on(on).filter(person_id__in=lived.values("person_id"))
        return dict(tags.order_by().values_list("kind").annotate(n=Count("person_id", distinct=True)))

    return _kept(("groups", area_id, on), size, count)


def dwellings(area_id: str) -> Mapping[str, int]:
    """Use → how many dwellings there are now. One statement."""
    rows = Dwelling.objects.within(area_id).order_by()
    return dict(rows.values_list("use").annotate(n=Count("pk")))


def organisations(area_id: str, on: date) -> Mapping[str, int]:
    """Kind → how many organisations sat in the area on a day. One statement."""
    here = Q(closed_on__isnull=True) | Q(closed_on__gt=on)
    rows = Organisation.objects.within(area_id).filter(here, Q(opened_on__isnull=True) | Q(opened_on__lte=on))
    return dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))


def months(area_id: str, on: date, count: int = MONTHS) -> list[Month]:
    """Who came and who went, by month, the month of `on` last; taken-back events do not count. Four statements at most.

    A move between two communities is one event with two sides: it counts for the community they left and for the one
    they came to, and for an area that holds both it is a move inside, no departure and no arrival.
    """
    last = on.replace(day=1)
    wanted = [_months_before(last, back) for back in range(count - 1, -1, -1)]
    found = {month: Month(month) for month in wanted}
    events = PopulationEvent.objects.filter(
        undone_at__isnull=True, happened_on__gte=wanted[0], happened_on__lte=on
    ).order_by()
    inside = within("transfer__from_area_id", area_id)
    here = events.filter(**within("area_id", area_id))
    own = here.filter(transfer__isnull=True, kind__in=(EventKind.ENTRY, *ARRIVALS, *DEPARTURES))
    _add(found, own, lambda kind: kind)
    moved = here.filter(transfer__isnull=False, kind__in=ARRIVALS)
    _add(found, moved.exclude(**inside), lambda kind: "from_elsewhere")
    _add(found, moved.filter(**inside), lambda kind: "inside")
    left = events.filter(transfer__isnull=False, kind__in=ARRIVALS, **inside)
    _add(found, left.exclude(**within("area_id", area_id)), lambda kind: "to_elsewhere")
    if len(area_id) <= COMMUNITY_DIGITS:
        _add(found, here.filter(kind__in=WITHIN), lambda kind: "inside")
    else:
        _between_grids(found, area_id, wanted[0], on)
    return list(found.values())


def _between_grids(found: Mapping[date, Month], area_id: str, first: date, on: date) -> None:
    """Moves inside a community, as one of its grids sees them: by the spells that they closed and opened."""
    events = PopulationEvent.objects.filter(
        undone_at__isnull=True, kind__in=WITHIN, happened_on__gte=first, happened_on__lte=on,
        **within("area_id", area_id[:COMMUNITY_DIGITS]),
    )  # fmt: skip
    touched = Q(**within("opened__area_id", area_id)) | Q(**within("closed__area_id", area_id))
    # The spell that an event closes and the one that it opens belong to the same person: one filter, one pair of joins.
    pairs = events.order_by().filter(touched, closed__person_id=F("opened__person_id"))
    for day, to, origin in pairs.values_list("happened_on", "opened__area_id", "closed__area_id").iterator():
        is_to, is_from = to.startswith(area_id), origin.startswith(area_id)
        name = "inside" if is_to and is_from else "from_elsewhere" if is_to else "to_elsewhere"
        found[day.replace(day=1)].counts[name] += 1


def _add(found: Mapping[date, Month], events: Any, name_of: Callable[[str], str]) -> None:
    rows = events.annotate(month=TruncMonth("happened_on")).values_list("month", "kind").annotate(n=Count("pk"))
    for month, kind, n in rows:
        found[month].counts[name_of(kind)] += n


def _months_before(month: date, back: int) -> date:
    index = month.year * 12 + month.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


def _kept(key: Iterable[object], size: int, count: Callable[[], Counted]) -> Counted:
    """What was counted within the last minute, for areas so large that counting takes a while."""
    if size < LARGE:
        return count()
    name = "population:" + ":".join(str(part) for part in key)
    found: Counted | None = cache.get(name)
    if found is None:
        found = count()
        cache.set(name, found, KEPT_SECONDS)
    return found


def area_of(area_id: str) -> Area | None:
    """The area of an address; None for what is none."""
    if not (area_id.isascii() and area_id.isdigit()) or len(area_id) > Level.SUBGRID.digits:
        return None
    return Area.objects.filter(pk=area_id).first()
