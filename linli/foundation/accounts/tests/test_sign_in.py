from datetime import date, timedelta

import pytest
from django.test import Client

from linli.foundation.accounts import passwords
from linli.foundation.accounts.models import SignInAttempt, User
from linli.foundation.accounts.tests import factories
from linli.foundation.audit.models import AccessRecord

pytestmark = [pytest.mark.django_db, pytest.mark.urls("linli.foundation.accounts.tests.urls")]


def actions_logged():
    return list(AccessRecord.objects.order_by("id").values_list("action", flat=True))


def test_the_right_password_leads_to_the_start_page(wang, clock, sign_in, client):
    answer = sign_in()
    assert (answer.status_code, answer.url) == (302, "/desk/")
    assert client.get("/inside/").content == b"community_worker 320105001001"
    assert actions_logged() == ["sign_in"]


def test_the_name_may_be_typed_in_capitals_and_with_spaces(wang, clock, sign_in):
    assert sign_in(" WANG ").status_code == 302


def test_after_signing_in_one_is_where_one_wanted_to_be(wang, clock, sign_in):
    assert sign_in(next="/cases/?page=2").url == "/cases/?page=2"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_no_foreign_address_is_followed(wang, clock, sign_in, wanted):
    assert sign_in(next=wanted).url == "/desk/"


def test_unknown_name_wrong_password_and_closed_account_get_the_same_answer(wang, clock, sign_in):
    closed = factories.make_user("closed", is_active=False)
    factories.make_post(closed)
    texts = set()
    for name, password in [
        ("nobody", factories.PASSWORD),
        ("wang", "Wrong-Password-1"),
        ("closed", factories.PASSWORD),
    ]:
        answer = sign_in(name, password)
        assert answer.status_code == 422
        texts.add(str(answer.context_data["form"].non_field_errors()))
    assert len(texts) == 1
    assert actions_logged() == ["sign_in.failed"] * 3


def test_a_resident_cannot_sign_in_by_password(clock, sign_in):
    resident = factories.make_resident()
    User.objects.filter(pk=resident.pk).update(password=factories.make_password("Some-Password-1"))
    assert sign_in(resident.username, "Some-Password-1").status_code == 422


def test_what_was_typed_as_name_stays_on_the_page_but_not_in_the_log(wang, clock, sign_in):
    answer = sign_in("My-Secret-Password", "x")
    assert b'value="My-Secret-Password"' in answer.content
    assert AccessRecord.objects.get().subject_id == ""
    assert not SignInAttempt.objects.filter(subject__contains="secret").exists()


def test_five_failures_lock_the_name_for_thirty_minutes_even_with_the_right_password(wang, clock, sign_in):
    for _guess in range(5):
        assert sign_in(password="wrong").status_code == 422
    locked = sign_in()
    assert locked.status_code == 429
    assert "30 minutes" in locked.content.decode()
    clock.forward(timedelta(minutes=29, seconds=59))
    assert sign_in().status_code == 429
    clock.forward(timedelta(seconds=1))
    assert sign_in().status_code == 302


def test_an_unknown_name_is_locked_just_the_same(clock, db, sign_in):
    assert [sign_in("nobody").status_code for _guess in range(6)] == [422] * 5 + [429]


def test_success_forgets_the_failures_before_it(wang, clock, sign_in):
    for _round in range(3):
        for _guess in range(4):
            assert sign_in(password="wrong").status_code == 422
        assert sign_in().status_code == 302


def test_old_failures_are_forgotten(wang, clock, sign_in):
    for _guess in range(4):
        sign_in(password="wrong")
    clock.forward(timedelta(minutes=30))
    assert sign_in(password="wrong").status_code == 422
    assert sign_in().status_code == 302


def test_one_address_cannot_try_many_names(clock, db, sign_in):
    answers = [sign_in(f"name{number}", "x").status_code for number in range(101)]
    assert answers == [422] * 100 + [429]


def test_success_does_not_wash_an_address_clean(wang, clock, sign_in):
    for number in range(50):
        sign_in(f"name{number}", "x")
    sign_in()
    assert SignInAttempt.objects.get(subject="ip:127.0.0.1").failures == 50


def test_without_a_post_nobody_gets_in_and_is_told_why(clock, db, sign_in, client):
    factories.make_user("old")
    answer = sign_in("old")
    assert answer.status_code == 422
    assert "no post at present" in answer.content.decode()
    assert actions_logged() == ["sign_in.no_post"]


def test_several_posts_lead_to_the_choice(wang, clock, sign_in, client):
    other = factories.make_post(wang, "grid_worker", "320105001001001")
    answer = sign_in(next="/cases/")
    assert answer.url == "/accounts/post/?next=%2Fcases%2F"
    assert "Grid worker" in client.get(answer.url).content.decode()
    answer = client.post("/accounts/post/", {"post": other.pk, "next": "/cases/"})
    assert answer.url == "/cases/"
    assert client.get("/inside/").content == b"grid_worker 320105001001001"
    assert "post.chosen" in actions_logged()


def test_a_post_of_somebody_else_cannot_be_chosen(wang, clock, sign_in, client):
    foreign = factories.make_post(factories.make_user("boss"), "civil_affairs", "320105")
    sign_in()
    assert client.post("/accounts/post/", {"post": foreign.pk}).status_code == 422
    assert client.get("/inside/").content == b"community_worker 320105001001"


