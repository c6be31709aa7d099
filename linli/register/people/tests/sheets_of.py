"""Sheets of made-up people for the tests of imports, and the short way through the steps."""

from datetime import datetime

from django.utils import timezone

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.people.importing.looking import look
from linli.register.people.tests import factories

COLUMNS = {
    "姓名": "name",
    "身份证号": "identity",
    "性别": "sex",
    "出生日期": "born",
    "联系电话": "phone",
    "与户主关系": "relation",
    "现住址": "address",
    "婚姻": "marital",
    "特殊类别": "tags",
    "户号": "household_number",
    "所属网格": "grid",
    "证件类型": "identity_kind",
    "备注": "note",
}


def csv_of(rows: list[dict[str, str]], names: list[str] | None = None) -> bytes:
    """A CSV with these rows under Chinese headings."""
    heads = names or [name for name in COLUMNS if any(name in row for row in rows)]
    lines = [",".join(heads)] + [",".join(row.get(name, "") for name in heads) for row in rows]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def uploaded(by, data: bytes, now: datetime, name: str = "底册.csv", area_id: str = "") -> Batch:
    """An upload, with its file kept."""
    return batches.receive(by=by, kind="people", area_id=area_id or by.area_id, name=name, chunks=[data], now=now)


def mapped(by, batch: Batch, rows: list[dict[str, str]], now: datetime, **options: object) -> Batch:
    """The columns matched by their exact headings; the batch waits to be checked."""
    heads = [name for name in COLUMNS if any(name in row for row in rows)]
    return batches.start_check(
        by=by,
        batch_id=batch.pk,
        sheet="CSV",
        header=(1, 2),
        columns=heads,
        mapping={str(at): COLUMNS[name] for at, name in enumerate(heads)},
        options={"event": "entry", "create": True, **options},
        signature="x",
        now=now,
    )


def guessed(by, data: bytes, *, name: str = "底册.csv", **options: object) -> Batch:
    """A sheet through the columns as Linli guesses them, checked."""
    now = timezone.now()
    batch = uploaded(by, data, now, name)
    found = look(batch)
    batches.start_check(
        by=by,
        batch_id=batch.pk,
        sheet=found.sheet,
        header=(1, found.header.data_from),
        columns=list(found.header.names),
        mapping={str(one.index): one.field for one in found.columns if one.field},
        options={"event": "entry", "create": True, "target": factories.grid_of(), **options},
        signature=found.signature,
        now=now,
    )
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    return batch


def checked(by, rows: list[dict[str, str]], now: datetime, **options: object) -> Batch:
    """A batch of these rows, checked."""
    batch = mapped(by, uploaded(by, csv_of(rows), now), rows, now, **options)
    tasks.run(batch.pk)
    batch.refresh_from_db()
    return batch


def applied(by, rows: list[dict[str, str]], now: datetime, **options: object) -> Batch:
    """A batch of these rows, checked, approved and applied."""
    batch = checked(by, rows, now, **options)
    assert batch.state == "checked", batch.message
    batches.approve(by=by, batch_id=batch.pk, now=now)
    tasks.run(batch.pk)
    batch.refresh_from_db()
    return batch


def undone(by, batch: Batch, now: datetime) -> Batch:
    """The batch after asking to take it back."""
    batches.ask_undo(by=by, batch_id=batch.pk, now=now)
    tasks.run(batch.pk)
    batch.refresh_from_db()
    return batch
