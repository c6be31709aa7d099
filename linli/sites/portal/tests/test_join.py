"""Joining a case that was found nearby."""

import pytest

from linli.foundation.notifications.models import Message
from linli.sites.portal import marks
from linli.sites.portal.tests.factories import PHONE, Walk, case_of, filled, jpeg
from linli.spine.cases.models import Attachment, Case, Follower

pytestmark = pytest.mark.usefixtures("district")
OTHER = "19900005555"


@pytest.fixture
def first(clock) -> Case:
    return case_of(text="我是张三，楼道堵了", name="张三", place="捌栋肆零贰室").case


def offer(client, **more):
    """The address that the question “is it one of these?” leads to, and what it carries."""
    answer = client.post("/report/", filled(**{"phone": OTHER, **more}))
    return answer.context["rows"][0]["url"], dict(answer.context["carried"])


def test_one_press_joins_with_words_photos_and_phone(visitor, first):
    url, carried = offer(visitor, text="楼道堆放杂物，老人过不去", photos=[jpeg()])
    done = visitor.post(url, carried)
    assert done.status_code == 302
    assert Case.objects.count() == 1
    assert Follower.objects.filter(case=first).count() == 1
    event = first.events.get(move="join")
    assert event.public_note == "楼道堆放杂物，老人过不去"
    assert Attachment.objects.filter(event=event).count() == 1
    page = visitor.get(done["Location"])
    assert page.status_code == 200
    assert "张三" not in page.content.decode()


def test_joining_twice_counts_once(visitor, first):
    url, carried = offer(visitor)
    for _time in range(2):
        assert visitor.post(url, carried).status_code == 302
    assert Follower.objects.count() == 1
    assert first.events.filter(move="join").count() == 1


def test_without_a_phone_it_is_asked_for_with_everything_kept(visitor, first):
    url, carried = offer(visitor, phone="", text="楼道堆放杂物", photos=[jpeg()])
    answer = visitor.post(url, carried)
    assert answer.status_code == 422
    assert "phone" in answer.context["form"].errors
    assert answer.context["form"]["text"].value() == "楼道堆放杂物"
    assert len(answer.context["tray"].stored) == 1
    assert "张三" not in answer.content.decode()
    assert "肆零贰" not in answer.content.decode()
    assert not Follower.objects.exists()
    wrong = visitor.post(url, {**carried, "phone": "123"})
    assert wrong.status_code == 422
    assert wrong.context["form"]["phone"].value() == "123"


def test_a_resident_joins_without_a_phone_and_follows_without_the_first_ones_words(resident, first, clock, actor_of):
    Case.objects.filter(pk=first.pk).update(party=case_of(phone="19900007777", matter="policy.question").case.party)
    url, carried = offer(resident, phone="")
    done = resident.post(url, carried)
    assert done["Location"] == f"/my/{first.number}/"
    page = resident.get(done["Location"])
    text = page.content.decode()
    assert page.status_code == 200
    for secret in ("张三", "肆零贰", "堵了"):
        assert secret not in text
    assert page.context["answer"] is None
    assert page.context["add"] is None
    assert not page.context["can_withdraw"]
    refused = resident.post(f"/my/{first.number}/add/", {"words": "x", "seq": "2"})
    assert refused.status_code == 403


def test_nobody_looks_into_cases_by_counting_up_numbers(visitor, resident, first):
    for client in (visitor, resident):
        assert client.get(f"/join/{first.number}/").status_code == 404
        assert client.post(f"/join/{first.number}/", {"phone": OTHER}).status_code == 404
        assert client.get(f"/join/{first.number}/?offer={marks.offer('2026112399999')}").status_code == 404
        assert client.get(f"/join/{first.number}/done/").status_code == 404
    assert visitor.get(f"/join/{first.number}/?offer={marks.offer(first.number)}").status_code == 200
    assert visitor.get(f"/join/2026112399999/?offer={marks.offer('2026112399999')}").status_code == 404


def test_a_case_that_was_handled_meanwhile_cannot_be_joined_any_more(visitor, first, actor_of, clock):
    url, carried = offer(visitor)
    walk = Walk(first, clock.now)
    walk.step("refuse", actor_of("community-worker"))
    answer = visitor.post(url, carried)
    assert answer.status_code == 409
    assert answer.context["form"]["text"].value() == carried["text"]


def test_whoever_joined_is_told_by_text_message(visitor, first):
    before = Message.objects.count()
    url, carried = offer(visitor)
    visitor.post(url, carried)
    assert Message.objects.count() == before + 1
    assert PHONE != OTHER


def test_too_many_words_come_back_with_the_reason(visitor, first):
    url, carried = offer(visitor)
    answer = visitor.post(url, {**carried, "text": "字" * 50_000})
    assert answer.status_code == 422
    assert "text" in answer.context["form"].errors
