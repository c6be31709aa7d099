"""Take the pictures of the README and the guides: one case, walked from the report to the resident's answer.

python tools/screenshots.py                              its own demo, in a home that is thrown away
python tools/screenshots.py --base http://127.0.0.1:8000  a demo that is running already (it gets one more case)

The pictures are those of the demo in Simplified Chinese. CHROMIUM names the browser; without it the first one found.
"""

import argparse
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, cast

import openpyxl
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --lang=zh-CN"
)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
COLOURS, APART, SURFACE = 128, 8, 0.002
MOST_BYTES = 120_000
LOADING_SECONDS = 900
Colour = tuple[int, int, int]

# The story: rubbish that nobody clears away, in the words of those who meet it.
WHAT = "单元门口的垃圾堆了两天没有清运，又脏又臭，进出都要绕着走。"
WHERE = "3幢1单元门口"
RESIDENT_PHONE = "19900000002"
# The one resident of the register whose phone is known (linli/project/demo/reports.py).
KNOWN_PHONE = "19900000001"
RESIDENT_NAME = "演示居民"
CLASS = "environment"
MATTER = "environment.rubbish"
ACCEPTED = "已受理。我们已联系负责清运的部门，请您留意进展。"
DISPATCHED = "单元门口垃圾堆放两天，请今天安排清运，并查看收运频次。"
DONE = "已清运并冲洗地面，该点位改为每天两次收运。"
VERIFIED = "您反映的垃圾已经清运，地面已冲洗，今后每天收运两次。照片在下方，请您看看。"
ORDERED = "街道已到现场核实，情况属实，责成重新办理，由街道跟进。"
THANKS = "清理得很干净，谢谢。"
# A book with two sheets of made-up people, with words that mean one thing here and another there.
HEAD = ("姓名", "性别", "出生日期", "与户主关系", "房屋地址", "监护人姓名", "监护人电话", "是否残疾", "备注")
LIVING = (
    ("许安平", "男", "1951-03-08", "户主", "3幢1单元101", "", "", "否", ""),
    ("周小禾", "女", "1978-05", "媳妇", "3幢1单元101", "", "", "否", ""),
    ("许乐乐", "男", "2016-09-12", "孙子", "3幢1单元101", "周小禾", "19900000131", "待鉴定", "五年级"),
    ("何春生", "男", "1944-11-02", "户主", "3幢1单元102", "", "", "待鉴定", ""),
)
RENTING = (("陈一帆", "男", "1996-01-20", "户主", "3幢2单元301", "", "", "否", "租住"),)


def main() -> int:
    """Walk the story and write the pictures; returns 1 when a picture is too large, 2 without a browser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="", help="the address of a running demo")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="the folder of the pictures")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        print("No Chromium was found; on Debian: apt install chromium", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, demo(Path(home), options.base) as base, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=SWITCHES.split())
        story = Walk(browser, base.rstrip("/"), options.out, photos(Path(home)), book(Path(home)))
        story.tell()
        browser.close()
    return int(story.too_large)


@contextmanager
def demo(home: Path, base: str) -> Iterator[str]:
    """The address of the demo given, or of one that runs as long as the pictures take."""
    if base:
        yield base
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "LINLI_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    command = (sys.executable, "-m", "linli.project.cli", "demo", "--port", str(port))
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/readyz", server)
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Come back when the demo is loaded and answers. Raises RuntimeError when it never does."""
    until = time.monotonic() + LOADING_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(1)
    raise RuntimeError("The demo did not start.")


