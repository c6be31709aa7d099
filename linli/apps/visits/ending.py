"""What of visits ends when somebody dies or leaves, and goes on when that is taken back (see `people.stops`)."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Max, Q
from django.utils import timezone

from linli.apps.visits import care
from linli.apps.visits.models import Assignment, Outcome, Visit, Way
from linli.register.people.models import Person, PopulationEvent, Tag
from linli.register.people.stops import Stopped

PLAN = "走访计划"


def stop(people: Collection[int], event: PopulationEvent, now: datetime) -> list[Stopped]:
    """End agreed days, and the household's own assignment when nobody is left in it; one line for each person planned.

    Somebody is planned when a group that is visited ended with this event, or a day was agreed, or the household has a
    worker of its own. Buildings and grids keep their workers: others live there.
    """
    agreed = Visit.objects.filter(person_id__in=people, next_on__gte=event.happened_on, next_ended_by__isnull=True)
    planned = set(agreed.values_list("person_id", flat=True))
    agreed.update(next_ended_by=event)
    # What is planned ends now, by the rules of now, however long ago it happened.
    kinds = care.book(event.area_id, timezone.localdate(now)).kinds
    # Tags end first (`events`), and say with which event.
    planned |= set(
        Tag.objects.filter(person_id__in=people, kind__in=kinds)
        .filter(Q(ended_by=event) | Q(until__isnull=True))
        .values_list("person_id", flat=True)
    )
    rows = Person.objects.filter(pk__in=people, household__isnull=False).values_list("pk", "household_id")
    homes = {pk: household for pk, household in rows if household is not None}
    assigned = Assignment.objects.filter(household_id__in=homes.values(), until__isnull=True)
    with_worker = set(assigned.values_list("household_id", flat=True))
    planned |= {pk for pk, household in homes.items() if household in with_worker}
    others = Person.objects.filter(household_id__in=homes.values(), status=Person.Status.HERE).exclude(pk__in=people)
    empty = set(homes.values()) - set(others.values_list("household_id", flat=True))
    for row in assigned.filter(household_id__in=empty):
        row.until, row.ended_by = max(row.since, event.happened_on), event
        row.save(update_fields=["until", "ended_by"])
    return [(pk, PLAN) for pk in sorted(planned)]


def seen(person_id: int) -> date | None:
    """The last day on which a visit met somebody in person: whoever is said to have died before was seen since."""
    rows = Visit.objects.filter(person_id=person_id, outcome=Outcome.MET, way=Way.HOME)
    last = rows.aggregate(last=Max("visited_at"))["last"]
    return timezone.localdate(last) if last is not None else None


def restart(people: Collection[int], event: PopulationEvent, now: datetime) -> None:
    """Put back what `event` had ended, unless somebody else has taken the household on meanwhile."""
    Visit.objects.filter(next_ended_by=event).update(next_ended_by=None)
    for row in Assignment.objects.filter(ended_by=event, household__isnull=False):
        if not Assignment.objects.filter(household=row.household, until__isnull=True).exists():
            row.until, row.ended_by = None, None
            row.save(update_fields=["until", "ended_by"])
