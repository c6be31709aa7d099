"""In a browser: an inspection with a form succeeds as an inspection, and every way round the gate is stopped.

One test with steps: the server of the tests outlives a test, but its database does not.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from linli.apps.admission.models import Application, Handing, Task
from linli.apps.admission.tests.factories import agreed, item
from linli.foundation.accounts.models import Post, Unit
from linli.insight.burden.tests.test_journey import FORM, day, fill, step
from linli.spine.catalogue.actions import lists
from linli.spine.catalogue.actions.items import as_given, set_items
from linli.spine.catalogue.models import Matter
from tests.browsing import PHONE, Person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
HOME, ELSEWHERE = "320105001001", "320105001004"
NAME = "老年人服务场所安全检查"
Start = Callable[..., Person]


def test_what_is_admitted_goes_all_the_way_and_nothing_else_does(signed_in: Start, actor_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    department, community = signed_in("department-staff"), signed_in("community-secretary", size=PHONE)
    civil, organisation = signed_in("civil-affairs"), signed_in("organisation")
    an_inspection_with_a_form_is_pushed_and_refused(department, community)
    it_is_applied_for_as_what_it_is(department)
    it_is_admitted_and_agreed(department, community, civil, organisation)
    it_is_handed_down_as_an_inspection(department, community)
    called_a_task_it_is_stopped(department)
    in_another_community_it_is_stopped(department)
    with_a_borrowed_number_it_is_stopped(department)
    under_the_wrong_item_it_is_stopped(department, actor_of)
    under_a_borrowed_code_it_is_stopped(department, actor_of)


def ask(department: Person, matter: object, *, areas: tuple[str, ...] = (HOME,), **more: str) -> None:
    """Fill the form of a task, and send it."""
    department.go("/admission/tasks/new/")
    said = {"title": NAME, "text": "请配合检查，并填报检查表", "form": "inspection", "due_on": day(7)}
    fill(department, matter=str(matter), asked_minutes="120", **(said | more))
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    for area_id in areas:
        department.page.locator(f"input[name=areas][value='{area_id}']").check()
    department.press("Hand down")


def stopped(department: Person, reason: str) -> None:
    """Nothing was handed down, and the page says why."""
    department.sees(reason)
    expect(department.page.locator("[name=knowingly]")).not_to_be_checked()
    # Sent again without having read it, it is stopped again.
    before = Handing.objects.count()
    department.press("Hand down")
    department.sees(reason)
    assert Handing.objects.count() == before


def an_inspection_with_a_form_is_pushed_and_refused(department: Person, community: Person) -> None:
    department.go("/admission/tasks/new/")
    fill(department, matter="none", form="inspection", title=NAME, text="请按附表检查并报送", due_on=day(7))
    fill(department, asked_minutes="240")
    department.page.locator("input[name=files]").set_input_files([FORM])
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    department.page.locator(f"input[name=areas][value='{HOME}']").check()
    department.press("Hand down")
    department.sees("No item of a list is cited.")
    department.page.locator("[name=knowingly]").check()
    department.press("Hand down")
    community.go("/admission/tasks/")
    community.press(NAME, role="link")
    step(community, "Refuse it", "不在清单内，请按准入程序办理")
    assert Task.objects.get().off_list


def it_is_applied_for_as_what_it_is(department: Person) -> None:
    department.go("/admission/applications/new/")
    needs = department.page.locator("#needs")
    # Early, while the kind is chosen and the words are typed.
    fill(department, list_kind="assist", form="task", name=NAME)
    expect(needs).to_contain_text("By its words (检查) it is: inspection.")
    fill(department, form="inspection")
    expect(needs).to_contain_text("There is one organiser")
    expect(needs).to_contain_text("市明确要求")
    expect(needs).not_to_contain_text("By its words")
    fill(department, does="配合检查老年人服务场所安全，填报检查表")
    expect(needs).to_contain_text("填报")
    department.page.locator("[name=with_form]").check()
    expect(needs).not_to_contain_text("填报")
    fill(department, area_id=HOME, why="社区熟悉场所", starts_on=day(0), ends_on=day(60))
    fill(
        department, conditions="提供培训和检查表", **{"bases-0-title": "示例通知", "bases-0-number": "示发〔2026〕5号"}
    )
    fill(department, **{"bases-0-article": "第二条", "bases-0-link": "https://example.org/5.html"})
    fill(department, **{"bases-0-form": "document", "bases-0-issuer": "department", "bases-0-level": "city"})
    fill(department, **{"offers-0-amount": "30000", "offers-0-due_on": day(20)})
    department.press("Save and send in")
    department.sees("Money and terms with communities")


def it_is_admitted_and_agreed(department: Person, community: Person, civil: Person, organisation: Person) -> None:
    home = f"/admission/applications/{Application.objects.get().pk}/"
    community.go(home)
    community.page.get_by_label("suffice", exact=True).check()
    community.page.get_by_label("supports it").check()
    community.press("Answer for the community")
    civil.go(home)
    step(civil, "The review recommends it", "领导小组办公室统一安排")
    organisation.go(home)
    step(organisation, "Admit it to the list", "同意临时准入")
    matter = Application.objects.get().matter
    organisation.go(f"/admission/lists/{matter.matter_list_id}/items/{matter.pk}/")
    organisation.sees("inspection、form or ledger to be filled in")
    department.go("/admission/agreements/new/")
    department.page.get_by_label(NAME).check()
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    department.page.locator(f"input[name=areas][value='{HOME}']").check()
    department.press("Begin")
    department.press("Sign and offer it to the community")
    community.go("/admission/agreements/")
    community.page.get_by_role("link", name="城市管理局").first.click()
    community.look()
    community.press("Sign for the community")
    community.sees("signed by both sides")


def it_is_handed_down_as_an_inspection(department: Person, community: Person) -> None:
    matter = Application.objects.get().matter
    department.go(f"/admission/tasks/new/?matter={matter.pk}")
    fill(department, form="inspection", title=NAME, text="请配合检查，并填报检查表", due_on=day(7), asked_minutes="60")
    department.page.locator("input[name=files]").set_input_files([FORM])
    department.page.locator("details", has_text="莫愁湖").locator("summary").first.click()
    department.page.locator(f"input[name=areas][value='{HOME}']").check()
    department.press("Hand down")
    department.sees("Handed down, waiting for the community")
    handing = Handing.objects.latest("pk")
    task = handing.tasks.get()
    assert (handing.form, task.off_list, task.case.matter_id) == ("inspection", False, matter.pk)
    community.go(f"/admission/tasks/{task.case.number}/")
    community.sees("Item and task side by side")
    assert "检查" in community.page.locator("mark").all_inner_texts()
    step(community, "Take it on", "")
    community.sees("Being done")


def called_a_task_it_is_stopped(department: Person) -> None:
    matter = Application.objects.get().matter
    ask(department, matter.pk, form="task")
    stopped(department, f"“{NAME}” carries inspection、form or ledger to be filled in, and no task.")


def in_another_community_it_is_stopped(department: Person) -> None:
    matter = Application.objects.get().matter
    ask(department, matter.pk, areas=(HOME, ELSEWHERE))
    stopped(department, "was admitted for")


def with_a_borrowed_number_it_is_stopped(department: Person) -> None:
    matter = Application.objects.get().matter
    ask(department, matter.pk, claimed="市监发〔2026〕3号")
    stopped(department, "市监发〔2026〕3号 is not what “老年人服务场所安全检查” rests on.")
    ask(department, matter.pk, text="按示发〔2026〕5号检查场所安全，填报检查表", areas=(ELSEWHERE,))
    expect(department.page.get_by_text("is not what")).to_have_count(0)


def of_health() -> Unit:
    """The department behind the browser works for the health commission from now on."""
    unit = Unit.objects.get(code="dept-health")
    Post.objects.filter(user__username="department-staff").update(unit=unit)
    return unit


def under_the_wrong_item_it_is_stopped(department: Person, actor_of) -> None:
    unit = of_health()
    sender = replace(actor_of("department-staff"), unit_id=unit.pk)
    agreed(sender, actor_of("community-secretary"), item(), timezone.now())
    ask(department, item().pk, form="task", title="流动摊贩清理", text="请清理占道摊贩")
    stopped(department, "This is not what “协助做好公共卫生工作” says")
    # What is a little like it needs the sender's reason, and is read beside the item.
    ask(department, item().pk, form="task", title="垃圾分类宣传", text="请发放宣传页")
    department.sees("Little of this is what the item says. Say why it belongs to it all the same.")
    department.sees("Item and task side by side")
    fill(department, fit_reason="垃圾关系病媒生物防制")
    department.press("Hand down")
    department.sees("Handed down, waiting for the community")


def under_a_borrowed_code_it_is_stopped(department: Person, actor_of) -> None:
    """A new version gives the number of the item that was agreed on to another one."""
    now, old = timezone.now(), item()
    civil, legal, organisation = (actor_of(name) for name in ("civil-affairs", "legal-review", "organisation"))
    new = lists.next_version(by=civil, matter_list=old.matter_list, valid_from=timezone.localdate(now), now=now)
    given = []
    for row in new.matters.select_related("category").prefetch_related("bases").order_by("position"):
        one = as_given(row)
        if row.identity == old.identity:
            given.append(replace(one, identity=None, name="协助开展公共卫生竞赛"))
            one = replace(one, code="2.2")
        given.append(one)
    set_items(by=civil, matter_list=new, items=given, now=now)
    lists.submit(by=civil, matter_list=new, now=now)
    lists.pass_check(by=legal, matter_list=new, now=now, note="示例清单，依据待补")
    lists.approve(by=organisation, matter_list=new, now=now)
    borrowed, moved = (Matter.objects.get(matter_list=new, code=code) for code in ("2.1", "2.2"))
    said = {"form": "task", "title": "公共卫生竞赛通知", "text": "请通知居民参加公共卫生竞赛"}
    ask(department, borrowed.pk, **said)
    stopped(department, "No agreement about money and conditions of this item is signed with this community.")
    ask(department, moved.pk, **(said | {"title": "公共卫生讲座通知", "text": "请通知居民参加公共卫生讲座"}))
    department.sees("Handed down, waiting for the community")
