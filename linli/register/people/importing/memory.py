"""The garbage collector, put aside while millions of rows are made that hold no cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Rows make no cycles; looking for them among the cells of a whole sheet takes as long as reading it.

    Memory is freed as ever, by counting references.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
