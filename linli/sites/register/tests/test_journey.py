"""In a browser: a sheet comes in and goes out again, a move with two sides, a number revealed with its line in the log.

One test with steps: the server of the tests outlives a test, but its database does not. The visit without a network is
in `linli/apps/visits/tests/test_journey.py`.
"""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from linli.foundation.audit.models import AccessRecord
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.people.models import Person as Resident
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import csv_of
from tests.browsing import DESKTOP, Person, chromium

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
OTHER = "320105001004"
DOOR = "莫愁新寓3幢2单元501室"


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


def test_a_sheet_a_move_and_a_reveal(signed_in, actor_of, tmp_path):
    now = timezone.now()
    make.dwelling("101", estate="南湖春晓", community=OTHER)
    mother = make.person(by=actor_of("community-worker"), now=now, happened_on=date(2015, 1, 1), phone="13900001111")
    worker = signed_in("community-worker")
    a_sheet_comes_in_is_corrected_applied_and_undone(worker, tmp_path)
    a_move_is_finished_when_both_have_agreed(worker, signed_in("cw-320105001004", size={"width": 390, "height": 844}))
    a_number_is_revealed_and_the_auditor_sees_it(
        signed_in("cw-320105001004"), signed_in("auditor", language="zh-hans"), mother
    )
    a_stranger_community_sees_none_of_it(worker, mother)


def a_sheet_comes_in_is_corrected_applied_and_undone(worker: Person, folder: Path) -> None:
    born = date(1990, 4, 5)
    right = make.citizen_number(born, "1", 31)
    rows = [
        {
            "姓名": "韩志远",
            "身份证号": right[:-1] + ("0" if right[-1] != "0" else "1"),
            "与户主关系": "户主",
            "现住址": DOOR,
        },
        {
            "姓名": "林晓月",
            "身份证号": make.citizen_number(date(1991, 6, 7), "2", 32),
            "与户主关系": "妻",
            "现住址": DOOR,
        },
    ]
    sheet = folder / "摸排表.csv"
    sheet.write_bytes(csv_of(rows))

    worker.go("/register/imports/")
    worker.page.locator("input[type=file]").set_input_files(sheet)
    worker.press("Upload and look at the columns")
    worker.press("Check the rows")
    batch = Batch.objects.get()
    tasks.run(batch.pk)

    worker.go(f"/register/imports/{batch.pk}/rows/")
    worker.sees("The last character does not fit: one of the digits is mistyped.")
    worker.page.get_by_label("Number of the document").or_(worker.page.locator("input[aria-invalid]")).first.fill(right)
    worker.press("Correct")
    worker.go(f"/register/imports/{batch.pk}/preview/")
    worker.sees("韩志远")
    assert not Resident.objects.filter(name="韩志远").exists(), "nothing is in the register before it is approved"
    worker.press("Approve and apply")
    tasks.run(batch.pk)
    worker.go("/register/people/?q=%E9%9F%A9%E5%BF%97%E8%BF%9C")
    worker.press("韩志远", role="link")
    worker.sees("林晓月")

    worker.go(f"/register/imports/{batch.pk}/result/")
    worker.page.get_by_role("link", name="Undo the batch").click()
    worker.page.get_by_role("dialog").get_by_role("button", name="Undo the batch").click()
    worker.page.wait_for_load_state()
    tasks.run(batch.pk)
    worker.go(f"/register/imports/{batch.pk}/result/")
    assert not Resident.objects.filter(name__in=["韩志远", "林晓月"]).exists()


def a_move_is_finished_when_both_have_agreed(worker: Person, other: Person) -> None:
    mother = Resident.objects.get()
    worker.go(f"/register/households/{mother.household_id}/move-out/")
    form = worker.page.get_by_role("main")
    form.locator("input[name=people]").first.check()
    form.locator("select[name=to_area]").select_option(OTHER)
    form.locator("input[name=happened_on]").fill(date(2026, 11, 1).isoformat())
    form.locator("form button.primary, form button.danger").first.click()
    worker.look()
    mother.refresh_from_db()
    assert mother.area_id.startswith(make.COMMUNITY), "nothing changes before the other side has agreed"

    other.go("/register/moves/")
    other.sees("张秀兰")
    other.press("Agree", role="link")
    other.page.locator("input[name=where]").fill("南湖春晓3幢2单元101")
    other.page.locator("main form button.primary").click()
    other.look()
    choice = other.page.locator("input[name=home]")
    if choice.count() and not Resident.objects.filter(area_id__startswith=OTHER).exists():
        choice.first.check()
        other.page.locator(f"select[name=relation_{mother.pk}]").select_option("02")
        other.page.locator("main form button.primary").click()
        other.look()
    mother.refresh_from_db()
    assert mother.area_id.startswith(OTHER)
    other.go(f"/register/people/{mother.pk}/?on=2026-10-31")
    other.go(f"/register/people/{mother.pk}/?on=2026-11-02")


def a_number_is_revealed_and_the_auditor_sees_it(worker: Person, auditor: Person, mother: Resident) -> None:
    worker.go(f"/register/people/{mother.pk}/reveal/")
    number = make.citizen_number()
    assert number not in worker.page.content()
    worker.page.locator("input[name=field][value=identity]").check()
    worker.page.get_by_label("In your own words").fill("核对医保登记")
    worker.press("Show the number")
    worker.sees(number)
    line = AccessRecord.objects.get(action="people.reveal")
    assert (line.subject_id, line.reason) == (str(mother.pk), "核对医保登记")
    auditor.go("/desk/audit/?action=people.reveal")
    auditor.sees("核对医保登记")
    assert number not in auditor.page.content()


def a_stranger_community_sees_none_of_it(worker: Person, mother: Resident) -> None:
    """The community she has left does not read her any more."""
    for path in ("", "edit/", "reveal/", "events/death/"):
        answer = worker.page.request.get(f"{worker.address}/register/people/{mother.pk}/{path}")
        assert answer.status == 404, path
