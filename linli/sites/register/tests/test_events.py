"""Events of one person, through their pages."""

from datetime import date

import pytest
from django.urls import reverse

from linli.register.people.actions import tags
from linli.register.people.actions.events import Home
from linli.register.people.models import PopulationEvent
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
SINCE = date(2010, 1, 1)


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


@pytest.fixture
def couple(worker, now):
    husband = make.person(by=worker, now=now, name="赵国强", sex="1", born=date(1960, 1, 1), happened_on=SINCE)
    home = Home(household_id=husband.household_id)
    wife = make.person(
        by=worker,
        now=now,
        name="钱玉珍",
        born=date(1962, 1, 1),
        sequence=7,
        relation="12",
        home=home,
        happened_on=SINCE,
    )
    husband.refresh_from_db()
    return husband, wife


def page_of(person, kind):
    return reverse("register:person_event", args=[person.pk, kind])


def follow(answer):
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return answer["Location"]


def test_a_death_is_confirmed_with_what_ends_and_who_follows(client, worker, couple, now):
    husband, wife = couple
    tags.give(
        by=worker, person=husband, kind="low_income", level="全额", basis="审批表", since=date(2024, 1, 1), now=now
    )
    husband.refresh_from_db()
    page = page_of(husband, "death")
    assert "钱玉珍" in client.get(page).content.decode()
    data = {"version": husband.version, "happened_on": "2025-05-05", "reason": "", "new_head": wife.pk}
    asked = client.post(page, data)
    assert asked.status_code == 200
    words = asked.content.decode()
    assert "赵国强" in words
    assert "低保" in words
    husband.refresh_from_db()
    assert husband.status == "here", "the first sending only asks"
    assert client.post(page, {**data, "look": "1"}).status_code == 200
    follow(client.post(page, {**data, "sure": "1"}))
    husband.refresh_from_db()
    wife.refresh_from_db()
    assert (husband.status, wife.relation) == ("dead", "02")
    assert client.get(page).status_code == 302, "the dead have no more events"
    event = PopulationEvent.objects.get(kind="death")
    assert "低保" in event.stopped
    follow(client.post(reverse("register:event_undo", args=[event.pk]), {"reason": "误报"}))
    husband.refresh_from_db()
    assert husband.status == "here"


def test_refusals_stand_at_their_fields(client, couple):
    husband, _wife = couple
    page = page_of(husband, "death")
    assert client.post(page, {"version": husband.version, "happened_on": ""}).status_code == 422
    early = client.post(page, {"version": husband.version, "happened_on": "1900-01-01"})
    assert early.status_code == 422
    assert early.context_data["form"].errors["happened_on"]
    stale = client.post(page, {"version": husband.version - 1, "happened_on": "2025-01-01"})
    assert stale.status_code == 409
    assert client.get(page_of(husband, "resurrection")).status_code == 404


def test_a_death_of_long_ago_says_what_speaks_against_it(client, couple, worker, now):
    """Before the entry, and somebody was met at the door since: said before it is entered, and told late afterwards."""
    from linli.apps.visits.tests import factories as visits

    husband, _wife = couple
    visits.visit(by=worker, person=husband, at=now)
    page = page_of(husband, "death")
    data = {"version": husband.version, "happened_on": "2001-01-01"}
    shown = client.post(page, data)
    assert shown.status_code == 200
    facts = shown.context_data["asked"]["facts"]
    assert len(facts) == 6
    assert "2026-11-23" in facts[-1][1]
    follow(client.post(page, {**data, "sure": "1"}))
    husband.refresh_from_db()
    assert (husband.status, str(husband.died)) == ("dead", "2001-01-01")


def test_a_couple_leaves_and_one_comes_back(client, couple):
    husband, wife = couple
    page = page_of(husband, "leave")
    assert client.get(page).status_code == 200
    data = {
        "version": husband.version,
        "happened_on": "2024-01-01",
        "kind": "flow_out",
        "to": "上海",
        "along": [wife.pk],
    }
    assert client.post(page, data).status_code == 200
    follow(client.post(page, {**data, "sure": "1"}))
    for one in couple:
        one.refresh_from_db()
        assert one.status == "gone"
    back = page_of(wife, "come-back")
    assert client.get(back).status_code == 200
    data = {
        "version": wife.version,
        "happened_on": "2025-01-01",
        "kind": "flow_in",
        "population": "registered",
        "relation": "02",
        "home": f"d-{make.dwelling().pk}",
    }
    follow(client.post(back, data))
    wife.refresh_from_db()
    assert (wife.status, wife.relation) == ("here", "02")


def test_a_marriage_of_two(client, couple):
    husband, wife = couple
    page = page_of(husband, "marriage")
    assert client.get(page).status_code == 200
    data = {"version": husband.version, "happened_on": "2012-01-01", "marital": "20", "spouse": wife.pk}
    follow(client.post(page, data))
    wife.refresh_from_db()
    assert wife.marital == "20"


def test_the_ways_to_the_household(client, couple):
    _husband, wife = couple
    assert client.get(page_of(wife, "move-within")).status_code == 200
    assert str(wife.pk) in follow(client.get(page_of(wife, "head_change")))
    assert "split" in follow(client.get(page_of(wife, "split")))


def test_strangers_and_grid_workers_enter_nothing(client_for, couple):
    husband, _wife = couple
    assert client_for("cw-320105001004").get(page_of(husband, "death")).status_code == 404
    assert client_for("grid-worker").get(page_of(husband, "death")).status_code == 403
    event = PopulationEvent.objects.first()
    assert client_for("cw-320105001004").get(reverse("register:event_undo", args=[event.pk])).status_code == 404
