"""The list of people: filters in the address, scope, pages, and numbers that leave no trace in any address."""

from datetime import date

import pytest
from django.urls import reverse

from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import tags
from linli.register.people.actions.events import Home
from linli.register.people.queries import lists
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
URL = "/register/people/"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def some(worker, now):
    old = make.person(by=worker, name="张秀兰", born=date(1940, 3, 2), now=now, sequence=1)
    young = make.person(
        by=worker,
        name="王小明",
        born=date(1999, 6, 1),
        sex="1",
        now=now,
        sequence=2,
        home=Home(dwelling_id=make.dwelling("502").pk),
        kind="floating",
        phone="19900001111",
    )
    return old, young


def names(response):
    return [row["name"] for row in response.context_data["rows"]]


def test_the_list_shows_who_lives_here_and_no_number(client_for, some):
    response = client_for("community-worker").get(URL)
    assert names(response) == ["张秀兰", "王小明"]
    page = response.content.decode()
    assert "19900001111" not in page
    assert "320105194003" not in page
    assert "高龄" in page
    assert reverse("register:person_new") in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=floating", ["王小明"]),
        ("sex=2", ["张秀兰"]),
        ("age_from=80", ["张秀兰"]),
        ("age_to=30", ["王小明"]),
        ("tag=aged", ["张秀兰"]),
        ("tag=any", ["张秀兰"]),
        ("q=zhangxiu", ["张秀兰"]),
        ("q=wxm", ["王小明"]),
        ("q=王", ["王小明"]),
        ("q=小明", ["王小明"]),
        ("q=502", ["王小明"]),
        ("q=莫愁新寓", ["张秀兰", "王小明"]),
        ("status=gone", []),
        ("status=all", ["张秀兰", "王小明"]),
        ("review=due", []),
        ("match=3", []),
        ("area=320105001001", ["张秀兰", "王小明"]),
        ("area=320105001004", []),
        ("area=abc&age_from=x&sex=9999&tag=mental&after=zz", ["张秀兰", "王小明"]),
        ("q=%00&age_from=999999999999999999", []),
    ],
)
def test_every_filter_is_a_link(client_for, some, query, expected):
    assert names(client_for("community-worker").get(f"{URL}?{query}")) == expected


def test_a_stranger_community_sees_nobody(client_for, some):
    assert names(client_for("cw-320105001004").get(URL)) == []
    assert client_for("department-staff").get(URL).status_code == 403
    assert client_for("admin").get(URL).status_code == 403


def test_wide_posts_see_all_below_them_but_may_not_enter(client_for, some):
    for username in ("street-staff", "auditor"):
        response = client_for(username).get(URL)
        assert names(response) == ["张秀兰", "王小明"]
        assert reverse("register:person_new") not in response.content.decode()


def test_review_due_lists_whose_day_has_come(client_for, worker, some, now):
    tags.give(
        by=worker,
        person=some[1],
        kind="low_income",
        level="全额",
        basis="低保证",
        since=date(2025, 1, 1),
        review_on=date(2025, 12, 1),
        now=now,
    )
    assert names(client_for("community-worker").get(f"{URL}?review=due")) == ["王小明"]


def test_a_page_follows_the_other_without_gap(worker, some, now, monkeypatch):
    today = now.date()
    first = lists.page(worker, lists.Filter(), today=today, size=1)
    second = lists.page(worker, lists.Filter(), today=today, size=1, after=first.after)
    assert [one.name for one in (*first.rows, *second.rows)] == ["张秀兰", "王小明"]
    assert second.after == ""


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1)])
def test_ages_count_birthdays_in_leap_years(today):
    from linli.lib.citizen_id import age

    for born in (date(1940, 2, 28), date(1940, 2, 29), date(1940, 3, 1)):
        for years in (82, 83, 84):
            assert (born <= lists.born_by(years, today)) == (age(born, today) >= years)


def test_a_number_leads_to_the_person_and_stands_in_no_address(client_for, some):
    client = client_for("community-worker")
    found = client.post(reverse("register:people_find"), {"q": "199 0000 1111"})
    assert found.status_code == 302
    assert found.url == reverse("register:person", args=[some[1].pk])
    by_card = client.post(reverse("register:people_find"), {"q": make.citizen_number(date(1940, 3, 2))})
    assert by_card.url == reverse("register:person", args=[some[0].pk])
    assert AccessRecord.objects.filter(action="people.find_number").count() == 2
    nobody = client.post(reverse("register:people_find"), {"q": "19900009999"})
    assert nobody.status_code == 200
    assert names(nobody) == []
    typed_into_the_address = client.get(f"{URL}?q=19900001111&kind=floating")
    assert typed_into_the_address.url == f"{URL}?kind=floating"


def test_a_stranger_finds_nobody_by_number(client_for, some):
    nobody = client_for("cw-320105001004").post(reverse("register:people_find"), {"q": "19900001111"})
    assert names(nobody) == []


def test_the_search_keeps_its_filters(client_for, district):
    sent = client_for("community-worker").post(reverse("register:people_find"), {"q": "王", "kind": "floating", "x": 1})
    assert sent.url == f"{URL}?q=%E7%8E%8B&kind=floating"


def test_the_list_on_paper(client_for, some):
    page = client_for("community-worker").get(reverse("register:people_print") + "?kind=floating").content.decode()
    assert "王小明" in page
    assert "张秀兰" not in page
    assert "19900001111" not in page


def test_statements_do_not_grow_with_people(client_for, some, django_assert_max_num_queries):
    client = client_for("community-worker")
    client.get(URL)
    with django_assert_max_num_queries(8):
        client.get(URL + "?q=王&tag=any&age_from=3")
