"""Reporting: by anybody, once for each key, with a field for each mistake."""

from uuid import uuid4

import pytest

from linli.apps.incidents.models import ReportCount
from linli.apps.incidents.tests.factories import jpeg
from linli.sites.api.tests.conftest import HOME
from linli.spine.cases.models import Attachment, Case

GOOD = {"text": "楼道堆放杂物", "matter": "hazard.fire", "area": HOME}


def test_a_visitor_reports_and_gets_a_code(visitor):
    answer = visitor.post("/reports", **GOOD)
    assert answer.status == 201
    assert answer["tracking_code"]
    assert answer["state"] == "reported"
    assert answer["repeated"] is False
    case = Case.objects.get()
    assert case.number == answer["number"]
    assert case.source == "anonymous"


def test_the_same_key_sent_five_times_is_one_case(visitor):
    key = str(uuid4())
    answers = [visitor.post("/reports", GOOD, headers={"Idempotency-Key": f'"{key}"'}) for _time in range(4)]
    answers.append(visitor.post("/reports", submission_key=key.upper(), **GOOD))
    assert [answer.status for answer in answers] == [201, 200, 200, 200, 200]
    assert len({(answer["number"], answer["tracking_code"]) for answer in answers}) == 1
    assert Case.objects.count() == 1


def test_two_keys_that_differ_are_refused(visitor):
    answer = visitor.post(
        "/reports", {**GOOD, "submission_key": str(uuid4())}, headers={"Idempotency-Key": str(uuid4())}
    )
    assert set(answer["errors"]) == {"submission_key"}


def test_the_key_of_one_is_not_the_key_of_another(visitor, worker):
    key = str(uuid4())
    assert visitor.post("/reports", submission_key=key, **GOOD).status == 201
    assert worker.post("/reports", submission_key=key, **GOOD).status == 201


def test_photos_sent_before_hang_on_the_report(visitor):
    photos = [visitor.upload(jpeg(colour))["id"] for colour in ("red", "green")]
    answer = visitor.post("/reports", photos=photos, **GOOD)
    assert answer.status == 201
    assert [str(one.file_id) for one in Attachment.objects.order_by("pk")] == photos


def test_the_photos_of_others_cannot_be_used(visitor, worker):
    photo = worker.upload(jpeg())["id"]
    for ids in ([photo], [str(uuid4())]):
        answer = visitor.post("/reports", photos=ids, **GOOD)
        assert answer.code == "invalid"
        assert set(answer["errors"]) == {"photos"}
    assert not Case.objects.exists()


def test_a_grid_worker_reports_what_is_handled_already(caller):
    grid = caller("grid-worker")
    photo = grid.upload(jpeg())["id"]
    here = GOOD | {"area": "320105001001001"}
    answer = grid.post("/reports", on_spot=True, photos=[photo], **here)
    assert answer.status == 201
    assert answer["state"] == "closed"
    assert answer["tracking_code"] == ""
    without = grid.post("/reports", on_spot=True, **here)
    assert set(without["errors"]) == {"photo"}


def test_a_token_that_may_not_report_is_told_so(caller):
    answer = caller("department-staff").post("/reports", **GOOD)
    assert answer.status == 403
    assert answer.code == "not_allowed"


def test_the_place_may_be_a_point_an_area_or_words(visitor):
    point = visitor.post("/reports", text="灯不亮", matter="hazard.fire", point={"lon": 118.735, "lat": 32.005})
    assert point["found_by"] == "point"
    words = visitor.post("/reports", text="灯不亮", matter="hazard.fire", place="建邺区凤栖苑3栋2单元")
    assert (words["found_by"], words["area"]["id"]) == ("words", HOME)
    nowhere = visitor.post("/reports", text="灯不亮", matter="hazard.fire")
    assert set(nowhere["errors"]) == {"area"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \u200b "}, "text"),
        ({"text": "字" * 50_000}, "text"),
        ({"text": 5}, "text"),
        ({"matter": "no.such"}, "matter"),
        ({"matter": "DROP TABLE"}, "matter"),
        ({"area": "999"}, "area"),
        ({"area": "abc"}, "area"),
        ({"phone": "1386021"}, "phone"),
        ({"point": {"lon": 500, "lat": 0}}, "point.lon"),
        ({"point": {"lon": "118", "lat": 32}}, "point.lon"),
        ({"point": {"lon": 118.7}}, "point.lat"),
        ({"point": {"lon": 10**400, "lat": 32}}, "point.lon"),
        ({"photos": ["x"]}, "photos.0"),
        ({"photos": [str(uuid4())] * 10}, "photos"),
        ({"on_spot": "yes"}, "on_spot"),
        ({"submission_key": "1"}, "submission_key"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_each_mistake_is_named_at_its_field(visitor, wrong, field):
    answer = visitor.post("/reports", {**GOOD, **wrong})
    assert answer.status == 422
    assert set(answer["errors"]) == {field}
    assert answer["errors"][field]
    assert not Case.objects.exists()


@pytest.mark.parametrize("text", ["😀楼道", "𠮷家门口䶮", "<script>alert(1)</script>"])
def test_rare_characters_are_kept(visitor, worker, text):
    number = visitor.post("/reports", {**GOOD, "text": text})["number"]
    assert worker.get(f"/cases/{number}")["text"] == text


def test_a_flood_is_braked_and_told_how_long_to_wait(visitor, worker, now):
    visitor.post("/reports", **GOOD)
    ReportCount.objects.filter(key__startswith="report:").update(count=300)
    answer = visitor.post("/reports", **GOOD)
    assert answer.code == "too_many"
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert worker.post("/reports", **GOOD).status == 201


def test_a_session_cookie_counts_for_nothing(district, visitor):
    from linli.foundation.accounts.models import User

    visitor.client.force_login(User.objects.get(username="auditor"))
    assert visitor.get("/me").status == 401
    assert visitor.post("/reports", **GOOD).status == 201
