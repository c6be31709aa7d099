"""In a browser, the whole life of a demand: pushed without a list, refused, corrected, applied for, admitted, agreed,
handed down, filled with what is held, refused because the money is late, done, scored by both, settled, counted.

One test with steps: the server of the tests outlives a test, but its database does not.
"""

import io
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from linli.apps.admission.models import Agreement, Application, Task
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.insight.forms.tests.factories import form_bytes
from linli.register.people.actions.events import Home
from linli.register.people.tests import factories as make
from tests.browsing import PHONE, Person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
HOME = "320105001001"
NAME = "协助统计老年人基本情况"
FORM = {
    "name": "老年人情况统计表.xlsx",
    "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "buffer": form_bytes(),
}
Start = Callable[..., Person]


def fill(person: Person, **values: str) -> None:
    for name, value in values.items():
        field = person.page.locator(f"[name={name}]").first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def step(person: Person, label: str, note: str, **more: str) -> None:
    """Follow a button to the form of a move, say something, and make it."""
    person.press(label, role="link")
    fill(person, note=note, **more)
    if person.page.locator("[name=sure]").count():
        person.page.locator("[name=sure]").check()
    person.press(label)


def day(offset: int) -> str:
    return f"{timezone.localdate() + timedelta(days=offset):%Y-%m-%d}"


def test_the_whole_life_of_a_demand(signed_in: Start, actor_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    # Whatever the day on which this runs: the two sides may score each other.
    params = {**rules.params("admission.evaluation", HOME, date.today()), "from": [1, 1]}
    RuleSet.objects.create(
        domain="admission.evaluation", version=9, effective_from=date(2020, 1, 1), source="journey", params=params
    )
    rules.forget()
    worker = actor_of("community-worker")
    make.person(by=worker, now=timezone.now(), name="张测试", born=date(1941, 5, 1), happened_on=date(2015, 1, 1))
    make.person(
        by=worker,
        now=timezone.now(),
        name="李测试",
        born=date(1992, 5, 1),
        sequence=7,
        happened_on=date(2015, 1, 1),
        home=Home(dwelling_id=make.dwelling("402").pk),
    )
    department, community = signed_in("department-staff"), signed_in("community-secretary", size=PHONE)
    civil, organisation = signed_in("civil-affairs"), signed_in("organisation")
    an_inspection_with_a_form_is_pushed_and_refused(department, community, organisation, civil)
    it_is_applied_for_and_admitted_with_money(department, community, civil, organisation)
    the_two_sides_sign(department, community)
    the_form_comes_back_filled_without_typing(department, community)
    the_money_is_late_and_the_community_refuses(community, organisation, department, civil)
    it_is_done_and_confirmed(community, department)
    both_sides_score_and_it_is_settled(department, community)
    the_burden_page_shows_it_all(civil)


def an_inspection_with_a_form_is_pushed_and_refused(
    department: Person, community: Person, organisation: Person, civil: Person
) -> None:
    department.go("/admission/tasks/new/")
    fill(department, matter="none", form="inspection", title="老年人情况专项检查", text="请按附表检查并报送")
    fill(department, due_on=day(7), asked_minutes="240")
    department.page.locator("input[name=files]").set_input_files([FORM])
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    department.page.locator(f"input[name=areas][value='{HOME}']").check()
    department.press("Hand down")
    department.sees("No item of a list is cited.")
    department.page.locator("[name=knowingly]").check()
    department.press("Hand down")
    department.sees("On no list: the community decides")

    community.go("/admission/tasks/")
    community.press("老年人情况专项检查", role="link")
    community.sees("Why no list allows this")
    step(community, "Refuse it", "不在清单内，请按准入程序办理")
    number = Task.objects.select_related("case").get().case.number
    organisation.go("/admission/tasks/")
    organisation.press("老年人情况专项检查", role="link")
    step(organisation, "Order the sender to correct it", "请核实并纠正")
    department.go(f"/admission/tasks/{number}/")
    step(department, "Say how it was corrected", "已撤回，改为申请准入", reason="applied")
    civil.go(f"/admission/tasks/{number}/")
    step(civil, "Corrected: close it", "已核实")
    civil.sees("Refused and corrected")


def it_is_applied_for_and_admitted_with_money(
    department: Person, community: Person, civil: Person, organisation: Person
) -> None:
    department.go("/admission/applications/new/")
    fill(
        department,
        list_kind="assist",
        form="form",
        area_id=HOME,
        name=NAME,
        does="核对附表中未掌握的栏目",
        why="社区熟悉老年人的情况",
        starts_on=day(0),
        ends_on=day(60),
        conditions="提供培训和表格",
    )
    fill(department, **{"bases-0-title": "示例通知", "bases-0-form": "document"})
    fill(department, **{"bases-0-issuer": "department", "bases-0-level": "city"})
    fill(department, **{"bases-0-number": "〔示例〕1号", "bases-0-article": "第二条"})
    fill(department, **{"bases-0-link": "https://example.org/1.html"})
    # Due yesterday: the money is late from today on.
    fill(department, **{"offers-0-amount": "30000", "offers-0-due_on": day(-1)})
    department.press("Save and send in")
    department.sees("Money and terms with communities")

    community.go("/admission/applications/")
    community.press(NAME, role="link")
    community.page.get_by_label("suffice", exact=True).check()
    community.page.get_by_label("supports it").check()
    community.press("Answer for the community")
    application = Application.objects.get()
    civil.go(f"/admission/applications/{application.pk}/")
    step(civil, "The review recommends it", "联席会议同意")
    organisation.go(f"/admission/applications/{application.pk}/")
    step(organisation, "Admit it to the list", "同意临时准入")
    organisation.sees("The item that it became")


def the_two_sides_sign(department: Person, community: Person) -> None:
    department.go("/admission/agreements/new/")
    department.page.get_by_label(NAME).check()
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    department.page.locator(f"input[name=areas][value='{HOME}']").check()
    department.press("Begin")
    department.sees("30,000.00")
    department.press("Sign and offer it to the community")
    community.go("/admission/agreements/")
    community.page.get_by_role("link", name="城市管理局").first.click()
    community.look()
    community.press("Sign for the community")
    community.sees("signed by both sides")


def the_form_comes_back_filled_without_typing(department: Person, community: Person) -> None:
    item = Application.objects.get().matter
    department.go(f"/admission/tasks/new/?matter={item.pk}")
    fill(department, form="form", title="老年人基本情况", text="请核对并补充", roster="age:60")
    fill(department, due_on=day(7), asked_minutes="60")
    department.page.locator("input[name=files]").set_input_files([FORM])
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    department.page.locator(f"input[name=areas][value='{HOME}']").check()
    department.press("Hand down")
    department.sees("Handed down, waiting for the community")

    community.go("/admission/tasks/")
    community.press("老年人基本情况", role="link")
    community.press("Form: 6 of 8 columns are held", role="link")
    community.sees("未掌握，需社区填写")
    with community.page.expect_download() as taken:
        community.page.get_by_role("link", name="The community's own copy").click()
    sheet = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))["统计表"]
    assert [sheet.cell(row, 2).value for row in (3, 4)] == ["张测试", None], (
        "nobody typed it, and only the old are in it"
    )