def photos(home: Path) -> dict[str, Any]:
    """The drawn scenes of the demo, as files for an upload."""
    os.environ.setdefault("LINLI_HOME", str(home))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from linli.project.demo.pictures import BEFORE_AFTER, picture

    return {
        name: {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": picture(scene)}
        for name, scene in zip(("before", "after"), BEFORE_AFTER[CLASS], strict=True)
    }


def book(home: Path) -> Path:
    """An Excel file of two sheets, as a community keeps it."""
    whole = openpyxl.Workbook()
    whole.remove(whole.active)
    for name, rows in (("常住人口", LIVING), ("租住人口", RENTING)):
        sheet = whole.create_sheet(name)
        for row in (HEAD, *rows):
            sheet.append(row)
    whole.save(path := home / "人口底册.xlsx")
    return path


def few_colours(picture: Image.Image) -> Image.Image:
    """The picture with a palette: surfaces keep their very colour, the rest takes the nearest of the most frequent."""
    size = picture.width * picture.height
    counted = sorted(cast("list[tuple[int, Colour]]", picture.getcolors(size)), reverse=True)
    kept = [colour for count, colour in counted if count >= SURFACE * size][:COLOURS]
    surfaces = len(kept)
    for _count, colour in counted[surfaces:]:
        if len(kept) == COLOURS:
            break
        if all(max(abs(a - b) for a, b in zip(colour, other, strict=True)) >= APART for other in kept):
            kept.append(colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette(list(chain.from_iterable(kept)))
    small = picture.quantize(len(kept), palette=palette, dither=Image.Dither.NONE)
    # Pillow looks for the nearest colour roughly, and white would become almost white.
    for index, colour in enumerate(kept[:surfaces]):
        red, green, blue = ImageChops.difference(picture, Image.new("RGB", picture.size, colour)).split()
        apart = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        small.paste(index, mask=apart.point([255, *[0] * 255]))
    return small


class Walk:
    """The story on the demo at `base`; each step leaves its pictures in `out`."""

    def __init__(self, browser: Browser, base: str, out: Path, photos: dict[str, Any], book: Path) -> None:
        self.browser, self.base, self.out, self.photos, self.book = browser, base, out, photos, book
        self.number = self.code = ""
        self.too_large = False

    def tell(self) -> None:
        """From the first page to the board."""
        area_id, place = self.grid()
        resident = self.visitor(PHONE, place=place)
        self.report(resident, area_id[:12])
        self.accept()
        self.follow(resident)
        self.dispatch()
        self.handle()
        self.verify()
        self.answer(resident)
        resident.context.close()
        self.around()

    # --- what everybody does

    def visitor(self, size: ViewportSize, *, who: str = "", place: tuple[float, float] | None = None) -> Page:
        """A new browser for one person: a resident on a phone, or `who` signed in at a desk or on a phone."""
        on_phone = size is PHONE
        context = self.browser.new_context(
            viewport=size,
            device_scale_factor=2 if on_phone else 1,
            is_mobile=on_phone,
            has_touch=on_phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            color_scheme="light",
            permissions=["geolocation"] if place else [],
            geolocation={"longitude": place[0], "latitude": place[1]} if place else None,
        )
        context.add_cookies([{"name": "linli_language", "value": "zh-hans", "url": self.base}])
        page = context.new_page()
        if who:
            self.go(page, "/accounts/sign-in/")
            self.press(page, f'button[name=username][value="{who}"]')
        return page

    def go(self, page: Page, path: str) -> None:
        """Open a page and wait until its maps and pictures are there. Raises RuntimeError for an error page."""
        reply = page.goto(f"{self.base}{path}", wait_until="networkidle")
        if reply is not None and reply.status >= 400:
            raise RuntimeError(f"{path} answers {reply.status}")

    def press(self, page: Page, selector: str) -> None:
        """Press what leads to another page, and wait for it."""
        with page.expect_navigation(wait_until="networkidle"):
            page.locator(selector).first.click()

    def shoot(self, page: Page, name: str, *, top: Locator | None = None) -> None:
        """Write what stands on the screen, from `top` on, as a small PNG."""
        page.evaluate("document.activeElement instanceof HTMLElement && document.activeElement.blur()")
        page.evaluate("document.fonts.ready")
        page.mouse.move(0, 0)
        if top is None:
            page.evaluate("window.scrollTo(0, 0)")
        else:
            top.evaluate("part => window.scrollTo(0, part.getBoundingClientRect().top + window.scrollY - 72)")
        page.wait_for_timeout(300)
        self.write(page.screenshot(), name)

    def write(self, png: bytes, name: str) -> None:
        """Keep a picture with few colours: flat pages need no more."""
        path = self.out / f"{name}.png"
        few_colours(Image.open(io.BytesIO(png)).convert("RGB")).save(path, optimize=True)
        size = path.stat().st_size
        self.too_large |= size > MOST_BYTES
        print(f"{name:<24} {size / 1000:6.1f} kB{'  too large' if size > MOST_BYTES else ''}", flush=True)

    # --- the story

    def grid(self) -> tuple[str, tuple[float, float]]:
        """The grid of the demo's grid worker, and a point inside it (WGS-84)."""
        page = self.visitor(PHONE, who="grid-worker")
        found = page.request.get(f"{self.base}/desk/map.geojson?level=self").json()["features"][0]
        page.context.close()
        middle = shape(found["geometry"]).representative_point()
        return str(found["properties"]["id"]), (round(middle.x, 6), round(middle.y, 6))

    def report(self, page: Page, community: str) -> None:
        """A resident reports."""
        self.go(page, f"/community/?area={community[:6]}")
        mine = f'button[name=community][value="{community}"]'
        page.locator(mine).evaluate("button => { button.closest('details').open = true; }")
        self.press(page, mine)
        self.go(page, "/")
        self.shoot(page, "portal-home-390")
        page.context.add_cookies([{"name": "linli_mode", "value": "elder", "url": self.base}])
        self.go(page, "/")
        self.shoot(page, "portal-home-elder-390")
        page.context.clear_cookies(name="linli_mode")

        self.go(page, "/report/")
        with page.expect_response(lambda reply: "/report/suggest/" in reply.url):
            page.locator("#report-form [name=text]").fill(WHAT)
        page.wait_for_load_state("networkidle")
        page.locator(f'#about [value="{MATTER}"]').check()
        page.locator("[data-map-locate]").click()
        page.wait_for_function("document.querySelector('#report-form [name=lon]').value !== ''")
        page.locator("#report-form [name=place]").fill(WHERE)
        page.locator("#report-form input[type=file]").set_input_files([self.photos["before"]])
        page.locator("#report-form [name=phone]").fill(RESIDENT_PHONE)
        page.locator("#report-form [name=name]").fill(RESIDENT_NAME)
        page.wait_for_load_state("networkidle")
        self.shoot(page, "portal-report-390")
        self.shoot(page, "portal-report-place-390", top=page.locator("[aria-labelledby=part-where]"))
        self.press(page, "#report-form .sticky-bar button.primary")
        if page.locator("[name=seen_nearby]").count():
            self.press(page, "[name=seen_nearby]")
        self.number = page.locator("dl.facts dd.num").first.inner_text()
        self.code = page.locator(".code").first.inner_text()
        self.shoot(page, "portal-sent-390")

    def case_of(self, page: Page) -> None:
        self.go(page, f"/desk/cases/{self.number}/")

    def dialog(self, page: Page, move: str) -> Locator:
        """Open the form of a move."""
        opener = page.locator(f'[data-dialog="#move-{move}"]').first
        if not opener.is_visible():
            page.locator("details.more-moves > summary").click()
        opener.click()
        return page.locator(f"#move-{move}")

    def send(self, page: Page, move: str) -> None:
        self.press(page, f"#move-{move} .actions button:not([data-dialog-close])")

    def accept(self) -> None:
        """The community finds it in its queue and accepts it."""
        page = self.visitor(DESK, who="community-worker")
        self.go(page, "/desk/cases/?view=todo&sort=new")
        with page.expect_response(lambda reply: "/peek/" in reply.url):
            page.locator(f'[data-peek*="{self.number}"]').click()
        page.wait_for_load_state("networkidle")
        self.shoot(page, "desk-queue-1440")
        self.case_of(page)
        self.dialog(page, "accept").locator("[name=public_note]").fill(ACCEPTED)
        self.send(page, "accept")
        page.context.close()

    def follow(self, page: Page) -> None:
        """The resident follows with the code."""
        self.go(page, "/follow/")
        page.locator("main [name=code]").fill(self.code)
        self.shoot(page, "portal-follow-390")
        self.press(page, "main form button.primary")

    def dispatch(self) -> None:
        """The community gives it to the department; its grid worker sees it meanwhile."""
        page = self.visitor(DESK, who="community-worker")
        self.case_of(page)
        box = self.dialog(page, "dispatch")
        box.locator("[name=note]").fill(DISPATCHED)
        self.shoot(page, "desk-move-1440")
        self.send(page, "dispatch")
        page.context.close()

    def handle(self) -> None:
        """The department signs for it, does it, and hands in a photo."""
        page = self.visitor(DESK, who="department-staff")
        self.case_of(page)
        self.press(page, 'form[action$="/moves/sign/"] button')
        self.case_of(page)
        box = self.dialog(page, "finish")
        box.locator("[name=note]").fill(DONE)
        box.locator("input[type=file]").set_input_files([self.photos["after"]])
        page.wait_for_timeout(500)
        self.shoot(page, "desk-finish-1440")
        self.send(page, "finish")
        page.context.close()

    def verify(self) -> None:
        """The secretary looks at it and verifies it."""
        page = self.visitor(DESK, who="community-secretary")
        self.case_of(page)
        self.shoot(page, "desk-case-1440")
        self.dialog(page, "verify").locator("[name=public_note]").fill(VERIFIED)
        self.send(page, "verify")
        page.context.close()

    def answer(self, page: Page) -> None:
        """The resident says that it is solved, and how it was."""
        self.go(page, f"/follow/{self.number}/")
        self.shoot(page, "portal-case-390")
        page.locator("#answer [name=solved][value=yes]").check(force=True)
        page.locator('#answer [name=satisfaction][value="3"]').check(force=True)
        page.locator("#answer [name=words]").fill(THANKS)
        self.shoot(page, "portal-answer-390", top=page.locator("#answer"))
        self.press(page, "#answer button.primary")
        self.go(page, f"/follow/{self.number}/")
        self.shoot(page, "portal-solved-390")

    # --- what others see around it

    def around(self) -> None:
        """The pages of the grid, the street, the district and the auditor."""
        for name, who, size, path in (
            ("sign-in-390", "", PHONE, "/accounts/sign-in/"),
            ("desk-grid-390", "grid-worker", PHONE, "/desk/grid/"),
            ("board-1440", "civil-affairs", DESK, "/dashboards/"),
            ("map-1440", "street-staff", DESK, "/desk/map/"),
            ("desk-audit-1440", "auditor", DESK, f"/desk/audit/?number={self.number}"),
            ("desk-coverage-1440", "admin", DESK, "/desk/gaps/"),
            ("tasks-1440", "community-secretary", DESK, "/admission/tasks/?view=all"),
            ("burden-1440", "civil-affairs", DESK, "/burden/"),
        ):
            page = self.visitor(size, who=who)
            self.go(page, path)
            self.shoot(page, name)
            page.context.close()
        self.on_the_spot()
        self.in_dispute()
        self.register()
        self.forms()
        self.my_data()
        self.lists()
        self.agreement()
        self.certificate()

    def on_the_spot(self) -> None:
        """The grid worker's own report, as it is being written."""
        _area, place = self.grid()
        page = self.visitor(PHONE, who="grid-worker", place=place)
        self.go(page, "/desk/report/")
        page.locator("main [name=text]").fill("2幢楼道里堆了纸箱，通道变窄。")
        page.locator("main input[type=file]").set_input_files([self.photos["before"]])
        page.locator("[data-map-locate]").click()
        page.wait_for_function("document.querySelector('main [name=lon]').value !== ''")
        page.wait_for_timeout(1200)
        page.wait_for_load_state("networkidle")
        self.shoot(page, "desk-report-390")
        page.context.close()

    def register(self) -> None:
        """People, a person, the doors of a building, a sheet on its way in, today's visits, and the figures."""
        page = self.visitor(DESK, who="community-worker")
        self.go(page, "/register/people/?tag=living_alone")
        box = page.locator("[data-search-box]")
        box.press_sequentially("zh", delay=80)
        page.locator("#search-hits [role=option]").first.wait_for()
        box.press("ArrowDown")
        self.write(page.screenshot(), "register-search-1440")
        box.press("Escape")
        self.shoot(page, "register-people-1440")
        self.press(page, "main table a")
        self.shoot(page, "register-person-1440")
        self.go(page, "/register/homes/")
        self.press(page, "main table a[href*='/estates/']")
        self.press(page, "main a[href*='/buildings/']:not([href$='/new/'])")
        self.shoot(page, "register-building-1440")
        self.go(page, "/register/imports/")
        self.sheet(page)
        self.go(page, "/population/")
        self.shoot(page, "population-1440")
        page.context.close()
        page = self.visitor(PHONE, who="grid-worker")
        self.go(page, "/visits/")
        self.shoot(page, "visits-today-390")
        page.context.close()

    def sheet(self, page: Page) -> None:
        """A book of two sheets on its way in: its sheets, its columns, its words, and its balance."""
        page.locator("main input[type=file]").set_input_files([self.book])
        self.press(page, "main form:has(input[type=file]) button")
        self.shoot(page, "register-sheets-1440")
        self.press(page, "main button[name=sheet]")
        self.shoot(page, "register-columns-1440", top=page.locator("[aria-labelledby=columns-title]"))
        self.press(page, "main form:has([name=header][type=hidden]) .button.primary")
        page.wait_for_url("**/words/", timeout=60_000)
        page.wait_for_load_state("networkidle")
        self.shoot(page, "register-words-1440")
        self.go(page, page.url.removeprefix(self.base).replace("/words/", "/columns/"))
        self.press(page, "main form[action$='/cancel/'] button")

    def forms(self) -> None:
        """The forms that a community gives, and one that waits to be let go."""
        page = self.visitor(DESK, who="community-secretary")
        self.go(page, "/forms/")
        self.shoot(page, "forms-1440")
        self.go(page, "/forms/?state=waiting")
        self.press(page, "main table a[href*='/submissions/'], main table a")
        if "/submissions/" not in page.url:
            self.press(page, "main table a[href*='/submissions/']")
        self.shoot(page, "form-release-1440")
        page.context.close()

    def lists(self) -> None:
        """A list of what communities help with, as the bureau reads it."""
        page = self.visitor(DESK, who="civil-affairs")
        self.go(page, "/admission/lists/")
        self.press(page, "main table a")
        self.shoot(page, "lists-1440")
        page.context.close()

    def agreement(self) -> None:
        """An agreement in force, with what arrived and what is late."""
        page = self.visitor(DESK, who="community-secretary")
        self.go(page, "/admission/agreements/")
        self.press(page, "main table a")
        self.shoot(page, "agreement-1440")
        page.context.close()

    def certificate(self) -> None:
        """A certificate that waits for the seal."""
        page = self.visitor(DESK, who="community-secretary")
        self.go(page, "/certificates/asked/")
        self.press(page, "main table a")
        self.shoot(page, "certificate-1440")
        page.context.close()

    def my_data(self) -> None:
        """What a resident reads about themselves: the one whose phone the demo gives away."""
        desk = self.visitor(DESK, who="community-worker")
        self.go(desk, "/register/people/")
        desk.locator("[data-search-box]").fill(KNOWN_PHONE)
        with desk.expect_navigation(wait_until="networkidle"):
            desk.locator("[data-search-box]").press("Enter")
        born = re.search(r"\d{4}-\d{2}-\d{2}", desk.locator("main").inner_text())
        desk.context.close()
        page = self.visitor(PHONE)
        self.go(page, "/accounts/phone/?next=/my-data/")
        page.locator("[name=phone]").fill(KNOWN_PHONE)
        self.press(page, "form:has([name=phone]) button")
        code = re.search(r"(?<!\d)\d{6}(?!\d)", page.locator("main").inner_text())
        if born is None or code is None:
            raise RuntimeError("the demo gives away no resident")
        page.locator("[name=code]").fill(code[0])
        self.press(page, "form:has([name=code]) button.primary")
        page.locator("[name=answer]").fill(born[0])
        self.press(page, "form:has([name=answer]) button.primary")
        self.shoot(page, "portal-my-data-390")
        page.context.close()

    def in_dispute(self) -> None:
        """What the street decides: a case that a resident keeps calling unsolved."""
        page = self.visitor(DESK, who="street-staff")
        links = page.locator("[data-peek]")
        for narrowed in (f"&event_class={CLASS}", ""):
            self.go(page, f"/desk/cases/?state=disputed{narrowed}")
            if links.count():
                break
        self.go(page, links.first.get_attribute("href") or "")
        self.dialog(page, "order_again").locator("[name=public_note]").fill(ORDERED)
        self.shoot(page, "desk-dispute-1440")
        page.context.close()


if __name__ == "__main__":
    sys.exit(main())
