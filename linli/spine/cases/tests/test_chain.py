"""The history is whole, or `verify` names where it is not; and the database refuses to change it at all."""

import pytest
from django.db import DatabaseError, connection, transaction

from linli.apps.incidents.models import Incident
from linli.apps.incidents.tests.factories import Walk, report
from linli.foundation.audit import append_only
from linli.spine.cases import chain
from linli.spine.cases.models import Case, Event, NumberSeries

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(district, actor_of, now):
    walks = [Walk(report(now=now).case, now) for _time in range(3)]
    for walk in walks:
        walk.step("accept", actor_of("community-worker"))
        walk.step("note", actor_of("community-worker"))
    return [walk.case for walk in walks]


def broken():
    return [(one.number, one.seq) for one in chain.verify()]


def test_an_untouched_history_is_whole(cases):
    assert broken() == []


@pytest.mark.parametrize("statement", ["UPDATE cases_event SET note = 'x'", "DELETE FROM cases_event"])
def test_the_database_refuses_to_change_or_remove_events(cases, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 9


@pytest.mark.parametrize(
    "change",
    [
        {"note": "别的话"},
        {"at": "2020-01-01T00:00:00Z"},
        {"move": "refuse"},
        {"data": {"reason": "test"}},
        {"actor_id": None},
        {"hash": "0" * 64},
    ],
)
def test_an_edited_event_is_found(cases, change):
    with append_only.suspended(connection):
        Event.objects.filter(case=cases[1], seq=2).update(**change)
    assert broken()[0] in {(cases[1].number, 2), (cases[1].number, 3)}


def test_a_removed_event_is_found_in_the_middle_and_at_the_end(cases):
    with append_only.suspended(connection):
        Event.objects.filter(case=cases[0], seq=2).delete()
        Event.objects.filter(case=cases[2], seq=3).delete()
    assert broken() == [(cases[0].number, 2), (cases[2].number, 3)]


def test_swapped_events_are_found(cases):
    with append_only.suspended(connection):
        own = Event.objects.filter(case=cases[1])
        own.filter(seq=2).update(seq=99)
        own.filter(seq=3).update(seq=2)
        own.filter(seq=99).update(seq=3)
    assert broken() == [(cases[1].number, 2)]


def test_a_state_set_past_the_engine_is_found(cases):
    Case.objects.filter(pk=cases[0].pk).update(state="solved")
    assert broken() == [(cases[0].number, 3)]


def test_a_removed_case_is_found_by_the_gap_in_the_numbers(cases, now):
    with append_only.suspended(connection):
        Event.objects.filter(case=cases[1]).delete()
        Incident.objects.filter(case=cases[1]).delete()
        Case.objects.filter(pk=cases[1].pk).delete()
    assert broken() == [(f"{now:%Y%m%d}", 0)]
    assert NumberSeries.objects.get().last == 3


def test_one_case_can_be_verified_alone(cases):
    assert list(chain.verify(cases[0].number)) == []
