from datetime import timedelta

import pytest
from django.urls import reverse

from linli.apps.incidents.tests.factories import jpeg
from linli.foundation.files.actions import store_photo
from linli.register.people.models import Party
from linli.sites.desk.tests.factories import ELSEWHERE, make_case

PHONE = "19900001234"


def url(walk, name="desk:case"):
    return reverse(name, args=[walk.case.number])


def test_the_page_says_state_and_title(client_for):
    walk = make_case(text="楼道堆放杂物")
    response = client_for("community-worker").get(url(walk))
    assert response.status_code == 200
    assert "楼道堆放杂物" in response.context["title"]
    assert response.context["offers"].first.choice.move.name == "accept"


@pytest.mark.parametrize("name", ["desk:case", "desk:slip", "desk:phone"])
def test_a_case_elsewhere_does_not_exist(client_for, name):
    walk = make_case(area_id=ELSEWHERE)
    assert client_for("community-worker").get(url(walk, name)).status_code == 404


def test_a_forged_number_does_not_exist(client_for):
    client = client_for("community-worker")
    assert client.get("/desk/cases/99999999/").status_code == 404
    assert client.get(f"/desk/cases/{'9' * 300}/").status_code == 404


def test_a_department_does_not_see_a_case_before_it_is_dispatched_to_it(client_for, actor_of):
    walk = make_case()
    client = client_for("department-staff")
    assert client.get(url(walk)).status_code == 404
    walk.step("accept", actor_of("community-worker"))
    walk.step("dispatch", actor_of("community-worker"))
    assert client.get(url(walk)).status_code == 200


def test_an_auditor_reads_but_is_offered_nothing(client_for):
    walk = make_case()
    offers = client_for("auditor").get(url(walk)).context["offers"]
    assert offers.first is None
    assert offers.others == ()


def test_opening_a_case_changes_nothing(client_for):
    walk = make_case()
    client_for("community-worker").get(url(walk))
    assert walk.case.events.count() == 1


def test_moves_of_another_state_are_shown_greyed_with_the_reason(client_for):
    walk = make_case()
    response = client_for("community-worker").get(url(walk))
    blocked = {offer.choice.move.name: offer.choice.why_not for offer in response.context["offers"].blocked}
    assert "dispatch" in blocked
    body = response.content.decode()
    assert 'aria-disabled="true"' in body
    assert "aria-describedby" in body


def test_the_page_takes_at_most_twelve_statements(client_for, actor_of, now, django_assert_max_num_queries):
    walk = make_case(name="张三")
    for _ in range(3):
        make_case()
    worker = actor_of("community-worker")
    walk.step("accept", worker)
    photo = store_photo(upload=jpeg(), by=worker, now=now)
    walk.step("note", worker, photos=(photo,))
    client = client_for("community-worker")
    client.get(url(walk))
    with django_assert_max_num_queries(12):
        response = client.get(url(walk))
    assert len(response.context["nearby"]) == 3
    assert response.context["offers"].first.choice.move.name == "dispatch"


