"""Rows that must be counted before the first is written: kept in a file meanwhile, so that memory does not grow."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, Self

from linli.lib.filling.blocks import Value

#: Rows that are kept and read back together.
_AT_ONCE: Final = 1_000

Row = Sequence[Value]


class Counted:
    """All rows of a block: how many, how wide, and which columns have a value; then the rows again."""

    def __init__(self, rows: Iterable[Row], folder: Path) -> None:
        self.count = self.width = 0
        self.used: set[int] = set()
        self._kept: IO[bytes] | None = None
        self._few: list[Row] = []
        self._take(rows, folder)

    def _take(self, rows: Iterable[Row], folder: Path) -> None:
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _AT_ONCE:
                self._keep(batch, folder)
                batch = []
        self._look(batch)
        self._few = batch

    def _keep(self, batch: list[Row], folder: Path) -> None:
        if self._kept is None:
            self._kept = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with this object
        self._look(batch)
        pickle.dump(batch, self._kept, pickle.HIGHEST_PROTOCOL)

    def _look(self, batch: list[Row]) -> None:
        self.count += len(batch)
        self.width = max(self.width, *map(len, batch)) if batch else self.width
        for column in set(range(self.width)) - self.used:
            if any(column < len(row) and row[column] is not None for row in batch):
                self.used.add(column)

    def __iter__(self) -> Iterator[Row]:
        if self._kept is not None:
            self._kept.seek(0)
            for _batch in range(self.count // _AT_ONCE):
                # What was written a moment ago by this process, in a file without a name.
                yield from pickle.load(self._kept)  # noqa: S301
        yield from self._few

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        if self._kept is not None:
            self._kept.close()
