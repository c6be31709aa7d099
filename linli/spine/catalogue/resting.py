"""What items rest on, day by day: which of them stand, and until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.spine.catalogue import basis, queries
from linli.spine.catalogue.models import Basis, Matter, MatterList

Kind = MatterList.Kind


@dataclass(frozen=True)
class Ending:
    """A law or document of a list that ends on a day, and the items that carry nothing after it."""

    matter_list: MatterList
    document: str
    last_day: date
    items: Sequence[Matter]


def heights_of(matter_list: MatterList, on: date) -> Mapping[str, Any]:
    """How high a basis the items of a list need: of a certificate by a rule of its own (民发〔2020〕20号)."""
    if matter_list.kind == Kind.CERTIFICATE:
        own = rules.params("certificates.basis", matter_list.area_id, on)
        return {**rules.params("admission.basis", matter_list.area_id, on), "lists": {Kind.CERTIFICATE.value: own}}
    return rules.params("admission.basis", matter_list.area_id, on)


def counting(matter: Matter, on: date) -> list[Basis]:
    """The laws and documents that are high enough for the list, whenever they hold. Needs `matter_list` and `bases`.

    Where none ever was (it was admitted or published against the rules), and on lists without such a rule, all count.
    """
    rows = list(matter.bases.all())
    if matter.matter_list.kind not in queries.CHECKED_KINDS:
        return rows
    heights = heights_of(matter.matter_list, on)
    return [row for row in rows if _suffices(row, matter.matter_list.kind, heights, on)] or rows


def _suffices(row: Basis, kind: str, heights: Mapping[str, Any], on: date) -> bool:
    timeless = replace(row.document, valid_from=None, valid_to=None)
    return basis.check(sort=kind, documents=[timeless], rules=heights, on=on).ok


def stands(matter: Matter, on: date) -> bool:
    """Whether an item rests on something that day: one basis that suffices is enough. Needs what `counting` needs."""
    return any(row.holds(on) for row in counting(matter, on))


def fallen(matter_list: MatterList, on: date) -> set[int]:
    """The items of a list that rest on nothing any more: to be looked at in the yearly review. Two statements."""
    found = set()
    for item in matter_list.matters.prefetch_related("bases"):
        item.matter_list = matter_list
        if item.bases.all() and not stands(item, on):
            found.add(item.pk)
    return found


def last_day(row: Basis) -> date | None:
    """The last day on which a basis may be relied on, as far as that is known."""
    days = [row.valid_to] if row.valid_to is not None else []
    if row.suspended_since is not None:
        days.append(row.suspended_since - timedelta(days=1))
    return min(days, default=None)


def last_of(matter: Matter, on: date) -> tuple[Basis, date] | None:
    """The basis with which an item that stands today ends, and its last day; None where it stands for good, or not."""
    rows = [(row, last_day(row)) for row in counting(matter, on) if row.holds(on)]
    ends = [(row, day) for row, day in rows if day is not None]
    return max(ends, key=lambda one: one[1]) if ends and len(ends) == len(rows) else None


def endings(lists: Iterable[MatterList], on: date, until: date) -> list[Ending]:
    """What ends in these days of what lists in force rest on alone, the soonest first. Two statements."""
    in_question = [one for one in lists if one.kind in queries.CHECKED_KINDS]
    rows = Matter.objects.standing(on).filter(matter_list__in=in_question).prefetch_related("bases")
    found: dict[tuple[int, str, date], list[Matter]] = {}
    by_pk = {one.pk: one for one in in_question}
    for item in rows.order_by("matter_list_id", "position", "pk"):
        item.matter_list = by_pk[item.matter_list_id]
        last = last_of(item, on)
        if last is not None and last[1] <= until:
            document = f"《{last[0].title}》{last[0].number}"
            found.setdefault((item.matter_list_id, document, last[1]), []).append(item)
    made = [Ending(by_pk[pk], document, day, items) for (pk, document, day), items in found.items()]
    return sorted(made, key=lambda one: (one.last_day, one.matter_list.pk, one.document))


def kept_by(actor: Actor, on: date) -> list[MatterList]:
    """The lists in force that somebody keeps, so that what ends in them is theirs to see to. One statement."""
    if not actor.can(Permission.CATALOGUE_MANAGE):
        return []
    return list(MatterList.objects.holding(on).filter(actor.within("area_id")).select_related("area").order_by("pk"))
