"""Following by tracking code: public words only, the reporter's moves, and a brake on guessing."""

import pytest

from linli.apps.incidents.models import ReportCount
from linli.apps.incidents.tests.factories import jpeg
from linli.sites.api.tests.conftest import HOME
from linli.spine.cases.models import Case


def test_the_code_opens_the_report_however_it_is_typed(visitor, report):
    receipt = report()
    typed = receipt["tracking_code"].lower().replace("-", " ")
    story = visitor.post("/follow", code=typed)
    assert story.status == 200
    assert story["number"] == receipt["number"]
    assert story["told"] == "Received. The community will look at it."
    assert {one["name"] for one in story["moves"] if one["allowed"]} == {"withdraw", "add", "remind"}


@pytest.mark.parametrize("code", ["0000-0000-0000", "x", "'; drop table", "字" * 64])
def test_a_wrong_and_an_impossible_code_get_the_same_answer(visitor, district, code):
    assert visitor.post("/follow", code=code).code == "not_found"


def test_a_story_holds_no_names_no_notes_and_no_internal_photos(visitor, worker, report):
    receipt = report(phone="19900001234", name="张三丰")
    path = f"/cases/{receipt['number']}/moves"
    photo = worker.upload(jpeg())["id"]
    assert worker.post(f"{path}/note", note="内部秘密", photos=[photo]).status == 200
    assert worker.post(f"{path}/accept", note="另一个秘密", public_note="今天就去").status == 200
    answer = visitor.post("/follow", code=receipt["tracking_code"])
    said = str(answer.json)
    assert "秘密" not in said
    assert "张" not in said
    assert "199" not in said.replace(receipt["number"], "")
    assert photo not in said
    assert [one["move"] for one in answer["steps"]] == ["report", "accept"]
    assert answer["steps"][1]["public_note"] == "今天就去"
    staff = worker.get(f"/cases/{receipt['number']}/events")["events"][1]["by"]
    assert staff
    assert staff not in said


def test_the_reporter_adds_reminds_once_and_withdraws(visitor, report):
    code = report()["tracking_code"]
    photo = visitor.upload(jpeg("green"))["id"]
    added = visitor.post("/follow/moves/add", code=code, seq=1, public_note="补充", photos=[photo])
    assert [one["id"] for one in added["photos"]] == [photo]
    assert visitor.post("/follow/moves/add", code=code, seq=1, public_note="补充", photos=[photo]).status == 200
    assert visitor.post("/follow/moves/add", code=code, seq=1, public_note="别的").status == 409
    assert visitor.post("/follow/moves/remind", code=code).status == 200
    again = visitor.post("/follow/moves/remind", code=code)
    assert again.code == "not_just_reminded"
    assert visitor.post("/follow/moves/withdraw", code=code)["state"] == "withdrawn"
    assert visitor.post("/follow/moves/add", code=code, public_note="x").status == 409


def test_the_reporter_has_no_moves_of_the_staff(visitor, report):
    code = report()["tracking_code"]
    for name in ("accept", "refuse", "note", "escalate", "reply"):
        assert visitor.post(f"/follow/moves/{name}", code=code).status == 403
    assert visitor.post("/follow/moves/join", code=code)["detail"] == "You follow this report already."
    assert visitor.post("/follow/moves/confirm", code=code, satisfaction=3).status == 409
    assert visitor.post("/follow/moves/confirm", code=code, satisfaction=4).code == "invalid"


def test_guessing_is_braked_even_for_the_right_code(visitor, report):
    code = report()["tracking_code"]
    visitor.post("/follow", code="0000-0000-0000")
    ReportCount.objects.filter(key__startswith="code:").update(count=30)
    answer = visitor.post("/follow", code=code)
    assert answer.status == 429
    assert answer.headers["Retry-After"]


def test_a_case_that_no_resident_waits_for_has_no_code(worker, visitor):
    receipt = worker.post("/reports", text="巡查发现", matter="hazard.fire", area=HOME)
    assert receipt["tracking_code"] == ""
    assert Case.objects.get().tracking_index is None
