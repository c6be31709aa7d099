"""Moves between two communities, seen from both desks."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from linli.foundation.notifications.models import Message
from linli.register.people import tasks
from linli.register.people.actions import events
from linli.register.people.models import Transfer
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
OTHER = "320105001004"
DESK = "/register/moves/"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def here(client_for):
    return client_for("community-worker")


@pytest.fixture
def there(client_for):
    return client_for("cw-320105001004")


@pytest.fixture
def person(worker, now):
    return make.person(by=worker, now=now, happened_on=date(2020, 1, 1), phone="13900002222")


def follow(answer):
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return answer["Location"]


def ask_out(here, person):
    page = reverse("register:move_out", args=[person.household_id])
    assert here.get(page).status_code == 200
    follow(here.post(page, {"people": [person.pk], "to_area": OTHER, "happened_on": "2026-11-01", "reason": "换房"}))
    return Transfer.objects.latest("pk")


def test_out_here_in_there(here, there, person, django_assert_max_num_queries):
    asked = ask_out(here, person)
    assert Message.objects.filter(subject_kind="transfer", subject_id=str(asked.pk)).exists()
    there.get(DESK)
    with django_assert_max_num_queries(14):
        desk = there.get(DESK).content.decode()
    assert "张秀兰" in desk, "the name is needed to decide"
    assert make.citizen_number() not in desk
    assert "13900002222" not in desk
    assert reverse("register:person", args=[person.pk]) not in desk
    assert "张秀兰" in here.get(DESK, {"tab": "asked"}).content.decode()
    accept = reverse("register:move_accept", args=[asked.pk])
    assert here.get(accept).status_code == 404, "one does not answer oneself"
    assert there.get(accept).status_code == 200
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    assert there.post(accept, {"where": "莫愁新寓3-2-301"}).status_code == 422
    follow(there.post(accept, {"where": "南湖春晓3-2-101"}))
    person.refresh_from_db()
    assert person.dwelling_id == away.pk
    assert Message.objects.filter(link_path__contains="finished").exists()
    done = here.get(DESK, {"tab": "finished"}).content.decode()
    assert "张秀兰" in done


def test_a_refusal_says_why_and_a_refused_side_sees_no_names(here, there, person):
    asked = ask_out(here, person)
    refuse = reverse("register:move_refuse", args=[asked.pk])
    assert there.get(refuse).status_code == 200
    assert there.post(refuse, {"answer": ""}).status_code == 422
    follow(there.post(refuse, {"answer": "没有这户"}))
    assert "没有这户" in here.get(DESK, {"tab": "finished"}).content.decode()
    assert "张秀兰" not in there.get(DESK, {"tab": "finished"}).content.decode()
    again = ask_out(here, person)
    withdraw = reverse("register:move_withdraw", args=[again.pk])
    assert there.post(withdraw).status_code == 404
    follow(here.post(withdraw))
    follow(here.post(withdraw))
    again.refresh_from_db()
    assert again.state == "withdrawn"


def ask_in(there, **more):
    data = {
        "name": "张秀兰",
        "identity_kind": "111",
        "identity": make.citizen_number(),
        "where": "南湖春晓3-2-101",
        "happened_on": "2026-11-01",
    }
    return there.post(reverse("register:move_in"), {**data, **more})


def test_in_there_out_here(here, there, person):
    away = make.dwelling("101", estate="南湖春晓", community=OTHER)
    assert there.get(reverse("register:move_in")).status_code == 200
    assert ask_in(there, name="别人").status_code == 422
    assert ask_in(there, identity="123").status_code == 422
    follow(ask_in(there))
    asked = Transfer.objects.get()
    accept = reverse("register:move_accept", args=[asked.pk])
    assert here.get(accept).status_code == 200
    follow(here.post(accept, {"answer": ""}))
    person.refresh_from_db()
    assert person.dwelling_id == away.pk


def test_who_lives_nowhere_comes_at_once(there, person, worker, now):
    make.dwelling("101", estate="南湖春晓", community=OTHER)
    events.leave(
        by=worker, people=[person.pk], kind="flow_out", happened_on=date(2021, 1, 1), to="", reason="", now=now
    )
    follow(ask_in(there))
    person.refresh_from_db()
    assert (person.status, person.area_id[:12]) == ("here", OTHER)


def test_late_answers_are_reminded_and_never_accepted(here, person, now):
    asked = ask_out(here, person)
    Message.objects.all().delete()
    assert tasks.remind_moves(asked.due_at - timedelta(hours=1)) == ""
    assert tasks.remind_moves(asked.due_at + timedelta(hours=1))
    told = Message.objects.count()
    assert told >= 2
    tasks.remind_moves(asked.due_at + timedelta(hours=9))
    assert Message.objects.count() == told, "once a turn"
    tasks.remind_moves(asked.due_at + timedelta(days=4))
    assert Message.objects.count() > told
    asked.refresh_from_db()
    assert asked.state == "waiting"
