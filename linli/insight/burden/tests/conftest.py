"""People at browsers, signed in."""

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from tests.browsing import DESKTOP, Person, chromium


@pytest.fixture
def browser(monkeypatch):
    # Playwright's synchronous interface keeps an event loop in this thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def signed_in(browser: Browser, live_server, client_for):
    """`signed_in("community-worker")`: a browser that carries the session of a test client."""

    def start(username: str, **options) -> Person:
        person = Person(browser, live_server.url, size=options.pop("size", DESKTOP), **options)
        name = settings.SESSION_COOKIE_NAME
        value = client_for(username).cookies[name].value
        person.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return person

    return start
