from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from linli.foundation.accounts import actions, queries, tasks
from linli.foundation.accounts.actors import actor_for
from linli.foundation.accounts.models import PhoneCode, Post, SignInAttempt, TeamMember, User
from linli.foundation.accounts.tests import factories
from linli.foundation.areas.models import Area
from linli.foundation.audit.models import AccessRecord
from linli.foundation.jobs import schedule
from linli.lib.errors import Invalid, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.urls("linli.foundation.accounts.tests.urls")]


@pytest.fixture
def admin(db):
    user = factories.make_user("root")
    return actor_for(user, factories.make_post(user, "admin", "320105001"))


def open_post(by, user, now, **more):
    settings = {"role": "grid_worker", "area": Area.objects.get(pk="320105001001"), "unit": None, **more}
    return actions.open_post(by=by, user=user, now=now, **{"starts_on": now.date(), "ends_on": None, **settings})


def test_a_new_account_must_change_its_first_password(admin, now):
    password = actions.made_up_password()
    user = actions.create_user(by=admin, username="li.si", name="李四", password=password, phone="13800000002", now=now)
    assert user.check_password(password)
    assert user.must_change_password
    assert AccessRecord.objects.get().action == "user.created"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "Li Si"),
        ("username", "李四"),
        ("username", "x" * 65),
        ("name", " "),
        ("name", "x" * 61),
        ("phone", "1"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin, now, field, value):
    given = {"username": "li", "name": "李四", "phone": "", "password": actions.made_up_password(), field: value}
    with pytest.raises(Invalid) as caught:
        actions.create_user(by=admin, now=now, **given)
    assert field in caught.value.fields


def test_a_user_name_is_taken_once(admin, now):
    given = {"username": "li", "name": "李四", "password": actions.made_up_password()}
    actions.create_user(by=admin, now=now, **given)
    with pytest.raises(Invalid, match="taken"):
        actions.create_user(by=admin, now=now, **given)


def test_only_administrators_manage_and_only_inside_their_area(admin, wang, now):
    worker = actor_for(wang, wang.posts.get())
    for work in (
        lambda: actions.create_user(by=worker, username="x1", name="x", password="y", now=now),
        lambda: open_post(worker, wang, now),
        lambda: actions.set_active(by=worker, user=wang, active=False, now=now),
        lambda: actions.reset_password(by=worker, user=wang, now=now),
        lambda: open_post(admin, wang, now, area=Area.objects.get(pk="320105")),
    ):
        with pytest.raises(NotAllowed):
            work()


def test_nobody_gives_rights_to_oneself(admin, now):
    me = User.objects.get(pk=admin.user_id)
    with pytest.raises(NotAllowed, match="your own posts"):
        open_post(admin, me, now, role="auditor")
    with pytest.raises(NotAllowed, match="your own posts"):
        actions.end_post(by=admin, post=me.posts.get(), ends_on=now.date(), now=now)


def test_a_post_has_a_known_role_and_ordered_days(admin, wang, now):
    for more in ({"role": "king"}, {"ends_on": now.date() - timedelta(days=1)}):
        with pytest.raises(Invalid):
            open_post(admin, wang, now, **more)
    open_post(admin, wang, now)
    with pytest.raises(Invalid, match="already holds"):
        open_post(admin, wang, now)
    with pytest.raises(Invalid, match="resident"):
        open_post(admin, factories.make_resident(), now)


def test_a_post_ends_and_stays_in_the_books(admin, wang, now):
    post = wang.posts.get()
    actions.end_post(by=admin, post=post, ends_on=now.date(), now=now)
    assert queries.posts_of(wang.pk, now.date()) == [post]
    assert queries.posts_of(wang.pk, now.date() + timedelta(days=1)) == []
    with pytest.raises(Invalid):
        actions.end_post(by=admin, post=post, ends_on=date(2019, 1, 1), now=now)


def test_closing_an_account_ends_its_sessions(admin, wang, clock, sign_in, client):
    sign_in()
    actions.set_active(by=admin, user=wang, active=False, now=clock.now)
    actions.set_active(by=admin, user=wang, active=True, now=clock.now)
    assert client.get("/inside/").status_code == 302
    assert sign_in().status_code == 302


