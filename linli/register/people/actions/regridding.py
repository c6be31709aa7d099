"""A building that counts for another grid: it was entered in the wrong one, or the grids were drawn anew."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.audit import actions as audit
from linli.lib.errors import Invalid
from linli.register.homes.actions import base, buildings
from linli.register.homes.models import Building
from linli.register.people.actions import spells
from linli.register.people.models import Correction, Household, Spell


@transaction.atomic
def move_building(*, by: Actor, building_id: int, area_id: str, now: datetime, ip: str = "") -> Building:
    """Let a building, its dwellings, organisations, households and people count for another grid of its community.

    Nobody moves by that: see `spells.regrid` for what happens to spells and headcounts. Raises NotAllowed, Invalid.
    """
    base.may_edit(by)
    lived = Spell.objects.filter(dwelling__building_id=building_id).values_list("person_id", flat=True)
    spells.locked(set(lived))
    spells.lock_households(Household.objects.filter(dwelling__building_id=building_id).values_list("pk", flat=True))
    building = buildings.locked(by, building_id)
    base.area_in_reach(by, area_id, field="area_id", on=timezone.localdate(now))
    if area_id[: base.COMMUNITY_DIGITS] != building.area_id[: base.COMMUNITY_DIGITS]:
        raise Invalid(fields={"area_id": _("A building stays in its community; only its grid can change.")})
    before = building.area_id
    if before == area_id:
        return building
    buildings.set_area(building, area_id)
    count = spells.regrid(building_id=building.pk, area_id=area_id)
    waiting = Correction.objects.filter(person__dwelling__building=building, state=Correction.State.WAITING)
    Correction.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(area_id=area_id)
    audit.record(
        by=by,
        action="homes.regrid",
        now=now,
        subject_kind="building",
        subject_id=building.pk,
        ip=ip,
        data={"from": before, "to": area_id, "spells": count},
    )
    return building
