"""Codes that are never given twice, addresses in step, doors by rule."""

import threading
from datetime import date

import pytest
from django.db import connections

from linli.lib.errors import Invalid, NotAllowed
from linli.register.homes import actions, address_search
from linli.register.homes.actions.dwellings import Plan
from linli.register.homes.models import Building, Dwelling, Estate

pytestmark = pytest.mark.django_db
COMMUNITY = "320105001001"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def estate(worker, now):
    return actions.estates.create(by=worker, given={"area_id": COMMUNITY, "name": "南园"}, now=now)


def building(worker, estate, now, name="1"):
    given = {"estate_id": estate.pk, "name": name, "area_id": COMMUNITY}
    return actions.buildings.create(by=worker, given=given, now=now)


def test_codes_count_up_in_the_community(worker, estate, now):
    assert [building(worker, estate, now, name).code[12:] for name in ("1", "2")] == ["00001", "00002"]
    Building.objects.filter(name="2幢").update(code=f"{COMMUNITY}99999")
    with pytest.raises(Invalid):
        building(worker, estate, now, "3")


def test_a_building_is_once_in_an_estate_in_whatever_form(worker, estate, now):
    building(worker, estate, now, "３栋")
    with pytest.raises(Invalid) as refusal:
        building(worker, estate, now, "三号楼")
    assert "name" in refusal.value.fields


def test_only_the_office_enters_homes(actor_of, now):
    with pytest.raises(NotAllowed):
        actions.estates.create(by=actor_of("grid-worker"), given={"area_id": COMMUNITY, "name": "南园"}, now=now)
    with pytest.raises(Invalid):
        actions.estates.create(by=actor_of("cw-320105001004"), given={"area_id": COMMUNITY, "name": "南园"}, now=now)
    assert not Estate.objects.filter(name="南园").exists()


def test_a_new_name_goes_into_every_address(worker, estate, now):
    house = building(worker, estate, now)
    actions.dwellings.create_many(by=worker, building_id=house.pk, plan=Plan(entrances=1, floors=2), kind="01", now=now)
    actions.buildings.edit(by=worker, building_id=house.pk, given={"name": "综合楼"}, now=now)
    addresses = set(Dwelling.objects.filter(building=house).values_list("address", flat=True))
    assert "南园综合楼1单元101室" in addresses
    assert len(addresses) == 4


@pytest.mark.parametrize(
    "plan", [Plan(entrances=0), Plan(floors=999), Plan(from_floor=7), Plan(entrances=30, floors=100, per_floor=10)]
)
def test_plans_have_bounds(plan):
    with pytest.raises(Invalid):
        plan.doors()


def test_doors_that_are_there_stay(worker, estate, now):
    house = building(worker, estate, now)
    actions.dwellings.create(by=worker, building_id=house.pk, given={"entrance": "一", "room": "101室"}, now=now)
    made = actions.dwellings.create_many(by=worker, building_id=house.pk, plan=Plan(), kind="01", now=now)
    assert len(made) == 11
    with pytest.raises(Invalid):
        actions.dwellings.create(by=worker, building_id=house.pk, given={"entrance": "1", "room": "101"}, now=now)
    for wrong in (
        {"room": ""},
        {"room": "7", "floor": "x"},
        {"room": "7", "floor_area": "-1"},
        {"room": "7", "kind": "?"},
    ):
        with pytest.raises(Invalid):
            actions.dwellings.create(by=worker, building_id=house.pk, given=wrong, now=now)
    assert [one.room for one in address_search.find_dwellings(worker, "南园1号楼1单元301")] == ["301"]


def test_organisations_close_after_they_opened(worker, estate, now):
    given = {"name": "书店", "kind": "01", "area_id": COMMUNITY, "opened_on": date(2020, 1, 1)}
    row = actions.organisations.create(by=worker, given=given, now=now)
    with pytest.raises(Invalid):
        actions.organisations.close(by=worker, organisation_id=row.pk, closed_on=date(2019, 1, 1), now=now)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_buildings_at_once_get_two_codes(worker, now):
    estate = actions.estates.create(by=worker, given={"area_id": COMMUNITY, "name": "南园"}, now=now)
    start, codes, wrong = threading.Barrier(4), [], []

    def work(number):
        try:
            start.wait(10)
            for turn in range(5):
                codes.append(building(worker, estate, now, f"{number}{turn}").code)
        except Exception as error:  # noqa: BLE001 - the test wants to see it
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert len(set(codes)) == 20
