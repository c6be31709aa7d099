"""Who is due for a visit: computed from groups, age, the last visit that counts, and what has just happened.

Nothing is stored and nobody is scanned who belongs to no group: every question starts from the open tags of the kinds
that are visited (index `people_tag_open`) or from days that were agreed, inside one community or one worker's homes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from linli.apps.visits import care
from linli.apps.visits.care import Belonging, Book, Care, Risk
from linli.apps.visits.models import Assignment, Outcome, Visit
from linli.apps.visits.queries.assigned import Roster, reach_of, roster
from linli.foundation.accounts.actors import Actor
from linli.lib.prefix import within
from linli.register.people.models import Person, PopulationEvent, Tag

COMMUNITY_DIGITS = 12
DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, kw_only=True)
class Due:
    """One line of a plan: whom, since when it is due, and everything that the sentence "why" is made of."""

    person: Person
    care: Care | None
    due_on: date
    late_days: int
    last: datetime | None = None
    last_any: datetime | None = None
    # A change in the household that high-risk people are visited after (kind of event, when it was told).
    change: tuple[str, datetime] | None = None
    agreed_on: date | None = None
    assignment: Assignment | None = None

    @property
    def urgency(self) -> tuple[int, int, int]:
        """The order of plans: the closest care first, then the longest wait, then whoever came first."""
        return (care.URGENCY[self.care.risk if self.care else None], -self.late_days, self.person.pk)

    @property
    def age(self) -> int | None:
        """Completed years today."""
        return care.age_on(self.person.born, timezone.localdate())


@dataclass
class _Known:
    """What is known of one person's visits: the last by way, the last try, the latest agreed day."""

    by_way: dict[str, datetime] = field(default_factory=dict)
    last_any: datetime | None = None
    agreed_on: date | None = None

    def last(self, rule: Book, risk: Risk | None) -> datetime | None:
        """The last visit that counts for this risk."""
        return max((at for way, at in self.by_way.items() if rule.counts(risk, way)), default=None)

    def met_since(self, day: date) -> bool:
        """Whether the person was met, in whatever way, on or after a day."""
        return any(timezone.localdate(at) >= day for at in self.by_way.values())


def due_of_worker(actor: Actor, on: date, *, ahead_days: int = 0) -> list[Due]:
    """The people of this worker's own assignments who are due on a day (or within `ahead_days`). Six statements."""
    book = roster(actor.area_id, on)
    reach = reach_of(actor.user_id or 0, book)
    return [
        line
        for line in due(reach & actor.within(), book, actor.area_id, on, ahead_days=ahead_days)
        if line.assignment is not None and line.assignment.post.user_id == actor.user_id
    ]


def unassigned(area_id: str, on: date) -> list[Due]:
    """The people of an area who are due and whom nobody looks after."""
    book = roster(area_id, on)
    return [line for line in due(Q(**within("area_id", area_id)), book, area_id, on) if line.assignment is None]


def due(scope: Q, book: Roster, area_id: str, on: date, *, ahead_days: int = 0) -> list[Due]:
    """Everybody in `scope` (a condition on people) who is due on a day, the most urgent first. Four statements.

    `area_id` chooses the rules and must be no wider than what the caller may see; give it one community at most.
    """
    rule = care.book(area_id, on)
    people = _candidates(scope, rule)
    if not people:
        return []
    wanted = Q(person__in=people) if len(people) <= MOST_LISTED else Q(**within("person__area_id", area_id))
    belongings = _belongings(wanted, rule)
    known = _visits(wanted)
    changes = _changes(people, area_id, rule)
    lines = []
    for person in people:
        building_id = person.dwelling.building_id if person.dwelling is not None else None
        line = _line(
            person,
            belongings.get(person.pk, []),
            known.get(person.pk) or _Known(),
            changes.get(person.household_id or 0),
            book.worker_of(person.household_id, building_id, person.area_id),
            rule,
        )
        if line is not None and line.due_on <= on + timedelta(days=ahead_days):
            lines.append(line)
    return sorted(lines, key=lambda one: one.urgency)


# More ids than this make a statement slower than reading the tags of the whole community.
MOST_LISTED = 500


def _candidates(scope: Q, rule: Book) -> list[Person]:
    """Those who live here and belong to a group that is visited, or have agreed on a day."""
    tagged = Tag.objects.filter(person=OuterRef("pk"), kind__in=rule.kinds, until__isnull=True)
    agreed = Visit.objects.filter(
        person=OuterRef("pk"), next_on__lte=rule.on, next_on__gt=rule.on - timedelta(days=366), next_ended_by=None
    )
    rows = Person.objects.filter(scope, Exists(tagged) | Exists(agreed), status=Person.Status.HERE)
    return list(
        rows.select_related("dwelling__building", "area").only(
            "pk", "name", "sex", "born", "area__name", "area_id", "household_id", "phone_index", "status",
            "dwelling__address", "dwelling__entrance", "dwelling__room", "dwelling__floor", "dwelling__building_id",
            "dwelling__building__code", "dwelling__building__name", "dwelling__building__address",
        )
    )  # fmt: skip


