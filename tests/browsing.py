"""A person at a browser: what the journeys do over and over, with accessibility looked at on every page."""

import io
import os
import re
import shutil
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

AXE = (Path(__file__).parent.parent / "linli" / "ui" / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str:
    """The browser to drive."""
    found = os.environ.get("LINLI_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "No Chromium was found; on Debian: apt install chromium"
    return found


def photo(colour: str) -> dict[str, object]:
    """A photo to attach."""
    image = Image.new("RGB", (1200, 900), colour)
    ImageDraw.Draw(image).ellipse((300, 200, 900, 700), fill="white")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Person:
    """One person in one browser of their own, reading English unless said otherwise."""

    def __init__(
        self, browser: Browser, address: str, *, size=PHONE, script: bool = True, language: str = "en"
    ) -> None:
        self.address = address
        self.script = script
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(viewport=size, java_script_enabled=script, locale=language)
        self.context.add_cookies([{"name": "linli_language", "value": language, "url": address}])
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._heard)

    def _heard(self, message) -> None:
        # A refused form answers 422, which a browser logs as an error; we listen for broken scripts and CSP.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> None:
        """Open an address and look at the page."""
        self.page.goto(self.address + path)
        self.look()

    def look(self) -> None:
        """What must hold on every page: no accessibility violation, no sideways scroll, no broken script."""
        self.page.wait_for_load_state()
        if self.script:
            self.page.evaluate(AXE)
            found = self.page.evaluate(
                "axe.run(document).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))"
            )
            assert found == [], f"{self.page.url}: {found}"
            overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{self.page.url} scrolls sideways by {overflow} px"
        assert self.troubles == []

    def press(self, name: str, within: Locator | None = None, *, role: str = "button") -> None:
        """Press a button (or follow a link), and look at the page it leads to."""
        (within or self.page).get_by_role(role, name=name, exact=True).first.click()
        self.look()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """The words stand on the page."""
        expect(self.page.get_by_role("main").get_by_text(text).first).to_be_visible()

    def sign_in(self, username: str) -> "Person":
        """Sign in as one of the demo's staff."""
        self.go("/accounts/sign-in/")
        form = self.page.locator("form:has(input[type=password])").first
        form.locator("input[name=username]").fill(username)
        form.locator("input[type=password]").fill("linli-demo")
        form.get_by_role("button").first.click()
        self.look()
        expect(self.page).to_have_url(re.compile(r"/(desk|admission)/"))
        return self

    def move(self, number: str, label: str, *, choose: dict[str, str] | None = None, attach=None, **words: str) -> None:
        """Make a move on the page of a case: press its button, fill what it asks for, send it."""
        self.go(f"/desk/cases/{number}/")
        offers = self.page.get_by_role("region", name="What to do next")
        # The first button also names its key.
        named = re.compile(rf"^{re.escape(label)}( E)?$")
        button = offers.get_by_role("button", name=named).or_(offers.get_by_role("link", name=named)).first
        if not button.is_visible():
            offers.get_by_text("More", exact=True).click()
        button.click()
        if choose or attach or words:
            form = self.page.get_by_role("dialog")
            expect(form).to_be_visible()
            self.look()
            for name, value in words.items():
                form.locator(f"[name={name}]").fill(value)
            for name, value in (choose or {}).items():
                form.locator(f"select[name={name}]").select_option(label=value)
            if attach:
                form.locator("input[type=file]").first.set_input_files([attach])
            form.get_by_role("button", name=label, exact=True).click()
        self.look()
