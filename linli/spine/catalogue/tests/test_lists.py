"""The life of a list: drafted, checked, approved by three people, versions that never overlap, items kept by cases."""

import json
import threading
from datetime import date, timedelta
from importlib import import_module, resources

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from linli.apps.incidents.tests.factories import report
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.catalogue import queries, resting
from linli.spine.catalogue.actions import admitted, items, lists
from linli.spine.catalogue.models import ListStep, Matter, MatterList
from linli.spine.catalogue.tests.factories import DISTRICT, LAW, drafted, item, published, through

pytestmark = pytest.mark.django_db
LOW = {"form": "document", "issuer": "department", "level": "district", "title": "某某通知"}


def test_a_list_goes_from_draft_to_force_through_three_hands(drafter, checker, approver, now):
    made = published(drafter, checker, approver, now)
    assert made.status == "published"
    assert made.aliases == ["依法履职清单"]
    steps = list(ListStep.objects.filter(matter_list=made).values_list("step", "by_id"))
    assert steps == [
        ("drafted", drafter.user_id),
        ("submitted", drafter.user_id),
        ("checked", checker.user_id),
        ("published", approver.user_id),
    ]
    assert made.matters.get().basis == "《某某法》第三条"


def test_nobody_decides_on_what_they_drafted_or_checked(drafter, checker, approver, actor_of, now):
    from dataclasses import replace

    everything = frozenset({"catalogue.manage", "catalogue.check", "catalogue.approve"})
    made = drafted(drafter, now)
    lists.submit(by=drafter, matter_list=made, now=now)
    with pytest.raises(NotAllowed):
        lists.pass_check(by=replace(drafter, permissions=everything), matter_list=made, now=now)
    lists.pass_check(by=checker, matter_list=made, now=now)
    for who in (drafter, checker):
        with pytest.raises(NotAllowed):
            lists.approve(by=replace(who, permissions=everything), matter_list=made, now=now)
    made.refresh_from_db()
    for field in ("checked_by_id", "approved_by_id"):
        with pytest.raises(IntegrityError), transaction.atomic():
            MatterList.objects.filter(pk=made.pk).update(**{field: drafter.user_id})


