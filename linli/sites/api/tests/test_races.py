"""The same report and the same move, sent by several threads at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from linli.apps.incidents.tests.factories import jpeg
from linli.sites.api.tests.conftest import HOME, Caller
from linli.spine.cases.models import Attachment, Case, Event

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 5


def all_at_once(send):
    """Five answers to five calls that start together, each on a connection of its own."""
    start = Barrier(AT_ONCE)

    def call(_number):
        try:
            start.wait(timeout=30)
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(call, range(AT_ONCE)))


def test_a_report_sent_five_times_at_once_is_one_case(visitor):
    photo = visitor.upload(jpeg())["id"]
    body = {"text": "楼道堆放杂物", "matter": "hazard.fire", "area": HOME, "photos": [photo]}
    headers = {"Idempotency-Key": str(uuid4())}
    answers = all_at_once(lambda: Caller().post("/reports", body, headers=headers))
    assert sorted(answer.status for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer["tracking_code"] for answer in answers}) == 1
    assert Case.objects.count() == 1
    assert Attachment.objects.count() == 1


def test_a_move_sent_five_times_at_once_is_one_event(token_of, report):
    number, token = report()["number"], token_of("community-worker")
    answers = all_at_once(lambda: Caller(token).post(f"/cases/{number}/moves/note", seq=1, note="已联系"))
    assert {answer.status for answer in answers} == {200}
    assert Event.objects.filter(move="note").count() == 1
