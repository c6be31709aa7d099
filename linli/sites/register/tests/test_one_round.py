"""Everything that is wrong with a form is said in one round, each at its field, and nothing typed is lost."""

from datetime import date

import pytest
from django.urls import reverse

from linli.lib.errors import Invalid
from linli.register.homes.actions import buildings, organisations
from linli.register.people.models import Person
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
WRONG_PERSON = {
    "name": "", "identity_kind": "111", "identity": "1" * 17, "sex": "7", "born": "1958-02-30", "ethnic": "99x",
    "nationality": "火星", "phone": "12345", "other_phone": "6", "education": "?", "registered_area": "鼓楼区",
    "note": "长" * 301,
}  # fmt: skip


@pytest.fixture
def client(client_for):
    return client_for("community-worker", HTTP_ACCEPT_LANGUAGE="zh-hans")


@pytest.fixture
def zhang(actor_of, now):
    return make.person(by=actor_of("community-worker"), now=now, born=date(1940, 3, 2))


def told(response) -> set[str]:
    assert response.status_code == 422
    return set(response.context_data["form"].errors)


def test_a_new_person(client, district):
    home = make.dwelling("502")
    more = {"event": "entry", "happened_on": "2999-13-01", "kind": "nobody", "relation": "xx", "marital": "xx"}
    response = client.post(f"{reverse('register:person_new')}?dwelling={home.pk}", {**WRONG_PERSON, **more})
    assert told(response) == {*WRONG_PERSON, "happened_on", "kind", "relation", "marital"} - {"identity_kind"}
    assert "1" * 17 in response.content.decode()
    assert not Person.objects.exists()


def test_a_new_person_whose_fields_the_form_takes(client, district):
    """What only the register can judge comes in one round as well."""
    home = make.dwelling("502")
    typed = {
        "name": "李慧", "identity_kind": "111", "identity": "1" * 17, "phone": "12345", "registered_area": "火星区",
        "event": "birth", "happened_on": "2999-01-01", "kind": "registered", "nationality": "CHN",
    }  # fmt: skip
    response = client.post(f"{reverse('register:person_new')}?dwelling={home.pk}", typed)
    assert told(response) == {"identity", "phone", "registered_area", "happened_on"}


@pytest.mark.parametrize("page", ["person_edit", "correction_propose"])
def test_a_changed_person(client, client_for, zhang, page):
    if page == "correction_propose":
        client = client_for("grid-worker")
    url = reverse(f"register:{page}", args=[zhang.pk])
    form = client.get(url).context_data["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    response = client.post(url, {**sent, **WRONG_PERSON, "reason": "核" * 301})
    assert told(response) == {*WRONG_PERSON, "reason"} - {"identity_kind"}


def test_a_division_is_shown_with_its_name_and_stays_as_it_is(client, zhang):
    url = reverse("register:person_edit", args=[zhang.pk])
    form = client.get(url).context_data["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    assert client.post(url, {**sent, "registered_area": "南京市鼓楼区", "reason": "户口簿"}).status_code == 302
    zhang.refresh_from_db()
    assert zhang.registered_area == "320106"
    assert "320106 江苏省南京市鼓楼区" in client.get(url).content.decode()
    sent = {name: value for name, value in client.get(url).context_data["form"].initial.items() if value is not None}
    version = zhang.version
    client.post(url, {**sent, "reason": "没有改动"})
    zhang.refresh_from_db()
    assert (zhang.registered_area, zhang.version) == ("320106", version)
    assert "320106 江苏省南京市鼓楼区" in client.get(reverse("register:person", args=[zhang.pk])).content.decode()


def test_divisions_are_offered_while_one_types(client):
    offered = client.get(reverse("register:divisions"), {"registered_area": "江苏鼓楼"}).content.decode()
    assert '<option value="320106 江苏省南京市鼓楼区">' in offered
    assert "<script>" not in client.get(reverse("register:divisions"), {"registered_area": "<script>"}).content.decode()
    assert client.get(reverse("register:divisions")).content == b""


def test_homes_and_organisations(client, zhang, actor_of, now):
    building = zhang.dwelling.building
    estate = {"name": "\u200b", "built_year": 3000, "aliases": "名" * 81, "area_id": "320105001001"}
    assert told(client.post(reverse("register:estate_new"), estate)) == {"name", "built_year", "aliases"}
    wrong = {"name": "", "kind": "?", "credit_code": "1", "phone": "1", "staff_count": "x", "opened_on": "2999-01-01"}
    with pytest.raises(Invalid) as refusal:
        organisations.create(by=actor_of("community-worker"), given={**wrong, "opened_on": date(2999, 1, 1)}, now=now)
    assert set(refusal.value.fields) == {*wrong, "area_id"}
    house = {"name": "", "use": "?", "floors": "0", "built_year": "1"}
    with pytest.raises(Invalid) as refusal:
        buildings.edit(by=actor_of("community-worker"), building_id=building.pk, given=house, now=now)
    assert set(refusal.value.fields) == {"name", "use", "floors", "built_year"}
    with pytest.raises(Invalid) as refusal:
        buildings.create(by=actor_of("community-worker"), given={**house, "area_id": "320105001001"}, now=now)
    assert set(refusal.value.fields) == {*house, "address"}
