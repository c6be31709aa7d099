"""The components in a real browser: accessible, no sideways scroll, keyboard, drafts, outbox."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from linli.ui.tests import urls

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PAGES = ["", "sample/queue", "sample/board", "sample/home", "sample/form", "sample/print", "sample/error"]
CHROMIUM = os.environ.get("LINLI_CHROMIUM", "/usr/bin/chromium")

CHOOSE_A_LARGE_PHOTO = """() => new Promise(done => {
  const canvas = document.createElement('canvas');
  canvas.width = 4000; canvas.height = 3000;
  const pen = canvas.getContext('2d');
  for (let i = 0; i < 4000; i += 2) {
    pen.fillStyle = `hsl(${i * 7 % 360},60%,${i * 13 % 90}%)`;
    pen.fillRect(i, 0, 2, 3000);
    pen.fillRect(0, i, 4000, 1);
  }
  canvas.toBlob(blob => {
    const chosen = new DataTransfer();
    chosen.items.add(new File([blob], 'a.png', {type: 'image/png'}));
    const input = document.querySelector('input[type=file]');
    input.files = chosen.files;
    document.addEventListener('linli:photos', () => done([blob.size, input.files[0].size, input.files[0].name]));
    input.dispatchEvent(new Event('change', {bubbles: true}));
  }, 'image/png');
})"""

pytestmark = [pytest.mark.journey, pytest.mark.urls("linli.ui.tests.urls"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(monkeypatch):
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    # Playwright's synchronous interface keeps an event loop in this thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.mark.parametrize("look", ["theme=light", "theme=dark", "theme=light&mode=elder", "theme=dark&mode=elder"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(browser, live_server, look, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    for path in PAGES:
        page.goto(f"{live_server.url}/ui/{path}?{look}&lang=en")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
        assert found == [], f"{path}: {found}"


@pytest.mark.parametrize("look", ["", "size=xlarge", "mode=elder"])
def test_nothing_scrolls_sideways_at_320_pixels_with_large_text(browser, live_server, look):
    page = browser.new_page(viewport={"width": 320, "height": 700})
    for path in PAGES:
        page.goto(f"{live_server.url}/ui/{path}?{look}&lang=en")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_elder_targets_are_60_pixels_high(browser, live_server):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{live_server.url}/ui/sample/form?mode=elder")
    heights = page.evaluate(
        "[...document.querySelectorAll('main .button, main .input:not([type=hidden]), .tabbar a')]"
        ".filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) >= 60


def test_no_page_breaks_its_own_content_security_policy(browser, live_server):
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES[:-1]:
        page.goto(f"{live_server.url}/ui/{path}")
    assert said == []


def test_the_queue_moves_by_keyboard_and_leaves_typing_alone(browser, live_server):
    page = browser.new_page()
    page.goto(f"{live_server.url}/ui/sample/queue")
    current = "[...document.querySelectorAll('[data-row]')].findIndex(r => r.hasAttribute('aria-current'))"
    page.keyboard.press("j")
    assert page.evaluate(current) == 1
    page.keyboard.press("x")
    assert page.inner_text("[data-bulk-count]") == "1"
    page.focus("[data-search]")
    page.keyboard.type("jjj")
    assert page.evaluate(current) == 1
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    assert page.evaluate(current) == 0
    page.keyboard.press("?")
    assert page.is_visible("#keys")


def test_a_draft_comes_back_after_a_reload_and_goes_once_sent(browser, live_server):
    urls.received.clear()
    page = browser.new_page()
    page.goto(f"{live_server.url}/outbox/form?key=d1")
    page.fill("textarea", "楼道里堆了纸箱")
    page.wait_for_timeout(600)
    page.reload()
    assert page.input_value("textarea") == "楼道里堆了纸箱"
    page.click("#go")
    page.wait_for_selector("text=Received")
    page.goto(f"{live_server.url}/outbox/form?key=d2")
    assert page.input_value("textarea") == ""
    assert [text for _, text, _ in urls.received] == ["楼道里堆了纸箱"]


def test_what_is_sent_without_a_network_arrives_once_later_with_its_photos(browser, live_server):
    urls.received.clear()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live_server.url}/outbox/form?key=11111111-1111-4111-8111-111111111111")
    size = page.evaluate(CHOOSE_A_LARGE_PHOTO)
    assert size[2] == "a.jpg"
    assert size[1] < size[0]
    page.fill("textarea", "offline")
    context.set_offline(True)
    page.click("#go")
    page.wait_for_selector("[data-outbox-bar]:not([hidden])")
    expect(page.locator("[data-outbox-count]")).to_have_text("1")
    assert page.input_value("textarea") == ""
    page.fill("textarea", "second")
    page.click("#go")
    expect(page.locator("[data-outbox-count]")).to_have_text("2")
    assert urls.received == []
    context.set_offline(False)
    expect(page.locator("[data-outbox-bar]")).to_be_hidden()
    page.reload()
    page.wait_for_timeout(300)
    assert sorted((text, photos) for _, text, photos in urls.received) == [("offline", size[1]), ("second", 0)]


def test_a_place_is_chosen_only_by_a_person_and_by_arrow_keys_too(browser, live_server):
    context = browser.new_context(geolocation={"longitude": 108.9651, "latitude": 34.2652}, permissions=["geolocation"])
    page = context.new_page()
    page.goto(f"{live_server.url}/map")
    expect(page.locator(".map-label")).to_have_text("<b>一格</b>")
    assert page.input_value("#id_lon") == ""
    page.focus("[data-map]")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-map-words]")).to_contain_text("一格")
    assert 108.96 < float(page.input_value("#id_lon")) < 108.98
    assert page.input_value("#id_crs") == "wgs84"
    page.click("[data-map-locate]")
    page.wait_for_timeout(600)
    found = float(page.input_value("#id_lon")), float(page.input_value("#id_lat"))
    assert found == pytest.approx((108.9651, 34.2652), abs=1e-5)  # one metre: a pixel of the map


def test_theme_changes_without_a_page_load_and_stays(browser, live_server):
    page = browser.new_page()
    page.goto(f"{live_server.url}/ui/")
    page.click(".topbar details.menu summary")
    page.click("button[name=theme][value=dark]")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
