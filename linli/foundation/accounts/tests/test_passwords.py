from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from linli.foundation.accounts.actions import set_password
from linli.foundation.accounts.models import PastPassword, User
from linli.foundation.accounts.passwords import RuleSetValidator, classes_in
from linli.foundation.accounts.tests import factories
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.urls("linli.foundation.accounts.tests.urls")]
NEW = "Fresh-Password-2"


@pytest.fixture
def change(client):
    def go(old=factories.PASSWORD, new=NEW, again=None, **more):
        return client.post("/accounts/password/", {"old": old, "new": new, "again": again or new, **more})

    return go


@pytest.mark.parametrize(
    ("password", "classes"),
    [("abc", 1), ("abcABC", 2), ("abcABC123", 3), ("abcABC123-", 4), ("社区工作", 1), ("", 0), ("ß 1", 3)],
)
def test_classes_are_small_letters_capitals_digits_and_the_rest(password, classes):
    assert classes_in(password) == classes


@given(st.text(max_size=60))
def test_no_text_has_more_than_four_classes(password):
    assert 0 <= classes_in(password) <= min(4, len(password))


@pytest.mark.parametrize("password", ["Short-1", "longbutplainletters", "Aa1" * 100])
def test_too_short_too_plain_and_too_long_are_refused(clock, password):
    with pytest.raises(ValidationError):
        RuleSetValidator().validate(password)


@pytest.mark.parametrize("password", ["Password-1x", "密码abc123密码密码", "abcDEF1234"])
def test_ten_characters_of_three_classes_pass(clock, password):
    RuleSetValidator().validate(password)


def test_a_place_may_be_stricter_without_a_release(now):
    params = {"min_length": 14, "classes": 4, "max_age_days": 90, "history": 5}
    RuleSet.objects.create(
        domain="password", version=2, effective_from=now.date(), source="test", params=params, area_code=""
    )
    rules.forget()
    with pytest.raises(ValidationError, match="at least 14 characters"):
        RuleSetValidator().validate("abcDEF1234-")


def test_none_of_the_last_five_passwords_may_come_back(wang, clock):
    used = [factories.PASSWORD, *[f"Password-No-{number}" for number in range(5)]]
    for new in used[1:]:
        set_password(user=wang, new=new, must_change=False, now=clock.forward(timedelta(days=1)))
    for old in used[-5:]:
        with pytest.raises(Invalid, match="last 5 passwords"):
            set_password(user=wang, new=old, must_change=False, now=clock.now)
    set_password(user=wang, new=used[0], must_change=False, now=clock.forward(timedelta(days=1)))
    assert PastPassword.objects.filter(user=wang).count() == 5


def test_changing_it_signs_out_other_devices_and_keeps_this_one(wang, clock, sign_in, client, change):
    other = Client()
    other.post("/accounts/sign-in/", {"username": "wang", "password": factories.PASSWORD})
    sign_in()
    assert change().url == "/accounts/me/"
    assert client.get("/inside/").status_code == 200
    assert other.get("/inside/").status_code == 302


def test_the_wrong_present_password_is_refused_at_its_field(wang, clock, sign_in, change):
    sign_in()
    answer = change(old="wrong")
    assert answer.status_code == 422
    assert "old" in answer.context_data["form"].errors


def test_the_two_new_ones_must_agree(wang, clock, sign_in, change):
    sign_in()
    assert "again" in change(again="Other-Password-3").context_data["form"].errors


def test_a_weak_or_familiar_one_is_refused_at_its_field(wang, clock, sign_in, change):
    sign_in()
    for weak in ("weak", factories.PASSWORD, "password12", "x" * 50_000):
        answer = change(new=weak)
        assert answer.status_code == 422
        assert "new" in answer.context_data["form"].errors


def test_after_ninety_days_only_the_change_is_open(wang, clock, sign_in, client, change):
    User.objects.update(password_changed_at=clock.now - timedelta(days=90))
    sign_in()
    assert client.get("/cases/").url == "/accounts/password/"
    assert client.get("/accounts/me/").url == "/accounts/password/"
    answer = client.get("/cases/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (403, "/accounts/password/")
    assert "choose a new password first" in client.get("/accounts/password/").content.decode()
    change()
    assert client.get("/cases/").status_code == 200


def test_after_eighty_nine_days_all_is_open(wang, clock, sign_in, client):
    User.objects.update(password_changed_at=clock.now - timedelta(days=89, hours=23))
    sign_in()
    assert client.get("/cases/").status_code == 200


def test_whoever_must_change_can_still_sign_out(wang, clock, sign_in, client):
    User.objects.update(must_change_password=True)
    sign_in()
    assert client.get("/cases/").url == "/accounts/password/"
    assert client.post("/accounts/sign-out/").url == "/accounts/sign-in/"


def test_in_the_demo_passwords_do_not_grow_old(wang, clock, sign_in, client, settings):
    settings.LINLI_DEMO = True
    User.objects.update(password_changed_at=clock.now - timedelta(days=900))
    sign_in()
    assert client.get("/cases/").status_code == 200
