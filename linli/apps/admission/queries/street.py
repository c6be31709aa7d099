"""The street's place (统一安排, organisation law of residents' committees §20): a rule of each district."""

from datetime import date
from typing import Any, Final

from linli.foundation.accounts.models import Unit
from linli.foundation.rules import queries as rules

STRAIGHT, COPIED, THROUGH = "straight", "copied", "through"
#: What a rule may say of silence; otherwise it is reported upwards.
SILENCE_LETS_THROUGH: Final = "pass"


def way(unit: Unit, area_id: str, on: date) -> str:
    """How what a unit hands down on a day reaches communities: straight, copied to their street, or through it.

    A district may say otherwise for single departments, by code. What no department sends goes straight.
    """
    if unit.kind != Unit.Kind.DEPARTMENT:
        return STRAIGHT
    rule = _rule(area_id, on)
    return str(rule["units"].get(unit.code, rule["way"]))


def passes_silently(area_id: str, on: date) -> bool:
    """Whether what its street does not answer in time goes on to its community; otherwise it is reported upwards."""
    return bool(_rule(area_id, on)["silent"] == SILENCE_LETS_THROUGH)


def _rule(area_id: str, on: date) -> Any:
    return rules.params("task.street", area_id, on)