def _belongings(wanted: Q, rule: Book) -> dict[int, list[Belonging]]:
    found = defaultdict(list)
    rows = Tag.objects.filter(wanted, kind__in=rule.kinds, until__isnull=True)
    for pk, kind, level, since, recorded in rows.values_list("person_id", "kind", "level", "since", "recorded_at"):
        # Nobody could be visited for a group before Linli knew of it.
        found[pk].append(Belonging(kind, level, max(since, timezone.localdate(recorded))))
    return found


def _visits(wanted: Q) -> dict[int, _Known]:
    """The last visits of each person, one row for each way and outcome."""
    rows = (
        Visit.objects.filter(wanted)
        .order_by()
        .values_list("person_id", "way", "outcome")
        .annotate(last=Max("visited_at"), agreed=Max("next_on", filter=Q(next_ended_by__isnull=True)))
    )
    found: defaultdict[int, _Known] = defaultdict(_Known)
    for pk, way, outcome, last, agreed in rows:
        one = found[pk]
        one.last_any = max(one.last_any or last, last)
        if outcome == Outcome.MET:
            one.by_way[way] = last
        if agreed is not None:
            one.agreed_on = max(one.agreed_on or agreed, agreed)
    return found


def _changes(people: list[Person], area_id: str, rule: Book) -> dict[int, tuple[str, datetime]]:
    """The latest change told of each household within the cycle of high risk; older ones are covered by the cycle."""
    since = timezone.make_aware(datetime.combine(rule.on, datetime.min.time())) - timedelta(days=rule.days(Risk.HIGH))
    rows = PopulationEvent.objects.filter(
        kind__in=rule.frequency["change_kinds"], reported_at__gte=since, undone_at__isnull=True
    )
    households = {person.household_id for person in people if person.household_id is not None}
    if len(households) <= MOST_LISTED:
        rows = rows.filter(household_id__in=households)
    else:
        rows = rows.filter(**within("area_id", area_id))
    found: dict[int, tuple[str, datetime]] = {}
    for household, kind, at in rows.order_by("pk").values_list("household_id", "kind", "reported_at"):
        if household is not None:
            found[household] = (kind, at)
    return found


def _line(
    person: Person,
    belongings: list[Belonging],
    known: _Known,
    change: tuple[str, datetime] | None,
    assignment: Assignment | None,
    rule: Book,
) -> Due | None:
    """The line of one person: the earliest of the cycle, a change in the household, and a day that was agreed."""
    found = care.care_of(person.born, belongings, rule)
    risk = found.risk if found else None
    last = known.last(rule, risk)
    last_day = timezone.localdate(last) if last else None
    # From which day it is on the list, and from which day it counts as late.
    days: list[tuple[date, date]] = []
    if found is not None:
        days.append((care.due_day(last_day, found.since, found.days),) * 2)
    agreed = known.agreed_on
    if agreed is not None and not known.met_since(agreed):
        days.append((agreed, agreed))
    else:
        agreed = None
    if risk is not Risk.HIGH or change is None or (last is not None and last >= change[1]):
        change = None
    if change is not None:
        deadline = change[1] + timedelta(hours=rule.frequency["after_change_hours"])
        days.append((timezone.localdate(change[1]), timezone.localdate(deadline)))
    if not days:
        return None
    return Due(
        person=person,
        care=found,
        due_on=min(first for first, _late in days),
        late_days=max(0, *((rule.on - late).days for _first, late in days)),
        last=last,
        last_any=known.last_any,
        change=change,
        agreed_on=agreed,
        assignment=assignment,
    )


def in_route_order(lines: Iterable[Due]) -> list[Due]:
    """The order in which one walks: building by building, entrance, floor, door; without a home at the end."""
    return sorted(lines, key=lambda one: _place_key(one.person))


def _place_key(person: Person) -> tuple[object, ...]:
    home = person.dwelling
    if home is None:
        return (1, person.area_id, [], 0, [], person.pk)
    return (0, home.building.code, _natural(home.entrance), home.floor or 0, _natural(home.room), person.pk)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """ "2单元" before "10单元": digits compare as numbers."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in DIGITS.split(text) if part]


def community_of(actor: Actor, asked: str = "") -> str:
    """The one community that a plan is about: the one asked for inside the scope, else the actor's own; "" for none."""
    code = asked[:COMMUNITY_DIGITS]
    if len(code) == COMMUNITY_DIGITS and code.isdecimal() and (actor.covers(code) or actor.area_id.startswith(code)):
        return asked if actor.covers(asked) else actor.area_id
    return actor.area_id if len(actor.area_id) >= COMMUNITY_DIGITS else ""


def late_by_risk(lines: Iterable[Due]) -> Mapping[str, int]:
    """How many are late (not only due), by risk."""
    found: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        if line.late_days > 0:
            found[line.care.risk if line.care else ""] += 1
    return found
