"""The balance of an import: every row of the file came in, was there already, or stayed out for a reason.

All of it comes from one place, the counts of the batch (which `counted` takes from the staged rows) and what the book
holds (`contents`), so that the pages, the log and the annotated sheet say the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.foundation.accounts.actors import Actor
from linli.foundation.audit import actions as audit
from linli.foundation.imports.models import Batch
from linli.lib import annotated
from linli.register.people.importing import contents, groups_said, setting_aside
from linli.register.people.importing.setting_aside import LEAVE_HIDDEN
from linli.register.people.models import Staged

State, Decision = Staged.State, Staged.Decision
#: The states of rows that stay out, and the key that says why: a row that was left out says it itself.
OUT = (State.ERROR, State.DUPLICATE, State.CONFLICT)
DECIDED, SAME_ROW, OTHER_SHEETS, UNCHECKED = "decided", "same_row", "other_sheets", "unchecked"


@dataclass(frozen=True)
class Line:
    """The balance of one sheet, or (without a name) of the whole book; `why` are reasons with their numbers of rows."""

    sheet: str
    rows: int
    taken: int = 0
    known: int = 0
    why: Mapping[str, int] = field(default_factory=dict)

    @property
    def out(self) -> int:
        """How many rows stay out."""
        return sum(self.why.values())

    @property
    def figures(self) -> dict[str, Any]:
        """The same for the log."""
        return {"rows": self.rows, "in": self.taken, "known": self.known, "out": dict(self.why)}

    @property
    def holds(self) -> bool:
        """Whether no row is missing."""
        return self.rows == self.taken + self.known + self.out

    def __str__(self) -> str:
        rows = ngettext("%(n)s row in the file", "%(n)s rows in the file", self.rows) % {"n": self.rows}
        said = _("%(rows)s = %(taken)s in + %(known)s already there + %(out)s left out") % {
            "rows": rows,
            "taken": self.taken,
            "known": self.known,
            "out": self.out,
        }
        reasons = _(", ").join(f"{label_of(code)} {n}" for code, n in self.why.items() if n)
        said = _("%(said)s (%(why)s)") % {"said": said, "why": reasons} if reasons else said
        return _("%(sheet)s: %(said)s") % {"sheet": self.sheet, "said": said} if self.sheet else said


def label_of(code: str) -> str:
    """A reason in words."""
    labels = {
        setting_aside.TOTAL: _("totals"),
        setting_aside.NOTE: _("notes"),
        setting_aside.HEADING: _("headings that come again"),
        setting_aside.TITLE: _("titles in between"),
        setting_aside.NUMBER: _("numbers without a person"),
        setting_aside.HIDDEN: _("hidden rows"),
        State.ERROR: _("with errors"),
        State.DUPLICATE: _("to be decided"),
        State.CONFLICT: _("live in another community"),
        DECIDED: _("left out by decision"),
        SAME_ROW: _("the same as an earlier row"),
        OTHER_SHEETS: _("in other sheets"),
        UNCHECKED: _("not checked yet"),
    }
    return str(labels.get(code, code))


def reason_of(row: Staged) -> str:
    """Why a row stays out, as a key of `label_of`; "" for one that does not."""
    if row.state != State.LEFT_OUT:
        return str(row.state) if row.state in OUT else ""
    return _key(row.reason, row.decision, row.same_as_row is not None)


def _key(reason: str, decision: str, of_earlier: bool) -> str:
    if reason in setting_aside.CODES and not decision:
        return reason
    return SAME_ROW if decision == Decision.SAME and of_earlier else DECIDED


def left_out(rows: QuerySet[Staged]) -> dict[str, int]:
    """How many of these rows are left out, reason by reason."""
    found: dict[str, int] = {}
    grouped = rows.filter(state=State.LEFT_OUT).order_by().values("reason", "decision")
    for row in grouped.annotate(n=Count("pk"), earlier=Count("same_as_row")):
        for of_earlier, n in ((True, row["earlier"]), (False, row["n"] - row["earlier"])):
            key = _key(row["reason"], row["decision"], of_earlier)
            if n:
                found[key] = found.get(key, 0) + n
    return found


def lines(batch: Batch) -> list[Line]:
    """The balance of every sheet of the book, that of the batch first; until one is chosen, none of them is read."""
    if "rows" not in batch.counts and not batch.sheet and _sheets(batch):
        return [_unread(one["name"] if _several(batch) else "", one["rows"]) for one in _sheets(batch)]
    return [_own(batch), *_others(batch)]


def whole(batch: Batch) -> Line:
    """The balance of the whole book in one line."""
    own, *others = lines(batch)
    why = dict(own.why)
    for line in others:
        for reason, n in line.why.items():
            why[reason] = why.get(reason, 0) + n
    return Line("", own.rows + sum(line.rows for line in others), own.taken, own.known, why)


def _unread(sheet: str, rows: int) -> Line:
    return Line(sheet, rows, why={UNCHECKED: rows} if rows else {})


def remarks(batch: Batch) -> list[str]:
    """What else of the file is to be known: hidden rows, formulas without a value, columns that are left out, marks
    that were never closed."""
    sheet = contents.sheet_of(batch)
    found = []
    if sheet and sheet["concealed"]:
        found.append(_concealed(sheet["concealed"], leave=batch.options.get("hidden") == LEAVE_HIDDEN))
    if sheet and sheet["uncomputed"]:
        found.append(formulas(sheet["uncomputed"]))
    left = columns_left_out(batch)
    if left:
        said = _(", ").join(_("%(name)s (%(n)s cells)") % {"name": name, "n": n} for name, n in left)
        text = ngettext("%(n)s column is left out: %(names)s", "%(n)s columns are left out: %(names)s", len(left))
        found.append(text % {"n": len(left), "names": said})
    unread = groups_said.not_read(filter(None, batch.mapping.values()), area_id=batch.area_id)
    names = [batch.columns[int(at)] for at, key in batch.mapping.items() if key in unread]
    if names:
        text = ngettext(
            "%(n)s column is read of nobody: %(names)s. Linli reckons these groups itself, or officers enter them.",
            "%(n)s columns are read of nobody: %(names)s. Linli reckons these groups itself, or officers enter them.",
            len(names),
        )
        found.append(text % {"n": len(names), "names": _(", ").join(names)})
    if batch.book.get("opened"):
        found.append(marks(batch.book["opened"]))
    return found


def _concealed(n: int, *, leave: bool) -> str:
    if leave:
        text = ngettext(
            "%(n)s row is hidden or filtered away in the file; it is left out.",
            "%(n)s rows are hidden or filtered away in the file; they are left out.",
            n,
        )
    else:
        text = ngettext(
            "%(n)s row is hidden or filtered away in the file; it is read like the others.",
            "%(n)s rows are hidden or filtered away in the file; they are read like the others.",
            n,
        )
    return text % {"n": n}


def marks(lines_with: Sequence[int]) -> str:
    """In which lines a quotation mark is never closed, and what was made of it."""
    return _(
        "A quotation mark is opened and never closed in line %(lines)s; "
        "it was taken for a character, and every line is a row of its own."
    ) % {"lines": _(", ").join(map(str, lines_with))}


def formulas(n: int) -> str:
    """So many formulas have no value, and what to do."""
    return ngettext(
        "%(n)s formula was never computed, so that its cell says nothing: open the file in Excel or WPS, save it and "
        "upload it again, or type the value.",
        "%(n)s formulas were never computed, so that their cells say nothing: open the file in Excel or WPS, save it "
        "and upload it again, or type the values.",
        n,
    ) % {"n": n}


def columns_left_out(batch: Batch) -> list[tuple[str, int]]:
    """The columns of a batch that are no field and yet have cells: name, number of cells."""
    sheet = contents.sheet_of(batch)
    filled = sheet["filled"] if sheet else []
    taken = {int(at) for at, name in batch.mapping.items() if name}
    return [
        (name or _("column %(n)s") % {"n": at + 1}, filled[at])
        for at, name in enumerate(batch.columns)
        if at not in taken and at < len(filled) and filled[at] and name != annotated.PROBLEM
    ]


def log(batch: Batch, now: datetime) -> None:
    """Write the balance of a batch that is being applied into the access log."""
    who = Actor(user_id=batch.approved_by_id, area_id=batch.area_id)
    said = "\n".join(map(str, lines(batch)))
    sheets = [{"sheet": line.sheet, **line.figures} for line in lines(batch)]
    audit.record(
        by=who,
        action="imports.applied",
        now=now,
        subject_kind="batch",
        subject_id=batch.pk,
        reason=said,
        data={"sheets": sheets},
    )


def _own(batch: Batch) -> Line:
    counts: Mapping[str, Any] = batch.counts
    sheet = batch.sheet if _several(batch) else ""
    if "rows" not in counts:
        rows = next((one["rows"] for one in _sheets(batch) if one["name"] == batch.sheet), batch.rows_total)
        return _unread(sheet, rows)
    why = dict(counts.get("out") or ({DECIDED: counts["left_out"]} if counts.get(State.LEFT_OUT) else {}))
    why |= {state.value: counts[state] for state in OUT if counts.get(state)}
    # The database may keep the reasons in an order of its own.
    ordered = dict(sorted(why.items(), key=lambda one: (-one[1], one[0])))
    return Line(sheet, counts["rows"], counts.get(State.OK, 0), counts.get(State.UNCHANGED, 0), ordered)


def _others(batch: Batch) -> Iterator[Line]:
    for one in _sheets(batch):
        if one["name"] != batch.sheet and one["rows"]:
            yield Line(one["name"], one["rows"], why={OTHER_SHEETS if batch.sheet else UNCHECKED: one["rows"]})


def _sheets(batch: Batch) -> list[dict[str, Any]]:
    return list(batch.book.get("sheets", ()))


def _several(batch: Batch) -> bool:
    return len(_sheets(batch)) > 1
