"""The sheet that goes back: every row as it came, with what is wrong at the cells."""

from collections.abc import Iterator
from pathlib import Path

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.imports.models import Batch
from linli.lib import annotated
from linli.register.people.importing import balance, contents
from linli.register.people.importing.rows import BETWEEN
from linli.register.people.importing.sentences import sentences_of, unread_sentences, why
from linli.register.people.importing.upload import opened
from linli.register.people.models import Staged


def annotate(batch: Batch, out: Path, *, only_wrong: bool = False) -> int:
    """Write the annotated workbook; returns how many rows it has. Memory grows with the errors, not with the rows."""
    columns = {name: int(at) for at, name in batch.mapping.items() if name}
    rows = Staged.objects.filter(batch=batch)
    errors = {
        row.row: {columns.get(name, -1): text for name, text in sentences_of(row.errors).items()}
        for row in rows.filter(state="error").only("row", "errors").iterator(2000)
    }
    for row, unread in unread_sentences(batch).items():
        errors.setdefault(row, {}).update({columns.get(name, -1): text for name, text in unread.items()})
    notes = {
        row.row: _note(row)
        for row in rows.filter(state__in=("duplicate", "conflict", "left_out")).only(
            "row", "state", "reason", "same_as_row", "decision"
        )
    }
    return annotated.write(
        _rows(batch, only_wrong),
        header=batch.columns,
        errors=errors,
        notes=notes,
        out=out,
        sheet=batch.sheet,
        only_wrong=only_wrong,
        more=(contents.BALANCE_SHEET, [str(balance.whole(batch)), *_in_sheets(batch), *balance.remarks(batch)]),
    )


def _in_sheets(batch: Batch) -> list[str]:
    lines = balance.lines(batch)
    return list(map(str, lines)) if len(lines) > 1 else []


def _note(row: Staged) -> str:
    if row.state == Staged.State.LEFT_OUT:
        return _("Left out: %(why)s") % {"why": balance.label_of(balance.reason_of(row))}
    if row.state == Staged.State.CONFLICT:
        return _("This person lives in another community of the district. Ask that community for the move.")
    if row.same_as_row:
        return _("Perhaps the same person as in row %(row)s: %(why)s") % {
            "row": row.same_as_row,
            "why": why(row.reason),
        }
    return _("Perhaps somebody whom the register knows: %(why)s") % {"why": why(row.reason)}


def _rows(batch: Batch, only_wrong: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows of the upload that were staged, with what was corrected since."""
    rows = Staged.objects.filter(batch=batch).order_by("row").only("row", "cells_sealed")
    if only_wrong:
        rows = rows.filter(Q(state__in=("error", "duplicate", "conflict")) | ~Q(unread=""))
    book = opened(batch)
    raw = iter(book.rows(batch.sheet, start=batch.first_row))
    for row in rows.iterator(2000):
        cells = next((cells for number, cells in raw if number == row.row), [])
        if row.cells_sealed:
            cells = vault.unseal(row.cells_sealed, vault.STAGED).split(BETWEEN)
        yield row.row, cells
