"""Requests about one's own data: taken at the window, answered in time, the copy handed out and written down."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from linli.foundation.audit.models import AccessRecord
from linli.register.people.actions import requests as desk
from linli.register.people.actions import transfers
from linli.register.people.actions.events import Home
from linli.register.people.models import SubjectRequest
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
DESK = "/register/requests/"
BORN = date(1940, 3, 2)


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def office(client_for):
    return client_for("community-worker")


@pytest.fixture
def secretary(client_for):
    return client_for("community-secretary")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, born=BORN, phone="19900001111")


def ask(worker, person, kind="copy", now=None, **more):
    given = {"proof": "看过身份证", "text": "请说明", **more}
    return desk.ask(by=worker, person=person, kind=kind, now=now or timezone.now(), **given)


def one_url(asked, name="request"):
    return reverse(f"register:{name}", args=[asked.pk])


def test_a_request_is_written_down_at_the_window(office, zhang):
    url = reverse("register:request_new", args=[zhang.pk])
    assert "张秀兰" in office.get(url).content.decode()
    for sent, field in (({"proof": "", "text": "为什么？"}, "proof"), ({"proof": "看过身份证", "text": ""}, "text")):
        wrong = office.post(url, {"kind": "explain", "asker": "self", **sent})
        assert wrong.status_code == 422
        assert set(wrong.context_data["form"].errors) == {field}
    right = {"kind": "explain", "asker": "self", "proof": "看过身份证", "text": "谁给了你们我的电话？"}
    assert office.post(url, right).status_code == 302
    made = SubjectRequest.objects.get()
    assert (made.kind, made.state, made.text) == ("explain", "waiting", "谁给了你们我的电话？")
    assert office.post(url, right)["Location"] == one_url(made)
    assert SubjectRequest.objects.count() == 1
    listed = office.get(DESK).content.decode()
    assert one_url(made) in listed


def test_relatives_ask_only_about_the_dead(office, zhang):
    url = reverse("register:request_new", args=[zhang.pk])
    answer = office.post(url, {"kind": "copy", "asker": "relative", "proof": "看过户口簿"})
    assert answer.status_code == 422
    assert "asker" in answer.context_data["form"].errors


def test_the_desk_says_how_much_time_is_left(office, worker, zhang):
    now = timezone.now()
    late = ask(worker, zhang, now=now - timedelta(days=40))
    fresh = ask(worker, zhang, "delete", now=now)
    rows = office.get(DESK).context_data["rows"]
    assert [(row.pk, due["kind"]) for row, due in rows] == [(late.pk, "late"), (fresh.pk, "ok")]


@pytest.mark.parametrize("view", ["", "?view=answered"])
def test_the_desk_pages_through_all(office, worker, now, view, django_assert_max_num_queries):
    people = [make.person(by=worker, now=now, sequence=n, happened_on=date(2020, 1, 1)) for n in range(1, 53)]
    asked = [ask(worker, person) for person in people]
    if view:
        SubjectRequest.objects.update(state="done", answered_at=now)
    with django_assert_max_num_queries(9):
        first = office.get(DESK + view)
    second = office.get(DESK + first.context_data["older_url"])
    seen = [row.pk for page in (first, second) for row, _due in page.context_data["rows"]]
    assert len(first.context_data["rows"]) == 50
    assert sorted(seen) == [one.pk for one in asked]
    assert not second.context_data["older_url"]


def test_only_who_answers_may_answer(office, secretary, worker, zhang):
    asked = ask(worker, zhang, "explain")
    assert 'value="answer"' not in office.get(one_url(asked)).content.decode()
    assert office.post(one_url(asked), {"act": "answer", "answer": "依法登记"}).status_code == 403
    short = secretary.post(one_url(asked), {"act": "answer", "answer": "好"})
    assert short.status_code == 422
    assert "answer" in short.context_data["form"].errors
    assert secretary.post(one_url(asked), {"act": "answer", "answer": "您去年登记时留下的。"}).status_code == 302
    assert "您去年登记时留下的。" in office.get(one_url(asked)).content.decode()
    again = secretary.post(one_url(asked), {"act": "refuse", "answer": "不能说明理由"})
    assert again.status_code == 409


def test_a_refusal_needs_reasons_and_keeps_what_was_typed(secretary, worker, zhang):
    asked = ask(worker, zhang, "delete")
    answer = secretary.post(one_url(asked), {"act": "refuse", "answer": "不行"})
    assert answer.status_code == 422
    assert "不行" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == "waiting"


def test_a_deletion_lets_go_what_the_law_lets_go(secretary, worker, zhang):
    asked = ask(worker, zhang, "delete")
    assert secretary.post(one_url(asked), {"act": "answer", "answer": ""}).status_code == 302
    zhang.refresh_from_db()
    asked.refresh_from_db()
    assert (zhang.phone_sealed, zhang.phone_index) == ("", "")
    assert zhang.name == "张秀兰"
    assert zhang.identity_sealed
    assert asked.answer


def test_taken_back_without_words(office, worker, zhang):
    asked = ask(worker, zhang)
    assert office.post(one_url(asked), {"act": "withdraw"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_without_a_choice_nothing_happens(secretary, worker, zhang):
    asked = ask(worker, zhang)
    assert secretary.post(one_url(asked), {"act": "burn"}).status_code == 422
    asked.refresh_from_db()
    assert asked.state == "waiting"


def test_the_copy_tells_all_and_is_written_down_first(office, secretary, worker, zhang):
    asked = ask(worker, zhang)
    url = one_url(asked, "request_copy")
    assert office.get(url).status_code == 403
    page = secretary.get(url).content.decode()
    assert make.citizen_number(BORN) in page
    assert "19900001111" in page
    data = json.loads(secretary.get(url + "?as=json").content)
    assert "19900001111" in json.dumps(data)
    book = CalamineWorkbook.from_filelike(BytesIO(secretary.get(url + "?as=xlsx").content))
    assert make.citizen_number(BORN) in [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    lines = AccessRecord.objects.filter(action="people.copy", subject_id=str(zhang.pk)).order_by("pk")
    assert [line.data["as"] for line in lines] == ["page", "json", "xlsx"]


def test_the_copy_closes_after_a_while_and_exists_for_no_other_request(secretary, worker, zhang):
    now = timezone.now()
    asked, other = ask(worker, zhang), ask(worker, zhang, "explain")
    assert secretary.get(one_url(other, "request_copy")).status_code == 404
    SubjectRequest.objects.filter(pk=asked.pk).update(state="done", answered_at=now - timedelta(days=29))
    assert secretary.get(one_url(asked, "request_copy")).status_code == 200
    SubjectRequest.objects.filter(pk=asked.pk).update(answered_at=now - timedelta(days=31))
    assert secretary.get(one_url(asked, "request_copy")).status_code == 404


def test_a_stranger_and_the_grid_see_none_of_it(client_for, worker, zhang):
    asked = ask(worker, zhang)
    stranger = client_for("cw-320105001004")
    assert stranger.get(one_url(asked)).status_code == 404
    assert one_url(asked) not in stranger.get(DESK).content.decode()
    assert client_for("grid-worker").get(DESK).status_code == 403
    assert client_for("grid-worker").get(one_url(asked)).status_code == 403


def test_who_has_looked_is_shown_to_who_answers(client_for, office, secretary, zhang):
    office.get(reverse("register:person", args=[zhang.pk]))
    url = reverse("register:readers", args=[zhang.pk])
    assert office.get(url).status_code == 403
    page = secretary.get(url)
    assert [look.name for look, _fields in page.context_data["rows"]]
    line = AccessRecord.objects.get(action="people.readers")
    assert line.subject_id == str(zhang.pk)
    assert client_for("auditor").get(url).status_code == 200
    assert client_for("cw-320105001004").get(url).status_code == 404


def test_the_page_of_a_person_leads_there(office, secretary, zhang):
    url = reverse("register:person", args=[zhang.pk])
    taken, watched = reverse("register:request_new", args=[zhang.pk]), reverse("register:readers", args=[zhang.pk])
    assert taken in office.get(url).content.decode()
    assert watched not in office.get(url).content.decode()
    assert watched in secretary.get(url).content.decode()


def test_a_request_goes_along_when_the_person_moves(client_for, actor_of, office, secretary, worker, zhang, now):
    asked = ask(worker, zhang)
    there, other = "320105001004", actor_of("cw-320105001004")
    flat = make.dwelling("101", estate="南湖春晓", community=there)
    moved = transfers.ask_out(
        by=worker, people=[zhang.pk], to_area_id=there, happened_on=now.date(), reason="搬家", now=now
    )
    transfers.accept(by=other, transfer_id=moved.pk, now=now, home=Home(dwelling_id=flat.pk))
    for client in (office, secretary):
        assert client.get(one_url(asked)).status_code == 404
        assert one_url(asked) not in client.get(DESK).content.decode()
    assert secretary.get(one_url(asked, "request_copy")).status_code == 404
    assert one_url(asked) in client_for("cw-320105001004").get(DESK).content.decode()
    answer = client_for("cs-320105001004").post(one_url(asked), {"act": "answer", "answer": "已交给本人"})
    assert answer.status_code == 302
