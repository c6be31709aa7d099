import pytest
from django.test import RequestFactory

from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.context import actor as context
from linli.foundation.accounts.tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("linli.foundation.accounts.tests.urls")]


@pytest.mark.parametrize("page", ["sign-in", "phone"])
def test_the_pages_for_visitors_have_one_heading_and_no_inline_style_or_script(client, page):
    html = client.get(f"/accounts/{page}/").content.decode()
    assert html.count("<h1>") == 1
    assert "style=" not in html
    assert "<script>" not in html


@pytest.mark.parametrize("page", ["me", "post", "password", "totp"])
def test_the_pages_for_staff_have_one_heading_and_no_inline_style_or_script(wang, clock, sign_in, client, page):
    sign_in()
    answer = client.get(f"/accounts/{page}/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count("<h1>") == 1
    assert "style=" not in html
    assert "<script>" not in html
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]


def test_me_offers_the_choice_only_to_those_with_several_posts(wang, clock, sign_in, client):
    sign_in()
    assert "Act under this post" not in client.get("/accounts/me/").content.decode()
    factories.make_post(wang, "grid_worker", "320105001001001")
    assert "Act under this post" in client.get("/accounts/me/").content.decode()


def test_the_context_for_all_pages_asks_nothing_of_the_database(
    wang, clock, sign_in, client, django_assert_num_queries
):
    factories.make_post(wang, "grid_worker", "320105001001001")
    sign_in()
    request = client.get("/inside/").wsgi_request
    with django_assert_num_queries(0):
        found = context(request)
    assert found["account"]["post"] == "Community worker · 凤栖苑社区"
    assert [row["current"] for row in found["account"]["posts"]] == [True, False]
    assert found["session_idle"]["seconds"] == 1800
    assert found["storage_owner"] == str(wang.pk)


def test_the_context_of_a_visitor_knows_nobody(client):
    assert "person" not in context(client.get("/open/").wsgi_request)


@pytest.mark.parametrize(
    ("proxies", "header", "found"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.5", "1.1.1.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "not an address", ""),
        (2, "1.1.1.1", "10.0.0.9"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, header, found):
    settings.LINLI_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": header})
    assert ip_of(request) == found
