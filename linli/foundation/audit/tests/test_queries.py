from datetime import timedelta

import pytest

from linli.foundation.audit.actions import record
from linli.foundation.audit.models import AccessRecord
from linli.foundation.audit.queries import search

pytestmark = pytest.mark.django_db


class Person:
    def __init__(self, user_id, area_id):
        self.user_id, self.post_id, self.area_id = user_id, None, area_id


@pytest.fixture
def log(now):
    near, far, nowhere = Person(1, "320105001"), Person(2, "320106001"), Person(None, "")
    record(by=near, action="sign_in", now=now)
    record(by=near, action="people.reveal", subject_kind="party", subject_id=9, reason="回访", now=now)
    record(by=far, action="sign_in", now=now)
    record(by=nowhere, action="sign_in.failed", now=now + timedelta(hours=1))


def test_the_newest_record_comes_first(log):
    assert search(area_id="")[0].action == "sign_in.failed"


def test_only_acts_under_posts_inside_the_area_are_found(log):
    assert {row.user_id for row in search(area_id="320105")} == {1}


def test_an_action_is_found_whole_or_by_family(log):
    assert len(search(area_id="", action="sign_in")) == 2
    assert len(search(area_id="", action="sign_in.")) == 1


def test_person_subject_and_time_narrow_the_search(log, now):
    assert len(search(area_id="", user_id=2)) == 1
    assert [row.reason for row in search(area_id="", subject_kind="party", subject_id="9")] == ["回访"]
    assert len(search(area_id="", since=now + timedelta(minutes=1))) == 1
    assert len(search(area_id="", until=now + timedelta(minutes=1))) == 3


def test_pages_follow_each_other_without_gap(log):
    first = search(area_id="", limit=2)
    second = search(area_id="", limit=2, before=first[-1].pk)
    assert len({row.pk for row in first + second}) == AccessRecord.objects.count() == 4


def test_what_people_type_is_clipped_not_refused(now):
    row = record(by=Person(1, ""), action="a", reason="𠮷😀" * 40_000, subject_id="x" * 999, ip="1" * 99, now=now)
    row.refresh_from_db()
    assert len(row.reason) == 500
    assert len(row.subject_id) == 64
