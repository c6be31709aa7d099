"""Guesses that come at the same moment; only a database with row locks can tell."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from linli.foundation import vault
from linli.foundation.accounts import actions
from linli.foundation.accounts.actions import second_step as steps
from linli.foundation.accounts.models import PhoneCode, SignInAttempt, User
from linli.foundation.accounts.tests import factories
from linli.foundation.accounts.tests.test_second_step import code_at
from linli.lib.errors import Refusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def together(number, work):
    """Run `work(i)` in `number` threads that start at once; the names of what each raised, or "ok"."""
    barrier = Barrier(number)

    def one(index):
        barrier.wait()
        try:
            work(index)
        except Refusal as refusal:
            return refusal.code
        else:
            return "ok"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(one, range(number)))


@pytest.mark.parametrize("known", [True, False])
def test_parallel_guesses_cannot_outrun_the_lock(now, known):
    if known:
        factories.make_post(factories.make_user())
    guess = lambda index: actions.check_password(username="wang", password=f"x{index}", ip="10.0.0.1", now=now)  # noqa: E731
    assert together(12, guess) == ["locked"] * 7 + ["wrong_sign_in"] * 5
    with pytest.raises(actions.Locked):
        actions.check_password(username="wang", password=factories.PASSWORD, ip="10.0.0.2", now=now)


def test_guesses_from_many_addresses_count_against_the_one_name(now):
    factories.make_post(factories.make_user())
    guess = lambda index: actions.check_password(username="wang", password="x", ip=f"10.0.0.{index}", now=now)  # noqa: E731
    assert together(10, guess) == ["locked"] * 5 + ["wrong_sign_in"] * 5
    assert SignInAttempt.objects.get(subject__startswith="user:").failures == 5


def test_parallel_requests_get_one_code_a_minute(now, gateway):
    ask = lambda index: actions.send_code(phone="13800000001", ip=f"10.0.0.{index}", now=now)  # noqa: E731
    assert together(8, ask) == ["ok"] + ["too_many_codes"] * 7
    assert len(gateway.sent) == 1


def test_parallel_guesses_of_a_phone_code_get_five_tries(now, gateway):
    sent = actions.send_code(phone="13800000001", ip="", now=now)
    wrong = f"{(int(sent.code) + 1) % 1_000_000:06d}"
    guess = lambda index: actions.check_code(phone_index=sent.phone_index, code=wrong, ip="", now=now)  # noqa: E731
    assert together(12, guess) == ["code_spent"] * 7 + ["wrong_code"] * 5
    assert PhoneCode.objects.get().tries == 5


def test_the_right_phone_code_opens_once(now, gateway):
    sent = actions.send_code(phone="13800000001", ip="", now=now)
    enter = lambda index: actions.check_code(phone_index=sent.phone_index, code=sent.code, ip="", now=now)  # noqa: E731
    assert together(5, enter) == ["code_spent"] * 4 + ["ok"]
    assert User.objects.filter(phone_index=vault.index("13800000001", vault.PHONE)).count() == 1


def test_the_same_code_of_the_phone_app_opens_once(now):
    user = factories.make_user()
    factories.make_post(user)
    steps.setup_of(user)
    steps.confirm(user=user, code=code_at(user, now), ip="", now=now)
    later = now + timedelta(minutes=2)
    code = code_at(user, later)
    enter = lambda index: steps.check(user=user, code=code, ip="", now=later)  # noqa: E731
    assert together(4, enter) == ["ok"] + ["wrong_code"] * 3
