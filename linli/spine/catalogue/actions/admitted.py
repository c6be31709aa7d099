"""Items that enter or leave a list in force, apart from its versions (准入, 退出): docs/adr/0014.

The caller has judged who may decide; here the list is locked, so that nothing enters twice.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Stale
from linli.spine.catalogue import queries
from linli.spine.catalogue.actions import items
from linli.spine.catalogue.actions.drafts import note_step
from linli.spine.catalogue.actions.items import ItemGiven
from linli.spine.catalogue.models import Basis, ListStep, Matter, MatterList

#: The heading of admitted items, and how their codes begin: domain data, so in Chinese.
CATEGORY: Final = "经准入进入的事项"
CODE: Final = "准"
Step, Status = ListStep.Step, MatterList.Status


@transaction.atomic
def admit_item(*, by: Actor, area_id: str, kind: str, given: ItemGiven, now: datetime, note: str) -> Matter:
    """Add an item to the list of this kind in force for an area, and to its next version where one is drafted.

    `given.code` is ignored: the next free one is taken. Raises Invalid (no such list), Stale (it is on it already).
    """
    assert given.valid_from is not None
    lists = MatterList.objects.in_force(area_id=area_id, on=given.valid_from).filter(kind=kind)
    # The nearest list counts: a street's own before the district's.
    found = sorted(lists, key=lambda one: len(one.area_id))
    if not found:
        raise Invalid(_("No list of this kind is in force on that day. Publish one first."))
    versions = MatterList.objects.select_for_update().filter(area_id=found[-1].area_id, code=found[-1].code)
    locked = next(one for one in versions.order_by("pk") if one.pk == found[-1].pk)
    on = given.valid_from
    given = replace(given, code=_next_code(locked), identity=uuid4())
    name = clip(tidy(given.name), items.LONGEST["name"])
    twins = locked.matters.standing(on).filter(name=name)
    if twins.holding_in(given.area_id or area_id).exists():
        raise Stale(_("An item of this name is on the list already."))
    made: Matter | None = None
    for one in versions:
        drafted = one.status in (Status.DRAFT, Status.CHECKING, Status.APPROVING)
        later = one.status == Status.PUBLISHED and one.valid_from > locked.valid_from
        if one.pk == locked.pk or drafted or later:
            row = _write(one, given)
            made = row if one.pk == locked.pk else made
    assert made is not None
    note_step(locked, Step.ADMITTED, by, now, f"{given.code} {name}：{note}")
    queries.forget()
    return made


def _next_code(matter_list: MatterList) -> str:
    taken = Matter.objects.filter(
        matter_list__code=matter_list.code, matter_list__area_id=matter_list.area_id, code__startswith=CODE
    ).values_list("code", flat=True)
    numbers = [int(one.removeprefix(CODE)) for one in taken if one.removeprefix(CODE).isdigit()]
    return f"{CODE}{max(numbers, default=0) + 1}"


def _write(matter_list: MatterList, given: ItemGiven) -> Matter:
    last = matter_list.matters.order_by("-position").values_list("position", flat=True).first()
    row = Matter(matter_list=matter_list, position=0 if last is None else last + 1)
    items.fill(row, given, items.category(matter_list, CATEGORY))
    row.save()
    Basis.objects.bulk_create(items.bases(row, given))
    return row


@transaction.atomic
def suspend_item(*, by: Actor, matter: Matter, now: datetime, on: date, note: str) -> None:
    """Nothing may be handed down under this item until the suspension is ended."""
    _set(by, matter, now, Step.SUSPENDED, note, suspended_since=on)


@transaction.atomic
def resume_item(*, by: Actor, matter: Matter, now: datetime, note: str) -> None:
    """End the suspension of an item."""
    _set(by, matter, now, Step.RESUMED, note, suspended_since=None)


@transaction.atomic
def end_item(*, by: Actor, matter: Matter, now: datetime, on: date, note: str) -> None:
    """Take an item off its list with the end of a day. Cases that began under it keep it."""
    _set(by, matter, now, Step.EXITED, note, valid_to=max(on, (matter.valid_from or on) - timedelta(days=1)))


def _set(by: Actor, matter: Matter, now: datetime, step: str, note: str, **days: date | None) -> None:
    Matter.objects.same_item(matter).update(**days)
    note_step(matter.matter_list, step, by, now, f"{matter.code} {matter.name}：{note}")
    queries.forget()
