"""Loading, publishing and retiring of lists."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation.accounts.models import Unit
from linli.lib.errors import Invalid
from linli.lib.prefix import within
from linli.spine.catalogue import queries
from linli.spine.catalogue.models import Matter, MatterList


@transaction.atomic
def load_list(*, content: Mapping[str, Any], area_id: str) -> MatterList:
    """Load a list with its matters for an area and publish it; the version that is already there stays as it is.

    Raises Invalid when a leading unit is not known, or when the list overlaps another version of itself.
    """
    found = MatterList.objects.filter(area_id=area_id, code=content["code"], version=content["version"]).first()
    if found is not None:
        return found
    published = MatterList.objects.create(
        code=content["code"],
        version=content["version"],
        kind=content["kind"],
        name=content["name"],
        area_id=area_id,
        valid_from=date.fromisoformat(content["valid_from"]),
        source=content["source"],
    )
    units = dict(Unit.objects.filter(**within("area_id", area_id[:6])).values_list("code", "pk"))
    unknown = sorted({row["lead_unit"] for row in content["matters"] if row["lead_unit"]} - set(units))
    if unknown:
        raise Invalid(_("These units are not known here: %(units)s.") % {"units": ", ".join(unknown)})
    Matter.objects.bulk_create(
        Matter(
            matter_list=published,
            code=row["code"],
            position=row["position"],
            name=row["name"],
            event_class=row["event_class"],
            told=row["told"],
            keywords=row["keywords"],
            lead=row["lead"],
            lead_unit_id=units.get(row["lead_unit"]),
            promised_amount=row["promised"][0],
            promised_unit=row["promised"][1],
            statutory_amount=row["statutory"][0],
            statutory_unit=row["statutory"][1],
            basis=row["basis"],
            urgent_call=row["urgent_call"],
        )
        for row in content["matters"]
    )
    publish(matter_list=published)
    return published


@transaction.atomic
def publish(*, matter_list: MatterList) -> None:
    """Publish a draft. The version before it ends the day before this one begins; running cases keep theirs."""
    locked = MatterList.objects.select_for_update().get(pk=matter_list.pk)
    if locked.status != MatterList.Status.DRAFT:
        raise Invalid(_("Only a draft can be published."))
    versions = MatterList.objects.select_for_update().filter(
        area_id=locked.area_id, code=locked.code, status=MatterList.Status.PUBLISHED
    )
    for other in versions:
        if other.valid_from >= locked.valid_from:
            raise Invalid(_("A version of this list that begins later or on the same day is already published."))
        if other.valid_to is None or other.valid_to >= locked.valid_from:
            other.valid_to = locked.valid_from - timedelta(days=1)
            other.save(update_fields=["valid_to"])
    locked.status = MatterList.Status.PUBLISHED
    locked.save(update_fields=["status"])
    matter_list.status = locked.status
    queries.forget()
