"""Cases through the API: inside the area of the post and nowhere else, page by page, with their history."""

import pytest

from linli.foundation.accounts.roles import Permission
from linli.sites.api.tests.conftest import AWAY


def numbers(answer):
    return [one["number"] for one in answer["cases"]]


def test_the_list_holds_what_lies_on_the_desk(worker, report):
    mine, other = report(), report(area=AWAY)
    answer = worker.get("/cases")
    assert numbers(answer) == [mine["number"]]
    row = answer["cases"][0]
    assert row["state"] == "reported"
    assert row["lateness"] == "ok"
    assert row["minutes_left"] > 0
    assert worker.get(f"/cases/{other['number']}").status == 404


def test_the_owner_reads_a_colleague_without_the_right_and_a_stranger_do_not(worker, caller, visitor, report):
    path = f"/cases/{report()['number']}"
    assert worker.get(path).status == 200
    assert caller("admin").get(path).status == 403
    assert caller("department-staff").get(path).status == 404
    answer = visitor.get(path)
    assert answer.code == "token_needed"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_without_the_scope_is_told_which_one_it_lacks(caller, report):
    number = report()["number"]
    narrow = caller("community-worker", [Permission.REPORT_CREATE])
    for path in ("/cases", f"/cases/{number}", f"/cases/{number}/events", f"/cases/{number}/moves"):
        answer = narrow.get(path)
        assert answer.code == "not_granted"
        assert "case.read" in answer["detail"]


def test_pages_follow_each_other_without_gaps_or_repeats(worker, report):
    made = [report(text=f"第{number}件")["number"] for number in range(5)]
    for view, expected in (("open", made), ("all", made[::-1])):
        seen, after = [], ""
        while True:
            page = worker.get("/cases", view=view, size=2, after=after)
            seen += numbers(page)
            after = page["after"]
            if not after:
                break
        assert seen == expected


def test_filters_narrow_the_list(worker, report):
    one = report(text="电动车在楼道充电")
    report(text="楼上漏水", matter="dispute.neighbour")
    assert numbers(worker.get("/cases", view="all", q="电动车")) == [one["number"]]
    assert numbers(worker.get("/cases", view="all", q=one["number"])) == [one["number"]]
    assert len(numbers(worker.get("/cases", view="all", event_class="dispute"))) == 1
    assert numbers(worker.get("/cases", view="all", state="solved")) == []
    assert len(numbers(worker.get("/cases", view="all", month="2026-11", months_to="2026-12"))) == 2
    assert numbers(worker.get("/cases", view="all", month="2026-10")) == []
    assert numbers(worker.get("/cases", view="all", area=AWAY)) == []
    assert numbers(worker.get("/cases", view="all", unit=999999)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("view", "mine"),
        ("state", "x"),
        ("due", "soon"),
        ("month", "2026-13"),
        ("facet", "'"),
        ("after", "1-2-3"),
        ("after", "9" * 18 + "-1"),
        ("size", 0),
        ("size", 101),
        ("size", "9" * 400),
        ("unit", "9" * 19),
        ("q", "a" * 101),
        ("q", "\x00"),
        ("area", "１２"),
        ("colour", "red"),
    ],
)
def test_a_filter_that_cannot_be_is_named(worker, name, value):
    answer = worker.get("/cases", **{name: value})
    if name == "colour":
        assert answer.status == 200  # A parameter that is not ours may come from a proxy.
    else:
        assert answer.code == "invalid"
        assert set(answer["errors"]) == {name}


def test_a_case_shows_its_reporter_masked(worker, report):
    number = report(phone="19900001234", name="张三丰")["number"]
    case = worker.get(f"/cases/{number}")
    assert case["reporter"] == {"name": "张**", "phone": "199****1234"}
    assert "19900001234" not in str(case.json)
    assert case["text"] == "楼道堆放杂物"
    assert [one["id"] for one in case["area_path"]][-1] == case["area"]["id"]
    assert case["statutory_due"] >= case["term_due"] > case["opened_at"]


def test_the_history_comes_page_by_page(worker, report):
    number = report()["number"]
    for word in ("一", "二", "三"):
        assert worker.post(f"/cases/{number}/moves/note", note=word).status == 200
    first = worker.get(f"/cases/{number}/events", size=3)
    second = worker.get(f"/cases/{number}/events", size=3, after=first["after"])
    assert [one["seq"] for one in first["events"] + second["events"]] == [1, 2, 3, 4]
    assert second["after"] == 0
    note = second["events"][0]
    assert (note["move"], note["note"], note["part"]) == ("note", "三", "community")
    assert note["by"]
    assert note["role"] == "Community worker"


def test_lists_and_cases_cost_few_statements(worker, report, django_assert_max_num_queries):
    for _time in range(6):
        number = report()["number"]
    worker.get("/me")
    with django_assert_max_num_queries(2):
        worker.get("/cases", view="all")
    with django_assert_max_num_queries(5):
        worker.get(f"/cases/{number}")
    with django_assert_max_num_queries(4):
        worker.get(f"/cases/{number}/events")


def test_paused_cases_stand_at_the_end_and_have_no_deadline(worker, report):
    made = [report()["number"] for _time in range(4)]
    for number in made[:2]:
        path = f"/cases/{number}/moves"
        assert worker.post(f"{path}/accept").status == 200
        assert worker.post(f"{path}/handle_here").status == 200
        assert worker.post(f"{path}/pause", reason="weather", public_note="连续下雨").status == 200
    seen, after = [], ""
    for _page in range(5):
        page = worker.get("/cases", view="open", size=1, after=after)
        seen += page["cases"]
        after = page["after"]
        if not after:
            break
    assert [one["number"] for one in seen] == made[2:] + made[:2]
    assert [one["due_at"] is None for one in seen] == [False, False, True, True]
    assert seen[-1]["lateness"] == "paused"
    assert worker.get(f"/cases/{made[0]}")["due_at"] is None
