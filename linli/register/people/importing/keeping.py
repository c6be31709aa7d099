"""After a batch was applied: what could not be read of whom it brought or meant waits at the person."""

from linli.foundation.imports.models import Batch
from linli.lib.chinese import clip
from linli.register.people.importing.newcomers import NEW
from linli.register.people.importing.staging import CELLS, TABLE, execute
from linli.register.people.models import Person, UnreadCell

KEPT, PEOPLE = UnreadCell._meta.db_table, Person._meta.db_table
#: A masked number of which the register holds the whole says nothing new.
REPEATS = (
    "(c.why LIKE '[\"hidden\"%%' AND ((c.field = 'phone' AND p.phone_sealed <> '')"
    " OR (c.field = 'other_phone' AND p.other_phone_sealed <> '')"
    " OR (c.field = 'identity' AND p.identity_sealed <> '')))"
)


def keep(batch: Batch) -> int:
    """Keep the unread cells of the rows that came in; returns how many. One statement, however many there are.

    Rows that were left out keep nothing.
    """
    columns = {name: int(at) for at, name in sorted(batch.mapping.items()) if name}
    headings = [(name, str(batch.columns[at])) for name, at in columns.items() if at < len(batch.columns)]
    cases = " ".join("WHEN c.field = %s THEN %s" for _one in headings)
    heading = f"CASE {cases} ELSE '' END" if headings else "''"
    return execute(
        f'INSERT INTO "{KEPT}" (person_id, batch_id, "row", field, heading, text_sealed, why, settled_at,'  # noqa: S608
        " settled_by_id, settled_how, reason)"
        f" SELECT p.id, c.batch_id, c.\"row\", c.field, {heading}, c.text_sealed, c.why, NULL, NULL, '', ''"
        f' FROM "{CELLS}" AS c JOIN "{TABLE}" AS s ON s.batch_id = c.batch_id AND s."row" = c."row"'
        f" LEFT JOIN {NEW} AS n ON n.staged_id = s.id"
        f' JOIN "{PEOPLE}" AS p ON p.id = COALESCE(n.person_id, s.person_id)'
        " WHERE c.batch_id = %s AND s.state IN ('ok', 'unchanged')"
        f" AND (n.person_id IS NOT NULL OR s.decision = 'same') AND NOT {REPEATS}",
        [*(clip(text, 120) for pair in headings for text in pair), batch.pk],
    )
