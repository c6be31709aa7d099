"""Journeys through a real `linli demo`: from phone to board, without JavaScript, without a network."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browsing import DESKTOP, PHONE, Person, chromium, photo

pytestmark = pytest.mark.journey

COMMUNITY = "320105001001"


@dataclass
class Demo:
    """A running `linli demo`."""

    process: subprocess.Popen[str]
    address: str
    output: Path

    def stop(self) -> int:
        """Stop it as Ctrl-C does, if it still runs; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


def start(home: Path) -> Demo:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("LINLI_", "DATABASE_", "DJANGO_"))
    }
    output = home.with_suffix(".log")
    with output.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "linli.project.cli", "demo", "--port", str(port)],
            env={**plain, "LINLI_HOME": str(home), "LANG": "C.UTF-8"},
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    end = time.monotonic() + 240
    while "Linli is ready" not in output.read_text():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.2)
    return Demo(process, f"http://127.0.0.1:{port}", output)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("journey") / "home"


@pytest.fixture(scope="module")
def demo(home) -> Iterator[Demo]:
    running = start(home)
    yield running
    assert running.stop() == 0, running.output.read_text()
    assert "Traceback" not in running.output.read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield made
        made.close()


def report(resident: Person, text: str, *, phone: str = "") -> tuple[str, str]:
    """Report something on a phone; returns the number and the tracking code."""
    resident.go("/")
    resident.press("Report something", role="link")
    page = resident.page
    page.get_by_label("What is wrong?").fill(text)
    page.locator("select[name=area]").select_option(COMMUNITY)
    page.get_by_label("Address or landmark").fill("小区东门")
    page.locator("input[type=file]").first.set_input_files([photo("brown")])
    if phone:
        page.get_by_label("Mobile number").fill(phone)
    resident.press("Send")
    other = page.get_by_role("button", name=re.compile("send mine", re.IGNORECASE))
    if other.count():
        other.first.click()
        resident.look()
    resident.sees("We have received your report")
    number = re.search(r"\b20\d{11}\b", page.get_by_role("main").inner_text())
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.get_by_role("main").inner_text())
    assert number is not None
    assert code is not None
    return number.group(), code.group()


def solved_this_month(person: Person) -> int:
    """The figure on the board."""
    month = time.strftime("%Y-%m")
    person.go(f"/dashboards/?month={month}&months_to={month}")
    figure = person.page.get_by_role("term").filter(has_text=re.compile(r"^\s*Solved\s*$"))
    return int(re.sub(r"\D", "", figure.locator("xpath=following-sibling::dd[1]").inner_text()))


def test_a_report_from_the_phone_to_the_board(demo, browser):
    secretary = Person(browser, demo.address, size=DESKTOP).sign_in("community-secretary")
    solved_before = solved_this_month(secretary)
    resident = Person(browser, demo.address)
    number, code = report(resident, "小区东门旁的垃圾桶满了两天没人收，味道很大", phone="19900007777")

    worker = Person(browser, demo.address, size=DESKTOP).sign_in("community-worker")
    worker.move(number, "Accept", public_note="收到，今天先去现场看。")
    worker.move(number, "Dispatch", choose={"unit": "建邺区城市管理局"})

    department = Person(browser, demo.address, size=DESKTOP).sign_in("department-staff")
    department.move(number, "Sign for it")
    department.move(number, "Ask for more time", days="1", note="清运车要明天才有空位。")
    worker.move(number, "Grant the time", note="同意，请先围挡。")
    department.move(number, "Hand in the result", note="已清运，现场冲洗干净。", attach=photo("green"))
    worker.move(number, "Verify: it is done", public_note="已经清运，照片在下方，请您看看。")

    resident.go("/follow/")
    resident.page.get_by_label("Tracking code").fill(code)
    resident.press("Show it")
    resident.sees("已经清运，照片在下方，请您看看。")
    expect(resident.page.get_by_text("清运车要明天才有空位。")).to_have_count(0)
    resident.page.get_by_label("Yes, it is solved").check()
    resident.page.get_by_label("Satisfied", exact=True).check()
    resident.page.get_by_label("In your words").fill("很快，谢谢！")
    resident.press("Send my answer")
    expect(resident.page.get_by_role("main")).to_contain_text("Solved")

    assert solved_this_month(secretary) == solved_before + 1
    secretary.press("Solved", role="link")
    expect(secretary.page.get_by_role("main")).to_contain_text(number)


def test_report_and_follow_without_javascript(demo, browser):
    resident = Person(browser, demo.address, script=False)
    number, code = report(resident, "三号楼楼道灯坏了，老人上楼摸黑")
    resident.go("/follow/")
    resident.page.get_by_label("Tracking code").fill(code.lower().replace("-", " "))
    resident.press("Show it")
    expect(resident.page).to_have_url(f"{demo.address}/follow/{number}/")
    resident.sees("三号楼楼道灯坏了，老人上楼摸黑")
    resident.page.get_by_text("Add something", exact=True).click()
    resident.page.get_by_label("What do you want to add?").fill("二楼也不亮了")
    resident.press("Send")
    resident.sees("二楼也不亮了")


