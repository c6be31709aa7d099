"""A large Excel sheet read and checked, and as an import does it, beside calamine's bare read of the same file."""

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone
from python_calamine import CalamineWorkbook

from linli.foundation.imports import actions as batches
from linli.foundation.imports.kinds import Run
from linli.foundation.imports.models import Batch
from linli.project.bench import importing
from linli.register.people.importing import checking, staging
from linli.register.people.importing.facts import gather
from linli.register.people.importing.memory import without_collector

ROWS = 200_000
WORKER = "bench"


@dataclass(frozen=True)
class Measured:
    """Seconds for the same file; the highest memory in MB so far.

    `checked`: every row read and checked against the register; `ours`: the same as an import does it, its sensitive
    columns sealed and indexed and its rows staged; `raw`: every cell read by calamine alone.
    """

    rows: int
    checked: float
    ours: float
    raw: float
    memory: int

    @property
    def ratio(self) -> float:
        """How many times as long reading and checking takes; the promise is 4 at most."""
        return self.checked / self.raw

    @property
    def whole_ratio(self) -> float:
        """The same with sealing and staging."""
        return self.ours / self.raw


def measure(count: int = ROWS) -> Measured:
    """Read the same workbook: every cell by calamine alone, every row checked, and checked and staged by an import."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "residents.xlsx"
        _write(path, importing.rows_of(count, importing.grids()))
        began = time.perf_counter()
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        read = sum(1 for _row in sheet.iter_rows())
        raw = time.perf_counter() - began
        batch = importing.started(importing.received(path))
    assert read == count + 1
    held = batches.take(batch_id=batch.pk, worker=WORKER, states=[Batch.State.CHECKING], now=timezone.now())
    assert held is not None
    began = time.perf_counter()
    with without_collector():
        rehearsed = sum(len(rows) for rows, *_rest in checking.checked(held, replace(gather(held), keyring=None)))
    checked = time.perf_counter() - began
    assert rehearsed == count
    began = time.perf_counter()
    checking.read(Run(held, WORKER, lambda word: None, lambda: None), gather(held))
    ours = time.perf_counter() - began
    staging.forget(batch.pk)
    batches.turn(batch_id=batch.pk, worker=WORKER, to=Batch.State.CANCELLED, counts={})
    return Measured(count, checked, ours, raw, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _write(path: Path, rows: Iterator[list[Any]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, importing.NAMES)
    for at, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(at, column, text)
    book.close()
