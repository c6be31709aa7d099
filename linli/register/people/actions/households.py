"""What a household is called and counted as; who belongs to it is a matter of events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Invalid
from linli.register.homes.actions import base
from linli.register.people.actions import spells
from linli.register.people.models import Household


@transaction.atomic
def describe(*, by: Actor, household_id: int, given: Mapping[str, Any], now: datetime) -> Household:
    """Set kind, number of the household book and economic state. Raises NotAllowed, Invalid."""
    base.may_edit(by)
    household = spells.checked_household(household_id, by)
    kind = str(given.get("kind") or "")
    if kind not in Household.Kind.values:
        raise Invalid(fields={"kind": _("Choose an entry of the list.")})
    household.kind = kind
    household.number = base.text_of(given.get("number"), 20, field="number")
    household.economy = base.code_in(
        "household_economy",
        given.get("economy"),
        field="economy",
        area_id=household.area_id,
        on=timezone.localdate(now),
        empty=True,
    )
    household.save(update_fields=["kind", "number", "economy"])
    return household
