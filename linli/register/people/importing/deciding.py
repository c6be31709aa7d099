"""The merge desk and the correction of cells: what people decide about rows before a batch is applied."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.imports import actions as batches
from linli.foundation.imports.models import Batch
from linli.lib.errors import Invalid
from linli.lib.sheets.cells import words
from linli.register.people.importing import matching, naming, setting_aside, staging
from linli.register.people.importing.facts import gather
from linli.register.people.importing.reading import Line
from linli.register.people.importing.rows import BETWEEN, RowChecker, check_all
from linli.register.people.importing.upload import opened
from linli.register.people.models import Staged

MOST_CELL = 2000
Decision, State = Staged.Decision, Staged.State
#: What a decision writes at a row.
DECIDED = ("state", "decision", "person_id", "same_as_row", "unlike", "keep", "decided_by_id")
#: So many others are remembered, of whom somebody said that the row is not them.
MOST_UNLIKE = 15


def decide(
    *,
    by: Actor,
    batch_id: int,
    decision: str,
    rows: Collection[int] = (),
    reason: str = "",
    keep: Collection[str] = (),
    now: datetime,
) -> int:
    """Decide about rows: those named, or all that are open for the same reason. Returns how many.

    `keep` are the fields that stay as the register has them. Raises NotAllowed, Invalid, Stale.
    """
    if decision not in Decision.values:
        raise Invalid(fields={"decision": _("Choose one of the decisions.")})
    with transaction.atomic():
        batch = batches.locked(batch_id, Batch.State.CHECKED)
        batches.may_import(by, batch.area_id)
        found = Staged.objects.filter(batch=batch).exclude(state=State.CONFLICT if decision != Decision.OUT else "")
        # Rows about nobody are not decided but taken in.
        found = found.exclude(state=State.LEFT_OUT, reason__in=setting_aside.CODES, decision="")
        found = found.filter(row__in=list(rows)) if rows else found.filter(state=State.DUPLICATE, reason=reason)
        if decision == Decision.DIFFERENT and found.filter(reason__in=naming.BY_NUMBER).exists():
            raise Invalid(
                fields={"decision": _("One document cannot belong to two people. Say whose number is wrong.")}
            )
        if decision == Decision.SAME and not rows and found.filter(reason=naming.NAME_DIFFERS).exists():
            raise Invalid(fields={"decision": _("Decide these rows one by one: the names differ.")})
        decided = 0
        for row in found.order_by("row").iterator(1000):
            _decide(row, decision, " ".join(sorted(keep)), by)
            row.save(update_fields=DECIDED)
            decided += 1
        settle(batch)
    return decided


def _decide(row: Staged, decision: str, keep: str, by: Actor) -> None:
    if row.decision == Decision.DIFFERENT and decision != Decision.DIFFERENT and row.unlike:
        # Whom the row was said not to be is asked about again.
        *others, last = row.unlike.split()
        row.person_id, row.unlike = int(last), f" {' '.join(others)} " if others else ""
    row.decision, row.decided_by_id, row.keep = decision, by.user_id, keep[:300]
    wrong = row.errors != "{}"
    if decision == Decision.NONE:
        row.decided_by_id = None
        row.state = State.DUPLICATE if row.person_id or row.same_as_row else (State.ERROR if wrong else State.OK)
    elif decision == Decision.OUT or (decision == Decision.SAME and row.same_as_row is not None):
        # The earlier row stands for both.
        row.state = State.LEFT_OUT
    else:
        row.state = State.ERROR if wrong else State.OK
        if decision == Decision.DIFFERENT:
            if row.person_id:
                row.unlike = f" {' '.join([*row.unlike.split()[-MOST_UNLIKE:], str(row.person_id)])} "
            row.person_id = row.same_as_row = None


def settle(batch: Batch) -> None:
    """After a decision: what differs now, which households are joined, and the counts."""
    matching.decide_again(batch)
    batch.counts = {**batch.counts, **matching.counted(batch)}
    batch.save(update_fields=["counts"])


def cells_of(batch: Batch, rows: Collection[Staged]) -> dict[int, list[str]]:
    """The cells of rows as they came (or as they were corrected), by row number; one pass over the upload at most."""
    found = {row.row: vault.unseal(row.cells_sealed, vault.STAGED).split(BETWEEN) for row in rows if row.cells_sealed}
    missing = {row.row for row in rows} - set(found)
    if missing:
        book = opened(batch)
        for number, cells in book.rows(batch.sheet, start=min(missing)):
            if number in missing:
                found[number] = list(cells)
                missing.discard(number)
            if not missing:
                break
    return found


def cells_as_they_came(batch: Batch, number: int) -> list[str]:
    """The cells of a row as the upload has them, whatever was corrected since."""
    book = opened(batch)
    return next((list(cells) for row, cells in book.rows(batch.sheet, start=number) if row == number), [])


@transaction.atomic
def correct(
    *, by: Actor, batch_id: int, number: int, changes: dict[int, str], now: datetime, named: bool = False
) -> Staged:
    """Write other text into cells of a row (column → text) and check it again; `named`: what looks like no name is one.

    Raises NotAllowed, Invalid, Stale.
    """
    batch = batches.locked(batch_id, Batch.State.CHECKED)
    batches.may_import(by, batch.area_id)
    row = Staged.objects.filter(batch=batch, row=number).first()
    if row is None:
        raise Invalid(_("There is no such row."))
    cells = cells_of(batch, [row]).get(number, [])
    for column, text in changes.items():
        if not 0 <= column < max(len(batch.columns), len(cells)):
            raise Invalid(_("There is no such column."))
        if len(text) > MOST_CELL:
            raise Invalid(_("A cell may have at most %(n)s characters here.") % {"n": MOST_CELL})
        cells += [""] * (column + 1 - len(cells))
        cells[column] = words(text)
    return _settled(batch, row, cells, named=named)


@transaction.atomic
def take_in(*, by: Actor, batch_id: int, number: int, now: datetime) -> Staged:
    """Check a row that was set aside as one about a person. Raises NotAllowed, Invalid, Stale."""
    batch = batches.locked(batch_id, Batch.State.CHECKED)
    batches.may_import(by, batch.area_id)
    rows = Staged.objects.filter(batch=batch, row=number, state=State.LEFT_OUT, reason__in=setting_aside.CODES)
    row = rows.first()
    if row is None:
        raise Invalid(_("There is no such row."))
    return _settled(batch, row, cells_of(batch, [row]).get(number, []))


def _settled(batch: Batch, row: Staged, cells: list[str], *, named: bool = False) -> Staged:
    """The row with these cells, checked and matched anew."""
    read_anew(batch, row, cells, named=named)
    matching.match(batch)
    batch.counts = {**batch.counts, **matching.counted(batch)}
    batch.save(update_fields=["counts"])
    return Staged.objects.get(batch=batch, row=row.row)


def check_again(batch: Batch, numbers: Collection[int]) -> None:
    """Check rows again as their cells are, because what a word means is known by now. They are then to be matched."""
    checker = RowChecker(gather(batch), batch.pk)
    for part in naming.parts(sorted(numbers)):
        rows = list(Staged.objects.filter(batch=batch, row__in=part))
        cells = cells_of(batch, rows)
        for row in rows:
            _replace(batch, row, cells.get(row.row, []), checker)


def read_anew(batch: Batch, row: Staged, cells: list[str], *, named: bool = False) -> None:
    """Check these cells in the place of the row; what was decided about it is forgotten."""
    _replace(batch, row, cells, RowChecker(gather(batch), batch.pk), named=named)


def _replace(batch: Batch, row: Staged, cells: list[str], checker: RowChecker, *, named: bool = False) -> None:
    number = row.row
    head = int(row.household_key[2:]) if row.household_key.startswith("r:") else 0
    if (
        head == number
        and not Staged.objects.filter(batch=batch, household_key=row.household_key).exclude(pk=row.pk).exists()
    ):
        # Nobody follows this head: the corrected door may say with whom they live.
        head = 0
    said = f"{row.estate}{row.building}{row.entrance}{row.room}"
    staging.replace_row(
        check_all(checker, [Line(number, cells, head, said, row.household_number, "", True, "", named)])
    )
