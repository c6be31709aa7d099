"""Estates, buildings and dwellings: entered, found, looked at from the map to the door."""

import pytest
from django.urls import reverse

from linli.foundation.areas.models import Area
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.models import Spell, Tenure
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


@pytest.fixture
def stranger(client_for):
    return client_for("cw-320105001004")


def url(name, *args):
    return reverse(f"register:{name}", args=args)


def follow(answer):
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer["Location"]


def test_from_an_empty_estate_to_all_its_doors(client):
    page = follow(
        client.post(url("estate_new"), {"name": "南园", "area_id": make.COMMUNITY, "aliases": "老南园、南院"})
    )
    estate = Estate.objects.get(name="南园")
    assert page == url("estate", estate.pk)
    assert estate.aliases == ["老南园", "南院"]
    page = follow(
        client.post(
            url("building_new"),
            {
                "name": "３栋",
                "estate_id": estate.pk,
                "area_id": make.grid_of(),
                "use": "01",
                "floors": 6,
                "crs": "wgs84",
            },
        )
    )
    building = Building.objects.get(estate=estate)
    assert (building.name, building.address) == ("3幢", "南园3幢")
    assert building.code.startswith(make.COMMUNITY)
    plan = {"entrances": 2, "floors": 6, "per_floor": 2, "from_floor": 1, "named": "on", "kind": "01"}
    looked = client.post(page, plan)
    assert looked.status_code == 200
    assert "24" in looked.content.decode()
    assert not Dwelling.objects.filter(building=building).exists(), "the first sending only shows"
    follow(client.post(page, {**plan, "sure": "1"}))
    assert Dwelling.objects.filter(building=building).count() == 24
    assert Dwelling.objects.get(building=building, entrance="2单元", room="301").address == "南园3幢2单元301室"
    assert client.post(page, plan).status_code == 422, "all doors are there"
    shown = client.get(url("building", building.pk)).content.decode()
    assert "2单元" in shown
    assert "602" in shown
    follow(client.post(url("estate_edit", estate.pk), {"name": "新南园"}))
    assert Dwelling.objects.get(building=building, entrance="2单元", room="301").address == "新南园3幢2单元301室"


def test_the_lists_count_and_stay_cheap(client, worker, now, django_assert_max_num_queries):
    make.person(by=worker, now=now)
    for room in ("101", "102", "201"):
        make.dwelling(room)
    building, home = Building.objects.get(), make.dwelling()
    client.get(url("homes"))
    with django_assert_max_num_queries(15):
        shown = client.get(url("homes"), {"q": "莫愁"}).content.decode()
    assert "莫愁新寓" in shown
    with django_assert_max_num_queries(10):
        page = client.get(url("building", building.pk)).content.decode()
    assert "张秀兰" in page
    with django_assert_max_num_queries(11):
        assert client.get(url("dwelling", home.pk)).status_code == 200
    for name in ("building_print", "building_edit", "building_grid", "dwelling_new", "dwellings_new"):
        assert client.get(url(name, building.pk)).status_code == 200
    for name in ("estate_new", "building_new"):
        assert client.get(url(name)).status_code == 200
    assert (
        client.get(url("homes"), {"q": "莫愁新寓3-2-301"}).content.decode().count(url("dwelling", make.dwelling().pk))
    )
    for odd in ("x", "e-", "b-99999999999999999999", "e-1"):
        assert client.get(url("homes"), {"after": odd}).status_code == 200


def test_strangers_see_none_of_it(stranger, worker, client_for, now):
    person = make.person(by=worker, now=now)
    home = make.dwelling()
    for name, pk in (
        ("building", home.building_id),
        ("estate", home.building.estate_id),
        ("dwelling", home.pk),
        ("household", person.household_id),
        ("dwelling_edit", home.pk),
        ("building_grid", home.building_id),
        ("household_split", person.household_id),
    ):
        assert stranger.get(url(name, pk)).status_code == 404, name
    assert "莫愁新寓" not in stranger.get(url("homes")).content.decode()
    points = stranger.get(url("building_points"), {"area": make.COMMUNITY}).json()
    assert points["features"] == []
    grid_worker = client_for("grid-worker")
    assert grid_worker.get(url("estate_new")).status_code == 403


def test_the_map_leads_to_the_building(client, worker):
    home = make.dwelling()
    Building.objects.update(lon=118.75, lat=32.03)
    page = client.get(url("map"))
    assert page.status_code == 200
    assert url("building", home.building_id) in page.content.decode(), "the list beneath works without a script"
    feature = client.get(url("building_points")).json()["features"][0]
    assert feature["properties"]["url"] == url("building", home.building_id)
    assert client.get(url("map_shapes")).json()["features"]


def test_a_grid_is_found_from_the_point_or_chosen(client):
    answer = client.post(
        url("building_new"),
        {"name": "18号", "address": "某路18号", "lon": "0", "lat": "0", "crs": "wgs84", "use": "01"},
    )
    assert answer.status_code == 422
    assert "某路18号" in answer.content.decode(), "nothing typed is lost"
    assert client.post(url("building_new"), {"name": "18号", "address": "某路18号", "use": "01"}).status_code == 422


def test_a_building_gets_another_grid(client, worker, now):
    person = make.person(by=worker, now=now)
    building = make.dwelling().building
    other = Area.objects.filter(pk__startswith=make.COMMUNITY, level="subgrid").exclude(pk=building.area_id).first()
    follow(client.post(url("building_grid", building.pk), {"area_id": other.pk}))
    person.refresh_from_db()
    assert person.area_id == other.pk


def test_a_dwelling_goes_only_while_nothing_hangs_on_it(client, worker, now):
    make.person(by=worker, now=now)
    lived_in, empty = make.dwelling(), make.dwelling("999")
    assert client.post(url("dwelling_remove", lived_in.pk), {"reason": "录错"}).status_code == 409
    assert client.post(url("dwelling_remove", empty.pk), {"reason": ""}).status_code == 422
    follow(client.post(url("dwelling_remove", empty.pk), {"reason": "录错"}))
    assert not Dwelling.objects.filter(pk=empty.pk).exists()
    assert Spell.objects.filter(dwelling=lived_in).exists()


def test_owners_and_tenants_with_sealed_phones(client, worker, now):
    person, home = make.person(by=worker, now=now), make.dwelling()
    page = url("tenure_new", home.pk)
    follow(client.post(page, {"part": "owner", "name": "房东", "phone": "13900001111", "since": "2020-01-01"}))
    follow(client.post(page, {"part": "tenant", "person_id": person.pk}))
    assert client.post(page, {"part": "tenant", "person_id": person.pk}).status_code == 422
    assert client.post(page, {"part": "owner"}).status_code == 422
    owner = Tenure.objects.get(part="owner")
    shown = client.get(url("dwelling", home.pk)).content.decode()
    assert "13900001111" not in shown
    reveal = url("tenure_phone", home.pk, owner.pk)
    assert client.post(reveal, {"reason": ""}).status_code == 422
    assert "13900001111" in client.post(reveal, {"reason": "核对租约"}).content.decode()
    follow(client.post(url("tenure_end", home.pk, owner.pk), {"until": "2021-01-01"}))
    follow(client.post(url("dwelling_edit", home.pk), {"room": "303", "entrance": "2", "kind": "01", "use": "02"}))
    home.refresh_from_db()
    assert home.address == "莫愁新寓3幢2单元303室"
