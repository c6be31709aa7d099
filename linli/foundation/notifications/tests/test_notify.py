import pytest
from django.db import transaction
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language, override

from linli.foundation import vault
from linli.foundation.accounts.actors import ANONYMOUS
from linli.foundation.notifications import actions, queries
from linli.foundation.notifications.actions import News
from linli.foundation.notifications.models import Message
from linli.foundation.notifications.tests.factories import PHONE, make_actor, make_user, tell, text_to

pytestmark = pytest.mark.django_db


def test_a_message_stands_in_the_inbox_at_once(now):
    actor = make_actor()
    tell(actor.user_id, now=now, subject_kind="case", subject_id="JY-1", link_path="/desk/cases/JY-1/")
    message = Message.objects.get()
    assert (message.channel, message.state, message.sent_at, message.next_try_at) == ("inbox", "sent", now, None)
    assert (message.subject_kind, message.subject_id) == ("case", "JY-1")
    assert queries.unread_count(actor) == 1


def test_a_text_is_queued_with_its_number_sealed(now):
    text_to(now=now)
    message = Message.objects.get()
    assert (message.channel, message.state, message.next_try_at) == ("sms", "queued", now)
    assert PHONE not in message.to_phone_sealed
    assert vault.unseal(message.to_phone_sealed, vault.PHONE) == PHONE


def test_the_same_news_to_the_same_person_comes_once(now):
    one, two = make_user("one"), make_user("two")
    for _again in range(2):
        for user in (one, two):
            tell(user.pk, now=now, collision_key="due:JY-1")
        for phone in (PHONE, "13900139000"):
            text_to(phone, now=now, collision_key="due:JY-1")
    assert Message.objects.filter(channel="inbox").count() == 2
    assert Message.objects.filter(channel="sms").count() == 2
    assert not Message.objects.filter(collision_key__contains=PHONE).exists()


def test_news_without_a_key_may_repeat(now):
    user = make_user()
    tell(user.pk, now=now)
    tell(user.pk, now=now)
    assert Message.objects.count() == 2


def test_many_messages_are_one_statement_and_a_repeat_among_them_is_left_out(now, django_assert_num_queries):
    users = [make_user(f"user-{number}") for number in range(10)]
    news = [News(to_user_id=user.pk, text="News", collision_key="x") for user in [*users, users[0]]]
    with django_assert_num_queries(1), transaction.atomic(savepoint=False):
        actions.notify_many(news=news, now=now)
    assert Message.objects.count() == 10


def test_no_news_is_no_statement(now, django_assert_num_queries):
    with django_assert_num_queries(0):
        actions.notify_many(news=[], now=now)


def test_news_needs_an_addressee():
    with pytest.raises(ValueError, match="somebody"):
        News(text="Hello")


def test_a_collision_key_that_would_be_cut_is_an_error():
    with pytest.raises(ValueError, match="collision key"):
        News(to_user_id=1, text="Hello", collision_key="x" * 101)


def test_the_text_is_in_the_language_of_the_reader(now):
    words = format_lazy("{language} {number}", language=lazy(get_language, str)(), number="JY-1")
    user = make_user()
    with override("zh-hant"):
        tell(user.pk, words, now=now, language="en")
        tell(user.pk, words, now=now)
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["en JY-1", "zh-hans JY-1"]


def test_very_long_text_with_rare_characters_is_cut_not_refused(now):
    user = make_user()
    tell(user.pk, "𠮷䶮😀<script>" * 5000, now=now)
    text = Message.objects.get().text
    assert len(text) == 1000
    assert text.endswith("…")


def test_nothing_remains_of_news_whose_transaction_is_undone(now):
    user = make_user()
    with transaction.atomic():
        tell(user.pk, now=now)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_marking_read_touches_only_ones_own(now):
    mine, other = make_actor("mine"), make_actor("other")
    tell(mine.user_id, now=now)
    tell(other.user_id, now=now)
    theirs = Message.objects.get(to_user_id=other.user_id)
    assert actions.mark_read(by=mine, message_id=theirs.pk, now=now) == 0
    assert actions.mark_read(by=mine, up_to=theirs.pk, now=now) == 1
    assert actions.mark_read(by=mine, up_to=theirs.pk, now=now) == 0
    assert queries.unread_count(mine) == 0
    assert queries.unread_count(other) == 1
    assert Message.objects.get(to_user_id=mine.user_id).read_at == now


def test_what_came_after_the_page_was_drawn_stays_unread(now):
    actor = make_actor()
    tell(actor.user_id, now=now)
    seen = Message.objects.get().pk
    tell(actor.user_id, now=now)
    assert actions.mark_read(by=actor, up_to=seen, now=now) == 1
    assert queries.unread_count(actor) == 1


def test_nobody_has_no_messages(now):
    assert queries.inbox(ANONYMOUS).messages == ()
    assert queries.unread_count(ANONYMOUS) == 0
    assert actions.mark_read(by=ANONYMOUS, up_to=9, now=now) == 0
    assert queries.message_of(ANONYMOUS, 1) is None


def test_counting_stops_at_a_hundred(now):
    actor = make_actor()
    actions.notify_many(news=[News(to_user_id=actor.user_id, text="x")] * 130, now=now)
    assert queries.unread_count(actor) == 100


def test_pages_follow_each_other_without_gaps(now, django_assert_num_queries):
    actor = make_actor()
    actions.notify_many(news=[News(to_user_id=actor.user_id, text=str(number)) for number in range(65)], now=now)
    seen, after = [], None
    while True:
        with django_assert_num_queries(1):
            page = queries.inbox(actor, after)
        seen += [message.text for message in page.messages]
        after = page.next_after
        if after is None:
            break
    assert seen == [str(number) for number in reversed(range(65))]


def test_a_text_is_not_in_the_inbox_even_of_its_user(now):
    actor = make_actor()
    text_to(now=now, to_user_id=actor.user_id)
    assert queries.inbox(actor).messages == ()
    assert queries.unread_count(actor) == 0
