"""Reading the catalogue: what is offered where, who leads it, and what words point to it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.lib.chinese import fold
from linli.lib.chinese import suggest as suggest_by_keywords
from linli.spine.catalogue import basis
from linli.spine.catalogue.models import Matter, MatterList, MatterListQuerySet

#: The kinds whose items need a legal basis of a certain height.
CHECKED_KINDS = frozenset(basis.Sort) | {MatterList.Kind.CERTIFICATE}
LIST_RIGHTS = (Permission.CATALOGUE_MANAGE, Permission.CATALOGUE_CHECK, Permission.CATALOGUE_APPROVE)

#: Whose work a list is in each state, by the right that the next step needs: the desk and the notices follow from it.
NEXT_RIGHT = {
    MatterList.Status.DRAFT: Permission.CATALOGUE_MANAGE,
    MatterList.Status.CHECKING: Permission.CATALOGUE_CHECK,
    MatterList.Status.APPROVING: Permission.CATALOGUE_APPROVE,
}

_FRESH_SECONDS = 30.0


class _Shelf:
    """The offered matters by place and day, read again at most every half minute; lists change a few times a year."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.read_at = float("-inf")
        self.offers: dict[tuple[str, date], tuple[Matter, ...]] = {}

    def offered(self, area_id: str, on: date) -> tuple[Matter, ...]:
        with self.lock:
            if time.monotonic() - self.read_at > _FRESH_SECONDS:
                self.offers, self.read_at = {}, time.monotonic()
            found = self.offers.get((area_id, on))
            if found is None:
                rows = Matter.objects.offered(area_id=area_id, on=on).select_related("lead_unit")
                found = self.offers[(area_id, on)] = tuple(rows.order_by("position", "pk"))
            return found


_shelf = _Shelf()


def forget() -> None:
    """Read the catalogue again at the next question (after publishing, and between tests)."""
    _shelf.forget()


def offered(area_id: str, on: date) -> Sequence[Matter]:
    """The matters that may be asked in this area on this day, in the order of their list."""
    return _shelf.offered(area_id[:6], on)


def one(code: str, area_id: str, on: date) -> Matter | None:
    """The offered matter with this code, if any."""
    return next((matter for matter in offered(area_id, on) if matter.code == code), None)


def suggest(text: str, area_id: str, on: date) -> list[Matter]:
    """The matters that the words point to, most likely first; none when no word is known."""
    matters = {matter.code: matter for matter in offered(area_id, on)}
    ranked = suggest_by_keywords(text, {code: matter.keywords for code, matter in matters.items()})
    return [matters[code] for code, hits in ranked if hits > 0]


def lead_unit(matter: Matter, area_id: str) -> Unit | None:
    """The unit that leads this matter here: the department named, or the office of the community or street."""
    if matter.lead == Matter.Lead.DEPARTMENT:
        return matter.lead_unit
    place = area_id[:12] if matter.lead == Matter.Lead.COMMUNITY else area_id[:9]
    return Unit.objects.filter(kind=matter.lead, area_id=place).order_by("pk").first()


def units_for(area_id: str) -> list[Unit]:
    """The units that may be given a case of this area: its street's office, and the departments of its district."""
    kinds = [Unit.Kind.STREET_OFFICE, Unit.Kind.DEPARTMENT]
    return list(Unit.objects.filter(kind__in=kinds, area_id__in=[area_id[:9], area_id[:6]]).order_by("kind", "code"))


COMPARED = (
    *("code", "name", "category", "does", "does_not", "guarantees", "specimen", "term", "told", "lead", "basis"),
    *("carries", "area", "asked_by"),
)
DIFFERENCES = ("added", "removed", "renumbered", "changed", "same")


@dataclass(frozen=True)
class Difference:
    """An item in two versions of a list: new, gone, changed (and in which of `COMPARED`), or the same."""

    old: Matter | None
    new: Matter | None
    changed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """One of `DIFFERENCES`; renumbered where nothing else is different."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        if self.changed == ("code",):
            return "renumbered"
        return "changed" if self.changed else "same"


def compare(old: MatterList, new: MatterList) -> list[Difference]:
    """Two versions side by side, in the order of the new one, with what went out where it stood. Two statements.

    Items belong together by what they are (`Matter.identity`): a number that went to another item joins nothing.
    """
    before, after = items_of(old), items_of(new)
    pairs = {item.identity: item for item in before}
    stay = {item.identity for item in after}
    found = [Difference(pairs.get(item.identity), item, _changed(pairs.get(item.identity), item)) for item in after]
    for item in before:
        if item.identity not in stay:
            found.insert(min(item.position, len(found)), Difference(item, None))
    return found


def _changed(old: Matter | None, new: Matter) -> tuple[str, ...]:
    if old is None:
        return ()
    return tuple(name for name in COMPARED if _compared(old, name) != _compared(new, name))


def _compared(item: Matter, name: str) -> object:
    if name == "category":
        return item.category.name if item.category else ""
    if name == "term":
        return (item.promised_amount, item.promised_unit)
    if name in ("area", "asked_by"):
        return getattr(item, f"{name}_id")
    return (item.lead, item.lead_unit_id) if name == "lead" else getattr(item, name)


def items_of(matter_list: MatterList) -> list[Matter]:
    """The items of a list with their categories, units and areas, in order. One statement."""
    rows = matter_list.matters.select_related("category", "lead_unit", "asked_by", "area")
    return list(rows.order_by("position", "pk"))


def words(text: str) -> Q:
    """The items that hold every word in their name, code, what is done, or what they rest on."""
    kept = Q()
    for word in fold(text).split()[:5]:
        anywhere = Q(name__icontains=word) | Q(code=word) | Q(does__icontains=word) | Q(basis__icontains=word)
        kept &= anywhere | Q(told__icontains=word)
    return kept


def readable(actor: Actor) -> MatterListQuerySet:
    """The lists that somebody may read: published ones everybody, drafts those who work on them in their area."""
    works = any(actor.can(right) for right in LIST_RIGHTS)
    if not works:
        return MatterList.objects.published()
    return MatterList.objects.filter(Q(status=MatterList.Status.PUBLISHED) | actor.within("area_id"))


def desk_of(actor: Actor) -> MatterListQuerySet:
    """The lists whose next step is the actor's: of their area, and neither drafted nor checked by themselves."""
    mine = Q(pk__in=())
    for status, right in NEXT_RIGHT.items():
        if actor.can(right):
            mine |= Q(status=status)
    done = Q(drafted_by_id=actor.user_id) | Q(checked_by_id=actor.user_id)
    others = ~(done & ~Q(status=MatterList.Status.DRAFT))
    return MatterList.objects.filter(mine & others & actor.within("area_id"))
