"""Reading ledgers and exports: what the actor may open, and in which exports somebody was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.foundation.rules import queries as rules
from linli.insight.ledgers import definitions
from linli.insight.ledgers.definitions import Ledger
from linli.insight.ledgers.models import Export, ExportedPerson, SavedLedger
from linli.lib.codes import level_of

SHOWN = 50


def ledgers(actor: Actor) -> list[Ledger]:
    """The ledgers that come with Linli, then those saved in the actor's area. One statement."""
    saved = SavedLedger.objects.visible_to(actor).order_by("name", "pk")[:200]
    return [*definitions.shipped().values(), *(definitions.of_saved(one) for one in saved)]


def ledger(actor: Actor, slug: str) -> Ledger | None:
    """The ledger with this name; None when there is none in the actor's area."""
    if slug in definitions.shipped():
        return definitions.shipped()[slug]
    prefix, _dash, key = slug.partition("-")
    if prefix != "own" or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    saved = SavedLedger.objects.visible_to(actor).filter(pk=int(key)).first()
    return definitions.of_saved(saved) if saved else None


@dataclass(frozen=True)
class Reason:
    """Why something leaves the register: `unmask` are the sensitive columns that an approval opens for it."""

    code: str
    label: str
    unmask: tuple[str, ...]


def reasons(area_id: str, on: date) -> Mapping[str, Reason]:
    """The reasons in force at a place on a day (rule set "ledgers.export_reasons")."""
    rows: list[dict[str, Any]] = rules.params("ledgers.export_reasons", area_id, on)["reasons"]
    return {row["code"]: Reason(row["code"], row["label"], tuple(row["unmask"])) for row in rows}


def export(actor: Actor, export_id: int) -> Export | None:
    """The export with this id, if the actor asked for it or may approve it. One statement."""
    if export_id >= 2**63:
        return None
    return Export.objects.visible_to(actor).filter(pk=export_id).select_related("area").first()


def exports(actor: Actor, *, after: str = "", state: str = "") -> tuple[list[Export], str]:
    """One page of the exports that the actor may see, newest first, and the cursor of the next. One statement."""
    rows = Export.objects.visible_to(actor).select_related("area").order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    some = list(rows[: SHOWN + 1])
    return some[:SHOWN], str(some[SHOWN - 1].pk) if len(some) > SHOWN else ""


def exports_of(person_id: int) -> "QuerySet[Export]":
    """The exports that somebody's data left in, newest first: who took them, when and why.

    The caller has fetched the person inside the actor's scope. One statement when read; slice it.
    """
    inside = ExportedPerson.objects.filter(person_id=person_id).values("export_id")
    return Export.objects.filter(pk__in=inside).select_related("area").order_by("-pk")


def choosable_areas(actor: Actor, on: date) -> Sequence[tuple[str, str]]:
    """The areas offered in the filter: the two levels below the actor's own. One statement."""
    if not actor.area_id:
        return []
    levels = list(Level.values)
    below = levels[levels.index(level_of(actor.area_id)) + 1 :][:2]
    rows = Area.objects.within(actor.area_id).current(on).filter(level__in=below).order_by("pk")
    return list(rows.values_list("pk", "name"))


def valid_hours(area_id: str, now: datetime) -> int:
    """How long an export can be fetched (rule set "register.limits")."""
    return int(rules.params("register.limits", area_id, now.date())["export_valid_hours"])
