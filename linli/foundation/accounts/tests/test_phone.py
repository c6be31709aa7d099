from datetime import timedelta

import pytest

from linli.foundation import vault
from linli.foundation.accounts.actions import CodeSpent, check_code
from linli.foundation.accounts.models import PhoneCode, User
from linli.foundation.accounts.tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("linli.foundation.accounts.tests.urls")]
PHONE = "13800000001"


@pytest.fixture
def ask(client, clock, gateway):
    def go(phone=PHONE, **more):
        return client.post("/accounts/phone/", {"phone": phone, **more})

    return go


@pytest.fixture
def answer(client):
    def go(code, **more):
        return client.post("/accounts/code/", {"code": code, **more})

    return go


def test_a_resident_gets_a_code_and_is_in(ask, answer, gateway, client):
    assert ask(next="/residents/").url == "/accounts/code/?next=%2Fresidents%2F"
    assert gateway.sent[0][0] == PHONE
    assert len(gateway.code) == 6
    page = client.get("/accounts/code/").content.decode()
    assert "138****0001" in page
    assert gateway.code not in page
    assert answer(gateway.code, next="/residents/").url == "/residents/"
    assert client.get("/residents/").content == b"resident "
    user = User.objects.get()
    assert (user.kind, vault.unseal(user.phone_sealed, vault.PHONE)) == ("resident", PHONE)
    assert PHONE not in user.phone_sealed


def test_the_same_phone_is_the_same_person(ask, answer, gateway, clock):
    for _visit in range(2):
        ask()
        answer(gateway.code)
        clock.forward(timedelta(minutes=2))
    assert User.objects.count() == 1


@pytest.mark.parametrize("typed", ["+86 138-0000-0001", "１３８０００００００１", " 138 0000 0001 "])
def test_a_number_may_be_typed_as_people_type_it(ask, gateway, typed):
    assert ask(typed).status_code == 302
    assert gateway.sent[0][0] == PHONE


@pytest.mark.parametrize(
    "typed", ["", "12345", "025-84000000", "x" * 50_000, "😀𠮷䶮", "<script>alert(1)</script>", "a\x00"]
)
def test_anything_else_is_refused_and_kept_on_the_page(ask, gateway, typed):
    page = ask(typed)
    assert page.status_code == 422
    assert not gateway.sent
    assert b"<script>alert" not in page.content


def test_in_the_demo_the_code_is_on_the_screen(ask, gateway, client, settings):
    settings.LINLI_DEMO = True
    ask()
    assert gateway.code in client.get("/accounts/code/").content.decode()


def test_a_wrong_code_can_be_corrected(ask, answer, gateway):
    ask()
    wrong = f"{(int(gateway.code) + 1) % 1_000_000:06d}"
    assert answer(wrong).status_code == 422
    assert answer(gateway.code).status_code == 302


def test_after_five_guesses_the_code_is_dead(ask, answer, gateway):
    ask()
    for step in range(1, 6):
        assert answer(f"{(int(gateway.code) + step) % 1_000_000:06d}").status_code == 422
    dead = answer(gateway.code)
    assert dead.status_code == 422
    assert "no longer valid" in dead.content.decode()


def test_a_code_lives_five_minutes(ask, answer, gateway, clock):
    ask()
    clock.forward(timedelta(minutes=5))
    assert "no longer valid" in answer(gateway.code).content.decode()


def test_a_code_works_once(ask, gateway, now):
    ask()
    index = vault.index(PHONE, vault.PHONE)
    check_code(phone_index=index, code=gateway.code, ip="", now=now)
    with pytest.raises(CodeSpent):
        check_code(phone_index=index, code=gateway.code, ip="", now=now)


def test_a_new_code_replaces_the_old_one(ask, answer, gateway, clock):
    ask()
    old = gateway.code
    clock.forward(timedelta(minutes=1))
    ask()
    if old != gateway.code:
        assert answer(old).status_code == 422
    assert answer(gateway.code).status_code == 302


def test_one_code_a_minute_five_an_hour_ten_a_day(ask, gateway, clock):
    assert ask().status_code == 302
    assert ask().status_code == 429
    for _code in range(4):
        clock.forward(timedelta(minutes=1))
        assert ask().status_code == 302
    clock.forward(timedelta(minutes=1))
    refused = ask()
    assert refused.status_code == 429
    assert "55 minutes" in refused.content.decode()
    clock.forward(timedelta(hours=1))
    for _code in range(5):
        clock.forward(timedelta(minutes=1))
        assert ask().status_code == 302
    clock.forward(timedelta(hours=2))
    assert ask().status_code == 429
    clock.forward(timedelta(days=1))
    assert ask().status_code == 302
    assert len(gateway.sent) == 11


def test_one_address_cannot_have_codes_sent_to_everybody(ask, gateway):
    answers = [ask(f"139{number:08d}").status_code for number in range(61)]
    assert answers == [302] * 60 + [429]


def test_when_the_gateway_fails_one_is_told_and_may_try_again(ask, gateway, clock, caplog):
    gateway.broken = True
    page = ask()
    assert page.status_code == 422
    assert "could not be sent" in page.content.decode()
    assert f"no route to {PHONE}" not in caplog.text
    gateway.broken = False
    clock.forward(timedelta(minutes=1))
    assert ask().status_code == 302


def test_a_phone_code_never_opens_a_staff_account(ask, answer, gateway, client):
    staff = factories.make_user(
        "boss", phone_index=vault.index(PHONE, vault.PHONE), phone_sealed=vault.seal(PHONE, vault.PHONE)
    )
    factories.make_post(staff, "civil_affairs", "320105")
    ask()
    answer(gateway.code)
    assert client.get("/inside/").content == b"resident "
    assert User.objects.count() == 2


def test_a_closed_resident_is_told_to_call(ask, answer, gateway):
    factories.make_resident(PHONE, is_active=False)
    ask()
    assert "call your community office" in answer(gateway.code).content.decode()


def test_nobody_types_a_code_without_having_asked(client):
    assert client.get("/accounts/code/").url == "/accounts/phone/"


@pytest.mark.parametrize("text", ["x" * 50_000, "😀𠮷䶮", "<script>", "", "a\x00"])
def test_any_text_as_code_gets_a_clear_answer(ask, answer, text):
    ask()
    assert answer(text).status_code == 422


def test_the_code_is_not_kept_in_the_clear(ask, gateway):
    ask()
    row = PhoneCode.objects.values_list("code_hash", "phone_sealed", "phone_index")[0]
    assert not any(gateway.code == part or PHONE in part for part in row)


def test_a_resident_sees_the_own_account_without_password_pages(ask, answer, gateway, client):
    ask()
    answer(gateway.code)
    page = client.get("/accounts/me/").content.decode()
    assert "138****0001" in page
    assert "Change password" not in page
    assert client.get("/accounts/password/").url == "/accounts/me/"
    assert client.get("/accounts/totp/").url == "/accounts/me/"
    assert client.post("/accounts/sign-out/", {"to": "home"}).url == "/"
