"""Moves through the API: offered with reasons, made once, refused in words."""

import pytest

from linli.apps.incidents.tests.factories import jpeg
from linli.foundation.accounts.roles import Permission
from linli.spine.cases.models import Case, Event


def test_moves_say_what_is_allowed_and_why_not(worker, report):
    number = report()["number"]
    offered = worker.get(f"/cases/{number}/moves")
    moves = {one["name"]: one for one in offered["moves"]}
    assert moves["accept"]["allowed"] is True
    assert moves["dispatch"]["allowed"] is False
    assert "Waiting to be accepted" in moves["dispatch"]["why_not"]
    assert moves["refuse"]["needs"] == ["reason", "public_note"]
    assert {one["code"] for one in moves["refuse"]["reasons"]} >= {"out_of_duty"}
    assert "confirm" not in moves
    assert any(unit["code"] == "dept-urban" for unit in offered["units"])
    assert offered["seq"] == 1


def test_a_case_goes_all_the_way(worker, caller, report, visitor):
    receipt = report()
    path = f"/cases/{receipt['number']}"
    unit, secretary = caller("department-staff"), caller("community-secretary")
    assert worker.post(f"{path}/moves/accept", seq=1, public_note="今天就去")["state"] == "accepted"
    assert unit.get(path).status == 404
    assert worker.post(f"{path}/moves/dispatch", seq=2, unit="dept-urban", note="请处理")["unit"]["name"].endswith(
        "城市管理局"
    )
    assert unit.post(f"{path}/moves/sign", seq=3)["state"] == "handling"
    photo = unit.upload(jpeg())["id"]
    assert unit.post(f"{path}/moves/finish", seq=4, note="已清理", photos=[photo])["state"] == "checking"
    handled = secretary.post(f"{path}/moves/verify", seq=5, public_note="现场已核实")
    assert handled["state"] == "handled"
    assert handled["solved"] is None
    done = visitor.post("/follow/moves/confirm", code=receipt["tracking_code"], seq=6, satisfaction=3)
    assert done["state"] == "solved"
    events = worker.get(f"{path}/events")["events"]
    assert [one["move"] for one in events] == ["report", "accept", "dispatch", "sign", "finish", "verify", "confirm"]
    assert events[2]["unit_given"] == "dept-urban"
    assert [one["id"] for one in events[4]["photos"]] == [photo]


def test_a_retry_of_a_move_gets_the_first_answer(worker, report):
    path = f"/cases/{report()['number']}/moves/accept"
    answers = [worker.post(path, seq=1, public_note=" 今天就去 ") for _time in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[2].json == answers[0].json
    assert Event.objects.filter(move="accept").count() == 1


def test_a_colleague_who_was_faster_is_not_overwritten(worker, caller, report):
    path = f"/cases/{report()['number']}/moves"
    assert worker.post(f"{path}/accept", seq=1).status == 200
    late = caller("community-secretary").post(f"{path}/accept", seq=1)
    assert late.code == "stale"
    assert late.status == 409
    assert worker.post(f"{path}/refuse", seq=1, reason="test", public_note="x").status == 409
    assert worker.post(f"{path}/accept").status == 409


def test_the_owner_moves_a_colleague_is_told_why_not_and_a_stranger_sees_nothing(worker, caller, visitor, report):
    path = f"/cases/{report()['number']}/moves/accept"
    assert visitor.post(path, seq=1).status == 401
    assert caller("department-staff").post(path, seq=1).status == 404
    watcher = caller("auditor").post(path, seq=1)
    assert watcher.status == 403
    assert watcher["detail"] == "Your post does not include working on cases."
    grid = caller("street-staff").post(path, seq=1)
    assert grid.status == 403
    assert grid["detail"] == "Only the community may do this."
    assert worker.post(path, seq=1).status == 200


def test_scopes_of_the_token_limit_what_it_may_do(caller, report):
    path = f"/cases/{report()['number']}/moves"
    reading = caller("community-worker", [Permission.CASE_READ])
    assert reading.post(f"{path}/accept").code == "not_granted"
    assert reading.post(f"{path}/note", note="x").code == "not_granted"
    assert reading.get(path)["moves"] == []


def test_the_system_and_the_reporter_keep_their_moves(worker, report):
    path = f"/cases/{report()['number']}/moves"
    for name in ("escalate", "withdraw", "add", "join"):
        assert worker.post(f"{path}/{name}", public_note="x").code == "not_allowed"
    for name in ("report", "report_solved", "no_such_move"):
        assert worker.post(f"{path}/{name}").code == "unknown_move"


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("refuse", {}, "reason"),
        ("refuse", {"reason": "no", "public_note": "x"}, "reason"),
        ("reclassify", {"matter": "no.such"}, "matter"),
        ("reclassify", {"matter": "hazard.fire"}, "matter"),
        ("note", {}, "note"),
        ("note", {"note": "字" * 50_000}, "note"),
        ("accept", {"seq": "1"}, "seq"),
        ("accept", {"seq": -1}, "seq"),
        ("accept", {"days": 10**30}, "days"),
        ("accept", {"unit": "no-such"}, "unit"),
        ("accept", {"colour": 1}, "colour"),
    ],
)
def test_what_is_missing_or_wrong_is_named(worker, report, name, body, field):
    number = report()["number"]
    answer = worker.post(f"/cases/{number}/moves/{name}", body)
    assert answer.status == 422
    assert field in answer["errors"]
    assert Case.objects.get(number=number).seq == 1