def test_the_peek_is_a_piece_for_htmx_and_the_page_for_everybody_else(client_for):
    walk = make_case()
    client = client_for("community-worker")
    response = client.get(url(walk, "desk:peek"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    assert client.get(url(walk, "desk:peek")).status_code == 302


def test_internal_notes_stand_apart_from_what_the_resident_reads(client_for, actor_of):
    walk = make_case()
    worker = actor_of("community-worker")
    walk.step("note", worker, note="内部意见")
    walk.step("reply", worker, public_note="给居民的话")
    history = client_for("community-worker").get(url(walk)).context["history"]
    assert {entry.kind for entry in history if entry.text == "内部意见"} == {"internal"}
    assert {entry.kind for entry in history if entry.text == "给居民的话"} == {"public"}


def test_the_phone_is_masked_and_one_tap_calls(client_for):
    walk = make_case(name="张三丰")
    body = client_for("community-worker").get(url(walk)).content.decode()
    assert "199****1234" in body
    assert f'href="tel:{PHONE}"' in body
    assert f">{PHONE}" not in body
    assert "张三丰" in body


def test_an_auditor_sees_masked_data_only_and_cannot_call(client_for):
    walk = make_case(name="张三丰")
    body = client_for("auditor").get(url(walk)).content.decode()
    assert "199****1234" in body
    assert PHONE not in body
    assert "张三丰" not in body


def test_a_department_sees_nothing_of_the_reporter(client_for, actor_of):
    walk = make_case(name="张三丰")
    walk.step("accept", actor_of("community-worker"))
    walk.step("dispatch", actor_of("community-worker"))
    body = client_for("department-staff").get(url(walk)).content.decode()
    assert PHONE not in body
    assert "199****" not in body
    assert "张三丰" not in body


def test_words_of_the_reporter_are_never_markup(client_for, actor_of):
    walk = make_case(text="<script>alert(1)</script>", name="<b>x</b>")
    walk.step("note", actor_of("community-worker"), note="<img src=x onerror=alert(1)>")
    client = client_for("community-worker")
    for name in ("desk:case", "desk:slip"):
        body = client.get(url(walk, name)).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "<b>x</b>" not in body


def test_the_slip_carries_a_code_to_its_page_and_who_printed_it(client_for):
    walk = make_case()
    response = client_for("community-worker").get(url(walk, "desk:slip"))
    body = response.content.decode()
    assert "<svg" in body
    assert response.context["printed_by"]
    assert walk.case.number in body


def test_neighbours_are_offered_only_inside_the_scope(client_for, actor_of):
    walk = make_case()
    make_case(text="同一社区")
    other = make_case(text="同类别另一社区", area_id=ELSEWHERE)
    near = client_for("community-worker").get(url(walk)).context["nearby"]
    assert [one.case.title for one in near] == ["同一社区"]
    assert other.case.number not in [one.case.number for one in near]


def test_a_very_old_open_case_shows_its_clocks(client_for):
    walk = make_case(ago=timedelta(days=40))
    response = client_for("community-worker").get(url(walk))
    assert [main for _label, _reading, main in response.context["clocks"]] == [True, False, False]


@pytest.fixture
def photo_case(actor_of, now):
    walk = make_case()
    worker = actor_of("community-worker")
    photo = store_photo(upload=jpeg(), by=worker, now=now)
    walk.step("note", worker, photos=(photo,))
    return walk, photo


def test_photos_open_inside_the_scope_only(client_for, photo_case):
    walk, photo = photo_case
    address = reverse("desk:photo", args=[walk.case.number, photo.pk])
    for size in ("", "?size=small"):
        response = client_for("community-worker").get(address + size)
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
    assert client_for("department-staff").get(address).status_code == 404
    other = make_case()
    assert (
        client_for("community-worker").get(reverse("desk:photo", args=[other.case.number, photo.pk])).status_code == 404
    )


def test_a_number_is_shown_only_with_a_reason_that_is_written_down(client_for):
    from linli.foundation.audit.models import AccessRecord

    walk = make_case()
    client = client_for("community-worker")
    address = url(walk, "desk:phone")
    assert PHONE not in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    assert not AccessRecord.objects.filter(action="people.reveal_phone").exists()
    response = client.post(address, {"reason": "需要登记上门时间"})
    assert PHONE in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    record = AccessRecord.objects.get(action="people.reveal_phone")
    assert record.subject_id == str(Party.objects.get().pk)
    assert "需要登记上门时间" in record.reason
    assert client.post(address, {"reason": "长" * 50_000}).status_code == 422


def test_who_may_not_reveal_is_told_why(client_for):
    walk = make_case()
    response = client_for("auditor").get(url(walk, "desk:phone"))
    assert response.status_code == 403


def test_every_state_has_a_page(client_for, actor_of):
    worker, staff = actor_of("community-worker"), actor_of("department-staff")
    secretary = actor_of("community-secretary")
    walk = make_case(ago=timedelta(days=3))
    client = client_for("community-worker")
    steps = [
        ("accept", worker), ("dispatch", worker), ("sign", staff), ("ask_extension", staff),
        ("grant_extension", worker), ("pause", worker), ("resume", staff), ("finish", staff), ("verify", secretary),
    ]  # fmt: skip
    for name, by in steps:
        walk.step(name, by)
        assert client.get(url(walk)).status_code == 200
        assert client.get(url(walk, "desk:slip")).status_code == 200
    walk.step("reopen", worker, is_reporter=True)
    assert client.get(url(walk)).status_code == 200