def the_money_is_late_and_the_community_refuses(
    community: Person, organisation: Person, department: Person, civil: Person
) -> None:
    number = Task.objects.select_related("case").latest("pk").case.number
    home = f"/admission/tasks/{number}/"
    community.go(home)
    community.sees("What belongs to it is late: the community may refuse")
    step(community, "Refuse: what belongs to it is late", "经费未按期到位", reason="funds_late")
    organisation.go(home)
    step(organisation, "Order the sender to correct it", "请尽快拨付")
    agreement = Agreement.objects.get()
    community.go(f"/admission/agreements/{agreement.pk}/")
    community.press("It has arrived", role="link")
    community.press("It has arrived")
    community.sees("30,000.00 / 30,000.00")
    department.go(home)
    step(department, "Say how it was corrected", "经费已拨付", reason="fulfilled")
    # It came today, and today is still a day of refusal; with tomorrow the right is closed.
    arrival = agreement.clauses.get().guarantees.get().arrivals.get()
    arrival.on = timezone.localdate() - timedelta(days=1)
    arrival.save(update_fields=["on"])
    civil.go(home)
    step(civil, "Give it back to the community", "经费已到位，请继续办理")
    civil.sees("Being done")


def it_is_done_and_confirmed(community: Person, department: Person) -> None:
    home = f"/admission/tasks/{Task.objects.select_related('case').latest('pk').case.number}/"
    community.go(home)
    step(community, "Hand in the result", "已核对并补充", minutes="40")
    department.go(home)
    step(department, "Confirm the result", "收到")
    department.sees("Finished")
    department.sees("It took 40 minutes.")


def both_sides_score_and_it_is_settled(department: Person, community: Person) -> None:
    agreement = Agreement.objects.get()
    home = f"/admission/agreements/{agreement.pk}/"
    clause = agreement.clauses.get().pk
    department.go(home)
    department.press("Score the other side", role="link")
    fill(department, **{f"clause-{clause}": "90"})
    department.press("Hand in the points")
    department.sees("Your side has scored.")
    community.go(home)
    community.sees("The other side has scored; you see it when you have, too.")
    assert community.page.get_by_text("27,000.00").count() == 0
    community.press("Score the other side", role="link")
    fill(community, **{f"clause-{clause}": "70"})
    for topic, points in (("guidance", "90"), ("service", "80"), ("intervention", "85"), ("payment", "60")):
        fill(community, **{f"topic-{topic}": points})
    community.press("Hand in the points")
    community.sees("27,000.00")


def the_burden_page_shows_it_all(civil: Person) -> None:
    civil.go("/burden/")
    civil.sees("2 tasks were handed to the communities of 建邺区, 1 of them (50 %) on no list; 2 were refused.")
    civil.page.get_by_role("main").get_by_role("link", name="Off the lists").first.click()
    civil.look()
    civil.sees("老年人情况专项检查")
