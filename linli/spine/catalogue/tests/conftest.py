"""The three people of a list, and a list whose next version is being drafted."""

from datetime import timedelta

import pytest

from linli.spine.catalogue.actions import admitted, lists
from linli.spine.catalogue.models import MatterList
from linli.spine.catalogue.tests.factories import DISTRICT, admitted_to, item, published


@pytest.fixture
def drafter(actor_of):
    return actor_of("civil-affairs")


@pytest.fixture
def checker(actor_of):
    return actor_of("legal-review")


@pytest.fixture
def approver(actor_of):
    return actor_of("organisation")


@pytest.fixture
def second_of_two(district, drafter, checker, approver, now):
    """The draft of the next version of a list with two items, while an item is admitted, one suspended, one ended."""
    MatterList.objects.filter(area_id=DISTRICT, kind="duty").update(status="retired")
    both = (item("1", "甲事项"), item("2", "乙事项"))
    first = published(drafter, checker, approver, now, *both, after=0)
    second = lists.next_version(by=drafter, matter_list=first, valid_from=now.date() + timedelta(days=9), now=now)
    admitted_to(first, approver, now)
    one, two = first.matters.get(code="1"), first.matters.get(code="2")
    admitted.suspend_item(by=approver, matter=one, now=now, on=now.date(), note="经费逾期")
    admitted.end_item(by=approver, matter=two, now=now, on=now.date() + timedelta(days=20), note="不再需要")
    return second
