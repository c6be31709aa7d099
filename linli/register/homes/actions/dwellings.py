"""Dwellings (房屋): one by one or a whole building at once; wrongly entered ones can go while nothing hangs on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.audit import actions as audit
from linli.lib import addresses
from linli.lib.errors import Errors, Invalid
from linli.register.homes.actions import base
from linli.register.homes.actions.base import InUse
from linli.register.homes.actions.buildings import locked
from linli.register.homes.models import Building, Dwelling

MOST_AT_ONCE = 2000
MOST_ENTRANCES = 30
MOST_FLOORS = 150
MOST_PER_FLOOR = 60
LARGEST = Decimal("999999.99")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The doors of a building as a rule: entrances × floors × doors on a floor; rooms are floor and two digits.

    With one entrance `named` says whether it has a name of its own. `from_floor` skips shops or a lobby below.
    """

    entrances: int = 1
    floors: int = 6
    per_floor: int = 2
    from_floor: int = 1
    named: bool = True

    def doors(self) -> list[tuple[str, int, str]]:
        """(entrance, floor, room) for each door, in order. Raises Invalid."""
        bounds = {
            "entrances": (self.entrances, MOST_ENTRANCES),
            "floors": (self.floors, MOST_FLOORS),
            "per_floor": (self.per_floor, MOST_PER_FLOOR),
            "from_floor": (self.from_floor, self.floors),
        }
        errors = {
            name: _("A number from %(least)s to %(most)s.") % {"least": 1, "most": most}
            for name, (value, most) in bounds.items()
            if not 1 <= value <= most
        }
        if errors:
            raise Invalid(fields=errors)
        found = [
            (f"{entrance}单元" if self.named or self.entrances > 1 else "", floor, f"{floor}{door:02d}")
            for entrance in range(1, self.entrances + 1)
            for floor in range(self.from_floor, self.floors + 1)
            for door in range(1, self.per_floor + 1)
        ]
        if len(found) > MOST_AT_ONCE:
            text = _("These are %(n)s dwellings. At most %(most)s are made at once.")
            raise Invalid(fields={"floors": text % {"n": len(found), "most": MOST_AT_ONCE}})
        return found


@transaction.atomic
def create(*, by: Actor, building_id: int, given: Mapping[str, Any], now: datetime) -> Dwelling:
    """Enter one dwelling. `given`: entrance, room, floor, kind, use, rental_use, floor_area, note."""
    base.may_edit(by)
    building = locked(by, building_id)
    dwelling = Dwelling(building=building, area_id=building.area_id)
    _set(dwelling, given, timezone.localdate(now))
    _save(dwelling)
    return dwelling


@transaction.atomic
def create_many(*, by: Actor, building_id: int, plan: Plan, kind: str, now: datetime) -> list[Dwelling]:
    """Enter the dwellings of a plan; doors that are there already stay as they are. Returns the new ones."""
    base.may_edit(by)
    building = locked(by, building_id)
    kind = base.code_in("dwelling_kind", kind, field="kind", area_id=building.area_id, on=timezone.localdate(now))
    rows = [
        Dwelling(
            building=building,
            area_id=building.area_id,
            entrance=entrance,
            floor=floor,
            room=room,
            kind=kind,
            address=addresses.standard(place=building.address, entrance=entrance, room=room),
        )
        for entrance, floor, room in missing(building, plan)
    ]
    return Dwelling.objects.bulk_create(rows, batch_size=500)


def missing(building: Building, plan: Plan) -> list[tuple[str, int, str]]:
    """The doors of a plan that the building does not have yet (for the preview, too)."""
    known = set(Dwelling.objects.filter(building=building).values_list("entrance", "room"))
    return [door for door in plan.doors() if (door[0], door[2]) not in known]


@transaction.atomic
def edit(*, by: Actor, dwelling_id: int, given: Mapping[str, Any], now: datetime) -> Dwelling:
    """Change a dwelling; its standard address follows entrance and room."""
    base.may_edit(by)
    dwelling = _locked(by, dwelling_id)
    _set(dwelling, given, timezone.localdate(now))
    _save(dwelling)
    return dwelling


@transaction.atomic
def remove(*, by: Actor, dwelling_id: int, reason: str, now: datetime, ip: str = "") -> None:
    """Remove a dwelling that was entered wrongly. Raises InUse while anything is, or ever was, tied to it."""
    base.may_edit(by)
    dwelling = _locked(by, dwelling_id)
    if len(base.text_of(reason, 300, field="reason")) < 2:
        raise Invalid(fields={"reason": _("Say why it is removed.")})
    pk, address = dwelling.pk, dwelling.address
    try:
        with transaction.atomic():
            # Who lives or lived there, owns it or works there is tied to it by protected keys.
            dwelling.delete()
    except (ProtectedError, IntegrityError):
        raise InUse(
            _("Somebody lives or lived here, owns it, or an organisation sits here. It stays in the register.")
        ) from None
    audit.record(
        by=by,
        action="homes.remove",
        now=now,
        subject_kind="dwelling",
        subject_id=pk,
        reason=reason,
        ip=ip,
        data={"address": address},
    )


def sorted_doors(rows: Sequence[Dwelling]) -> list[Dwelling]:
    """Dwellings in the order of a walk through the building: by entrance, from the top floor down, by room."""
    return sorted(rows, key=lambda one: (_natural(one.entrance), -_floor(one), _natural(one.room)))


def _floor(one: Dwelling) -> int:
    return (one.floor if one.floor is not None else addresses.floor_of(one.room)) or 0


def _natural(text: str) -> tuple[int, str]:
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    return (int(digits) if digits else 0, text)


def _locked(by: Actor, dwelling_id: int) -> Dwelling:
    rows = Dwelling.objects.visible_to(by).select_for_update().filter(pk=dwelling_id)
    dwelling = rows.first()
    if dwelling is None:
        raise Invalid(_("There is no such dwelling in your area."))
    return dwelling


def _set(dwelling: Dwelling, given: Mapping[str, Any], today: date) -> None:
    errors = Errors()
    needed = _("A dwelling needs its room, for example 301, with at most 20 characters.")
    room = addresses.room_name(errors.of(base.text_of, given.get("room"), 20, field="room", missing=needed) or "")
    entrance = addresses.entrance_name(errors.of(base.text_of, given.get("entrance"), 18, field="entrance") or "")
    dwelling.entrance, dwelling.room = entrance, room
    for name, table, usual in (
        ("kind", "dwelling_kind", "01"),
        ("use", "dwelling_use", "01"),
        ("rental_use", "rental_use", ""),
    ):
        code = errors.of(
            base.code_in, table, given.get(name) or usual,
            field=name, area_id=dwelling.area_id, on=today, empty=not usual,
        )  # fmt: skip
        setattr(dwelling, name, code or "")
    floor = errors.of(base.whole_number, given.get("floor"), field="floor", least=-10, most=MOST_FLOORS)
    dwelling.floor = floor if floor is not None else addresses.floor_of(room)
    dwelling.floor_area = errors.of(_area, given.get("floor_area"))
    dwelling.note = errors.of(base.text_of, given.get("note"), 200, field="note") or ""
    errors.end()
    dwelling.address = addresses.standard(place=dwelling.building.address, entrance=entrance, room=room)


def _area(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        number = Decimal(-1)
    if not 0 < number <= LARGEST:
        raise Invalid(fields={"floor_area": _("A floor area in square metres, for example 68.5.")})
    return number


def _save(dwelling: Dwelling) -> None:
    try:
        with transaction.atomic():
            dwelling.save()
    except IntegrityError:
        raise Invalid(fields={"room": _("The building has this door already.")}) from None
