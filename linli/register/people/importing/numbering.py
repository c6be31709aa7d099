"""Whose number is wrong: decisions about rows whose document says one person and whose name says another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.imports import actions as batches
from linli.foundation.imports.models import Batch
from linli.lib.chinese import clip
from linli.lib.errors import Invalid
from linli.register.people import documents
from linli.register.people.actions import corrections
from linli.register.people.importing import coming_back, deciding, matching, naming
from linli.register.people.models import Correction, Person, Staged

#: The number is wrong in this row; in the register or the earlier row; this row stands for both; as it came.
WRONG_HERE, WRONG_THERE, THIS_STANDS, AS_IT_CAME = "wrong_here", "wrong_there", "this_stands", "as_it_came"
DECISIONS: Final = (WRONG_HERE, WRONG_THERE, THIS_STANDS, AS_IT_CAME)
NUMBER = "identity"
MARK = "表中证件号码与他人相同，待核实"


@transaction.atomic
def decide(*, by: Actor, batch_id: int, number: int, decision: str, out: bool = False, now: datetime) -> None:
    """Decide about one row whose number is somebody else's. `out`: the row stays out until the register is corrected.

    A row that turns out to be somebody else comes in without a number, marked; a number that is wrong in the register
    becomes a correction that a colleague decides. Everything can be decided again. Raises NotAllowed, Invalid, Stale.
    """
    batch = batches.locked(batch_id, Batch.State.CHECKED)
    batches.may_import(by, batch.area_id)
    row = Staged.objects.filter(batch=batch, row=number).first()
    if row is None or decision not in DECISIONS:
        raise Invalid(fields={"decision": _("Choose one of the decisions.")})
    if decision == AS_IT_CAME:
        _as_it_came(batch, row, by, now)
    elif row.reason not in naming.BY_NUMBER or not (row.person_id or row.same_as_row):
        raise Invalid(fields={"decision": _("The number of this row is nobody else's.")})
    elif decision == WRONG_HERE:
        _without_number(batch, row)
    elif decision == WRONG_THERE:
        _wrong_there(batch, row, by, out, now)
    else:
        _this_stands(batch, row, by)
    matching.match(batch)
    batch.counts = {**batch.counts, **matching.counted(batch)}
    batch.save(update_fields=["counts"])


def _without_number(batch: Batch, row: Staged, *, other_row: int | None = None) -> None:
    """Read the row again as if its number were not there: nothing that followed from the number stays."""
    unlike_person, unlike_row = row.person_id, other_row or row.same_as_row
    columns = [int(at) for at, name in batch.mapping.items() if name in (NUMBER, coming_back.KEY)]
    cells = deciding.cells_of(batch, [row]).get(row.row, [])
    deciding.read_anew(batch, row, ["" if at in columns else text for at, text in enumerate(cells)])
    fresh = Staged.objects.get(batch=batch, row=row.row)
    fresh.unlike_person_id, fresh.unlike_row = unlike_person, unlike_row
    fresh.note = clip("；".join(part for part in (fresh.note, MARK) if part), 300)
    fresh.given = " ".join(dict.fromkeys([*fresh.given.split(), "note"]))
    fresh.save(update_fields=["unlike_person_id", "unlike_row", "note", "given"])


def _wrong_there(batch: Batch, row: Staged, by: Actor, out: bool, now: datetime) -> None:
    if row.same_as_row is not None:
        earlier = Staged.objects.get(batch=batch, row=row.same_as_row)
        _without_number(batch, earlier, other_row=row.row)
        _free([row])
        return
    person = Person.objects.visible_to(by).filter(pk=row.person_id or 0).first()
    if person is None:
        raise Invalid(fields={"decision": _("This person lives in another community. Ask that community.")})
    corrections.propose(
        by=by,
        person=person,
        given={"identity": "", "identity_kind": documents.WITHOUT},
        reason=_("The number stands at somebody else, too: %(file)s, row %(row)s.")
        % {"file": batch.original_name[:60], "row": row.row},
        now=now,
        submission_key=_ticket(batch, row),
    )
    _without_number(batch, row)
    if out:
        Staged.objects.filter(batch=batch, row=row.row).update(
            state=Staged.State.LEFT_OUT, decision=Staged.Decision.OUT, decided_by_id=by.user_id
        )


def _ticket(batch: Batch, row: Staged) -> str:
    return f"batch:{batch.pk}:{row.row}"


def _this_stands(batch: Batch, row: Staged, by: Actor) -> None:
    """The later of two rows stands for both; the earlier is left out."""
    if row.same_as_row is None:
        raise Invalid(fields={"decision": _("There is no earlier row.")})
    Staged.objects.filter(batch=batch, row=row.same_as_row).update(
        state=Staged.State.LEFT_OUT, decision=Staged.Decision.OUT, decided_by_id=by.user_id
    )
    _free([row])


def _free(rows: Sequence[Staged]) -> None:
    for row in rows:
        row.state, row.decision, row.person_id, row.same_as_row = Staged.State.OK, Staged.Decision.NONE, None, None
        row.reason, row.decided_by_id = "", None
        row.save(update_fields=["state", "decision", "person_id", "same_as_row", "reason", "decided_by_id"])


def _as_it_came(batch: Batch, row: Staged, by: Actor, now: datetime) -> None:
    """Take the decision back: the row is read from the upload again, and an open correction is withdrawn."""
    if not row.without_number:
        raise Invalid(fields={"decision": _("Nothing was decided about the number of this row.")})
    asked = Correction.objects.filter(
        person_id=row.unlike_person_id or 0,
        state=Correction.State.WAITING,
        asked_by_id=by.user_id,
        submission_key=f"{by.user_id}:{_ticket(batch, row)}",
    ).first()
    if asked is not None:
        corrections.withdraw(by=by, correction_id=asked.pk, now=now)
    deciding.read_anew(batch, row, deciding.cells_as_they_came(batch, row.row))
