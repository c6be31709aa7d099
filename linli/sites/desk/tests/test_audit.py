from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from linli.foundation.accounts.actors import ANONYMOUS
from linli.foundation.accounts.models import Post, User
from linli.foundation.areas.models import Area, Level
from linli.foundation.audit import append_only
from linli.foundation.audit.actions import record
from linli.sites.desk.tests.factories import make_case

AUDIT = "/desk/audit/"


def test_the_log_is_for_auditors_only(client_for):
    assert client_for("auditor").get(AUDIT).status_code == 200
    for username in ("admin", "community-worker", "civil-affairs", "grid-worker"):
        assert client_for(username).get(AUDIT).status_code == 403


def test_the_log_can_be_narrowed_and_paged(client_for, actor_of, now):
    worker = actor_of("community-worker")
    for n in range(60):
        record(by=worker, action="people.reveal_phone", subject_kind="party", subject_id=n, now=now)
    record(by=worker, action="cases.exported", now=now)
    client = client_for("auditor")
    first = client.get(AUDIT, {"action": "people."})
    assert len(first.context["records"]) == 50
    second = client.get(AUDIT + first.context["older_url"])
    assert len(second.context["records"]) == 10
    assert len(client.get(AUDIT, {"action": "cases.exported"}).context["records"]) == 1
    assert len(client.get(AUDIT, {"subject": "7"}).context["records"]) == 1
    assert len(client.get(AUDIT, {"user": "community-worker", "action": "cases."}).context["records"]) == 1
    assert client.get(AUDIT, {"user": "nobody-here"}).context["records"] == []


def test_strange_filters_are_no_error(client_for):
    client = client_for("auditor")
    for query in (
        {"action": "x" * 5000},
        {"user": "a\x00"},
        {"before": "9" * 30},
        {"before": "²"},
        {"number": "9" * 90},
    ):
        assert client.get(AUDIT, query).status_code == 200


def test_the_history_of_a_case_is_proved_whole(client_for, actor_of):
    walk = make_case()
    walk.step("accept", actor_of("community-worker"))
    proof = client_for("auditor").get(AUDIT, {"number": walk.case.number}).context["proof"]
    assert proof["breaks"] == []


def test_an_edited_event_is_named(client_for, actor_of):
    walk = make_case()
    walk.step("accept", actor_of("community-worker"))
    with append_only.suspended(connection):
        walk.case.events.filter(seq=1).update(note="改写历史")
    response = client_for("auditor").get(AUDIT, {"number": walk.case.number})
    assert [one.seq for one in response.context["proof"]["breaks"]] == [1]
    assert response.context["proof"]["breaks"][0].what in response.content.decode()


def test_an_unknown_number_is_said_plainly(client_for):
    proof = client_for("auditor").get(AUDIT, {"number": "2026112300099"}).context["proof"]
    assert proof["case"] is None


def seen(client) -> list[str]:
    return [one.action for one, _name, _removed in client.get(AUDIT).context["records"]]


def test_the_auditor_of_all_sees_also_what_lies_in_nobody_s_area(client_for, actor_of, now):
    record(by=ANONYMOUS, action="sign_in.failed", ip="192.0.2.1", now=now)
    record(by=replace(actor_of("community-worker"), area_id="", post_id=None), action="sign_in", now=now)
    record(by=replace(actor_of("community-worker"), area_id="320106"), action="cases.exported", now=now)
    assert seen(client_for("auditor")) == ["sign_in", "sign_in.failed"]


@pytest.fixture
def elsewhere(district, now):
    """Somebody with a post in another district of the same installation."""
    given = {"name": "远处区", "level": Level.DISTRICT, "parent_id": "3201", "valid_from": date(2020, 1, 1)}
    Area.objects.get_or_create(pk="320106", defaults=given)
    user = User(username="far", name="远处人", kind=User.Kind.STAFF, password_changed_at=timezone.now())
    user.must_change_password = False
    user.set_password("Far-away-2026")
    user.save()
    Post.objects.create(user=user, role="auditor", area_id="320106", starts_on=date(2020, 1, 1))
    return user


def test_each_district_audits_its_own_sign_ins_only(client_for, elsewhere, now):
    """Right and wrong passwords, names that nobody has, and lines of before, which had no area."""
    record(by=replace(ANONYMOUS, user_id=elsewhere.pk), action="sign_in", now=now)
    for name, password in (("far", "wrong"), ("far", "Far-away-2026"), ("nobody", "x"), ("community-worker", "x")):
        Client().post("/accounts/sign-in/", {"username": name, "password": password})
    assert seen(client_for("auditor")) == ["sign_in.failed"]
    assert seen(client_for("far")) == ["sign_in", "sign_in.failed", "sign_in"]
