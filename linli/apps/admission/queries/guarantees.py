"""What was promised with a task and is late: the reason for which a community may refuse it (S5-05)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from linli.apps.admission import guarantees
from linli.apps.admission.guarantees import Window
from linli.apps.admission.models import Agreement, Guarantee
from linli.spine.cases.models import Case
from linli.spine.catalogue.models import Matter

#: Which refusal each kind of guarantee opens.
REFUSAL_FOR = {"money": "funds_late", "staff": "staff_late", "guidance": "guidance_late"}


@dataclass(frozen=True)
class Late:
    """A guarantee that is missing, and since when the community may refuse."""

    guarantee: Guarantee
    window: Window

    @property
    def refusal(self) -> str:
        """The reason code that it opens."""
        return REFUSAL_FOR[self.guarantee.kind]

    @property
    def missing(self) -> int:
        """The money that is still missing, in fen."""
        return self.guarantee.missing


def late_among(rows: Iterable[Guarantee], on: date) -> list[Late]:
    """Those that are late on a day, measured by what is settled where it is. Needs `arrivals` loaded."""
    found = []
    for row in rows:
        window = guarantees.window(row.due_on, row.whole_on)
        if window is not None and window.holds(on):
            found.append(Late(row, window))
    return found


def of_item(*, unit_id: int, area_id: str, matter: Matter) -> Sequence[Guarantee]:
    """What a unit has promised a community for an item, in agreements that bind both. Two statements."""
    clauses = Agreement.objects.signed().filter(unit_id=unit_id, area_id=area_id[:12])
    rows = Guarantee.objects.filter(clause__agreement__in=clauses, clause__matter__identity=matter.identity)
    return list(rows.select_related("clause__agreement").prefetch_related("arrivals"))


def late_of_case(case: Case, on: date) -> list[Late]:
    """What is late of all that belongs to a task; nothing for a task that cites no item."""
    if case.matter_id is None or case.party is None or case.party.unit_id is None:
        return []
    matter = Matter.objects.get(pk=case.matter_id)
    return late_among(of_item(unit_id=case.party.unit_id, area_id=case.area_id, matter=matter), on)
