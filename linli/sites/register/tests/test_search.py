"""The search box: what begins with a few letters, inside one's area, with numbers kept out of addresses and logged."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from linli.apps.incidents.tests.factories import report
from linli.foundation.audit.models import AccessRecord
from linli.register.homes.actions import organisations
from linli.register.people.actions.events import Home
from linli.register.people.queries import search
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
PAGE = "/register/search/"
SUGGEST = "/register/search/suggest/"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, name="张秀兰", born=date(1940, 3, 2), phone="19900001111")


@pytest.fixture
def client(client_for):
    return client_for("community-worker", HTTP_ACCEPT_LANGUAGE="en")


def names(found) -> list[str]:
    return [person.name for person in found.people]


def suggested(client, typed: str) -> str:
    response = client.post(SUGGEST, {"q": typed})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "typed", ["张", "张秀", "张秀兰", "秀兰", "秀", "zhang", "zhangxiulan", "ZhangXiu", "zx", "zxl", "zhang xiu"]
)
def test_a_person_is_found_by_name_pinyin_and_initials(worker, zhang, typed):
    assert names(search.as_typed(worker, typed)) == ["张秀兰"]


@pytest.mark.parametrize("typed", ["", " ", "z", "李", "zy", "兰", "%", "_", "'", "张_", "🙂"])
def test_what_begins_with_nothing_finds_nothing(worker, zhang, typed):
    assert names(search.as_typed(worker, typed)) == []


def test_the_whole_name_comes_before_longer_ones(worker, zhang, now):
    for number in range(10):
        make.person(
            by=worker, now=now, name=f"张秀{'甲乙丙丁戊己庚辛壬癸'[number]}", sequence=20 + number,
            home=Home(household_id=zhang.household_id), relation="20",
        )  # fmt: skip
    short = make.person(
        by=worker, now=now, name="张秀", sequence=60, home=Home(household_id=zhang.household_id), relation="20"
    )
    found = search.as_typed(worker, "张秀", most=5).people
    assert found[0].pk == short.pk
    assert len(found) == 5


@pytest.mark.parametrize("typed", ["莫愁新寓3幢301", "莫愁新寓3-2-301", "莫愁新寓３号楼二单元301室", "莫愁新寓301"])
def test_a_home_is_found_by_its_address_however_it_is_written(worker, zhang, typed):
    assert [one.pk for one in search.as_typed(worker, typed).dwellings] == [zhang.dwelling_id]


def test_an_estate_and_an_organisation_are_found_by_their_names(worker, zhang, now):
    given = {"name": "莫愁便民小店", "kind": "02", "area_id": zhang.area_id, "contact": "店主", "phone": "13900003333"}
    shop = organisations.create(by=worker, given=given, now=now)
    found = search.as_typed(worker, "莫愁")
    assert [one.name for one in found.estates] == ["莫愁新寓"]
    assert [one.pk for one in found.organisations] == [shop.pk]


def test_nothing_is_found_from_elsewhere_or_without_the_right(zhang, actor_of):
    for username in ("cw-320105001004", "department-staff", "civil-affairs", "admin"):
        for typed in ("张", "zxl", "莫愁", "莫愁新寓3幢301"):
            assert search.as_typed(actor_of(username), typed).count == 0, (username, typed)


def test_the_dead_and_the_gone_are_not_suggested_but_their_list_is_named(client, zhang):
    type(zhang).objects.filter(pk=zhang.pk).update(status="gone")
    assert "张秀兰" not in suggested(client, "zxl")
    page = client.get(PAGE, {"q": "zxl"}).content.decode()
    assert "status=all" in page
    assert "张秀兰" in client.get("/register/people/?q=zxl&status=all").content.decode()


def test_a_whole_number_finds_the_person_while_typing_and_is_written_down(client, zhang):
    assert "张秀兰" not in suggested(client, "1990000")
    assert not AccessRecord.objects.filter(action="people.find_number").exists()
    assert "张秀兰" in suggested(client, "199 0000 1111")
    assert "张秀兰" in suggested(client, make.citizen_number(date(1940, 3, 2)))
    assert AccessRecord.objects.filter(action="people.find_number").count() == 2


def test_no_number_ever_stands_in_an_address(client, zhang):
    response = client.post(PAGE, {"q": "19900001111"})
    assert response["Location"] == reverse("register:person", args=[zhang.pk])
    assert client.get(PAGE, {"q": "19900001111"})["Location"] == PAGE
    assert "19900001111" not in client.post(PAGE, {"q": "19900002222"}).content.decode()


def test_the_number_of_a_case_leads_to_the_case(client, now):
    case = report(now=now).case
    assert client.post(PAGE, {"q": case.number})["Location"] == reverse("desk:case", args=[case.number])


def test_the_page_shows_everything_that_fits_with_cases(client, zhang, now):
    report(now=now, text="莫愁新寓楼道堆放杂物")
    page = client.get(PAGE, {"q": "莫愁"}).content.decode()
    assert "莫愁新寓楼道堆放杂物" in page
    assert reverse("register:estate", args=[zhang.dwelling.building.estate_id]) in page
    assert client.get(PAGE).status_code == 200
    assert "<script>" not in client.get(PAGE, {"q": "<script>"}).content.decode()


def test_words_go_on_to_a_page_that_can_be_kept(client):
    assert client.post(PAGE, {"q": " 张 秀 "})["Location"] == f"{PAGE}?q=%E5%BC%A0+%E7%A7%80"


def test_the_box_on_top_leads_here_for_who_reads_people_and_to_cases_for_others(client, client_for):
    assert f'action="{PAGE}"' in client.get("/desk/cases/").content.decode()
    other = client_for("department-staff").get("/desk/cases/").content.decode()
    assert PAGE not in other


def test_suggestions_ask_few_statements(client, zhang, django_assert_max_num_queries):
    suggested(client, "张")
    for typed in ("张", "zxl", "莫愁新寓3幢301"):
        with django_assert_max_num_queries(12):
            suggested(client, typed)


@pytest.mark.parametrize("typed", ["zs", "zhang", "张", "建国"])
def test_postgresql_answers_each_question_with_an_index(actor_of, typed):
    if connection.vendor != "postgresql":
        pytest.skip("plans of PostgreSQL")
    from linli.register.people.queries import lists

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        columns = ("initials", "pinyin") if typed.isascii() else ("name", "given")
        for column in columns:
            rows = lists.readable(actor_of("auditor")).living_here().filter(**{f"{column}__startswith": typed})
            plan = rows[:8].explain()
            assert f"people_{column}" in plan, plan
