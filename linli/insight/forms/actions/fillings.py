"""What Linli wrote into a form, kept sealed: to see what people change in it, and what has changed by the next time."""

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.insight.forms import table
from linli.insight.forms.models import FilledPart, Filling, Submission
from linli.lib.filling import Value

ROWS_A_PART = 500
Rows = Sequence[tuple[str, Sequence[Value]]]


def new_number() -> str:
    """A number for a filled form, which nobody can guess."""
    return f"TB{secrets.token_hex(6).upper()}"


def keep(
    *, submission: Submission, rows: Rows, fingerprint: str, by: Actor, now: datetime, number: str = ""
) -> Filling:
    """Keep every row as it was filled, in full, sealed. The caller holds the transaction."""
    assert by.user_id is not None
    made = Filling.objects.create(
        submission=submission,
        number=number or new_number(),
        at=now,
        by_id=by.user_id,
        rows=len(rows),
        fingerprint=fingerprint,
    )
    waiting = iter(rows)
    parts: list[FilledPart] = []
    while some := list(islice(waiting, ROWS_A_PART)):
        text = json.dumps([[key, [table.as_text(one) for one in values]] for key, values in some], ensure_ascii=False)
        sealed = vault.seal(text, vault.FORM)
        parts.append(FilledPart(filling=made, position=len(parts), rows_sealed=sealed))
    FilledPart.objects.bulk_create(parts, batch_size=50)
    return made


def rows_of(filling: Filling) -> Iterator[tuple[str, list[str]]]:
    """The rows of a filling, as texts."""
    for part in filling.parts.order_by("position").iterator(chunk_size=20):
        yield from json.loads(vault.unseal(part.rows_sealed, vault.FORM))


def forget(*, now: datetime, days: int) -> int:
    """Delete the rows of fillings that nobody will compare any more; returns how many fillings."""
    old = list(Filling.objects.filter(at__lt=now - timedelta(days=days), parts__isnull=False).distinct()[:200])
    FilledPart.objects.filter(filling__in=old).delete()
    return len(old)
