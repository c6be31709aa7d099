"""The special groups of the rule set "tags": what each is called, who may see it, how it is looked after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from linli.foundation.rules import queries as rules


@dataclass(frozen=True)
class Group:
    """One special group. `risk` is high, key, general or nothing: how often its people are visited."""

    code: str
    label: str
    levels: tuple[str, ...]
    risk: str
    computed: bool
    restricted: bool
    review_months: int


def groups(*, area_id: str = "", on: date | None = None, restricted: bool = False) -> Mapping[str, Group]:
    """Code → group, in force at a place on a day: the open ones, or (for who may see them) the restricted."""
    rows: list[dict[str, Any]] = rules.params("tags", area_id, on or timezone.localdate())["kinds"]
    return {row["code"]: _group(row) for row in rows if bool(row.get("restricted")) == restricted}


def label(code: str, *, area_id: str = "", on: date | None = None) -> str:
    """What an open group is called; the code itself where the rule set no longer has it."""
    group = groups(area_id=area_id, on=on).get(code)
    return group.label if group else code


def restricted_enabled(area_id: str, on: date) -> bool:
    """Whether the district has switched the restricted groups on (rule set "tags.restricted", off by default)."""
    return bool(rules.params("tags.restricted", area_id, on)["enabled"])


def _group(row: Mapping[str, Any]) -> Group:
    return Group(
        code=row["code"],
        label=row["label"],
        levels=tuple(row.get("levels", ())),
        risk=row.get("risk", ""),
        computed=bool(row.get("computed")),
        restricted=bool(row.get("restricted")),
        review_months=int(row.get("review_months", 0)),
    )
