"""Reading and checking a whole sheet in chunks, each a transaction with a checkpoint: a crash is taken up again."""

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from typing import Any

from django.db import transaction

from linli.foundation import vault
from linli.foundation.imports import actions as batches
from linli.foundation.imports.kinds import Cancelled, Run
from linli.foundation.imports.models import Batch
from linli.lib.sheets import SheetRefused
from linli.register.people.importing import matching, processes, staging
from linli.register.people.importing.facts import Facts, gather
from linli.register.people.importing.memory import without_collector
from linli.register.people.importing.reading import Carry, Line, chunks, columns_of, lines
from linli.register.people.importing.refusals import translated
from linli.register.people.importing.rows import RowChecker, check_all
from linli.register.people.importing.setting_aside import LEAVE_HIDDEN
from linli.register.people.importing.unread import Rows
from linli.register.people.importing.upload import opened

CHUNK = 2000
#: From so many bytes on (some 30,000 rows) other processes help; before, starting them costs more than it saves.
LARGE = 4 * 2**20
PROCESSES = 2
#: Chunks on their way to the processes and back: the bound of memory, whatever the size of the file.
AHEAD = 6

Checked = tuple[list[Line], str, int, Rows | staging.Encoded]


def check(run: Run) -> None:
    """Check every row of the batch's sheet, then look for the people it means; the batch is then `checked`."""
    batch = run.batch
    facts = gather(batch)
    if batch.counts.get("fresh", True):
        with transaction.atomic():
            staging.forget(batch.pk)
            _checkpoint(batch, run.worker, read_to=0, carry=None, done=0)
    run.say("read")
    if not batch.counts.get("read"):
        try:
            read(run, facts)
        except SheetRefused as refused:
            raise translated(refused) from refused
    run.say("match")
    run.alive()
    with transaction.atomic():
        matching.match(batch, say=run.say)
        counts = {"read": True, **matching.counted(batch)}
        moved = batches.turn(batch_id=batch.pk, worker=run.worker, to=Batch.State.CHECKED, counts=counts)
        if not moved:
            raise Cancelled


@without_collector()
def read(run: Run, facts: Facts) -> None:
    """Read the sheet from where the last checkpoint stands, check its rows and stage them."""
    batch, done = run.batch, run.batch.rows_done
    for part, carry, last, rows in checked(batch, facts):
        run.alive()
        done += len(part)
        with transaction.atomic():
            staging.write(rows)
            _checkpoint(batch, run.worker, read_to=last, carry=carry, done=done)
    with transaction.atomic():
        _checkpoint(batch, run.worker, read_to=batch.counts.get("read_to", 0), carry=None, done=done, read=True)


def _checkpoint(batch: Batch, worker: str, *, read_to: int, carry: str | None, done: int, read: bool = False) -> None:
    batch.counts = {"fresh": False, "read_to": read_to, "carry": carry or "", **({"read": True} if read else {})}
    batch.rows_done = done
    also = {"rows_total": done} if read else {}
    held = Batch.objects.filter(pk=batch.pk, claimed_by=worker).update(counts=batch.counts, rows_done=done, **also)
    if not held:
        raise Cancelled


def checked(batch: Batch, facts: Facts) -> Iterator[Checked]:
    """The chunks of the sheet with their checked rows, in order; by two processes when the file is large."""
    as_copy, carry = staging.on_postgresql(), _carry(batch)
    if batch.bytes < LARGE:
        checker = RowChecker(facts, batch.pk)
        for part in _parts(batch, carry):
            rows = check_all(checker, part)
            yield part, _sealed(carry), part[-1].number, staging.encode(rows) if as_copy else rows
        return
    pool = ProcessPoolExecutor(
        PROCESSES,
        mp_context=get_context("spawn"),
        initializer=processes.begin,
        initargs=(processes.luggage(facts, batch.pk, as_copy),),
    )
    try:
        # They set themselves up while this process still looks into the file.
        pool.submit(processes.check_chunk, [])
        waiting: deque[tuple[list[Line], str, Future[Any]]] = deque()
        for part in _parts(batch, carry):
            waiting.append((part, _sealed(carry), pool.submit(processes.check_chunk, processes.packed(part))))
            if len(waiting) >= AHEAD:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)
    finally:
        # Nobody waits for the processes to give their memory back.
        pool.shutdown(wait=False, cancel_futures=True)


def _parts(batch: Batch, carry: Carry) -> Iterator[list[Line]]:
    """The rows of the sheet that are not read yet, in chunks. Raises SheetRefused."""
    book = opened(batch)
    start = max(batch.first_row, int(batch.counts.get("read_to", 0)) + 1)
    info = next((sheet for sheet in book.sheets if sheet.name == batch.sheet), None)
    if info is not None and info.rows and not batch.rows_total:
        Batch.objects.filter(pk=batch.pk).update(rows_total=max(info.rows - batch.first_row + 1, 0))
    leave_out = info is not None and batch.options.get("hidden") == LEAVE_HIDDEN
    hidden = info.hidden_rows if info is not None and leave_out else ()
    yield from chunks(lines(book.rows(batch.sheet, start=start), carry, batch.columns, hidden), CHUNK)


def _next(waiting: deque[tuple[list[Line], str, "Future[Any]"]]) -> Checked:
    part, carry, future = waiting.popleft()
    return part, carry, part[-1].number, future.result()


def _sealed(carry: Carry) -> str:
    kept = asdict(carry)
    kept.pop("columns")
    return vault.seal(json.dumps(kept, ensure_ascii=False), vault.STAGED)


def _carry(batch: Batch) -> Carry:
    kept = batch.counts.get("carry")
    return Carry(columns=columns_of_batch(batch), **(json.loads(vault.unseal(kept, vault.STAGED)) if kept else {}))


def columns_of_batch(batch: Batch) -> dict[str, int]:
    """Field → column of a batch."""
    return columns_of({column: name for column, name in batch.mapping.items() if name})
