"""Death and departure end the plan, and say so; taken back, it goes on."""

from datetime import timedelta

import pytest

from linli.apps.visits import actions
from linli.apps.visits.actions import Target
from linli.apps.visits.models import Assignment, Visit
from linli.apps.visits.queries import due_of_worker
from linli.apps.visits.tests import factories as visits
from linli.register.people.actions import events
from linli.register.people.actions.events import Home
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(actor_of):
    return actor_of("community-worker")


def die(person, office, now):
    person.refresh_from_db()
    return events.die(
        by=office, person_id=person.pk, version=person.version, happened_on=now.date(), reason="", now=now
    )


def test_death_ends_the_plan_and_says_so(office, now):
    one = visits.elder(by=office, now=now)
    actions.assign(by=office, target=Target(households=[one.household_id]), post_id=office.post_id, now=now)
    visits.visit(one, by=office, at=now, next_on=(now + timedelta(days=3)).date())
    event = die(one, office, now + timedelta(days=1))
    event.refresh_from_db()
    assert "走访计划" in event.stopped
    assert Assignment.objects.get().ended_by == event
    assert Visit.objects.get().next_ended_by == event
    assert due_of_worker(office, (now + timedelta(days=30)).date()) == []

    events.take_back(by=office, event_id=event.pk, reason="同名误报", now=now + timedelta(days=2))
    assert Assignment.objects.get().until is None
    assert Visit.objects.get().next_ended_by is None
    later = due_of_worker(office, (now + timedelta(days=8)).date())
    assert [line.person.pk for line in later] == [one.pk]


def test_a_household_with_others_keeps_its_worker(office, now):
    one = visits.elder(by=office, now=now)
    son = make.person(
        by=office,
        name="王小明",
        born=None,
        with_identity=False,
        home=Home(household_id=one.household_id),
        relation="20",
        now=now,
    )
    actions.assign(by=office, target=Target(households=[one.household_id]), post_id=office.post_id, now=now)
    event = die(one, office, now)
    event.refresh_from_db()
    assert event.stopped.count("走访计划") == 1
    assert Assignment.objects.get().until is None
    assert die(son, office, now).stopped == ["走访计划"]
    assert Assignment.objects.get().until is not None


def test_who_was_never_planned_stops_nothing(office, now):
    young = make.person(by=office, name="赵强", born=None, with_identity=False, now=now)
    assert "走访计划" not in die(young, office, now).stopped
