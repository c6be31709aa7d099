"""One message a morning, and only about high-risk people who wait too long."""

from datetime import timedelta

import pytest

from linli.apps.visits import tasks
from linli.apps.visits.tests import factories as visits
from linli.foundation.notifications.models import Message

pytestmark = pytest.mark.django_db


def test_a_worker_is_told_once_a_morning(actor_of, now):
    office = actor_of("community-worker")
    one = visits.elder(by=office, now=now)
    visits.assign_building(by=office, to=office, person=one, now=now)
    assert tasks.remind(now) == "told 1"
    tasks.remind(now + timedelta(minutes=20))
    message = Message.objects.get()
    assert message.to_user_id == office.user_id
    assert message.link_path == "/visits/"
    assert "1" in message.text
    assert one.name not in message.text
    tasks.remind(now + timedelta(days=1))
    assert Message.objects.count() == 2


def test_nobody_is_told_of_nothing_or_in_the_evening(actor_of, now):
    office = actor_of("community-worker")
    one = visits.elder(by=office, now=now)
    visits.assign_building(by=office, to=office, person=one, now=now)
    assert tasks.remind(now.replace(hour=21)) == ""
    visits.visit(one, by=office, at=now - timedelta(hours=1))
    assert tasks.remind(now) == ""
    assert not Message.objects.exists()
