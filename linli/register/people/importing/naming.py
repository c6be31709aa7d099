"""The same number under another name: always a decision of a person, never a change by itself."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from linli.foundation.imports.models import Batch
from linli.lib.chinese import same_name
from linli.register.people.importing.staging import TABLE
from linli.register.people.models import Person, Staged

PEOPLE = Person._meta.db_table
#: Why such a row is to be decided, in the codes of `sentences.REASONS`.
NAME_DIFFERS = "identity name_differs"
#: Reasons that rest on the number of a document.
BY_NUMBER = ("identity", NAME_DIFFERS)
CHUNK = 1000

#: Rows whose number is somebody's of the register, or an earlier row's, and whose name is spelled otherwise.
OF_REGISTER = (
    f'SELECT s.id, s.name, p.name FROM "{TABLE}" AS s JOIN "{PEOPLE}" AS p ON p.id = s.person_id'  # noqa: S608
    " WHERE s.batch_id = %s AND s.state = 'ok' AND s.reason = 'identity' AND s.decided_by_id IS NULL"
    " AND s.name <> p.name AND s.name <> ''"
)
OF_SHEET = (
    f'SELECT s.id, s.name, o.name FROM "{TABLE}" AS s JOIN "{TABLE}" AS o'  # noqa: S608
    ' ON o.batch_id = s.batch_id AND o."row" = s.same_as_row'
    " WHERE s.batch_id = %s AND s.state = 'duplicate' AND s.reason = 'identity' AND s.decided_by_id IS NULL"
    " AND s.name <> o.name"
)


def find(batch: Batch) -> None:
    """Mark the rows whose number says one person and whose name says another; each is then to be decided."""
    for question in (OF_REGISTER, OF_SHEET):
        with connection.cursor() as cursor:
            cursor.execute(question, [batch.pk])
            apart = [pk for pk, one, other in cursor.fetchall() if not same_name(one, other)]
        for part in parts(apart):
            Staged.objects.filter(pk__in=part).update(
                state=Staged.State.DUPLICATE, reason=NAME_DIFFERS, decision=Staged.Decision.NONE
            )


def parts(found: Iterable[int]) -> Iterator[list[int]]:
    """Numbers in lists that one statement takes."""
    rest = iter(found)
    while part := list(islice(rest, CHUNK)):
        yield part
