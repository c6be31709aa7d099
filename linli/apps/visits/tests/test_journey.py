"""A visit without a network: today's list is on the phone, records wait and are sent once.

One test with three steps: the server of the tests outlives a test, but its database does not.
"""

import re
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Error, expect, sync_playwright

from linli.apps.visits.models import Visit
from linli.apps.visits.tests import factories as visits
from tests.browsing import DESKTOP, Person, chromium, photo

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
CACHES = "caches.keys().then(names => names.filter(name => name.startsWith('linli-visits-')))"
KEPT = (
    "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys())))"
    ".then(all => all.flat().map(request => new URL(request.url).pathname)))"
)


@pytest.fixture
def browser(monkeypatch):
    # Playwright's synchronous interface keeps an event loop in this thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def elders(actor_of):
    """Three people of a grid worker, each with something to hide."""
    office, worker, now = actor_of("community-worker"), actor_of("grid-worker"), timezone.localtime()
    people = [
        visits.elder(by=office, now=now, name=name, room=room, phone=phone)
        for name, room, phone in (
            ("王桂英", "101", "13900001111"),
            ("孙大爷", "201", "13900002222"),
            ("李国强", "301", "13900003333"),
        )
    ]
    visits.assign_building(by=office, to=worker, person=people[0], now=now)
    return people


def signed_in(browser: Browser, address: str, client, **options) -> Person:
    """A browser that carries the session of a test client."""
    person = Person(browser, address, **options)
    name = settings.SESSION_COOKIE_NAME
    person.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    return person


def record(worker: Person, name: str, said: str, *, with_photo: bool) -> None:
    """Open the record of somebody from today's list, and fill it without a network."""
    page = worker.page
    page.goto(worker.address + "/visits/")
    page.get_by_role("link", name=f"Record {name}").click()
    expect(page.locator("select[name=person] option:checked")).to_contain_text(name)
    page.get_by_role("radio", name="met", exact=True).check()
    page.get_by_label("What you found").fill(said)
    if with_photo:
        page.locator("input[name=photos]").set_input_files([photo("gray")])
        expect(page.locator("[data-photos-list] img")).to_have_count(1)
    page.get_by_role("button", name="Save the visit").click()


def test_visits_with_and_without_a_network(live_server, browser: Browser, elders, client_for, actor_of):
    worker = signed_in(browser, live_server.url, client_for("grid-worker"))
    two_visits_without_a_network_are_recorded_once_each(worker)
    the_list_leaves_the_phone_with_its_owner(worker)
    office = actor_of("community-worker")
    visit = visits.visit(elders[0], by=office, at=timezone.now() - timedelta(hours=1), differences=("phone",))
    for options in ({}, {"size": DESKTOP}):
        client = client_for("community-worker")
        someone = signed_in(browser, live_server.url, client, language="zh-hans", **options)
        the_pages_can_be_used_by_everybody(someone, visit, on_phone=not options)


def two_visits_without_a_network_are_recorded_once_each(worker: Person) -> None:
    page = worker.page
    worker.go("/visits/")
    expect(page.locator("html[data-visits-ready]")).to_be_attached()
    expect(page.get_by_text("Today's list is kept on this phone until midnight")).to_be_visible()
    kept = page.evaluate(KEPT)
    assert {path for path in kept if path.startswith("/visits/")} == {"/visits/", "/visits/pocket/"}
    bodies = page.evaluate(
        "caches.keys().then(names => caches.open(names[0])).then(cache => Promise.all(['/visits/', '/visits/pocket/']"
        ".map(path => cache.match(path).then(reply => reply.text())))).then(all => all.join(' '))"
    )
    assert "王桂英" in bodies
    assert not re.search(r"1390000\d{4}|\d{17}[\dX]", bodies)

    worker.context.set_offline(True)
    page.goto(worker.address + "/visits/plan/")
    expect(page.get_by_role("heading", name="Visits today")).to_be_visible()  # nothing else is kept
    page.goto(worker.address + "/visits/")
    page.reload()
    expect(page.locator("[data-visits-offline]")).to_be_visible()
    expect(page.get_by_role("heading", name="王桂英")).to_be_visible()

    record(worker, "王桂英", "精神很好，血压正常", with_photo=True)
    expect(page.get_by_text("Kept on this phone.")).to_be_visible()
    expect(page.locator("[data-outbox-count]")).to_have_text("1")
    record(worker, "孙大爷", "腿脚不便，需要扶手", with_photo=False)
    expect(page.locator("[data-outbox-count]")).to_have_text("2")
    page.goto(worker.address + "/visits/")
    page.get_by_role("button", name="Nobody home 李国强").click()
    expect(page.locator("[data-outbox-count]")).to_have_text("3")
    assert not Visit.objects.exists()

    worker.context.set_offline(False)
    # A phone tells by itself that the network is back, and on a busy machine that takes its time.
    expect(page.locator("[data-outbox-count]")).to_have_text("0", timeout=30_000)
    worker.go("/visits/")
    page.reload()
    worker.look()
    found = {visit.person.name: visit for visit in Visit.objects.select_related("person")}
    assert Visit.objects.count() == 3
    assert found["王桂英"].text == "精神很好，血压正常"
    assert found["王桂英"].photos.count() == 1
    assert found["孙大爷"].text == "腿脚不便，需要扶手"
    assert found["李国强"].outcome == "nobody_home"
    assert not any(visit.is_late for visit in found.values())


def the_list_leaves_the_phone_with_its_owner(worker: Person) -> None:
    page = worker.page
    # Yesterday's list goes, too.
    page.evaluate("caches.open('linli-visits-1-2020-01-01')")
    worker.go("/visits/")
    expect(page.locator("html[data-visits-ready]")).to_be_attached()
    assert len(page.evaluate(CACHES)) == 1
    worker.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    worker.go("/accounts/sign-in/")
    page.wait_for_function(f"{CACHES}.then(names => names.length === 0)")
    worker.context.set_offline(True)
    with pytest.raises(Error, match="ERR_"):
        page.goto(worker.address + "/visits/")
    worker.context.close()


def the_pages_can_be_used_by_everybody(someone: Person, visit: Visit, *, on_phone: bool) -> None:
    paths = (
        *("/visits/", "/visits/?whose=nobody", "/visits/pocket/", "/visits/plan/", "/visits/plan/?show=week"),
        *("/visits/plan/workers/", "/visits/plan/print/", "/visits/rate/", f"/visits/people/{visit.person_id}/"),
        *(f"/visits/people/{visit.person_id}/record/", f"/visits/records/{visit.pk}/?key={uuid.uuid4()}"),
    )
    for path in paths:
        someone.go(path)
        if on_phone:
            low = someone.page.evaluate(
                "[...document.querySelectorAll('main .button, main .input, main .tile')]"
                ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)"
                ".map(e => e.outerHTML.slice(0, 120))"
            )
            assert low == [], path
    someone.context.close()
