"""Giving homes to workers, by building and grid; one act is undone as a whole."""

import uuid
from datetime import timedelta

import pytest

from linli.apps.visits import actions
from linli.apps.visits.actions import Target
from linli.apps.visits.models import Assignment
from linli.apps.visits.queries import assigned
from linli.apps.visits.tests import factories as visits
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def secretary(actor_of):
    return actor_of("community-secretary")


def worker_of(person, now):
    found = assigned.worker_of_person(person, now.date())
    return found.post.user_id if found else None


def test_a_household_comes_before_its_building_and_that_before_its_grid(office, secretary, actor_of, now):
    one = visits.elder(by=office, now=now)
    assert worker_of(one, now) is None
    visits.assign_grid(by=office, to=secretary, area_id=one.area_id, now=now)
    assert worker_of(one, now) == secretary.user_id
    visits.assign_building(by=office, to=office, person=one, now=now)
    assert worker_of(one, now) == office.user_id
    actions.assign(by=office, target=Target(households=[one.household_id]), post_id=secretary.post_id, now=now)
    assert worker_of(one, now) == secretary.user_id


def test_assigning_anew_ends_what_held_and_undo_puts_it_back(office, secretary, now):
    one = visits.elder(by=office, now=now)
    visits.assign_building(by=office, to=secretary, person=one, now=now)
    target = Target(buildings=[one.dwelling.building_id])
    act = actions.assign(by=office, target=target, post_id=office.post_id, now=now + timedelta(days=1))
    assert worker_of(one, now + timedelta(days=1)) == office.user_id
    assert Assignment.objects.filter(until__isnull=True).count() == 1
    actions.take_back(by=office, key=act.key, now=now + timedelta(days=1))
    assert worker_of(one, now + timedelta(days=1)) == secretary.user_id
    with pytest.raises(Stale):
        actions.take_back(by=office, key=act.key, now=now)


def test_an_act_that_was_overtaken_is_not_undone(office, secretary, now):
    one = visits.elder(by=office, now=now)
    target = Target(buildings=[one.dwelling.building_id])
    act = actions.assign(by=office, target=target, post_id=secretary.post_id, now=now)
    actions.assign(by=office, target=target, post_id=office.post_id, now=now)
    with pytest.raises(Stale):
        actions.take_back(by=office, key=act.key, now=now)
    assert worker_of(one, now) == office.user_id


def test_to_nobody_ends_and_a_post_that_ends_looks_after_nobody(office, secretary, now):
    one = visits.elder(by=office, now=now)
    visits.assign_building(by=office, to=secretary, person=one, now=now)
    post = visits.post_of(secretary)
    post.ends_on = now.date()
    post.save(update_fields=["ends_on"])
    assert worker_of(one, now) == secretary.user_id
    assert worker_of(one, now + timedelta(days=1)) is None
    actions.assign(by=office, target=Target(buildings=[one.dwelling.building_id]), post_id=None, now=now)
    assert worker_of(one, now) is None


def test_what_may_not_be_given(office, actor_of, now):
    one = visits.elder(by=office, now=now)
    away = actor_of("cw-320105001004")
    target = Target(buildings=[one.dwelling.building_id])
    with pytest.raises(Invalid):
        actions.assign(by=office, target=Target(), post_id=office.post_id, now=now)
    with pytest.raises(Invalid) as refused:
        actions.assign(by=away, target=target, post_id=away.post_id, now=now)
    assert "target" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        actions.assign(by=office, target=target, post_id=away.post_id, now=now)
    assert "post" in refused.value.fields
    with pytest.raises(Invalid):
        actions.assign(by=office, target=target, post_id=actor_of("auditor").post_id, now=now)
    with pytest.raises(NotAllowed):
        actions.assign(by=actor_of("grid-worker"), target=target, post_id=office.post_id, now=now)
    with pytest.raises(Invalid):
        actions.take_back(by=office, key=uuid.uuid4(), now=now)
    assert not Assignment.objects.exists()


def test_the_load_counts_households(office, secretary, now):
    one = visits.elder(by=office, now=now)
    visits.elder(by=office, now=now, room="302")
    visits.elder(by=office, now=now, room="101", building="9幢")
    visits.assign_building(by=office, to=secretary, person=one, now=now)
    loads, nobody = assigned.loads(make.COMMUNITY, now.date())
    assert [(load.user_id, load.households) for load in loads] == [(secretary.user_id, 2)]
    assert nobody == 1