@pytest.mark.parametrize(
    "username", ["community-secretary", "department-staff", "street-staff", "auditor", "grid-worker"]
)
def test_who_has_no_part_in_it_does_nothing(drafter, actor_of, now, username):
    made, other = drafted(drafter, now), actor_of(username)
    acts = (
        lambda: lists.submit(by=other, matter_list=made, now=now),
        lambda: lists.pass_check(by=other, matter_list=made, now=now),
        lambda: lists.approve(by=other, matter_list=made, now=now),
        lambda: items.set_items(by=other, matter_list=made, items=[item()], now=now),
        lambda: lists.give_up(by=other, matter_list=made, note="不要了不要了", now=now),
        lambda: drafted(other, now, code="other"),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert made not in queries.readable(other)


def test_every_step_waits_for_the_one_before(drafter, checker, approver, now):
    made = drafted(drafter, now)
    with pytest.raises(Stale):
        lists.pass_check(by=checker, matter_list=made, now=now)
    with pytest.raises(Stale):
        lists.approve(by=approver, matter_list=made, now=now)
    lists.submit(by=drafter, matter_list=made, now=now)
    with pytest.raises(Stale):
        lists.submit(by=drafter, matter_list=made, now=now)
    with pytest.raises(Stale):
        items.set_items(by=drafter, matter_list=made, items=[item()], now=now)
    with pytest.raises(Stale):
        lists.approve(by=approver, matter_list=made, now=now)


def test_a_returned_list_says_what_must_change_and_begins_again(drafter, checker, approver, now):
    made = drafted(drafter, now)
    lists.submit(by=drafter, matter_list=made, now=now)
    with pytest.raises(Invalid):
        lists.send_back(by=checker, matter_list=made, note="不行", now=now)
    with pytest.raises(NotAllowed):
        lists.send_back(by=approver, matter_list=made, note="第1.1项缺少依据", now=now)
    lists.send_back(by=checker, matter_list=made, note="第1.1项缺少依据", now=now)
    through(made, drafter, checker, approver, now)
    assert ListStep.objects.filter(matter_list=made, note="第1.1项缺少依据").exists()


@pytest.mark.parametrize("given", [item(bases=[LOW]), item(name="负责辖区拆违工作"), item(does="完成招商引资指标")])
def test_what_the_rules_object_to_passes_only_with_a_reason(drafter, checker, now, given):
    made = drafted(drafter, now, given)
    lists.submit(by=drafter, matter_list=made, now=now)
    with pytest.raises(Invalid):
        lists.pass_check(by=checker, matter_list=made, now=now)
    lists.pass_check(by=checker, matter_list=made, note="市人大决定另有规定", now=now)


def test_an_empty_list_and_one_of_the_past_are_not_sent_in(drafter, now):
    made = lists.draft(
        by=drafter,
        area_id=DISTRICT,
        kind="duty",
        code="x1",
        name="空清单",
        source="测试",
        valid_from=now.date(),
        now=now,
    )
    with pytest.raises(Invalid):
        lists.submit(by=drafter, matter_list=made, now=now)
    items.set_items(by=drafter, matter_list=made, items=[item()], now=now)
    with pytest.raises(Invalid):
        lists.submit(by=drafter, matter_list=made, now=now + timedelta(days=1))
    with pytest.raises(Invalid):
        drafted(drafter, now, code="x2", after=-1)


def test_versions_never_overlap_and_the_old_one_ends_the_day_before(drafter, checker, approver, now):
    first = published(drafter, checker, approver, now)
    later = now.date() + timedelta(days=30)
    second = lists.next_version(by=drafter, matter_list=first, valid_from=later, now=now)
    with pytest.raises(lists.DraftExists):
        lists.next_version(by=drafter, matter_list=first, valid_from=later, now=now)
    assert [one.name for one in second.matters.all()] == ["调解民间纠纷"]
    assert second.matters.get().bases.get().article == "第三条"
    through(second, drafter, checker, approver, now)
    first.refresh_from_db()
    assert (first.valid_to, second.version) == (later - timedelta(days=1), 2)
    for day in range(60):
        on = now.date() + timedelta(days=day)
        holding = MatterList.objects.in_force(area_id=DISTRICT, on=on).filter(code="local-duty")
        assert holding.count() == (0 if day < 1 else 1), on
    earlier = lists.next_version(by=drafter, matter_list=second, valid_from=later, now=now)
    lists.submit(by=drafter, matter_list=earlier, now=now)
    lists.pass_check(by=checker, matter_list=earlier, now=now)
    with pytest.raises(Invalid):
        lists.approve(by=approver, matter_list=earlier, now=now)


@pytest.mark.parametrize("own_end", [None, 40])
def test_a_version_that_is_given_up_before_it_begins_lets_the_one_before_go_on(
    drafter, checker, approver, now, own_end
):
    first = published(drafter, checker, approver, now)
    own_end = own_end and now.date() + timedelta(days=own_end)
    MatterList.objects.filter(pk=first.pk).update(valid_to=own_end)
    later = now.date() + timedelta(days=30)
    second = lists.next_version(by=drafter, matter_list=first, valid_from=later, now=now)
    through(second, drafter, checker, approver, now)
    lists.give_up(by=drafter, matter_list=second, note="上级清单推迟发布", now=now)
    first.refresh_from_db()
    assert (first.valid_to, first.ended_by) == (own_end, None)
    in_force = MatterList.objects.in_force(area_id=DISTRICT, on=later).filter(code="local-duty")
    assert list(in_force) == [first]
    lists.give_up(by=drafter, matter_list=first, note="不再需要清单", now=now + timedelta(days=2))
    third = lists.next_version(by=drafter, matter_list=first, valid_from=now.date() + timedelta(days=3), now=now)
    through(third, drafter, checker, approver, now)
    lists.give_up(by=drafter, matter_list=third, note="也不再需要了", now=now)
    first.refresh_from_db()
    assert first.valid_to == now.date() + timedelta(days=2), "it was ended by hand, not by the version after it"


def test_of_three_versions_the_middle_one_is_given_up_and_none_overlap(drafter, checker, approver, now):
    first = published(drafter, checker, approver, now)
    days = [now.date() + timedelta(days=n) for n in (30, 60)]
    second = lists.next_version(by=drafter, matter_list=first, valid_from=days[0], now=now)
    through(second, drafter, checker, approver, now)
    third = lists.next_version(by=drafter, matter_list=second, valid_from=days[1], now=now)
    through(third, drafter, checker, approver, now)
    lists.give_up(by=drafter, matter_list=second, note="第二版有误，作废", now=now)
    for day in range(1, 90):
        on = now.date() + timedelta(days=day)
        holding = MatterList.objects.in_force(area_id=DISTRICT, on=on).get(code="local-duty")
        assert holding == (third if on >= days[1] else first), on
    lists.give_up(by=drafter, matter_list=third, note="第三版也有误", now=now)
    first.refresh_from_db()
    assert (first.valid_to, first.ended_by) == (None, None)


def test_what_ended_which_version_is_found_for_lists_of_before(drafter, checker, approver, now):
    first = published(drafter, checker, approver, now)
    later = now.date() + timedelta(days=30)
    second = lists.next_version(by=drafter, matter_list=first, valid_from=later, now=now)
    through(second, drafter, checker, approver, now)
    MatterList.objects.update(ended_by=None)
    find = import_module("linli.spine.catalogue.migrations.0005_ended_by").find_ends
    find(apps, None)
    first.refresh_from_db()
    assert (first.ended_by, first.own_end) == (second, None)
    MatterList.objects.update(ended_by=None)
    first.steps.create(step="retired", at=now)
    find(apps, None)
    first.refresh_from_db()
    assert first.ended_by is None


def test_the_database_knows_one_open_version_and_one_draft(drafter, checker, approver, now):
    first = published(drafter, checker, approver, now)
    common = {"area_id": DISTRICT, "code": "local-duty", "kind": "duty", "name": "x", "source": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        MatterList.objects.create(version=9, status="published", valid_from=date(2030, 1, 1), **common)
    MatterList.objects.create(version=10, status="draft", valid_from=date(2030, 1, 1), **common)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatterList.objects.create(version=11, status="checking", valid_from=date(2030, 1, 1), **common)
    assert first.valid_to is None


@pytest.mark.parametrize(
    ("link", "ok"),
    [
        ("https://www.gov.cn/a?b=1", True),
        ("HTTP://www.gov.cn/", True),
        ("", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://www.gov.cn/", False),
        ("//www.gov.cn/", False),
        ("www.gov.cn", False),
        ("https:", False),
        ("http://[x", False),
    ],
)
def test_only_addresses_of_pages_are_links(drafter, now, link, ok):
    made = drafted(drafter, now)
    given = item("1", "甲事项", bases=[{**LAW, "link": link}])
    if ok:
        items.set_items(by=drafter, matter_list=made, items=[given], now=now)
        assert made.matters.get().bases.get().link == link
        return
    for act in (
        lambda: items.set_items(by=drafter, matter_list=made, items=[given], now=now),
        lambda: items.save_item(by=drafter, matter_list=made, given=given),
    ):
        with pytest.raises(Invalid) as refusal:
            act()
        assert {field.rpartition(".")[2] for field in refusal.value.fields} == {"bases"}


def test_nothing_of_a_bad_set_of_items_is_kept(drafter, now):
    made = drafted(drafter, now)
    bad = [item("1", "第一项"), item("1", "重号"), item("2", ""), item("", "无号"), item("3", "无依据", bases=[])]
    with pytest.raises(Invalid) as refusal:
        items.set_items(by=drafter, matter_list=made, items=bad, now=now)
    assert set(refusal.value.fields) == {"2.code", "3.name", "4.code", "5.bases"}
    assert [one.code for one in made.matters.all()] == ["1.1"]


def test_items_are_added_changed_and_removed_one_by_one(drafter, now):
    made = drafted(drafter, now)
    added = items.save_item(by=drafter, matter_list=made, given=item("2.1", "居务公开", category="公开"))
    assert (added.position, added.category.name) == (1, "公开")
    with pytest.raises(Invalid) as refusal:
        items.save_item(by=drafter, matter_list=made, given=item("1.1", "重号"))
    assert set(refusal.value.fields) == {"code"}
    changed = items.save_item(
        by=drafter, matter_list=made, given=item("2.1", "居务公开", category="监督"), item_id=added.pk
    )
    assert (changed.pk, changed.category.name) == (added.pk, "监督")
    assert not made.categories.filter(name="公开").exists()
    items.remove_item(by=drafter, matter_list=made, item_id=added.pk)
    with pytest.raises(Stale):
        items.remove_item(by=drafter, matter_list=made, item_id=added.pk)


def test_a_sheet_lifts_no_suspension_and_no_end_and_what_was_admitted_stays(second_of_two, drafter, now):
    """The sheet was taken out before the item was admitted."""
    before = {one.code: one for one in second_of_two.matters.all()}
    given = [item("1", "甲事项（新）", identity=before["1"].identity), item("2", "乙事项"), item("3", "丙事项")]
    assert items.set_items(by=drafter, matter_list=second_of_two, items=given, now=now, note="清单.xlsx") == 3
    after = {one.code: one for one in second_of_two.matters.order_by("position")}
    assert list(after) == ["1", "2", "3", "准1"]
    for code in before:
        for field in ("identity", *items.DECIDED):
            assert getattr(after[code], field) == getattr(before[code], field), (code, field)
    assert (after["1"].name, after["3"].valid_from) == ("甲事项（新）", None)
    kept = after["准1"]
    assert (kept.name, kept.category.name, kept.bases.get().title) == ("消防安全宣传", admitted.CATEGORY, "某某法")
    assert "准1 消防安全宣传" in second_of_two.steps.get(step="imported").note


def test_an_item_that_was_taken_out_of_the_draft_comes_back_as_suspended_as_it_was(second_of_two, drafter, now):
    since = second_of_two.matters.get(code="1").suspended_since
    assert since is not None
    items.set_items(by=drafter, matter_list=second_of_two, items=[item("2", "乙事项")], now=now)
    items.set_items(by=drafter, matter_list=second_of_two, items=[item("1", "甲事项")], now=now)
    assert second_of_two.matters.get(code="1").suspended_since == since
    items.remove_item(by=drafter, matter_list=second_of_two, item_id=second_of_two.matters.get(code="1").pk)
    items.save_item(by=drafter, matter_list=second_of_two, given=item("1", "甲事项"))
    assert second_of_two.matters.get(code="1").suspended_since == since
    items.remove_item(by=drafter, matter_list=second_of_two, item_id=second_of_two.matters.get(code="准1").pk)
    items.set_items(by=drafter, matter_list=second_of_two, items=[item("1", "甲事项")], now=now)
    assert not second_of_two.matters.filter(code="准1").exists(), "taken out by hand, it stays out"


def test_a_department_is_named_when_it_leads_and_only_then(drafter, now):
    from linli.foundation.accounts.models import Unit

    made, unit = drafted(drafter, now), Unit.objects.get(code="dept-civil")
    for lead, unit_id, ok in (
        ("department", unit.pk, True),
        ("department", None, False),
        ("department", 10**9, False),
        ("community_office", None, True),
        ("nobody", None, False),
    ):
        given = item(lead=lead, lead_unit_id=unit_id)
        if ok:
            items.set_items(by=drafter, matter_list=made, items=[given], now=now)
        else:
            with pytest.raises(Invalid):
                items.set_items(by=drafter, matter_list=made, items=[given], now=now)


def test_two_versions_side_by_side(drafter, checker, approver, now):
    first = published(
        drafter,
        checker,
        approver,
        now,
        item("1", "甲事项"),
        item("2", "乙事项"),
        item("3", "丙事项"),
        item("4", "丁事项"),
    )
    second = lists.next_version(by=drafter, matter_list=first, valid_from=now.date() + timedelta(days=9), now=now)
    after = [
        item("1", "甲事项"),
        item("2", "丙事项"),
        item("3", "丁事项（改）"),
        item("4", "丁事项", does="新的做法"),
        item("5", "戊事项"),
    ]
    items.set_items(by=drafter, matter_list=second, items=after, now=now)
    found = [(one.kind, (one.old or one.new).name, one.changed) for one in queries.compare(first, second)]
    assert found == [
        ("same", "甲事项", ()),
        ("removed", "乙事项", ()),
        ("renumbered", "丙事项", ("code",)),
        ("added", "丁事项（改）", ()),
        ("changed", "丁事项", ("does",)),
        ("added", "戊事项", ()),
    ]


def test_a_running_case_keeps_the_item_it_began_under(district, now):
    case = report(now=now).case
    old = case.matter.matter_list
    with transaction.atomic():
        MatterList.objects.filter(pk=old.pk).update(valid_to=now.date())
    queries.forget()
    case.refresh_from_db()
    assert case.matter.matter_list_id == old.pk
    assert Matter.objects.offered(area_id=DISTRICT, on=now.date() + timedelta(days=1)).count() == 0


def test_items_of_other_lists_are_not_offered_to_who_reports(drafter, checker, approver, now):
    published(drafter, checker, approver, now)
    offered = Matter.objects.offered(area_id=DISTRICT, on=now.date() + timedelta(days=2))
    assert set(offered.values_list("matter_list__kind", flat=True)) == {"incident"}


def test_the_list_of_incidents_is_not_changed_here(district, drafter, now):
    incidents = MatterList.objects.get(kind="incident")
    with pytest.raises(Invalid):
        lists.next_version(by=drafter, matter_list=incidents, valid_from=now.date() + timedelta(days=1), now=now)
    with pytest.raises(Invalid):
        lists.give_up(by=drafter, matter_list=incidents, note="不再需要这份清单", now=now)
    with pytest.raises(Invalid):
        drafted(drafter, now, kind="incident", code="mine")
    assert Matter.objects.offered(area_id=DISTRICT, on=now.date() + timedelta(days=2)).count() == 27


def test_a_list_ends_with_a_reason_and_stays_to_be_read(drafter, checker, approver, now):
    made = published(drafter, checker, approver, now, after=0)
    lists.give_up(by=drafter, matter_list=made, note="上级清单已经取代", now=now)
    made.refresh_from_db()
    assert (made.status, made.valid_to) == ("published", now.date())
    with pytest.raises(Stale):
        lists.give_up(by=drafter, matter_list=made, note="上级清单已经取代", now=now)
    draft = drafted(drafter, now, code="other")
    lists.give_up(by=drafter, matter_list=draft, note="重复起草，不再需要", now=now)
    draft.refresh_from_db()
    assert draft.status == "retired"


@pytest.mark.parametrize("after", [-1, 3654, 2_900_000])
def test_a_list_begins_neither_in_the_past_nor_in_another_age(drafter, now, after):
    with pytest.raises(Invalid) as refusal:
        drafted(drafter, now, code="far", after=after)
    assert set(refusal.value.fields) == {"valid_from"}
    assert drafted(drafter, now, code="far", after=3653).pk


def test_the_example_lists_have_the_counts_of_the_source_and_say_that_they_are_examples(district, now):
    """13 类 18 项 and 20 类 40 项 (S5-02)."""
    data = resources.files("linli.spine.catalogue") / "data" / "lists.json"
    assert [one["is_example"] for one in json.loads(data.read_text("utf-8"))] == [True, True, True]
    counts = {
        one.kind: (one.categories.count(), one.matters.count())
        for one in MatterList.objects.filter(area_id=DISTRICT, kind__in=["duty", "assist"])
    }
    assert counts == {"duty": (13, 18), "assist": (20, 40)}
    for one in MatterList.objects.filter(kind__in=["duty", "assist"]):
        assert "非官方" in one.source
        assert all(not hits for _item, _verdict, hits in lists.judged(one, now))


def test_the_examples_show_which_items_lost_their_basis_with_the_new_law(district, now):
    """The law of 2018 ended with 2025; the numbers of the new one are not known here, so the review is due."""
    duty = MatterList.objects.get(area_id=DISTRICT, kind="duty")
    assert resting.fallen(duty, date(2025, 12, 31)) == set()
    assert len(resting.fallen(duty, date(2026, 1, 1))) == 11
    judged = {item.pk: verdict.ok for item, verdict, _hits in lists.judged(duty, now)}
    assert resting.fallen(duty, now.date()) <= {pk for pk, ok in judged.items() if not ok}


def test_a_list_of_1101_items_in_few_statements(drafter, now, django_assert_max_num_queries):
    made = drafted(drafter, now, kind="first_receiver", code="first")
    many = [item(f"{n // 367 + 1}.{n % 367 + 1}", f"首接事项{n}", category=f"第{n // 367 + 1}类") for n in range(1101)]
    with django_assert_max_num_queries(75):
        items.set_items(by=drafter, matter_list=made, items=many, now=now)
    assert (made.matters.count(), made.categories.count()) == (1101, 3)
    with django_assert_max_num_queries(3):
        assert len(lists.judged(made, now)) == 1101
    with django_assert_max_num_queries(2):
        assert len(queries.compare(made, made)) == 1101


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_the_same_moment_leave_one_open_version(drafter, checker, approver, now):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    made = drafted(drafter, now)
    lists.submit(by=drafter, matter_list=made, now=now)
    lists.pass_check(by=checker, matter_list=made, now=now)
    outcomes: list[str] = []

    def act() -> None:
        try:
            lists.approve(by=approver, matter_list=made, now=now)
            outcomes.append("published")
        except Stale:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "stale", "stale", "stale"]
    assert ListStep.objects.filter(matter_list=made, step="published").count() == 1
