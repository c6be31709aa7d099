"""Between the check and the yes: what changed meanwhile is compared again, in the transaction that applies.

What the approver did not see does not happen: the batch goes back to `checked`, with the rows that are found otherwise
by now. The community is locked by then, so that nobody else applies to it at the same moment.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

from linli.foundation.imports.models import Batch
from linli.register.people.importing import comparing, ending, likeness, matching, naming
from linli.register.people.importing.matching import DISTRICT_DIGITS, MATCHED_AT, PEOPLE
from linli.register.people.importing.staging import TABLE
from linli.register.people.models import Staged

#: Whoever was entered by a transaction that had begun before the check and ended after it is seen all the same.
LONGEST_TRANSACTION: Final = timedelta(hours=6)
OTHER_VERSION: Final = (
    f'SELECT s."row" FROM "{TABLE}" AS s LEFT JOIN "{PEOPLE}" AS p ON p.id = s.person_id'  # noqa: S608 - names of ours
    " WHERE s.batch_id = %s AND s.person_id IS NOT NULL AND s.decision = 'same' AND s.state IN ('ok', 'unchanged')"
    " AND s.event NOT IN ('death', 'move_out', 'flow_out')"
    " AND (p.id IS NULL OR s.person_version IS NULL OR p.version <> s.person_version)"
)
KNOWN: Final = (
    f'SELECT s."row" FROM "{TABLE}" AS s JOIN "{PEOPLE}" AS p ON p.identity_index = s.identity_index'  # noqa: S608
    " WHERE s.batch_id = %s AND s.state = 'ok' AND s.person_id IS NULL AND p.district_id = %s"
)


def recheck(batch: Batch) -> int:
    """Compare again with what changed since the rows were compared. Returns how many rows are found otherwise.

    When there are any, all rows are matched anew and those are marked (`meanwhile`).
    """
    Staged.objects.filter(batch=batch, meanwhile=True).update(meanwhile=False)
    matching.homes(batch)
    since = datetime.fromtimestamp(int(batch.counts.get(MATCHED_AT, 0)), UTC) - LONGEST_TRANSACTION
    found = {*_changed(batch), *_known_by_now(batch), *likeness.find_since(batch, since), *ending.find(batch)}
    if not found:
        return 0
    matching.match(batch)
    for part in naming.parts(sorted(found)):
        Staged.objects.filter(batch=batch, row__in=part).update(meanwhile=True)
    return len(found)


def _changed(batch: Batch) -> list[int]:
    """The rows of people who changed, and of whom the row says something else: now, or when it was compared."""
    found = []
    for part in naming.parts(_rows(OTHER_VERSION, [batch.pk])):
        rows = Staged.objects.filter(batch=batch, row__in=part)
        befores = {row.row: comparing.found(row) for row in rows}
        for row in comparing.compared(list(rows)):
            still = row.state == Staged.State.UNCHANGED and comparing.found(row) == befores.pop(row.row)
            if not still:
                found.append(row.row)
        found += [number for number in befores if number not in found]
    return found


def _known_by_now(batch: Batch) -> list[int]:
    """The rows that bring somebody in whose number is in the district's register by now."""
    return _rows(KNOWN, [batch.pk, batch.area_id[:DISTRICT_DIGITS]])


def _rows(question: str, values: list[int | str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [row for (row,) in cursor.fetchall()]
