"""Special groups through the pages: on a basis, ended with a reason; what follows from facts is left alone."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import tags
from linli.register.people.models import Tag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, born=date(1940, 3, 2))


@pytest.fixture
def poor(worker, zhang, now):
    return tags.give(
        by=worker, person=zhang, kind="low_income", level="全额", basis="低保证", since=date(2025, 1, 1), now=now
    )


def url(name, person, *more):
    return reverse(f"register:{name}", args=[person.pk, *more])


def give_form(**more):
    return {"kind": "disabled", "level": "二级", "basis": "残疾人证", "since": "2024-01-01", **more}


def test_somebody_is_added_on_a_basis(client, zhang):
    page = client.get(url("group_give", zhang)).content.decode()
    assert "残疾 二级" in page
    assert "社区矫正" not in page
    assert client.post(url("group_give", zhang), give_form()).status_code == 302
    tag = Tag.objects.get(kind="disabled")
    assert (tag.level, tag.source, tag.review_on is not None) == ("二级", "typed", True)
    shown = client.get(reverse("register:person", args=[zhang.pk])).content.decode()
    assert "残疾 二级" in shown
    assert "残疾人证" in shown
    # Who is in a group already is not offered it again.
    assert client.post(url("group_give", zhang), give_form()).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"basis": ""}, "basis"),
        ({"level": ""}, "level"),
        ({"level": "九级"}, "level"),
        ({"since": "2999-01-01"}, "since"),
        ({"since": "1900-01-01"}, "since"),
        ({"since": "gestern"}, "since"),
        ({"kind": "aged"}, "kind"),
        ({"kind": "correction"}, "kind"),
        ({"review_on": "2020-01-01"}, "review_on"),
        ({"review_on": "9999-01-01"}, "review_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, zhang, wrong, field):
    answer = client.post(url("group_give", zhang), give_form(**wrong))
    assert answer.status_code == 422
    assert field in answer.context_data["form"].errors
    assert not Tag.objects.exclude(source="computed").exists()


def test_a_group_ends_with_a_reason(client, zhang, poor):
    address = url("group_finish", zhang, poor.pk)
    assert client.get(address).status_code == 200
    assert client.post(address, {"until": "2026-01-01", "because": ""}).status_code == 422
    assert client.post(address, {"until": "2024-01-01", "because": "收入提高"}).status_code == 422
    assert client.post(address, {"until": "2026-01-01", "because": "收入提高"}).status_code == 302
    poor.refresh_from_db()
    assert (poor.until, poor.ended_because) == (date(2026, 1, 1), "收入提高")
    assert AccessRecord.objects.filter(action="people.group_end", subject_id=str(zhang.pk)).count() == 1
    assert "收入提高" in client.get(reverse("register:person", args=[zhang.pk])).content.decode()
    assert client.post(address, {"until": "2026-01-01", "because": "收入提高"}).status_code == 404


def test_a_group_is_reviewed(client, zhang, poor):
    address = url("group_review", zhang, poor.pk)
    assert client.get(address).status_code == 200
    ahead = timezone.localdate() + timedelta(days=100)
    assert client.post(address, {"review_on": "2020-01-01"}).status_code == 422
    assert client.post(address, {"review_on": "9998-01-01"}).status_code == 422
    assert client.post(address, {"review_on": ahead.isoformat()}).status_code == 302
    poor.refresh_from_db()
    assert poor.review_on == ahead
    assert AccessRecord.objects.filter(action="people.group_review").count() == 1


def test_what_follows_from_facts_cannot_be_ended(client, zhang):
    aged = Tag.objects.get(person=zhang, kind="aged")
    page = client.get(reverse("register:person", args=[zhang.pk])).content.decode()
    assert url("group_finish", zhang, aged.pk) not in page
    for name in ("group_finish", "group_review"):
        assert client.get(url(name, zhang, aged.pk)).status_code == 404
        assert client.post(url(name, zhang, aged.pk), {}).status_code == 404


def test_a_group_of_somebody_else_is_not_there(client, client_for, worker, zhang, poor, now):
    other = make.person(by=worker, name="李慧", born=date(1970, 5, 1), now=now, sequence=7)
    assert client.get(url("group_finish", other, poor.pk)).status_code == 404
    assert client.get(f"/register/people/{zhang.pk}/groups/99999999999999999999/end/").status_code == 404
    assert client_for("cw-320105001004").get(url("group_finish", zhang, poor.pk)).status_code == 404
    for username in ("grid-worker", "street-staff", "auditor"):
        assert client_for(username).get(url("group_give", zhang)).status_code == 403
