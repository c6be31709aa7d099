"""The monthly visit rate (月探访率) as its rule defines it.

Should be visited: 特殊困难老年人, that is who on the last day of the month (in the running month: today) is old
enough, lives in the area, and belongs to one of the groups of "visits.monthly_rate". Who died or left before that day
is not counted, neither above nor below the line; who came during the month is. Visited: met at least once in the month,
in a way that counts, by whomever and wherever. The month is half-open: from its first day to the first of the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Left
from django.utils import timezone

from linli.apps.visits.models import Outcome, Visit
from linli.foundation.areas import queries as areas
from linli.foundation.rules import queries as rules
from linli.lib.ratios import ratio
from linli.register.people.models import Person, Spell, Tag
from linli.register.people.models.person import PersonQuerySet
from linli.register.people.models.spell import SpellQuerySet

MOST_MISSED = 100


@dataclass(frozen=True)
class Month:
    """A month, and the day on which its people are counted."""

    first: date
    following: date
    counted_on: date

    @property
    def begins(self) -> datetime:
        """The first moment of the month, in China."""
        return timezone.make_aware(datetime.combine(self.first, datetime.min.time()))

    @property
    def ends(self) -> datetime:
        """The first moment of the next month."""
        return timezone.make_aware(datetime.combine(self.following, datetime.min.time()))


def month_of(day: date, today: date) -> Month:
    """The month of a day."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Month(first, following, min(following - timedelta(days=1), max(today, first)))


@dataclass(frozen=True)
class Rate:
    """How many should be visited and how many were; `share` is exact, None where nobody should be."""

    area_id: str
    name: str
    should: int
    done: int

    @property
    def share(self) -> Fraction | None:
        """The rate itself."""
        return ratio(self.done, self.should)

    @property
    def missed(self) -> int:
        """How many were not visited."""
        return self.should - self.done


def _old_enough(rule: Mapping[str, Any], on: date) -> date:
    """Who was born on this day or before has completed the years."""
    try:
        return on.replace(year=on.year - rule["from_age"])
    except ValueError:  # 29 February
        return date(on.year - rule["from_age"], 2, 28)


def special_elders(area_id: str, month: Month) -> SpellQuerySet:
    """The spells, on the day that counts, of those who should be visited."""
    on = month.counted_on
    rule = rules.params("visits.monthly_rate", area_id, on)
    groups = Tag.objects.on(on).filter(
        Q(kind__in=rule["tags"]) | Q(kind="disabled", level__in=rule["severely_disabled_levels"])
    )
    return Spell.objects.on(on).within(area_id).filter(
        person__born__lte=_old_enough(rule, on), person_id__in=groups.values("person_id")
    )  # fmt: skip


def visited_in(area_id: str, month: Month) -> Exists:
    """Whether the person of a spell was met in the month, in a way that counts."""
    ways = rules.params("visits.monthly_rate", area_id, month.counted_on)["counting_ways"]
    met = Visit.objects.filter(
        person_id=OuterRef("person_id"),
        outcome=Outcome.MET,
        way__in=ways,
        visited_at__gte=month.begins,
        visited_at__lt=month.ends,
    )
    return Exists(met)


def rate(area_id: str, month: Month) -> Rate:
    """The rate of an area in a month. One statement."""
    rows = special_elders(area_id, month).annotate(visited=visited_in(area_id, month))
    counted = rows.aggregate(should=Count("pk"), done=Count("pk", filter=Q(visited=True)))
    return Rate(area_id, "", counted["should"], counted["done"])


def rates_below(area_id: str, month: Month) -> list[Rate]:
    """The rate of every area right below, in the order of their codes; the sum is the area's own. Two statements."""
    children = list(areas.children_of(area_id, month.counted_on))
    if not children:
        return []
    size = len(children[0].pk)
    rows = (
        special_elders(area_id, month)
        .annotate(visited=visited_in(area_id, month), child=Left("area_id", size))
        .order_by()
        .values("child")
        .annotate(should=Count("pk"), done=Count("pk", filter=Q(visited=True)))
        .values_list("child", "should", "done")
    )
    counted = {code: (should, done) for code, should, done in rows}
    found = [Rate(child.pk, child.name, *counted.pop(child.pk, (0, 0))) for child in children]
    # People of the area itself, whose grid is not known.
    return found + [Rate(code, "", *pair) for code, pair in sorted(counted.items())]


def missed(area_id: str, month: Month, *, after: int = 0, limit: int = MOST_MISSED) -> PersonQuerySet:
    """Those who should have been visited and were not, by id after `after`; one more than `limit` tells of more."""
    spells = special_elders(area_id, month).annotate(visited=visited_in(area_id, month)).filter(visited=False)
    rows = Person.objects.filter(pk__in=spells.values("person_id"), pk__gt=after)
    return rows.select_related("dwelling", "area").order_by("pk")[: limit + 1]
