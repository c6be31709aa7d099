"""Visits of the tests, and people who are visited. Synthetic people only."""

import uuid
from datetime import date, datetime, timedelta

from linli.apps.visits import actions
from linli.apps.visits.actions import Report, Target
from linli.apps.visits.models import Visit
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Post
from linli.register.people.actions import tags
from linli.register.people.actions.events import Home
from linli.register.people.models import Person, Tag
from linli.register.people.tests import factories as make

_sequence = iter(range(100, 490))


def elder(
    *,
    by: Actor,
    now: datetime,
    age: int = 85,
    name: str = "王桂英",
    room: str = "301",
    building: str = "3幢",
    community: str = make.COMMUNITY,
    **given: object,
) -> Person:
    """Somebody of this age (today is the birthday) who lives alone since long ago, known since long ago."""
    today = now.date()
    born = date(today.year - age, today.month, today.day)
    home = make.dwelling(room, building=building, community=community)
    person = make.person(
        by=by,
        name=name,
        born=born,
        now=now - timedelta(days=400),
        sequence=next(_sequence),
        home=Home(dwelling_id=home.pk),
        happened_on=today - timedelta(days=500),
        **given,
    )
    tags.refresh(on=today, now=now - timedelta(days=300), people=[person.pk], households=[person.household_id])
    Tag.objects.filter(person=person).update(recorded_at=now - timedelta(days=300))
    person.refresh_from_db()
    return person


def visit(
    person: Person,
    *,
    by: Actor,
    at: datetime,
    way: str = "home",
    outcome: str = "met",
    now: datetime | None = None,
    **given: object,
) -> Visit:
    """A visit recorded at once."""
    report = Report(
        way=way,
        outcome=outcome,
        submission_key=str(uuid.uuid4()),
        visited_at=at,
        **{"text": "说话清楚", **given},  # type: ignore[arg-type]
    )
    return actions.record(by=by, person_id=person.pk, given=report, now=now or at).visit


def post_of(actor: Actor) -> Post:
    return Post.objects.get(pk=actor.post_id)


def assign_grid(*, by: Actor, to: Actor, area_id: str, now: datetime) -> None:
    actions.assign(by=by, target=Target(areas=[area_id]), post_id=to.post_id, now=now)


def assign_building(*, by: Actor, to: Actor, person: Person, now: datetime) -> None:
    actions.assign(by=by, target=Target(buildings=[person.dwelling.building_id]), post_id=to.post_id, now=now)
