"""The gallery shows everything in every language; the display form stores and goes back safely."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from linli.ui import views
from linli.ui.context import Display, choose, display

pytestmark = [pytest.mark.urls("linli.ui.tests.urls"), pytest.mark.django_db]


@pytest.mark.parametrize("language", ["zh-hans", "en", "zh-hant"])
@pytest.mark.parametrize("mode", ["", "elder"])
def test_the_gallery_renders(client, language, mode):
    response = client.get("/ui/", {"lang": language, "mode": mode})
    assert response.status_code == 200
    page = response.content.decode()
    assert f'<html lang="{ {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(language, language) }"' in page
    assert ('data-mode="elder"' in page) == (mode == "elder")
    assert " style=" not in page


@pytest.mark.parametrize("name", sorted(views.SAMPLES))
def test_every_sample_page_renders(client, name):
    assert client.get(f"/ui/sample/{name}").status_code == (404 if name == "error" else 200)


def test_an_unknown_sample_is_not_found(client):
    assert client.get("/ui/sample/nothing").status_code == 404


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 429, 500, 503])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_error_page_needs_no_context_but_a_code(code, language):
    with translation.override(language):
        page = render_to_string("ui/error.html", {"status": code})
    assert str(code) in page
    assert "<h1>" in page


def test_the_error_page_renders_with_nothing_at_all():
    assert "500" in render_to_string("ui/error.html")


def test_the_display_form_stores_a_cookie_and_goes_back(client):
    response = client.post("/ui/display", {"mode": "elder", "next": "/ui/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/ui/?a=1")
    assert response.cookies["linli_mode"].value == "elder"
    assert 'data-mode="elder"' in client.get("/ui/").content.decode()
    response = client.post("/ui/display", {"mode": "", "next": "/ui/"})
    assert response.cookies["linli_mode"]["max-age"] == 0


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_display_form_never_leads_away(client, target):
    assert client.post("/ui/display", {"size": "large", "next": target})["Location"] == "/"


def test_unknown_choices_count_as_not_chosen():
    assert choose({"theme": "<script>", "size": "x" * 50_000, "mode": "elder"}) == Display(mode="elder")


def test_the_context_processor_reads_cookies_only():
    request = RequestFactory().get("/a?b=1")
    request.COOKIES["linli_theme"] = "dark"
    found = display(request)
    assert found["display"].theme == "dark"
    assert found["current_path"] == "/a?b=1"


def test_every_view_says_who_may_open_it():
    assert {view.access for view in (views.gallery, views.sample, views.set_display)} == {"public"}
