from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from linli.foundation.accounts.actions import BadToken, actor_by_token, issue_token, revoke_token
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.accounts.models import ApiToken, User
from linli.foundation.accounts.tests import factories
from linli.foundation.audit.models import AccessRecord
from linli.lib.errors import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(wang, now):
    def go(scopes=("case.read",), **more):
        settings = {"user": wang, "post": wang.posts.get(), "name": "大屏", "days": 30, **more}
        return issue_token(by=SYSTEM, scopes=scopes, now=now, **settings)

    return go


def test_a_token_acts_under_its_post_within_its_scopes(issue, wang, now):
    _token, secret = issue(["case.read", "report.create"])
    actor = actor_by_token(secret, now)
    assert (actor.user_id, actor.area_id, actor.role) == (wang.pk, "320105001001", "community_worker")
    assert actor.permissions == {"case.read", "report.create"}
    assert not actor.can("case.work")


def test_only_a_hash_of_the_secret_is_kept(issue):
    token, secret = issue()
    token.refresh_from_db()
    assert secret.startswith(f"linli_{token.prefix}_")
    assert secret.split("_", 2)[2] not in token.secret_hash


def test_issue_and_revocation_are_logged(issue, now):
    token, _secret = issue()
    revoke_token(by=SYSTEM, token=token, now=now)
    revoke_token(by=SYSTEM, token=token, now=now)
    assert list(AccessRecord.objects.order_by("id").values_list("action", "subject_id")) == [
        ("token.issued", token.prefix),
        ("token.revoked", token.prefix),
    ]


def test_it_ends_on_its_day(issue, now):
    _token, secret = issue(days=1)
    actor_by_token(secret, now + timedelta(hours=23, minutes=59))
    with pytest.raises(BadToken):
        actor_by_token(secret, now + timedelta(days=1))


def test_it_ends_when_revoked(issue, now):
    token, secret = issue()
    revoke_token(by=SYSTEM, token=token, now=now)
    with pytest.raises(BadToken):
        actor_by_token(secret, now)


def test_it_ends_with_the_post(issue, wang, now):
    _token, secret = issue()
    wang.posts.update(ends_on=now.date())
    actor_by_token(secret, now)
    with pytest.raises(BadToken):
        actor_by_token(secret, now + timedelta(days=1))


def test_it_ends_with_the_account(issue, now):
    _token, secret = issue()
    User.objects.update(is_active=False)
    with pytest.raises(BadToken):
        actor_by_token(secret, now)


def test_it_shrinks_with_the_role(issue, wang, now):
    _token, secret = issue(["report.create", "case.read"])
    wang.posts.update(role="auditor")
    assert actor_by_token(secret, now).permissions == {"case.read", "report.create"} & {"case.read"}


@pytest.mark.parametrize(
    "secret",
    ["", "linli", "linli_", "linli__", "linli_00000000_x", "x" * 50_000, "linli_😀_𠮷", "linli_a\x00_b", "a_b_c"],
)
def test_nonsense_is_no_token(db, now, secret):
    with pytest.raises(BadToken):
        actor_by_token(secret, now)


def test_a_changed_secret_is_no_token(issue, now):
    _token, secret = issue()
    with pytest.raises(BadToken):
        actor_by_token(secret[:-1] + ("a" if secret[-1] != "a" else "b"), now)


def test_its_use_is_noted_once_a_minute(issue, now, django_assert_num_queries):
    _token, secret = issue()
    with django_assert_num_queries(2):
        actor_by_token(secret, now)
    with django_assert_num_queries(1):
        actor_by_token(secret, now + timedelta(seconds=59))
    assert ApiToken.objects.get().last_used_at == now


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": ["audit.read"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"name": " "}, "name"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(issue, change, field):
    with pytest.raises(Invalid) as caught:
        issue(**change)
    assert field in caught.value.fields


def test_a_post_of_somebody_else_is_refused(issue):
    with pytest.raises(Invalid):
        issue(post=factories.make_post(factories.make_user("li")))


def test_the_command_makes_lists_and_revokes(wang, clock, capsys):
    call_command("token", "create", "wang", "--name", "大屏", "--scope", "case.read")
    secret = capsys.readouterr().out.strip()
    assert actor_by_token(secret, clock.now).can("case.read")
    call_command("token", "list")
    listed = capsys.readouterr().out
    assert "大屏" in listed
    assert secret not in listed
    call_command("token", "revoke", secret.split("_")[1])
    with pytest.raises(BadToken):
        actor_by_token(secret, clock.now)


def test_the_command_says_what_it_needs(wang, clock):
    with pytest.raises(CommandError, match="The post holds: case"):
        call_command("token", "create", "wang", "--name", "x")
    factories.make_post(wang, "grid_worker", "320105001001001")
    with pytest.raises(CommandError, match="--post"):
        call_command("token", "create", "wang", "--name", "x", "--scope", "case.read")
    with pytest.raises(CommandError, match="no user"):
        call_command("token", "list", "nobody")
    with pytest.raises(CommandError, match="no token"):
        call_command("token", "revoke", "00000000")