def test_a_reset_gives_a_new_password_and_lifts_the_lock(admin, wang, clock, sign_in, client):
    for _guess in range(6):
        answer = sign_in(password="wrong")
    assert answer.status_code == 429
    fresh = actions.reset_password(by=admin, user=wang, now=clock.now)
    assert sign_in(password=fresh).status_code == 302
    assert client.get("/inside/").url == "/accounts/password/"


def test_made_up_passwords_pass_the_rule(wang, now):
    for _one in range(20):
        actions.set_password(user=wang, new=actions.made_up_password(), must_change=True, now=now)


def test_the_command_makes_the_first_administrator(db, clock, capsys):
    factories.make_areas()
    call_command("account", "create", "root", "--name", "管理员")
    password = capsys.readouterr().out.strip()
    call_command("account", "post", "root", "--role", "admin", "--area", "320105")
    assert User.objects.get().check_password(password)
    call_command("account", "show", "root")
    shown = capsys.readouterr().out
    assert "建邺区" in shown
    post = Post.objects.get()
    call_command("account", "end-post", str(post.pk))
    call_command("account", "close", "root")
    assert not User.objects.get().is_active
    call_command("account", "open", "root")
    capsys.readouterr()
    call_command("account", "reset", "root")
    assert User.objects.get().check_password(capsys.readouterr().out.strip())


def test_the_command_says_what_is_wrong(db, clock):
    for words in (
        ["show", "nobody"],
        ["create", "Bad Name", "--name", "x"],
        ["end-post", "99"],
    ):
        with pytest.raises(CommandError):
            call_command("account", *words)
    factories.make_post(factories.make_user())
    with pytest.raises(CommandError, match="no area"):
        call_command("account", "post", "wang", "--role", "admin", "--area", "99")
    with pytest.raises(CommandError, match="no unit"):
        call_command("account", "post", "wang", "--role", "admin", "--area", "320105", "--unit", "x")


def test_holders_of_a_role_are_found_by_area_unit_and_day(wang, now):
    unit = factories.make_unit()
    Post.objects.update(unit=unit)
    today = now.date()
    assert [post.user for post in queries.holders(area_id="320105001001", on=today, roles=["community_worker"])] == [
        wang
    ]
    assert queries.holders(area_id="320105001", on=today, roles=["community_worker"]) == []
    assert len(queries.holders_within(area_id="320105", on=today, roles=["community_worker"])) == 1
    assert [post.user for post in queries.members_of_unit(unit.pk, today)] == [wang]
    assert list(queries.units("320105", ["community_office"])) == [unit]
    assert list(queries.units("320105", ["department"])) == []
    User.objects.update(is_active=False)
    assert queries.holders(area_id="320105001001", on=today, roles=["community_worker"]) == []


def test_a_team_shows_the_three_first_and_only_present_members(now):
    factories.make_areas()
    grid = "320105001001001"
    for part, ends in (("volunteer", None), ("worker", None), ("lead", None), ("head", date(2020, 2, 2))):
        TeamMember.objects.create(area_id=grid, part=part, name="甲", starts_on=factories.SINCE, ends_on=ends)
    assert [member.part for member in queries.team(grid, now.date())] == ["lead", "worker", "volunteer"]


def test_upkeep_forgets_only_what_is_over(wang, clock, gateway, client, sign_in):
    sign_in("nobody", "x")
    client.post("/accounts/phone/", {"phone": "13800000001"})
    assert actions.forget_old(clock.now) == 0
    clock.forward(timedelta(days=3))
    assert actions.forget_old(clock.now) >= 3
    assert not SignInAttempt.objects.filter(last_at__isnull=False).exists()
    assert not PhoneCode.objects.exists()


def test_upkeep_runs_daily_and_says_what_it_did(db, clock, sign_in):
    sign_in("nobody", "x")
    assert tasks.forget_old(clock.now) == ""
    assert tasks.forget_old(clock.forward(timedelta(days=3))) == "2 rows forgotten"
    assert "accounts.forget_old" in {job.name for job in schedule.jobs()}