def test_a_wrong_code_opens_nothing_and_says_so(demo, browser):
    stranger = Person(browser, demo.address)
    stranger.go("/follow/")
    stranger.page.get_by_label("Tracking code").fill("0000-0000-0000")
    stranger.press("Show it")
    expect(stranger.page).to_have_url(f"{demo.address}/follow/")
    expect(stranger.page.get_by_label("Tracking code")).to_have_value("0000-0000-0000")


def test_a_grid_worker_without_a_network_loses_nothing_and_sends_once(demo, browser):
    worker = Person(browser, demo.address).sign_in("grid-worker")
    worker.go("/desk/report/")
    page = worker.page
    said = f"北门外路面有坑，离线上报{time.time_ns()}"
    page.get_by_label("What is wrong?").fill(said)
    page.locator("input[type=file]").first.set_input_files([photo("gray")])
    page.wait_for_timeout(500)  # the photo is made smaller in the background
    worker.context.set_offline(True)
    page.get_by_role("button", name="Report", exact=True).click()
    waiting = page.locator("[data-outbox-count]")
    expect(waiting).to_have_text("1")
    worker.context.set_offline(False)
    expect(waiting).to_have_text("0")
    worker.go("/desk/cases/?view=all&sort=new")
    expect(page.get_by_role("main").get_by_role("link", name=said)).to_have_count(1)
    page.get_by_role("main").get_by_role("link", name=said).click()
    worker.go(page.url.removeprefix(demo.address))
    worker.page.reload()
    worker.go("/desk/cases/?view=all&sort=new")
    expect(page.get_by_role("main").get_by_role("link", name=said)).to_have_count(1)


PAGES = {
    "": (
        *(
            "/",
            "/report/",
            "/follow/",
            "/matters/",
            "/community/",
            "/accounts/sign-in/",
            "/accounts/phone/",
            "/nothing",
        ),
        *("/certificate/", "/certificate/check/?code=1"),
    ),
    "grid-worker": ("/desk/grid/", "/desk/grid/?show=map", "/desk/report/", "/desk/cases/", "/accounts/me/"),
    "community-worker": (
        *("/desk/cases/", "/desk/cases/?view=all", "/desk/cases/print/", "/desk/map/", "/desk/gaps/", "/messages/"),
        *("/dashboards/", "/accounts/me/", "/accounts/post/", "/accounts/password/", "/accounts/totp/", "/desk/audit/"),
    ),
    "civil-affairs": (
        *("/desk/cases/?view=late", "/dashboards/", "/desk/map/", "/desk/gaps/", "/burden/", "/admission/standing/"),
        *("/admission/agreements/results/", "/admission/applications/?view=all", "/admission/agreements/2/"),
    ),
    "community-secretary": (
        *("/certificates/?q=%E6%AD%BB%E4%BA%A1", "/certificates/refused/", "/certificates/", "/certificates/asked/"),
        *("/certificates/asked/?view=all", "/certificates/sealed/"),
        *("/admission/tasks/", "/admission/tasks/?view=all", "/admission/applications/2/", "/admission/agreements/11/"),
        *("/burden/", "/admission/agreements/1/evaluate/"),
    ),
    "department-staff": (
        *("/admission/tasks/new/", "/admission/applications/new/", "/admission/agreements/new/"),
        *("/admission/tasks/?view=off", "/admission/tasks/together/4/"),
    ),
    "organisation": ("/admission/tasks/", "/admission/applications/1/"),
    "legal-review": ("/admission/applications/3/", "/admission/applications/3/moves/override/"),
    "auditor": ("/desk/audit/", "/desk/cases/?view=all"),
    "admin": ("/accounts/me/", "/desk/gaps/"),
}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("who", list(PAGES))
def test_every_page_can_be_used_by_everybody_in_chinese(demo, browser, who, size):
    """No accessibility violation, nothing that scrolls sideways, no script or policy that breaks."""
    person = Person(browser, demo.address, size=size, language="zh-hans")
    if who:
        person.sign_in(who)
    for path in PAGES[who]:
        person.go(path)


def test_a_second_start_is_quick_and_keeps_the_data(demo, home, browser):
    resident = Person(browser, demo.address)
    number, code = report(resident, "幼儿园门口垃圾桶满溢，味道很大")
    assert demo.stop() == 0
    began = time.monotonic()
    again = start(home)
    assert time.monotonic() - began < 60
    try:
        later = Person(browser, again.address)
        later.go("/follow/")
        later.page.get_by_label("Tracking code").fill(code)
        later.press("Show it")
        expect(later.page).to_have_url(f"{again.address}/follow/{number}/")
    finally:
        assert again.stop() == 0
    assert "Traceback" not in again.output.read_text()
