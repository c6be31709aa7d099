"""The page of a household, as of any day, and the events of a whole household."""

from datetime import date

import pytest
from django.urls import reverse

from linli.register.people.actions.events import Home
from linli.register.people.models import Household, PopulationEvent
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
def family(worker, now):
    """A man, his wife and their son."""
    husband = make.person(by=worker, now=now, name="赵国强", sex="1", born=date(1960, 1, 1), happened_on=SINCE)
    home = Home(household_id=husband.household_id)
    more = {"by": worker, "now": now, "home": home, "happened_on": SINCE}
    wife = make.person(name="钱玉珍", born=date(1962, 1, 1), sequence=7, relation="12", **more)
    son = make.person(name="赵明", sex="1", born=date(1990, 1, 1), sequence=8, relation="20", **more)
    return husband, wife, son


def url(name, *args):
    return reverse(f"register:{name}", args=args)


def follow(answer):
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return answer["Location"]


def relations(*people):
    for one in people:
        one.refresh_from_db()
    return [one.relation for one in people]


def test_the_page_shows_members_and_any_day(client, family, django_assert_max_num_queries):
    husband, wife, _son = family
    page = url("household", husband.household_id)
    client.get(page)
    with django_assert_max_num_queries(16):
        shown = client.get(page, {"on": "2015-01-01"}).content.decode()
    assert shown.count("钱玉珍") >= 2, "now and then"
    assert "赵国强" in client.get(page, {"on": "2009-01-01"}).content.decode()
    assert client.get(page, {"on": "gestern"}).status_code == 200
    assert client.get(url("person", wife.pk)).status_code == 200


def test_the_head_changes_with_relations_suggested(client, family):
    husband, wife, son = family
    page = url("household_head", husband.household_id)
    assert client.get(page).status_code == 200
    asked = client.get(page, {"new_head": son.pk})
    form = asked.context_data["form"]
    assert form.fields[f"relation_{husband.pk}"].initial == "51"
    assert form.fields[f"relation_{wife.pk}"].initial == "52"
    data = {
        "new_head": son.pk,
        "happened_on": "2020-01-01",
        f"relation_{husband.pk}": "51",
        f"relation_{wife.pk}": "52",
    }
    follow(client.post(page, data))
    assert relations(husband, wife, son) == ["51", "52", "02"]
    event = PopulationEvent.objects.filter(kind="head_change", person=wife).get()
    undo = url("event_undo", event.pk)
    assert "赵国强" in client.get(undo).content.decode()
    assert client.post(undo, {"reason": ""}).status_code == 422
    follow(client.post(undo, {"reason": "填错了"}))
    assert relations(husband, wife, son) == ["02", "12", "20"]


def test_a_split_to_another_dwelling(client, family):
    husband, wife, son = family
    other = make.dwelling("302")
    page = url("household_split", husband.household_id)
    assert client.get(page).status_code == 200
    data = {"people": [son.pk], "happened_on": "2020-01-01", f"relation_{son.pk}": "02", "where": "莫愁新寓三号楼2-302"}
    new = follow(client.post(page, data))
    son.refresh_from_db()
    assert son.dwelling_id == other.pk
    assert new == url("household", son.household_id)
    back = {"happened_on": "2021-01-01", f"relation_{son.pk}": "20", "where": "莫愁新寓3-2-301"}
    merge = url("household_merge", son.household_id)
    asked = client.post(merge, back)
    assert asked.status_code == 422, "there is more than one way to live there"
    follow(client.post(merge, {**back, "home": f"h-{husband.household_id}"}))
    assert Household.objects.get(pk=husband.household_id).size == 3
    assert relations(husband, wife, son) == ["02", "12", "20"]


def test_all_move_inside_the_community(client, family):
    husband, wife, son = family
    make.dwelling("302")
    page = url("household_move", husband.household_id)
    assert client.get(page).status_code == 200
    data = {"people": [one.pk for one in family], "happened_on": "2020-01-01", "where": "莫愁新寓3-2-302"}
    data |= {f"relation_{one.pk}": one.relation for one in family}
    assert client.post(page, {**data, "where": "无此处9-9-999"}).status_code == 422
    assert client.post(page, {**data, "where": ""}).status_code == 422
    follow(client.post(page, data))
    assert relations(husband, wife, son) == ["02", "12", "20"]
    assert husband.dwelling.room == "302"


def test_kind_number_and_economy(client, family):
    page = url("household_edit", family[0].household_id)
    assert client.get(page).status_code == 200
    follow(client.post(page, {"kind": "collective", "number": "0123", "economy": "02"}))
    found = Household.objects.get(pk=family[0].household_id)
    assert (found.kind, found.number, found.economy) == ("collective", "0123", "02")
    assert client.post(page, {"kind": "nonsense"}).status_code == 422
