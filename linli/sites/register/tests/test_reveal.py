"""Whole numbers: only with a reason, only once, and never without a line in the log."""

from datetime import date

import pytest
from django.urls import reverse

from linli.foundation.audit.models import AccessRecord
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
BORN = date(1940, 3, 2)


@pytest.fixture
def zhang(actor_of, now):
    return make.person(by=actor_of("community-worker"), now=now, born=BORN, phone="19900001111")


def lines():
    return list(AccessRecord.objects.filter(action="people.reveal").order_by("pk"))


def url(person, name="register:reveal"):
    return reverse(name, args=[person.pk])


def test_a_reason_opens_one_number_and_leaves_a_line(client_for, zhang):
    client = client_for("grid-worker")
    asked = client.get(url(zhang) + "?field=identity").content.decode()
    assert make.citizen_number(BORN) not in asked
    shown = client.post(url(zhang), {"field": "identity", "usual": "check", "reason": "办老年证"})
    assert shown.status_code == 200
    assert make.citizen_number(BORN) in shown.content.decode()
    assert "19900001111" not in shown.content.decode()
    (line,) = lines()
    assert (line.subject_kind, line.subject_id, line.data) == ("person", str(zhang.pk), {"field": "identity"})
    assert "办老年证" in line.reason
    assert make.citizen_number(BORN) not in str(line.__dict__)


@pytest.mark.parametrize(
    "sent", [{"field": "identity"}, {"field": "identity", "usual": "other"}, {"field": "name", "reason": "因为"}, {}]
)
def test_without_a_reason_or_a_number_nothing_shows(client_for, zhang, sent):
    answer = client_for("grid-worker").post(url(zhang), sent)
    assert answer.status_code == 422
    assert make.citizen_number(BORN) not in answer.content.decode()
    assert not lines()


def test_who_may_not_reveal_is_told_why(client_for, zhang):
    assert client_for("auditor").post(url(zhang), {"field": "phone", "reason": "因为"}).status_code == 403
    assert client_for("cw-320105001004").post(url(zhang), {"field": "phone", "reason": "因为"}).status_code == 404
    assert not lines()


def test_a_call_is_written_down_before_its_link_shows(client_for, zhang):
    client = client_for("grid-worker")
    address = url(zhang, "register:call")
    assert client.get(address).status_code == 405
    assert "tel:" not in client.get(reverse("register:person", args=[zhang.pk])).content.decode()
    page = client.post(address, {"field": "phone"})
    assert "tel:19900001111" in page.content.decode()
    (line,) = lines()
    assert (line.reason, line.data) == ("call", {"field": "phone"})


@pytest.mark.parametrize("field", ["identity", "other_phone", "name", "x"])
def test_only_phones_that_are_known_can_be_called(client_for, zhang, field):
    answer = client_for("grid-worker").post(url(zhang, "register:call"), {"field": field})
    assert answer.status_code == 422
    assert "tel:" not in answer.content.decode()
    assert not lines()


def test_somebody_without_numbers(client_for, actor_of, now):
    nobody = make.person(by=actor_of("community-worker"), now=now, with_identity=False)
    assert client_for("grid-worker").get(url(nobody)).status_code == 200
    assert client_for("grid-worker").post(url(nobody), {"field": "phone", "reason": "因为"}).status_code == 422
