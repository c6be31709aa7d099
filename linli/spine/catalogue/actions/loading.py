"""Lists that come with the installation: loaded as they are and put in force, marked as examples."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation.accounts.models import Unit
from linli.lib.errors import Invalid
from linli.lib.prefix import within
from linli.spine.catalogue.actions.items import ItemGiven, settled
from linli.spine.catalogue.actions.lists import put_in_force
from linli.spine.catalogue.models import Basis, Category, Matter, MatterList


@transaction.atomic
def load_list(*, content: Mapping[str, Any], area_id: str) -> MatterList:
    """Load a list with its matters for an area and publish it; the version that is already there stays as it is.

    Raises Invalid when a leading unit is not known, or when the list overlaps another version of itself.
    """
    found = MatterList.objects.filter(area_id=area_id, code=content["code"], version=content["version"]).first()
    if found is not None:
        return found
    made = MatterList.objects.create(
        code=content["code"],
        version=content["version"],
        kind=content["kind"],
        name=content["name"],
        aliases=content.get("aliases", []),
        area_id=area_id,
        valid_from=date.fromisoformat(content["valid_from"]),
        source=content["source"],
        is_example=content.get("is_example", False),
    )
    units = dict(Unit.objects.filter(**within("area_id", area_id[:6])).values_list("code", "pk"))
    named = {row[key] for row in content["matters"] for key in ("lead_unit", "asked_by") if row.get(key)}
    unknown = sorted(named - set(units))
    if unknown:
        raise Invalid(_("These units are not known here: %(units)s.") % {"units": ", ".join(unknown)})
    names = dict.fromkeys(name for row in content["matters"] if (name := row.get("category")))
    categories = Category.objects.bulk_create(
        Category(matter_list=made, position=at, name=name) for at, name in enumerate(names)
    )
    by_name = {category.name: category for category in categories}
    which = _identities(made, content["matters"])
    matters = Matter.objects.bulk_create(
        _matter(made, at, row, units, by_name.get(row.get("category")), identity)
        for at, (row, identity) in enumerate(zip(content["matters"], which, strict=True))
    )
    Basis.objects.bulk_create(
        _basis(matter, at, one)
        for matter, row in zip(matters, content["matters"], strict=True)
        for at, one in enumerate(row.get("bases", []))
    )
    publish(matter_list=made)
    return made


def _identities(made: MatterList, rows: Sequence[Mapping[str, Any]]) -> list[UUID]:
    """Which items of the versions before these are, by name and basis; the others are new."""
    given = [ItemGiven(code=row["code"], name=row["name"], bases=row.get("bases", ())) for row in rows]
    return [one.identity or uuid4() for one in settled(given, made)]


def _matter(
    made: MatterList,
    at: int,
    row: Mapping[str, Any],
    units: Mapping[str, int],
    category: Category | None,
    identity: UUID,
) -> Matter:
    promised, statutory = row.get("promised", (0, "working_days")), row.get("statutory", (0, "working_days"))
    bases = "；".join(
        f"《{one['title']}》{one.get('number', '')}{one.get('article', '')}" for one in row.get("bases", [])
    )
    return Matter(
        matter_list=made,
        category=category,
        identity=identity,
        code=row["code"],
        position=row.get("position", at),
        name=row["name"],
        event_class=row.get("event_class", ""),
        told=row["told"],
        does=row.get("does", ""),
        does_not=row.get("does_not", ""),
        guarantees=row.get("guarantees", ""),
        specimen=row.get("specimen", ""),
        keywords=row.get("keywords", []),
        lead=row["lead"],
        lead_unit_id=units.get(row["lead_unit"]),
        promised_amount=promised[0],
        promised_unit=promised[1],
        statutory_amount=statutory[0],
        statutory_unit=statutory[1],
        basis=row.get("basis", bases)[:300],
        urgent_call=row.get("urgent_call", ""),
        carries=row.get("carries", []),
        asked_by_id=units.get(row.get("asked_by", "")),
    )


def _basis(matter: Matter, at: int, one: Mapping[str, Any]) -> Basis:
    return Basis(
        matter=matter,
        position=at,
        form=one["form"],
        issuer=one["issuer"],
        level=one["level"],
        issuer_name=one.get("issuer_name", ""),
        title=one["title"],
        number=one.get("number", ""),
        article=one.get("article", ""),
        valid_to=date.fromisoformat(one["valid_to"]) if one.get("valid_to") else None,
    )


@transaction.atomic
def publish(*, matter_list: MatterList) -> None:
    """Put a draft in force without check and approval: for lists that come with the installation, marked as such."""
    locked = MatterList.objects.select_for_update().get(pk=matter_list.pk)
    if locked.status != MatterList.Status.DRAFT:
        raise Invalid(_("Only a draft can be published."))
    put_in_force(locked)
    matter_list.status = locked.status
