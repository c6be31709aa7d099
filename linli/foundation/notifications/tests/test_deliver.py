import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connections

from linli.foundation.notifications import actions, tasks
from linli.foundation.notifications.actions import Delivered, News
from linli.foundation.notifications.models import Message
from linli.foundation.notifications.tests.factories import PHONE, make_user, tell, text_to


@pytest.mark.django_db
def test_a_queued_text_is_sent_once(gateway, now):
    text_to(now=now)
    assert actions.deliver(now=now) == Delivered(sent=1)
    assert actions.deliver(now=now + timedelta(days=1)) == Delivered()
    assert gateway.sent == [(PHONE, "Your case is solved.")]
    message = Message.objects.get()
    assert (message.state, message.sent_at, message.tries, message.next_try_at) == ("sent", now, 1, None)


@pytest.mark.django_db
def test_inbox_messages_are_not_texted(gateway, now):
    tell(make_user().pk, now=now)
    assert actions.deliver(now=now) == Delivered()


@pytest.mark.django_db
def test_a_failed_text_is_tried_six_times_at_growing_distance_then_given_up(gateway, now, caplog):
    gateway.broken = True
    text_to(now=now)
    waits = []
    for _try in range(5):
        assert actions.deliver(now=now) == Delivered(later=1)
        message = Message.objects.get()
        waits.append(message.next_try_at - now)
        assert actions.deliver(now=message.next_try_at - timedelta(seconds=1)) == Delivered()
        now = message.next_try_at
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 4, 16, 64, 256)]
    assert actions.deliver(now=now) == Delivered(failed=1)
    message.refresh_from_db()
    assert (message.state, message.tries, message.next_try_at) == ("failed", 6, None)
    assert actions.deliver(now=now + timedelta(days=9)) == Delivered()
    assert "given up" in caplog.text
    assert PHONE not in caplog.text
    assert PHONE not in message.error
    assert message.error == "ConnectionError"


@pytest.mark.django_db
def test_a_gateway_that_comes_back_gets_the_text(gateway, now):
    gateway.broken = True
    text_to(now=now)
    actions.deliver(now=now)
    gateway.broken = False
    assert actions.deliver(now=now + timedelta(minutes=1)) == Delivered(sent=1)
    assert Message.objects.get().error == ""


@pytest.mark.django_db
def test_a_number_that_cannot_be_unsealed_waits_and_does_not_hold_up_the_others(gateway, now):
    text_to(now=now)
    text_to("13900139000", now=now)
    Message.objects.filter(pk=Message.objects.order_by("pk").first().pk).update(to_phone_sealed="gone.AAAA")
    assert actions.deliver(now=now) == Delivered(sent=1, later=1)
    assert Message.objects.get(state="queued").error == "SealBroken"
    assert [phone for phone, _text in gateway.sent] == ["13900139000"]


@pytest.mark.django_db
def test_a_text_whose_worker_died_is_taken_over_after_its_lease(gateway, now):
    text_to(now=now)
    assert actions._claim_next(now, now).tries == 1
    assert actions.deliver(now=now + timedelta(minutes=9)) == Delivered()
    assert actions.deliver(now=now + timedelta(minutes=10)) == Delivered(sent=1)


@pytest.mark.django_db
def test_a_worker_that_comes_back_late_does_not_undo_what_another_noted(gateway, now):
    text_to(now=now)
    late = actions._claim_next(now, now)
    assert actions.deliver(now=now + timedelta(minutes=10)) == Delivered(sent=1)
    gateway.broken = True
    actions._send(late, now + timedelta(minutes=11), Delivered())
    assert Message.objects.get().state == "sent"


@pytest.mark.django_db
def test_a_round_sends_no_more_than_its_limit_oldest_first(gateway, now):
    for number in range(5):
        text_to(text=str(number), now=now + timedelta(seconds=number))
    assert actions.deliver(now=now + timedelta(minutes=1), limit=2) == Delivered(sent=2)
    assert [text for _phone, text in gateway.sent] == ["0", "1"]


@pytest.mark.django_db
def test_a_round_ends_after_a_minute_however_slow_the_gateway(gateway, now, monkeypatch):
    clock = iter([0, 0, 40, 80])
    monkeypatch.setattr(actions, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    for _again in range(5):
        text_to(now=now)
    assert actions.deliver(now=now) == Delivered(sent=2)


@pytest.mark.django_db
def test_the_job_says_what_it_did(gateway, now):
    assert tasks.deliver(now) == ""
    text_to(now=now)
    assert tasks.deliver(now) == "1 sent, 0 to try again, 0 given up"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_never_send_a_text_twice(gateway, now):
    actions.notify_many(news=[News(phone=PHONE, text=str(number)) for number in range(200)], now=now)
    start, done = threading.Barrier(4), []

    def work():
        try:
            start.wait(10)
            done.append(actions.deliver(now=now, limit=200).sent)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert time.monotonic() - began < 60
    assert sum(done) == 200
    assert sorted(int(text) for _phone, text in gateway.sent) == list(range(200))
