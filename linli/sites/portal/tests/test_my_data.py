"""My data: opened with the phone and one thing more, read, corrected by asking, and every look told."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from linli.foundation.accounts.models import User
from linli.foundation.audit.models import AccessRecord
from linli.foundation.notifications.models import Message
from linli.register.people.actions import corrections, fields, requests
from linli.register.people.actions.events import Home
from linli.register.people.models import Correction, Person, SubjectRequest
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
PHONE = "19900001234"
BORN = date(1958, 3, 2)
PAGE = "/my-data/"
FIT = {"answer": "1958-03-02"}


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def zhang(worker, now) -> Person:
    """She and her husband have one phone between them."""
    made = make.person(by=worker, now=now, born=BORN, phone=PHONE)
    husband = {"name": "赵国强", "sex": "1", "sequence": 9, "born": date(1955, 1, 7), "relation": "11"}
    make.person(by=worker, now=now, home=Home(household_id=made.household_id), phone=PHONE, **husband)
    return made


@pytest.fixture
def opened(resident, zhang):
    assert resident.post(PAGE, FIT).status_code == 302
    return resident


def text(response) -> str:
    return response.content.decode()


def much_later(client, clock) -> None:
    """The session stays in use; what was confirmed at its beginning does not hold any more."""
    for _turn in range(2):
        clock.forward(minutes=16)
        client.get("/")


def propose(client, **given):
    form = {"field": "workplace", "value": "供销社", "why": "换了工作", "submission_key": "one", **given}
    return client.post("/my-data/correct/", form)


def test_the_phone_alone_opens_nothing(resident, zhang):
    response = resident.get(PAGE)
    assert response.status_code == 200
    assert "张秀兰" not in text(response)
    assert not AccessRecord.objects.filter(action="people.own_opened").exists()


@pytest.mark.parametrize("answer", ["19580302", "1958-03-02", "１９５８０３０２", "1958年3月2日"])
def test_a_birthday_opens_ones_own_entry_and_it_is_written_down(resident, zhang, answer):
    assert resident.post(PAGE, {"answer": answer}).status_code == 302
    page = text(resident.get(PAGE))
    assert "张秀兰" in page
    assert make.citizen_number() not in page
    assert PHONE not in page
    line = AccessRecord.objects.get(action="people.own_opened")
    assert (line.subject_id, line.user_id) == (str(zhang.pk), int(resident.session["_auth_user_id"]))


def test_the_end_of_the_document_opens_it_too_and_tells_two_of_one_phone_apart(resident, zhang):
    husband = Person.objects.get(name="赵国强")
    end = fields.plain(husband, "identity")[-4:]
    assert resident.post(PAGE, {"answer": end.lower()}).status_code == 302
    assert AccessRecord.objects.get(action="people.own_opened").subject_id == str(husband.pk)


def test_twins_with_one_phone_are_not_opened_by_their_birthday(resident, zhang, worker, now):
    make.person(by=worker, now=now, name="张秀芳", born=BORN, sequence=40, phone=PHONE)
    assert resident.post(PAGE, FIT).status_code == 422


def test_the_answer_is_the_same_whether_the_phone_is_known_or_not(resident, stranger, zhang):
    wrong = resident.post(PAGE, {"answer": "19580303"})
    unknown = stranger.post(PAGE, {"answer": "19580303"})
    assert wrong.status_code == unknown.status_code == 422
    assert "No entry fits" in text(wrong)
    assert "No entry fits" in text(unknown)
    assert "19580303" in text(wrong), "what was typed stays"


def test_guessing_is_stopped_and_the_right_answer_has_to_wait(resident, zhang, clock):
    for day in range(10, 15):
        assert resident.post(PAGE, {"answer": f"195803{day}"}).status_code == 422
    refused = resident.post(PAGE, FIT)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    clock.forward(minutes=31)
    assert resident.post(PAGE, FIT).status_code == 302


def test_the_dead_and_the_gone_are_not_opened(resident, zhang):
    Person.objects.filter(pk=zhang.pk).update(status=Person.Status.GONE)
    assert resident.post(PAGE, FIT).status_code == 422


def test_it_closes_by_itself_and_by_a_press(opened, clock):
    assert "张秀兰" in text(opened.get(PAGE))
    opened.post("/my-data/close/")
    assert "张秀兰" not in text(opened.get(PAGE))
    opened.post(PAGE, FIT)
    much_later(opened, clock)
    assert "张秀兰" not in text(opened.get(PAGE))
    assert opened.get("/my-data/looks/")["Location"] == PAGE


def test_it_closes_when_the_phone_is_no_longer_hers(opened, zhang):
    Person.objects.filter(pk=zhang.pk).update(phone_index="another")
    assert "张秀兰" not in text(opened.get(PAGE))


def test_the_household_is_named_but_its_numbers_are_not_told(opened):
    page = text(opened.get(PAGE))
    assert "赵国强" in page
    assert "1955-01-07" not in page


def test_the_page_asks_few_statements(opened, django_assert_max_num_queries):
    opened.get(PAGE)
    with django_assert_max_num_queries(16):
        assert opened.get(PAGE).status_code == 200


def test_a_correction_is_asked_once_decided_and_told(opened, zhang, worker, now):
    assert propose(opened).status_code == 302
    assert propose(opened).status_code == 302
    (asked,) = Correction.objects.filter(person=zhang)
    zhang.refresh_from_db()
    assert zhang.workplace == "", "nothing changes before the community agrees"
    assert "供销社" in text(opened.get(PAGE))
    corrections.approve(by=worker, correction_id=asked.pk, version=zhang.version, now=now)
    zhang.refresh_from_db()
    assert zhang.workplace == "供销社"
    assert Message.objects.filter(to_user_id=asked.asked_by_id, subject_kind="correction").exists()


def test_a_bad_value_is_explained_and_nothing_typed_is_lost(opened):
    response = propose(opened, field="phone", value="139000011", why="新号码里少了几位")
    assert response.status_code == 422
    page = text(response)
    assert "139000011" in page
    assert "新号码里少了几位" in page
    assert "11 digits" in page
    assert not Correction.objects.exists()


def test_nothing_chosen_no_reason_and_no_difference_are_refused(opened):
    assert propose(opened, field="").status_code == 422
    assert propose(opened, why="").status_code == 422
    assert propose(opened, value="").status_code == 422
    assert propose(opened, field="note", value="x").status_code == 422, "the note is the office's own"
    assert not Correction.objects.exists()


def test_a_correction_is_taken_back_by_whoever_asked_only(opened, zhang, actor_of, now):
    propose(opened)
    mine = Correction.objects.get()
    theirs = corrections.propose(
        by=actor_of("grid-worker"), person=zhang, given={"workplace": "退休"}, reason="邻居说", now=now
    )
    assert opened.post(reverse("portal:my_data_correction_withdraw", args=[theirs.pk])).status_code == 404
    assert opened.post(reverse("portal:my_data_correction_withdraw", args=[mine.pk])).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "withdrawn"
    assert "退休" not in text(opened.get(PAGE)), "what staff propose is theirs until it is decided"


def test_a_copy_is_asked_for_handed_out_and_read(opened, zhang, actor_of, now, clock):
    assert opened.post("/my-data/ask/", {"kind": "copy"}).status_code == 302
    asked = SubjectRequest.objects.get(person=zhang)
    url = reverse("portal:my_data_copy", args=[asked.pk])
    assert opened.get(url).status_code == 404, "not before the community has handed it out"
    requests.answer(by=actor_of("community-secretary"), request_id=asked.pk, now=now)
    assert Message.objects.filter(to_user_id=asked.asked_by_id, link_path=PAGE).exists()
    page = text(opened.get(url))
    assert make.citizen_number() in page, "the copy is whole"
    assert AccessRecord.objects.filter(action="people.copy", subject_id=str(zhang.pk)).count() == 1
    data = json.loads(opened.get(url + "?as=json").content)
    assert any("张秀兰" in json.dumps(rows, ensure_ascii=False) for rows in data.values())
    SubjectRequest.objects.filter(pk=asked.pk).update(answered_at=now - timedelta(days=31))
    assert opened.get(url).status_code == 404, "and not for ever"


def test_an_explanation_needs_words_and_a_request_can_be_taken_back(opened, zhang):
    assert opened.post("/my-data/ask/", {"kind": "explain"}).status_code == 422
    assert opened.post("/my-data/ask/", {"kind": "explain", "text": "为什么有我的电话？"}).status_code == 302
    asked = SubjectRequest.objects.get(person=zhang)
    assert opened.post(reverse("portal:my_data_request_withdraw", args=[asked.pk])).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_requests_and_copies_of_others_are_not_found(opened, stranger, worker, now):
    other = make.person(by=worker, now=now, name="周文", sequence=50, phone="19900009999", born=date(1970, 5, 5))
    theirs = requests.ask(by=worker, person=other, kind="copy", proof="看过身份证", now=now)
    for name in ("my_data_copy", "my_data_request_withdraw"):
        method = opened.get if name == "my_data_copy" else opened.post
        assert method(reverse(f"portal:{name}", args=[theirs.pk])).status_code == 404
    assert opened.get("/my-data/requests/99999999999999999999/copy/").status_code == 404


def test_who_has_looked_is_told_by_role_and_office_without_names(opened, zhang, client_for):
    client_for("community-worker").get(f"/register/people/{zhang.pk}/")
    page = text(opened.get("/my-data/looks/"))
    assert "opened the record" in page
    assert "opened by the person themselves" in page
    assert User.objects.get(username="community-worker").name not in page


def test_staff_and_visitors_stay_outside(staff, visitor):
    assert staff.get(PAGE).status_code == 403
    assert visitor.get(PAGE).status_code == 302


def test_an_old_page_pressed_after_it_closed_does_nothing(opened, clock):
    propose(opened)
    much_later(opened, clock)
    assert propose(opened, submission_key="two")["Location"] == PAGE
    assert (
        opened.post(reverse("portal:my_data_correction_withdraw", args=[Correction.objects.get().pk])).status_code
        == 404
    )
    assert Correction.objects.get().state == "waiting"
