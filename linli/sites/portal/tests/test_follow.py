"""Following with a code: out of addresses, hard to guess, one answer for every wrong code."""

import pytest

from linli.sites.portal.tests.factories import case_of, open_by_code

pytestmark = pytest.mark.usefixtures("district")


def test_a_code_opens_its_case_and_stays_out_of_the_address(visitor, clock):
    receipt = case_of()
    place = open_by_code(visitor, receipt)
    assert place == f"/follow/{receipt.case.number}/"
    assert receipt.code not in place
    assert visitor.get(place).status_code == 200


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "spaces", "wide"])
def test_a_code_may_be_typed_anyhow(visitor, clock, typed):
    code = case_of().code
    text = {
        "lower": code.lower(),
        "spaces": code.replace("-", " "),
        "wide": "".join(chr(ord(c) + 0xFEE0) if c != "-" else c for c in code),
    }.get(typed, typed.format(code))
    assert visitor.post("/follow/", {"code": text}).status_code == 302


def test_wrong_unknown_and_mistyped_codes_get_one_answer(visitor, clock):
    case_of()
    wrong = ("0000-0000-0000", "abc", "𠮷", "<script>", "字" * 50_000)
    answers = [visitor.post("/follow/", {"code": code}) for code in wrong]
    assert {answer.status_code for answer in answers} == {422}
    assert len({str(answer.context["form"].errors["code"]) for answer in answers}) == 1
    assert all(b"<script>" not in a.content.replace(b"<script src", b"") for a in answers)


def test_an_empty_code_is_asked_for(visitor):
    assert visitor.post("/follow/", {}).status_code == 422


def test_guessing_is_slowed_down(visitor, clock):
    receipt = case_of()
    statuses = [visitor.post("/follow/", {"code": "0000-0000-0000"}).status_code for _try in range(31)]
    assert statuses[:30] == [422] * 30
    assert statuses[30] == 429
    right = visitor.post("/follow/", {"code": receipt.code})
    assert right.status_code == 429
    assert int(right["Retry-After"]) > 0
    assert right.context["form"]["code"].value() == receipt.code
    clock.forward(hours=1)
    assert visitor.post("/follow/", {"code": receipt.code}).status_code == 302


def test_without_the_code_the_case_does_not_exist(visitor, resident, staff, clock):
    number = case_of(phone="19900007777").case.number
    for client in (visitor, resident, staff):
        assert client.get(f"/follow/{number}/").status_code == 404
        assert client.post(f"/follow/{number}/add/", {"words": "x"}).status_code == 404
        assert client.get("/follow/2026112399999/").status_code == 404


def test_one_code_does_not_open_another_case(visitor, clock):
    open_by_code(visitor, case_of())
    other = case_of(phone="19900007777")
    assert visitor.get(f"/follow/{other.case.number}/").status_code == 404


def test_a_page_opened_by_code_closes_by_itself_and_by_hand(visitor, clock):
    place = open_by_code(visitor, case_of())
    clock.forward(hours=2, minutes=1)
    assert visitor.get(place).status_code == 404
    place = open_by_code(visitor, case_of(phone="19900007777"))
    assert visitor.get(place).status_code == 200
    assert visitor.post(f"{place}forget/").status_code == 302
    assert visitor.get(place).status_code == 404
    assert visitor.post("/follow/2026112399999/forget/").status_code == 302


def test_the_qr_code_carries_the_code_where_no_server_sees_it(visitor):
    page = visitor.get("/follow/")
    assert "portal/follow" in page.content.decode()


def test_opening_by_code_costs_little(visitor, clock, django_assert_max_num_queries):
    receipt = case_of()
    place = open_by_code(visitor, receipt)
    with django_assert_max_num_queries(6):  # session, case, events, photos, words, office
        visitor.get(place)