def test_when_the_chosen_post_ends_another_takes_over_with_a_message(wang, clock, sign_in, client):
    chosen = factories.make_post(wang, "grid_worker", "320105001001001", ends_on=date(2026, 11, 23))
    sign_in()
    client.post("/accounts/post/", {"post": chosen.pk})
    clock.now = clock.now.replace(hour=23, minute=50)
    sign_in()
    client.post("/accounts/post/", {"post": chosen.pk})
    clock.forward(timedelta(minutes=20))
    assert client.get("/inside/").content == b"community_worker 320105001001"
    page = client.get("/accounts/me/").content.decode()
    assert "The post you acted under has ended" in page


def test_when_the_last_post_ends_the_user_is_signed_out_with_the_reason(wang, clock, sign_in, client):
    wang.posts.update(ends_on=date(2026, 11, 23))
    clock.now = clock.now.replace(hour=23, minute=50)
    sign_in()
    assert client.get("/inside/").status_code == 200
    clock.forward(timedelta(minutes=20))
    answer = client.get("/inside/", follow=True)
    assert answer.redirect_chain[0][0].startswith("/accounts/sign-in/")
    assert "Your post has ended" in answer.content.decode()


def test_thirty_idle_minutes_end_the_session(wang, clock, sign_in, client):
    sign_in()
    for _step in range(3):
        clock.forward(timedelta(minutes=29))
        assert client.get("/inside/").status_code == 200
    clock.forward(timedelta(minutes=30))
    answer = client.get("/inside/", follow=True)
    assert "nothing happened for a while" in answer.content.decode()


def test_a_session_ends_after_a_working_day_however_busy_it_is(wang, clock, sign_in, client):
    sign_in()
    for _step in range(35):
        clock.forward(timedelta(minutes=20))
        assert client.get("/inside/").status_code == 200
        assert client.get("/accounts/alive/").status_code == 204
    clock.forward(timedelta(minutes=20))
    answer = client.get("/inside/", follow=True)
    assert "signed in long ago" in answer.content.decode()
    sign_in()
    assert client.get("/inside/").status_code == 200


def test_wrong_passwords_inside_a_session_are_limited_too(wang, clock, sign_in, client):
    """Somebody who finds an open session does not try passwords for as long as they like."""
    sign_in()
    new = {"new": "Ganz-neu-2026", "again": "Ganz-neu-2026"}
    for n in range(5):
        assert client.post("/accounts/password/", {"old": f"wrong-{n}", **new}).status_code == 422
    answer = client.post("/accounts/password/", {"old": factories.PASSWORD, **new})
    assert answer.status_code == 429
    wang.refresh_from_db()
    assert wang.check_password(factories.PASSWORD)
    clock.forward(timedelta(minutes=29))
    assert client.get("/inside/").status_code == 200
    clock.forward(timedelta(minutes=2))
    assert client.post("/accounts/password/", {"old": factories.PASSWORD, **new}).status_code == 302
    wang.refresh_from_db()
    assert wang.check_password("Ganz-neu-2026")


def test_staying_signed_in_starts_idle_time_again(wang, clock, sign_in, client):
    sign_in()
    clock.forward(timedelta(minutes=29))
    assert client.get("/accounts/alive/").status_code == 204
    clock.forward(timedelta(minutes=29))
    assert client.get("/inside/").status_code == 200


def test_a_session_is_not_written_more_than_once_a_minute(wang, clock, sign_in, client, django_assert_num_queries):
    sign_in()
    client.get("/inside/")
    clock.forward(timedelta(seconds=59))
    with django_assert_num_queries(3):  # session, user, posts
        client.get("/inside/")


def test_a_visitor_costs_no_query(clock, db, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/open/").content == b"nobody "


def test_signing_out_needs_a_post_and_ends_the_session(wang, clock, sign_in, client):
    sign_in()
    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.post("/accounts/sign-out/").url == "/accounts/sign-in/"
    assert client.get("/inside/").status_code == 302


def test_other_devices_can_be_signed_out(wang, clock, sign_in, client):
    other = Client()
    other.post("/accounts/sign-in/", {"username": "wang", "password": factories.PASSWORD})
    sign_in()
    assert other.get("/inside/").status_code == 200
    assert client.post("/accounts/elsewhere/").url == "/accounts/me/"
    assert other.get("/inside/").status_code == 302
    assert client.get("/inside/").status_code == 200


def test_a_closed_account_is_out_at_once(wang, clock, sign_in, client):
    sign_in()
    User.objects.update(is_active=False)
    assert client.get("/inside/").status_code == 302


@pytest.mark.parametrize("text", ["x" * 50_000, "😀𠮷䶮", "<script>alert(1)</script>", "a\x00b", "' OR 1=1 --"])
def test_any_text_gets_a_clear_answer(clock, db, sign_in, text):
    answer = sign_in(text, text)
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content


def test_the_demo_password_opens_nothing_outside_the_demo(clock, db, sign_in, settings):
    factories.make_post(factories.make_user("community-worker", plain=passwords.DEMO_PASSWORD))
    assert sign_in("community-worker", "linli-demo").status_code == 422
    settings.LINLI_DEMO = True
    assert sign_in("community-worker", "linli-demo").status_code == 302


def test_demo_accounts_are_named_on_the_page_in_demo_mode_only(db, client, settings):
    assert b"linli-demo" not in client.get("/accounts/sign-in/").content
    settings.LINLI_DEMO = True
    assert b"linli-demo" in client.get("/accounts/sign-in/").content


def test_the_way_back_is_kept_between_the_two_kinds_of_sign_in(db, client):
    page = client.get("/accounts/phone/?next=/inside/?a=1").content.decode()
    assert "/accounts/sign-in/?next=/inside/%3Fa%3D1" in page
