"""One search of addresses: what the box on top finds, every form and list finds, however it is written."""

import pytest
from django.urls import reverse

from linli.register.homes import address_search
from linli.register.homes import queries as places
from linli.register.homes.actions import organisations
from linli.register.homes.models import Estate
from linli.register.people.queries import lists, search
from linli.register.people.tests import factories as make
from linli.sites.register import homes

pytestmark = pytest.mark.django_db

#: Ways to write 莫愁新寓3幢2单元301室.
WAYS = (
    "莫愁新寓3幢2单元301室", "莫愁新寓3栋301", "莫愁新寓3号楼301", "莫愁新寓３号楼二单元301", "莫愁新寓3-2-301",
    "莫愁新寓三幢二单元301", "莫愁 3-2-301", "3栋301", "3号楼301", "3-2-301", "三号楼二单元301", "建邺区莫愁新寓3幢301",
    "莫愁新寓3#2-301", "莫愁新寓3座2门301", "莫愁里3幢301", "水西门大街莫愁里3-2-301",
)  # fmt: skip
#: Addresses that mean another door, or none of the register.
OTHERS = ("莫愁新寓3幢302", "莫愁新寓4幢301", "不在此地3幢301", "3-1-301", "莫愁新寓3幢3单元301", "", "  ", "%", "_")


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def door(district):
    found = make.dwelling()
    make.dwelling(room="302", estate="莫愁新苑")
    make.dwelling(room="301", building="5幢")
    Estate.objects.filter(name="莫愁新寓").update(aliases=["莫愁里"])
    return found


@pytest.fixture
def zhang(worker, door, now):
    return make.person(by=worker, now=now)


@pytest.mark.parametrize("typed", WAYS)
def test_every_search_of_homes_finds_the_same_door(worker, zhang, door, client_for, typed):
    assert [one.pk for one in search.as_typed(worker, typed).dwellings] == [door.pk], "the box on top"
    assert [one["address"] for one in homes.search(worker, typed)] == [door.address], "the form of somebody new"
    everybody = lists.found(worker, lists.Filter(q=typed), today=zhang.created_at.date())
    assert [one.pk for one in everybody] == [zhang.pk], "the list of people"
    client = client_for("community-worker")
    for ledger in ("dwellings", "people"):
        page = client.get(reverse("ledgers:ledger", args=[ledger]), {"q": typed})
        assert door.address in page.content.decode(), ledger
    page = client.get(reverse("register:homes"), {"q": typed}).content.decode()
    assert reverse("register:dwelling", args=[door.pk]) in page, "the list of homes"


@pytest.mark.parametrize("typed", OTHERS)
def test_another_door_is_not_taken_for_it(worker, zhang, door, typed):
    assert door.pk not in [one.pk for one in address_search.find_dwellings(worker, typed)]
    assert door.address not in [one["address"] for one in homes.search(worker, typed)]


def test_words_find_every_door_that_says_them(worker, door):
    assert {one.room for one in address_search.find_dwellings(worker, "莫愁")} == {"301", "302"}
    assert [one.pk for one in address_search.find_dwellings(worker, "莫愁新寓 3幢")] == [door.pk]
    assert [one.pk for one in address_search.find_dwellings(worker, "莫愁里 3幢")] == [door.pk]


def test_a_door_of_another_community_is_nobodys(actor_of, door):
    for username in ("cw-320105001004", "department-staff", "admin"):
        for typed in WAYS:
            assert address_search.find_dwellings(actor_of(username), typed) == []


def test_an_organisation_is_found_by_the_door_where_it_sits(worker, door, now):
    given = {"name": "便民小店", "kind": "02", "area_id": door.area_id, "contact": "店主", "phone": "13900003333"}
    shop = organisations.create(by=worker, given={**given, "dwelling_id": door.pk}, now=now)
    for typed in WAYS:
        assert [one.pk for one in places.organisations_page(worker, q=typed).rows] == [shop.pk], typed
    for typed in ("莫愁新寓3幢302", "3-1-301"):
        assert places.organisations_page(worker, q=typed).rows == [], typed


def test_no_list_reads_more_than_the_doors(worker, zhang, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert address_search.find_dwellings(worker, "莫愁新寓3-2-301")
    with django_assert_max_num_queries(3):
        list(lists.found(worker, lists.Filter(q="莫愁新寓3-2-301"), today=zhang.created_at.date()))


def test_every_search_of_doors_is_this_one():
    """No second reading of addresses may grow beside it: nobody else asks a dwelling for words in its address."""
    from pathlib import Path

    import linli

    root = Path(linli.__file__).parent
    asking = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "tests" not in path.parts and "address__contains" in path.read_text(encoding="utf-8")
    ]
    assert asking == ["register/homes/address_search.py"]
