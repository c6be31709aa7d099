from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from linli.foundation.accounts.models import User
from linli.foundation.notifications import actions
from linli.foundation.notifications.actions import News
from linli.foundation.notifications.models import Message
from linli.foundation.notifications.tests.factories import make_staff, make_user, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return make_staff()


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def inbox_of(client: Client, query: str = ""):
    response = client.get(reverse("notifications:inbox") + query, headers={"accept-language": "en"})
    assert response.status_code == 200
    return response


def test_an_empty_inbox_says_so(desk):
    page = inbox_of(desk)
    assert 'class="empty"' in page.content.decode()
    assert reverse("notifications:mark_all_read") not in page.content.decode()


def test_messages_are_shown_by_day_newest_first(desk, staff, now):
    tell(staff.pk, "昨天的消息", now=now - timedelta(days=1))
    tell(staff.pk, "newer <script>alert(1)</script> 𠮷", now=now)
    text = inbox_of(desk).content.decode()
    assert text.index("newer") < text.index("昨天的消息")
    assert text.count('<h2 id="day-') == 2
    assert "<script>alert" not in text
    assert "09:30" in text


def test_a_day_is_a_day_in_china(desk, staff, now):
    tell(staff.pk, "late in the evening", now=now.replace(hour=23, minute=59))
    tell(staff.pk, "after midnight", now=now.replace(hour=0, minute=1) + timedelta(days=1))
    assert inbox_of(desk).content.decode().count('<h2 id="day-') == 2


def test_residents_read_on_the_portal_and_staff_at_the_desk(client, desk):
    assert "ui/base_desk.html" in {template.name for template in inbox_of(desk).templates}
    resident = Client()
    resident.force_login(make_user("resident", User.Kind.RESIDENT))
    assert "ui/base_portal.html" in {template.name for template in inbox_of(resident).templates}


def test_a_long_inbox_has_pages(desk, staff, now):
    actions.notify_many(news=[News(to_user_id=staff.pk, text=f"n{number}") for number in range(31)], now=now)
    first = inbox_of(desk)
    after = first.context["page"].next_after
    assert f"?after={after}" in first.content.decode()
    second = inbox_of(desk, f"?after={after}")
    assert [message.text for message in second.context["page"].messages] == ["n0"]
    assert 'href="?after=' not in second.content.decode()


def test_an_inbox_with_a_great_many_says_more_than_99(desk, staff, now):
    actions.notify_many(news=[News(to_user_id=staff.pk, text="n")] * 100, now=now)
    with translation.override("en"):
        assert "More than 99 messages are unread." in inbox_of(desk).content.decode()


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 50_000, "9" * 19, "1.5", "٣", "%00", "<script>"])
def test_a_mangled_page_key_is_no_error(desk, key):
    inbox_of(desk, f"?after={key}")


def test_opening_a_message_reads_it_and_goes_to_its_subject(desk, staff, now):
    tell(staff.pk, now=now, link_path="/desk/cases/JY-1/")
    message = Message.objects.get()
    assert desk.head(reverse("notifications:open", args=[message.pk])).status_code == 302
    message.refresh_from_db()
    assert message.state == "sent"
    response = desk.get(reverse("notifications:open", args=[message.pk]))
    assert (response.status_code, response["Location"]) == (302, "/desk/cases/JY-1/")
    message.refresh_from_db()
    assert message.state == "read"


@pytest.mark.parametrize("path", ["", "//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_a_message_never_leads_out_of_the_house(desk, staff, now, path):
    tell(staff.pk, now=now, link_path=path)
    response = desk.get(reverse("notifications:open", args=[Message.objects.get().pk]))
    assert response["Location"] == reverse("notifications:inbox")


@pytest.mark.parametrize("number", [1, 2**63 - 1, 2**63, 10**40])
def test_the_messages_of_others_do_not_exist(desk, now, number):
    other = make_user("other")
    tell(other.pk, now=now)
    Message.objects.update(id=1)
    assert desk.get(reverse("notifications:open", args=[number])).status_code == 404
    assert Message.objects.get().state == "sent"


def test_all_can_be_marked_read_up_to_what_the_page_showed(desk, staff, now):
    tell(staff.pk, now=now)
    page = inbox_of(desk)
    tell(staff.pk, "came meanwhile", now=now)
    response = desk.post(reverse("notifications:mark_all_read"), {"up_to": page.context["up_to"]})
    assert response["Location"] == reverse("notifications:inbox")
    assert list(Message.objects.filter(state="sent").values_list("text", flat=True)) == ["came meanwhile"]


@pytest.mark.parametrize("key", ["", "x", "9" * 40])
def test_marking_with_a_mangled_key_changes_nothing(desk, staff, now, key):
    tell(staff.pk, now=now)
    assert desk.post(reverse("notifications:mark_all_read"), {"up_to": key}).status_code == 302
    assert Message.objects.get().state == "sent"


def test_marking_needs_a_post(desk):
    assert desk.get(reverse("notifications:mark_all_read")).status_code == 405
