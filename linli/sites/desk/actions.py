"""The write side of the desk: one move for many cases, each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError
from django.utils.translation import gettext as _

from linli.apps.incidents import actions as incidents
from linli.foundation.accounts.actors import Actor
from linli.lib.errors import Refusal
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case


@dataclass(frozen=True)
class Wanted:
    """A case to be moved, and how many events of it the person has seen."""

    case: Case
    seq: int


@dataclass(frozen=True)
class Outcome:
    """What became of one row: done, or the reason why not."""

    case: Case
    reason: str = ""

    @property
    def done(self) -> bool:
        return not self.reason


def move_many(*, by: Actor, wanted: Sequence[Wanted], name: str, inputs: Inputs, now: datetime) -> list[Outcome]:
    """Make the same move in each case; a refused row does not hold up the others and keeps its reason.

    The caller has fetched the cases inside the actor's scope.
    """
    outcomes = []
    for one in wanted:
        try:
            case = incidents.act(case_id=one.case.pk, name=name, by=by, inputs=inputs, now=now, expected_seq=one.seq)
        except Refusal as refusal:
            reasons = [str(message) for message in refusal.fields.values()] or [str(refusal)]
            outcomes.append(Outcome(one.case, " ".join(reasons)))
        except OperationalError:
            outcomes.append(Outcome(one.case, _("The system was busy; this row was not moved. Try it again.")))
        else:
            outcomes.append(Outcome(case))
    return outcomes
