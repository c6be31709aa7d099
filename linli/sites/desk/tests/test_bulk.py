import pytest

from linli.foundation.accounts.models import Unit
from linli.sites.desk.tests.factories import ELSEWHERE, make_case

BULK = "/desk/cases/bulk/"


def row(walk):
    walk.case.refresh_from_db()
    return f"{walk.case.number}:{walk.case.seq}"


@pytest.fixture
def worker(client_for):
    return client_for("community-worker")


def test_first_the_count_and_the_exceptions_are_shown_and_nothing_moves(worker, actor_of):
    ready, done = make_case(text="可以受理"), make_case(text="已受理过")
    done.step("accept", actor_of("community-secretary"))
    response = worker.post(BULK, {"move": "accept", "row": [row(ready), row(done)]})
    assert [line.case for line in response.context["ready"]] == [ready.case]
    assert [line.case for line in response.context["blocked"]] == [done.case]
    assert response.context["blocked"][0].reason
    assert ready.case.events.count() == 1


def test_each_row_moves_for_itself_and_refused_rows_keep_their_reason(worker, actor_of):
    walks = [make_case(text=f"第{n}件") for n in range(4)]
    rows = [row(walk) for walk in walks]
    # Between the confirmation and the press somebody else takes one of them.
    walks[1].step("accept", actor_of("community-secretary"))
    response = worker.post(BULK, {"move": "accept", "row": rows, "confirmed": "1"})
    assert response.status_code == 200
    assert len(response.context["done"]) == 3
    assert [one.case for one in response.context["refused"]] == [walks[1].case]
    assert response.context["refused"][0].reason in response.content.decode()
    assert [walk.case.events.count() for walk in walks] == [2, 2, 2, 2]


def test_sending_the_report_again_moves_nothing_twice(worker):
    walk = make_case()
    given = {"move": "accept", "row": [row(walk)], "confirmed": "1"}
    worker.post(BULK, given)
    response = worker.post(BULK, given)
    assert response.context["done"] == []
    assert walk.case.events.count() == 2


def test_dispatching_many_asks_for_the_unit(worker, actor_of):
    walks = [make_case(text=f"第{n}件") for n in range(2)]
    for walk in walks:
        walk.step("accept", actor_of("community-worker"))
    given = {"move": "dispatch", "row": [row(walk) for walk in walks]}
    assert "unit" in worker.post(BULK, given).context["form"].fields
    missing = worker.post(BULK, {**given, "confirmed": "1", "note": "请尽快"})
    assert missing.status_code == 422
    assert "请尽快" in missing.content.decode()
    unit = Unit.objects.get(code="dept-urban")
    response = worker.post(BULK, {**given, "confirmed": "1", "unit": unit.pk})
    assert len(response.context["done"]) == 2
    for walk in walks:
        walk.case.refresh_from_db()
        assert walk.case.unit == unit


def test_rows_of_another_community_do_not_exist(worker):
    other = make_case(area_id=ELSEWHERE)
    response = worker.post(BULK, {"move": "accept", "row": [row(other)], "confirmed": "1"})
    assert response.context["done"] == response.context["refused"] == []
    assert other.case.events.count() == 1


def test_a_department_signs_for_many_at_once(client_for, actor_of):
    walks = [make_case() for _ in range(2)]
    for walk in walks:
        walk.step("accept", actor_of("community-worker"))
        walk.step("dispatch", actor_of("community-worker"))
    rows = [row(walk) for walk in walks]
    response = client_for("department-staff").post(BULK, {"move": "sign", "row": rows, "confirmed": "1"})
    assert len(response.context["done"]) == 2


def test_nothing_chosen_is_said_and_leads_back(worker):
    response = worker.post(BULK, {"move": "accept", "next": "/desk/cases/?view=open"})
    assert response["Location"] == "/desk/cases/?view=open"


@pytest.mark.parametrize("move", ["", "refuse", "verify", "nonsense"])
def test_only_moves_made_for_many_are_taken(worker, move):
    assert worker.post(BULK, {"move": move, "row": [row(make_case())]}).status_code == 400


def test_strange_rows_are_left_out(worker):
    rows = ["", ":", "x", "1:x", "9" * 50 + ":1", "20260101" + ":" + "9" * 30, "<script>:1"]
    assert worker.post(BULK, {"move": "accept", "row": rows, "confirmed": "1"}).status_code == 200


@pytest.mark.parametrize(("username", "status"), [("auditor", 403), ("admin", 403), ("grid-worker", 400)])
def test_who_may_not_work_moves_nothing(client_for, username, status):
    walk = make_case()
    response = client_for(username).post(BULK, {"move": "accept", "row": [row(walk)], "confirmed": "1"})
    assert response.status_code == status
    assert walk.case.events.count() == 1
