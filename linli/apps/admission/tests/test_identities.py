"""A number in a list is where an item stands, not what it is: nothing follows a number."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import linli
from linli.apps.admission.actions import agreements
from linli.apps.admission.models import Application, Clause
from linli.apps.admission.queries import guarantees
from linli.apps.admission.queries.applications import objections
from linli.apps.admission.tests.factories import HOME, agreed, handed, item, of_unit, task_in
from linli.spine.catalogue.actions import lists
from linli.spine.catalogue.actions.items import as_given, set_items
from linli.spine.catalogue.models import Matter

pytestmark = pytest.mark.django_db
LATER = timedelta(days=2)


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def swapped(health, secretary, civil, legal, organisation, now):
    """An agreement over 2.1; then a version of the list in which 2.1 is another item, and the old one is 2.2."""
    old = item()
    agreed(health, secretary, old, now)
    new = lists.next_version(
        by=civil, matter_list=old.matter_list, valid_from=timezone.localdate(now) + timedelta(days=1), now=now
    )
    given = []
    for row in new.matters.select_related("category").prefetch_related("bases").order_by("position"):
        one = as_given(row)
        if row.identity == old.identity:
            given.append(replace(one, code="2.1", identity=None, name="协助开展公共卫生竞赛活动"))
            one = replace(one, code="2.2")
        given.append(one)
    set_items(by=civil, matter_list=new, items=given, now=now)
    lists.submit(by=civil, matter_list=new, now=now)
    lists.pass_check(by=legal, matter_list=new, now=now, note="示例清单，依据待补")
    lists.approve(by=organisation, matter_list=new, now=now)
    rows = {row.code: row for row in Matter.objects.filter(matter_list=new).select_related("matter_list")}
    return old, rows["2.1"], rows["2.2"]


def test_an_agreement_follows_its_item_and_never_its_number(swapped, health, now):
    old, borrowed, moved = swapped
    assert (borrowed.code, borrowed.lead_unit_id) == (old.code, old.lead_unit_id)
    assert (moved.identity, borrowed.identity == old.identity) == (old.identity, False)
    found = {}
    for name, matter in (("borrowed", borrowed), ("moved", moved)):
        done = handed(health, now + LATER, matter=matter, form="task", title="公共卫生讲座通知", text="请通知居民参加")
        found[name] = {one["rule"] for one in task_in(done).why_off}
    assert "no_agreement" in found["borrowed"]
    assert found["moved"] == set()


def test_what_was_promised_and_said_follows_it_too(swapped, health, secretary, now):
    _old, borrowed, moved = swapped
    promised = {
        matter.code: len(guarantees.of_item(unit_id=health.unit_id, area_id=HOME, matter=matter))
        for matter in (borrowed, moved)
    }
    assert promised == {"2.1": 0, "2.2": 1}
    assert objections(borrowed) == []
    task = task_in(handed(health, now + LATER, matter=moved, form="task", title="公共卫生讲座", text="请通知居民参加"))
    late = guarantees.late_of_case(task.case, timezone.localdate(now) + timedelta(days=40))
    assert len(late) == 1


def test_nothing_joins_items_by_their_numbers():
    """Wherever a clause, an application or a task is looked for by its item, it is by what the item is."""
    joined = re.compile(r"matter__(?:matter_list__)?code\b")
    root = Path(linli.__file__).parent
    found = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in root.rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        for line in path.read_text("utf-8").splitlines()
        if joined.search(line)
    ]
    assert found == []


def test_what_was_offered_follows_its_item_into_a_new_agreement(swapped, health, now):
    old, borrowed, moved = swapped
    day = timezone.localdate(now)
    Application.objects.create(
        matter=old,
        unit_id=health.unit_id,
        area_id=health.area_id,
        list_kind=old.matter_list.kind,
        name=old.name,
        does=old.does,
        why="健康讲座在社区办",
        conditions="每年两次",
        starts_on=day,
        drafted_by_id=health.user_id,
        drafted_at=now,
    )
    year = day.year + 1
    (made,) = agreements.draft(by=health, area_ids=[HOME], matters=[borrowed, moved], year=year, now=now)
    written = dict(Clause.objects.filter(agreement=made).values_list("matter_id", "conditions"))
    assert written == {borrowed.pk: "", moved.pk: "每年两次"}
