"""The actor of a token, and tokens that are none (any more)."""

from datetime import timedelta

import pytest

from linli.foundation.accounts.roles import Permission
from linli.sites.api.tests.conftest import HOME, Caller


def test_a_token_says_who_it_speaks_for(caller):
    me = caller("community-worker", [Permission.CASE_READ, Permission.CASE_WORK])
    answer = me.get("/me")
    assert answer["scopes"] == ["case.read", "case.work"]
    post = answer["posts"][0]
    assert answer["post_id"] == post["id"]
    assert (post["role"], post["area"]["id"]) == ("community_worker", HOME)


def test_all_posts_of_the_user_are_named(caller):
    assert len(caller("two-posts").get("/me")["posts"]) == 2


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer linli_00000000_x", "Bearer", "Basic YTpi", "x" * 5000, "Bearer é"]
)
def test_what_is_no_token_is_refused_everywhere(district, header):
    somebody = Caller()
    for path in ("/me", "/areas", "/cases"):
        answer = somebody.get(path, headers={"Authorization": header})
        assert answer.status == 401
        assert answer.code in ("bad_token", "token_needed")


def test_an_expired_token_opens_nothing(token_of, now):
    assert Caller(token_of("community-worker", at=now - timedelta(days=2), days=1)).get("/me").code == "bad_token"
