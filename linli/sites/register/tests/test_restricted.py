"""Restricted groups: off until switched on, for one role, with a reason, and a line for every entry that is seen."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import restricted as work
from linli.register.people.actions.events import Home
from linli.register.people.models import RestrictedTag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
LIST = "/register/restricted/"
WHY = {"why": "1", "reason": "本周例行走访"}


@pytest.fixture
def switched_on(district):
    make.switch_restricted_on(district)


@pytest.fixture
def client(client_for):
    return client_for("restricted-care")


@pytest.fixture
def by(actor_of):
    return actor_of("restricted-care")


@pytest.fixture
def zhang(actor_of, now):
    return make.person(by=actor_of("community-worker"), now=now, happened_on=date(2020, 1, 1))


@pytest.fixture
def entry(switched_on, by, zhang):
    return work.give(
        by=by,
        person=zhang,
        kind="mental",
        level="3",
        basis="卫生院通知",
        since=date(2025, 1, 1),
        now=timezone.now(),
    )


def of_person(person):
    return reverse("register:restricted_person", args=[person.pk])


def reads():
    return AccessRecord.objects.filter(action=work.READ)


def test_off_by_default_even_for_the_officer(client, zhang):
    for url in (LIST, of_person(zhang)):
        page = client.get(url)
        assert page.templates[0].name == "register/restricted_off.html"
        assert client.post(url, {**WHY, "kind": "correction"}).status_code == 200
    assert not RestrictedTag.objects.exists()


def test_nothing_shows_before_a_reason(client, entry, zhang):
    for url in (LIST, of_person(zhang)):
        assert "卫生院通知" not in client.get(url).content.decode()
        empty = client.post(url, {"why": "1", "reason": "看看"})
        assert empty.status_code == 422
        assert "看看" in empty.content.decode()
    assert not reads().exists()


def test_with_a_reason_each_entry_shown_is_a_line(client, entry, zhang):
    assert client.post(LIST, WHY)["Location"] == LIST
    assert "张秀兰" not in client.get(LIST).content.decode()  # the first group of the list is another
    assert not reads().exists()
    page = client.get(LIST + "?kind=mental").content.decode()
    assert "张秀兰" in page
    assert "卫生院通知" in page
    line = reads().get()
    assert (line.subject_kind, line.subject_id, line.reason) == ("restricted", str(entry.pk), "本周例行走访")
    assert client.get(of_person(zhang)).status_code == 200  # the same hour, the same reason
    assert reads().count() == 2


def test_a_reason_is_good_for_an_hour_and_for_one_post(client, entry):
    client.post(LIST, WHY)
    session = client.session
    kept = session["restricted_reason"]
    session["restricted_reason"] = {**kept, "at": kept["at"] - 3601}
    session.save()
    assert client.get(LIST).templates[0].name == "register/restricted_why.html"
    session["restricted_reason"] = {**kept, "post": kept["post"] + 1}
    session.save()
    assert client.get(LIST).templates[0].name == "register/restricted_why.html"


def test_small_numbers_are_not_told(client, entry):
    client.post(LIST, WHY)
    page = client.get(LIST)
    told = {row["url"]: row["value"] for row in page.context_data["figures"]}
    assert told.pop("?kind=mental") == "–"
    assert set(told.values()) == {"0"}
    assert page.context_data["total"] is None


def test_somebody_is_entered_reviewed_and_taken_out(client, switched_on, zhang):
    client.post(of_person(zhang), WHY)
    wrong = client.post(of_person(zhang), {"kind": "mental", "level": "9", "basis": "通知", "since": "2025-01-01"})
    assert wrong.status_code == 422
    assert set(wrong.context_data["form"].errors) == {"level"}
    assert "通知" in wrong.content.decode()
    form = {"kind": "mental", "level": "2", "basis": "卫生院通知", "since": "2025-01-01"}
    assert client.post(of_person(zhang), form).status_code == 302
    assert client.post(of_person(zhang), form).status_code == 409  # once is enough
    tag = RestrictedTag.objects.get()
    assert "卫生院" not in tag.content_sealed
    next_on = timezone.localdate() + timedelta(days=90)
    review = reverse("register:restricted_review", args=[tag.pk])
    assert client.post(review, {f"review{tag.pk}-review_on": "2020-01-01"}).status_code == 422
    assert client.post(review, {f"review{tag.pk}-review_on": next_on.isoformat()}).status_code == 302
    end = reverse("register:restricted_finish", args=[tag.pk])
    today = timezone.localdate().isoformat()
    assert client.post(end, {f"end{tag.pk}-until": today, f"end{tag.pk}-because": ""}).status_code == 422
    assert client.post(end, {f"end{tag.pk}-until": today, f"end{tag.pk}-because": "期满"}).status_code == 302
    tag.refresh_from_db()
    assert (tag.review_on, tag.until) == (next_on, timezone.localdate())


def test_acts_need_a_reason_too(client, entry):
    end = reverse("register:restricted_finish", args=[entry.pk])
    answer = client.post(end, {f"end{entry.pk}-until": "2026-01-01", f"end{entry.pk}-because": "期满"})
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert entry.until is None


@pytest.mark.parametrize("username", ["community-worker", "community-secretary", "grid-worker", "street-staff"])
def test_nobody_else_opens_it(client_for, entry, zhang, username):
    client = client_for(username)
    assert client.get(LIST).status_code == 403
    assert client.get(of_person(zhang)).status_code == 403
    page = client.get(reverse("register:person", args=[zhang.pk])).content.decode()
    assert of_person(zhang) not in page
    assert "严重精神障碍" not in page
    assert LIST not in page


def test_not_outside_the_area(client, entry, actor_of, now):
    there = make.dwelling("101", estate="南湖春晓", community="320105001004")
    elsewhere = make.person(
        by=actor_of("cw-320105001004"),
        now=now,
        sequence=7,
        home=Home(dwelling_id=there.pk),
        happened_on=date(2020, 1, 1),
    )
    client.post(LIST, WHY)
    assert client.get(of_person(elsewhere)).status_code == 404


def test_the_officer_finds_the_way_from_the_page_of_a_person(client, switched_on, zhang):
    page = client.get(reverse("register:person", args=[zhang.pk])).content.decode()
    assert of_person(zhang) in page
    assert LIST in page
