"""Moves between communities: who may answer, what changes, and who is told."""

from datetime import date

import pytest

from linli.foundation.notifications.models import Message
from linli.lib.errors import Invalid, Stale
from linli.register.people import kinship
from linli.register.people.actions import events, spells, transfers
from linli.register.people.actions.events import Home
from linli.register.people.actions.transfers import LivesNowhere
from linli.register.people.models import Headcount, Spell
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
OTHER = "320105001004"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def other(actor_of):
    return actor_of("cw-320105001004")


@pytest.fixture
def person(worker, now):
    return make.person(by=worker, now=now, happened_on=date(2020, 1, 1))


def ask_out(worker, person, now):
    return transfers.ask_out(
        by=worker, people=[person.pk], to_area_id=OTHER, happened_on=date(2026, 11, 1), reason="", now=now
    )


def ask_in(other, now):
    return transfers.ask_in(
        by=other,
        identity_kind="111",
        identity=make.citizen_number(),
        name="张秀兰",
        dwelling_id=make.dwelling("101", estate="南湖春晓", community=OTHER).pk,
        area_id="",
        happened_on=date(2026, 11, 1),
        reason="",
        now=now,
    )


def test_an_accepted_move_keeps_both_counts_right(worker, other, person, now):
    asked = ask_out(worker, person, now)
    with pytest.raises(Stale):
        ask_in(other, now)
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    with pytest.raises(Invalid):
        transfers.accept(by=other, transfer_id=asked.pk, now=now, home=Home(dwelling_id=make.dwelling().pk))
    done = transfers.accept(by=other, transfer_id=asked.pk, now=now, home=Home(dwelling_id=away.pk))
    assert done[0].transfer_id == asked.pk
    with pytest.raises(Stale):
        transfers.accept(by=other, transfer_id=asked.pk, now=now, home=Home(dwelling_id=away.pk))
    with pytest.raises(Invalid):
        events.take_back(by=other, event_id=done[0].pk, reason="误报", now=now)
    kept = {(one.area_id, one.kind, one.day): one.n for one in Headcount.objects.all() if one.n}
    assert kept == spells.recount()


def test_what_happens_meanwhile_stops_the_move(worker, other, person, now):
    asked = ask_out(worker, person, now)
    person.refresh_from_db()
    events.die(
        by=worker, person_id=person.pk, version=person.version, happened_on=date(2026, 11, 2), reason="", now=now
    )
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    with pytest.raises(Stale):
        transfers.accept(by=other, transfer_id=asked.pk, now=now, home=Home(dwelling_id=away.pk))


def test_messages_name_nobody(worker, other, person, now):
    ask_out(worker, person, now)
    texts = list(Message.objects.filter(subject_kind="transfer").values_list("text", "to_user_id"))
    assert other.user_id in {user for _text, user in texts}
    assert not any("张秀兰" in text for text, _user in texts)


def test_the_gone_are_entered_and_the_dead_are_not_asked_for(worker, other, person, now):
    events.leave(
        by=worker, people=[person.pk], kind="flow_out", happened_on=date(2021, 1, 1), to="", reason="", now=now
    )
    with pytest.raises(LivesNowhere) as refusal:
        ask_in(other, now)
    assert refusal.value.person_id == person.pk


def test_a_move_to_another_community_is_not_a_move_inside(worker, person, actor_of, now):
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    with pytest.raises(Invalid):
        events.move_within(
            by=worker,
            people=[person.pk],
            home=Home(dwelling_id=away.pk),
            relations={},
            happened_on=date(2026, 1, 1),
            reason="",
            now=now,
        )
    assert Spell.objects.filter(person=person).count() == 1


@pytest.mark.parametrize(
    ("members", "new_head", "expected"),
    [
        ({1: ("02", "1"), 2: ("12", "2"), 3: ("20", "1")}, 2, {1: "11", 2: "02", 3: "20"}),
        ({1: ("02", "1"), 2: ("12", "2"), 3: ("20", "1"), 4: ("30", "2")}, 3, {1: "51", 2: "52", 3: "02", 4: "70"}),
        ({1: ("02", "2"), 2: ("51", "1")}, 2, {1: "30", 2: "02"}),
        ({1: ("02", "1"), 2: ("12", "2"), 3: ("52", "2")}, 2, {1: "11", 2: "02", 3: "54"}),
        ({1: ("02", "1"), 2: ("99", "1"), 3: ("97", "2")}, 2, {1: "", 2: "02", 3: ""}),
        ({1: ("02", "1"), 2: ("20", "1"), 3: ("73", "1"), 4: ("74", "2")}, 2, {1: "51", 2: "02", 3: "83", 4: "84"}),
        ({1: ("02", "2"), 2: ("30", "2"), 3: ("71", "1"), 4: ("99", "1")}, 2, {1: "52", 2: "02", 3: "85", 4: "99"}),
        ({1: ("02", "1"), 2: ("73", "1"), 3: ("12", "2"), 4: ("22", "1")}, 2, {1: "71", 2: "02", 3: "72", 4: "93"}),
        ({1: ("02", "2"), 2: ("95", "1")}, 2, {1: "88", 2: "02"}),
        ({1: ("02", "1"), 2: ("93", "1")}, 2, {1: "", 2: "02"}),
        ({1: ("02", "2"), 2: ("86", "2")}, 2, {1: "96", 2: "02"}),
    ],
)
def test_what_the_others_are_to_a_new_head(members, new_head, expected):
    assert kinship.suggest(members, new_head) == expected
