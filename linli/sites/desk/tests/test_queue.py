from datetime import timedelta

import pytest
from django.utils import timezone

from linli.sites.desk.tests.factories import ELSEWHERE, make_case
from linli.spine.cases.models import Case

QUEUE = "/desk/cases/"


def test_a_community_worker_sees_what_waits_on_the_desk(client_for):
    walk = make_case(text="楼道堆放杂物")
    response = client_for("community-worker").get(QUEUE)
    assert response.status_code == 200
    assert [row["number"] for row in response.context["rows"]] == [walk.case.number]
    assert "楼道堆放杂物" in response.content.decode()
    assert "1" in response.context["title"]


def test_cases_of_another_community_do_not_exist(client_for):
    make_case(area_id=ELSEWHERE)
    response = client_for("community-worker").get(QUEUE, {"view": "all"})
    assert response.context["rows"] == []


def test_a_department_sees_only_what_was_dispatched_to_it(client_for, actor_of):
    make_case(text="没有派单")
    walk = make_case(text="已派单")
    walk.step("accept", actor_of("community-worker"))
    walk.step("dispatch", actor_of("community-worker"))
    response = client_for("department-staff").get(QUEUE)
    assert [row["title"] for row in response.context["rows"]] == ["已派单"]


def test_an_administrator_may_not_read_cases(client_for):
    assert client_for("admin").get(QUEUE).status_code == 403


def test_a_visitor_is_sent_to_sign_in(client, district):
    response = client.get(QUEUE)
    assert response.status_code == 302
    assert "sign-in" in response["Location"]


def test_an_auditor_reads_everything_and_gets_no_boxes_to_tick(client_for):
    make_case()
    response = client_for("auditor").get(QUEUE)
    assert len(response.context["rows"]) == 1
    assert response.context["bulk"] == []
    assert response.context["chosen"].view == "open"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "电梯"}, ["电梯停运"]),
        ({"event_class": "hazard", "view": "all"}, ["楼道堵塞"]),
        ({"state": "accepted"}, ["电梯停运"]),
        ({"area": "320105001001", "view": "open"}, ["楼道堵塞", "电梯停运"]),
        ({"facet": "responded"}, ["电梯停运"]),
        ({"area": "3201x", "view": "open"}, ["楼道堵塞", "电梯停运"]),
        ({"unit": "9" * 17}, []),
    ],
)
def test_filters_are_links(client_for, actor_of, query, found):
    make_case(text="楼道堵塞")
    walk = make_case(text="电梯停运", matter="property.service")
    walk.step("accept", actor_of("community-worker"))
    response = client_for("community-worker").get(QUEUE, query)
    assert sorted(row["title"] for row in response.context["rows"]) == sorted(found)


def test_filters_in_force_are_chips_that_can_be_removed(client_for):
    response = client_for("community-worker").get(QUEUE, {"q": "没有的词", "due": "late", "month": "2026-11"})
    chips = response.context["chips"]
    assert chips[0].value == "没有的词"
    assert "q=" not in chips[0].remove_url
    assert "due=late" in chips[0].remove_url
    assert chips[-1].value == "2026-11"
    assert response.context["empty"]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "1" * 50_000},
        {"q": "𠮷䶮😀<script>alert(1)</script>" * 100},
        {"q": "a\x00b"},
        {"view": "nonsense", "state": "nonsense", "due": "x", "facet": "y", "sort": "z"},
        {"month": "2026-13"},
        {"month": "٢٠٢٦-٠١"},
        {"month": "2026-11", "months_to": "2026-01"},
        {"unit": "-1"},
        {"unit": "²"},
        {"area": "9" * 30},
        {"after": "not-a-cursor"},
        {"after": "9" * 40 + "-1"},
        {"after": "1700000000000000-1"},
    ],
)
def test_a_strange_address_is_never_an_error(client_for, query):
    make_case()
    response = client_for("community-worker").get(QUEUE, query)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_long_lists_are_paged_without_losing_a_row(client_for):
    numbers = {make_case(ago=timedelta(minutes=60 - n), text=f"第{n}件").case.number for n in range(53)}
    client = client_for("community-worker")
    first = client.get(QUEUE)
    assert len(first.context["rows"]) == 50
    second = client.get(QUEUE + first.context["older_url"])
    seen = [row["number"] for page in (first, second) for row in page.context["rows"]]
    assert len(seen) == len(set(seen)) == 53
    assert set(seen) == numbers
    assert not second.context["older_url"]


def test_the_queue_takes_at_most_eight_statements(client_for, django_assert_max_num_queries):
    for n in range(50):
        make_case(text=f"第{n}件")
    client = client_for("community-worker")
    client.get(QUEUE)
    with django_assert_max_num_queries(8):
        response = client.get(QUEUE)
    assert len(response.context["rows"]) == 50


def test_a_late_case_says_so_in_words(client_for):
    make_case(ago=timedelta(days=6))
    body = client_for("community-worker").get(QUEUE, {"view": "late"}).content.decode()
    assert 'class="due due-' in body
    assert Case.objects.get().due_at < timezone.now()


def test_text_of_a_report_is_never_markup(client_for):
    make_case(text='<script>alert(1)</script> & "x"')
    body = client_for("community-worker").get(QUEUE).content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body
