"""What an item is through the versions of its list, whatever number it bears; and what it lets be handed down."""

from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps

from linli.lib.errors import Invalid
from linli.spine.catalogue.actions import items
from linli.spine.catalogue.models import Matter, MatterList
from linli.spine.catalogue.tests.factories import DISTRICT, LAW, drafted, item

pytestmark = pytest.mark.django_db


def test_an_item_stays_what_it_is_whatever_number_it_bears(second_of_two, drafter, now):
    """Its suspension and its admission go with it, also when its number goes to another item."""
    before = {one.code: one for one in second_of_two.matters.all()}
    items.save_item(by=drafter, matter_list=second_of_two, given=item("7", "甲事项"), item_id=before["1"].pk)
    given = item("8", "消防安全宣传")
    items.save_item(by=drafter, matter_list=second_of_two, given=given, item_id=before["准1"].pk)
    fresh = items.save_item(by=drafter, matter_list=second_of_two, given=item("1", "借号事项"))
    known = {before["1"].identity, before["2"].identity, before["准1"].identity}
    assert (fresh.suspended_since, fresh.identity in known) == (None, False)
    for old, new in (("1", "7"), ("准1", "8")):
        moved = second_of_two.matters.get(code=new)
        for field in ("identity", *items.DECIDED):
            assert getattr(moved, field) == getattr(before[old], field), (new, field)
    assert set(Matter.objects.same_item(before["1"]).values_list("code", flat=True)) == {"1", "7"}


def test_a_sheet_knows_an_item_by_its_mark_then_by_name_and_basis_and_never_by_its_number(second_of_two, drafter, now):
    before = {one.code: one.identity for one in second_of_two.matters.all()}
    other = {**LAW, "title": "另一部法"}
    given = [
        item("5", "甲事项"),
        item("1", "乙事项"),
        item("2", "乙事项", bases=[other]),
        item("6", "丙事项", identity=uuid4()),
    ]
    items.set_items(by=drafter, matter_list=second_of_two, items=given, now=now)
    after = {one.code: one.identity for one in second_of_two.matters.all()}
    assert (after["5"], after["1"]) == (before["1"], before["2"])
    assert {after["2"], after["6"]}.isdisjoint(before.values())
    assert after["准1"] == before["准1"]
    for odd, field in (
        ([item("5", "甲事项", identity=before["1"]), item("6", "丁事项", identity=before["1"])], "2.identity"),
        ([item("准1", "另一事项")], "1.code"),
    ):
        with pytest.raises(Invalid) as refusal:
            items.set_items(by=drafter, matter_list=second_of_two, items=odd, now=now)
        assert set(refusal.value.fields) == {field}


def test_what_was_admitted_is_not_widened_by_a_draft(second_of_two, drafter, now):
    kept = second_of_two.matters.get(code="准1")
    Matter.objects.filter(identity=kept.identity).update(carries=["task"], area_id="320105001001")
    wider = item("准1", "消防安全宣传", carries=["notice", "training"], area_id="")
    items.save_item(by=drafter, matter_list=second_of_two, given=wider, item_id=kept.pk)
    kept.refresh_from_db()
    assert (kept.carries, kept.area_id) == (["task"], "320105001001")
    own = items.save_item(by=drafter, matter_list=second_of_two, given=item("6", "丙事项", carries=["notice"]))
    items.set_items(by=drafter, matter_list=second_of_two, items=[wider, item("6", "丙事项")], now=now)
    after = {one.code: (one.carries, one.area_id) for one in second_of_two.matters.all()}
    assert after == {"准1": (["task"], "320105001001"), "6": (["notice"], None)}, "a sheet that says nothing keeps it"
    assert own.carries == ["notice"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"carries": ["nonsense"]}, "carries"),
        ({"carries": ["notice", "form"]}, "carries"),
        ({"area_id": "320106001001"}, "area_id"),
        ({"asked_by_id": 10**9}, "asked_by"),
    ],
)
def test_what_an_item_carries_is_known_and_lies_in_the_area_of_its_list(drafter, now, changes, field):
    made = drafted(drafter, now)
    with pytest.raises(Invalid) as refusal:
        items.save_item(by=drafter, matter_list=made, given=item("3", "丙事项", **changes))
    assert set(refusal.value.fields) == {field}


def test_items_of_before_get_their_identities_from_code_and_name(second_of_two, now):
    """Same code and same name through the versions: one item. A code alone, or a name alone, joins nothing."""
    first = MatterList.objects.get(area_id=DISTRICT, code=second_of_two.code, version=1)
    second_of_two.matters.filter(code="2").update(name="另一事项")
    real = import_module("linli.spine.catalogue.migrations.0007_identities")
    Matter.objects.update(carries=[])
    real.say_what_they_carry(apps, None)
    kinds = set(Matter.objects.filter(carries=["task", "form"]).values_list("matter_list__kind", flat=True))
    assert kinds == {"assist"}
    rows = list(Matter.objects.filter(matter_list__in=(first, second_of_two)))
    found = real.identities((one.pk, DISTRICT, first.code, one.code, one.name) for one in rows)
    by_row = {(one.matter_list.version, one.code): found[one.pk] for one in rows}
    assert by_row[1, "1"] == by_row[2, "1"]
    assert by_row[1, "准1"] == by_row[2, "准1"]
    assert by_row[1, "2"] != by_row[2, "2"]
