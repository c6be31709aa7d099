"""Five sheets as communities keep them go in: errors counted, corrected, merged, applied, and undone."""

from pathlib import Path

import pytest
from django.utils import timezone

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.homes.models import Building, Dwelling, Estate
from linli.register.people.actions import spells
from linli.register.people.importing import balance
from linli.register.people.importing.deciding import correct, decide
from linli.register.people.importing.looking import look
from linli.register.people.importing.naming import BY_NUMBER
from linli.register.people.importing.sentences import sentences_of
from linli.register.people.importing.undoing import blockers
from linli.register.people.models import Headcount, Household, Person, Spell, Staged, StagedCell, Tag
from linli.register.people.tests.sheets_of import undone, uploaded

FOLDER = Path(__file__).parent / "sheets"
#: Sheet → rows below the header, those of people, with errors, to be decided, errors and unread cells by field.
SHEETS = {
    "户籍底册.xlsx": (47, 45, 0, 0, {}),
    "流动人口登记.csv": (40, 40, 0, 0, {"identity": 1}),
    "低保残疾台账.xlsx": (36, 36, 0, 2, {"identity": 6, "tag:low_income": 2, "tag:party_member": 4}),
    "网格员摸排表.csv": (42, 41, 0, 1, {"kind": 10}),
    "老年人花名册.xlsx": (50, 45, 2, 0, {"name": 2}),
}


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def checked(by, name: str) -> Batch:
    now = timezone.now()
    batch = uploaded(by, (FOLDER / name).read_bytes(), now, name)
    found = look(batch)
    batches.start_check(
        by=by,
        batch_id=batch.pk,
        sheet=found.sheet,
        header=(found.header.last - found.header.first + 1, found.header.data_from),
        columns=list(found.header.names),
        mapping={str(column.index): column.field for column in found.columns if column.field},
        options={"event": "flow_in" if "流动" in name else "entry", "create": True},
        signature=found.signature,
        now=now,
    )
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    return batch


def corrected(by, batch: Batch) -> None:
    """Empty the cells that are wrong; a name that is none becomes 不详."""
    columns = {name: int(at) for at, name in batch.mapping.items()}
    for row in list(Staged.objects.filter(batch=batch, state="error")):
        cells = {columns[name]: "不详" if name == "name" else "" for name in sentences_of(row.errors)}
        correct(by=by, batch_id=batch.pk, number=row.row, changes=cells, now=timezone.now())


def merged(by, batch: Batch) -> None:
    """The same document is the same person; who only looks alike is somebody else."""
    for row in list(Staged.objects.filter(batch=batch, state="duplicate")):
        decision = "same" if row.reason in BY_NUMBER else "different"
        decide(by=by, batch_id=batch.pk, decision=decision, rows=[row.row], now=timezone.now())


def applied(by, batch: Batch) -> Batch:
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    return batch


def ready(by, name: str) -> Batch:
    batch = checked(by, name)
    corrected(by, batch)
    merged(by, batch)
    batch.refresh_from_db()
    assert (batch.counts["error"], batch.counts["duplicate"]) == (0, 0)
    return batch


def balanced(batch: Batch, rows: int) -> None:
    """No row of the file is missing: what was counted when it came is what was staged, in + there + out."""
    line = balance.whole(batch)
    elsewhere = sum(one["rows"] for one in batch.book["sheets"] if one["name"] != batch.sheet)
    assert line.holds
    assert line.rows == rows + elsewhere == sum(one["rows"] for one in batch.book["sheets"])


def test_nothing_is_in_or_left_out_before_a_sheet_is_chosen():
    sheets = [{"name": "常住", "rows": 4}, {"name": "租住", "rows": 1}]
    batch = Batch(book={"sheets": sheets}, counts={}, rows_total=5)
    assert [(line.sheet, dict(line.why)) for line in balance.lines(batch)] == [
        ("常住", {"unchecked": 4}),
        ("租住", {"unchecked": 1}),
    ]
    whole = balance.whole(batch)
    assert whole.holds
    assert (whole.rows, dict(whole.why)) == (5, {"unchecked": 5})


def in_step() -> None:
    """What repeats the spells says the same as they do."""
    assert spells.recount() == {(one.area_id, one.kind, one.day): one.n for one in Headcount.objects.exclude(n=0)}
    for household in Household.objects.all():
        assert household.size == Spell.objects.open().filter(household=household).count()


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_checked_corrected_merged_applied_and_undone(by, name):
    rows, people_rows, errors, duplicates, kinds = SHEETS[name]
    batch = checked(by, name)
    assert (batch.counts["rows"], batch.counts["error"], batch.counts["duplicate"]) == (rows, errors, duplicates)
    assert batch.counts["left_out"] == rows - people_rows
    balanced(batch, rows)
    found: dict[str, int] = {}
    for row in Staged.objects.filter(batch=batch, state="error"):
        for field in sentences_of(row.errors):
            found[field] = found.get(field, 0) + 1
    for field in StagedCell.objects.filter(batch=batch).values_list("field", flat=True):
        found[field] = found.get(field, 0) + 1
    assert found == kinds
    corrected(by, batch)
    merged(by, batch)
    batch = applied(by, Batch.objects.get(pk=batch.pk))
    people = Person.objects.filter(batch=batch)
    left_out = Staged.objects.filter(batch=batch, state="left_out").count()
    assert people.count() == batch.counts["applied"]["people"] == rows - left_out == balance.whole(batch).taken
    balanced(batch, rows)
    in_step()
    assert undone(by, batch, timezone.now()).state == "undone", Batch.objects.get(pk=batch.pk).message
    in_step()
    for model in (Person, Household, Spell, Tag, Dwelling, Building, Estate):
        assert not model.objects.exists(), model


def test_the_same_people_in_five_sheets_are_entered_once(by):
    done = [applied(by, ready(by, name)) for name in SHEETS]
    in_step()
    numbers = Person.objects.exclude(identity_index=None).values_list("identity_index", flat=True)
    assert len(numbers) == len(set(numbers))
    again = checked(by, "户籍底册.xlsx")
    assert again.counts["new"] == 0
    batches.cancel(by=by, batch_id=again.pk, now=timezone.now())
    last = undone(by, done[-1], timezone.now())
    assert last.state == "undone", last.message
    in_step()
    # The first sheet is what the others changed: it stays, and the page says whom that concerns.
    assert undone(by, done[0], timezone.now()).state == "applied"
    assert blockers(done[0])
