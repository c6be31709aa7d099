"""A resident says what should change about an item of a list: once, in words of their own, from where they live."""

import pytest

from linli.apps.admission.models import Objection
from linli.apps.admission.tests.factories import HOME, item
from linli.sites.portal import home_area
from linli.spine.catalogue.actions import admitted

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def at_home(resident_client):
    client = resident_client("19900001234", **ENGLISH)
    client.cookies[home_area.COOKIE] = HOME
    return client


def test_a_resident_objects_and_changes_the_words(at_home):
    matter = item()
    home = f"/lists/{matter.matter_list_id}/"
    assert "What should change about it?" in at_home.get(home).content.decode()
    for text in ("打扰太多", "打扰太多，每年一次就够"):
        assert at_home.post(f"{home}items/{matter.pk}/object/", {"text": text}).status_code == 302
    found = Objection.objects.get()
    assert (found.text, found.area_id[:6], found.post_id) == ("打扰太多，每年一次就够", "320105", None)
    at_home.post(f"{home}items/{matter.pk}/object/", {"text": ""})
    assert Objection.objects.count() == 1


def test_who_has_not_said_where_they_live_is_asked_first(resident_client):
    matter = item()
    client = resident_client("19900005678", **ENGLISH)
    answer = client.post(f"/lists/{matter.matter_list_id}/items/{matter.pk}/object/", {"text": "打扰太多"})
    assert answer["Location"] == "/community/"
    assert not Objection.objects.exists()


def test_what_does_not_hold_today_says_so(at_home, actor_of, now):
    matter = item()
    admitted.suspend_item(by=actor_of("civil-affairs"), matter=matter, now=now, on=now.date(), note="经费逾期")
    text = at_home.get(f"/lists/{matter.matter_list_id}/?q=公共卫生").content.decode()
    assert "Suspended since 2026-11-23." in text


def test_an_item_of_another_list_is_not_there(at_home):
    matter = item()
    other = item("宣传宪法、法律、法规和国家的政策")
    assert at_home.post(f"/lists/{other.matter_list_id}/items/{matter.pk}/object/", {"text": "x"}).status_code == 404
