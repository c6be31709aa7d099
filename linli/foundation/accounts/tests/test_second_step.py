import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from linli.foundation import vault
from linli.foundation.accounts.actions import second_step as steps
from linli.foundation.accounts.models import RecoveryCode, Totp
from linli.foundation.accounts.tests import factories
from linli.foundation.audit.models import AccessRecord

pytestmark = [pytest.mark.django_db, pytest.mark.urls("linli.foundation.accounts.tests.urls")]


def code_at(user, when):
    secret = base64.b32decode(steps.secret_of(Totp.objects.get(user=user)))
    return TOTP(secret, 6, SHA1(), 30).generate(int(when.timestamp())).decode()


@pytest.fixture
def codes(wang, clock):
    """The recovery codes of wang, whose second step is on; the clock has gone on to a fresh code."""
    steps.setup_of(wang)
    made = steps.confirm(user=wang, code=code_at(wang, clock.now), ip="", now=clock.now)
    clock.forward(timedelta(minutes=2))
    return made


def test_the_codes_agree_with_the_test_vectors_of_the_rfc(wang):
    secret = base64.b32encode(b"12345678901234567890").decode()
    Totp.objects.create(user=wang, secret_sealed=vault.seal(secret, "totp"))
    # RFC 6238, appendix B, cut to six digits.
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        assert code_at(wang, datetime.fromtimestamp(seconds, UTC)) == code


def test_it_is_set_up_with_picture_key_and_code_and_recovery_codes_are_shown_once(wang, clock, sign_in, client):
    sign_in()
    page = client.get("/accounts/totp/").content.decode()
    secret = steps.secret_of(Totp.objects.get(user=wang))
    assert secret in page
    assert "<svg" in page
    assert "style=" not in page
    assert secret in client.get("/accounts/totp/").content.decode(), "looking again keeps the key"
    wrong = client.post("/accounts/totp/", {"code": "000000"})
    assert wrong.status_code == 422
    answer = client.post("/accounts/totp/", {"code": code_at(wang, clock.now)})
    assert len(set(re.findall(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>", answer.content.decode()))) == 10
    assert "Switch off" in client.get("/accounts/totp/").content.decode()
    assert secret not in str(Totp.objects.values_list("secret_sealed", flat=True)[0])


def test_an_unconfirmed_second_step_asks_nobody(wang, clock, sign_in):
    steps.setup_of(wang)
    assert sign_in().url == "/desk/"


def test_after_the_password_the_code_is_asked_for(codes, wang, clock, sign_in, client):
    answer = sign_in(next="/cases/")
    assert answer.url == "/accounts/second-step/?next=%2Fcases%2F"
    assert client.get("/inside/").status_code == 302, "not in yet"
    answer = client.post(answer.url, {"code": code_at(wang, clock.now)})
    assert answer.url == "/cases/"
    assert client.get("/inside/").status_code == 200


def test_a_code_opens_once(codes, wang, clock, sign_in, client):
    code = code_at(wang, clock.now)
    sign_in()
    assert client.post("/accounts/second-step/", {"code": code}).status_code == 302
    client.post("/accounts/sign-out/")
    sign_in()
    assert client.post("/accounts/second-step/", {"code": code}).status_code == 422


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_clocks_may_differ_by_one_step(codes, wang, clock, sign_in, client, drift):
    sign_in()
    code = code_at(wang, clock.now + timedelta(seconds=drift))
    assert client.post("/accounts/second-step/", {"code": code}).status_code == 302


@pytest.mark.parametrize("drift", [-60, 60])
def test_but_not_by_two(codes, wang, clock, sign_in, client, drift):
    sign_in()
    code = code_at(wang, clock.now + timedelta(seconds=drift))
    assert client.post("/accounts/second-step/", {"code": code}).status_code == 422


def test_five_wrong_codes_lock_the_second_step(codes, wang, clock, sign_in, client):
    sign_in()
    answers = [client.post("/accounts/second-step/", {"code": f"00000{n}"}).status_code for n in range(5)]
    assert answers == [422] * 5
    assert client.post("/accounts/second-step/", {"code": code_at(wang, clock.now)}).status_code == 429


def test_a_recovery_code_opens_once_however_it_is_written(codes, wang, clock, sign_in, client):
    typed = codes[0].lower().replace("-", " ")
    sign_in()
    assert client.post("/accounts/second-step/", {"code": typed}).status_code == 302
    assert AccessRecord.objects.filter(action="second_step.recovery").count() == 1
    client.post("/accounts/sign-out/")
    sign_in()
    assert client.post("/accounts/second-step/", {"code": codes[0]}).status_code == 422
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_the_right_password_is_good_for_five_minutes(codes, wang, clock, sign_in, client):
    sign_in()
    clock.forward(timedelta(minutes=5, seconds=1))
    answer = client.post("/accounts/second-step/", {"code": code_at(wang, clock.now)})
    assert answer.url == "/accounts/sign-in/"


def test_without_a_password_there_is_no_second_step(client):
    assert client.get("/accounts/second-step/").url == "/accounts/sign-in/"


def test_switching_it_off_needs_the_password(codes, wang, clock, sign_in, client):
    sign_in()
    client.post("/accounts/second-step/", {"code": code_at(wang, clock.now)})
    assert client.post("/accounts/totp/", {"password": "wrong"}).status_code == 422
    assert client.post("/accounts/totp/", {"password": factories.PASSWORD}).status_code == 302
    assert not Totp.objects.exists()
    assert not RecoveryCode.objects.exists()


@pytest.mark.parametrize("text", ["x" * 50_000, "😀𠮷䶮", "<script>", "１２３４５６", "a\x00b"])
def test_any_text_gets_a_clear_answer(codes, clock, sign_in, client, text):
    sign_in()
    assert client.post("/accounts/second-step/", {"code": text}).status_code == 422
