"""The file of a batch, opened as an import reads it."""

from linli.foundation.imports import store
from linli.foundation.imports.models import Batch
from linli.lib.sheets import Workbook, open_sheet
from linli.register.people.importing.reading import LIMITS


def opened(batch: Batch) -> Workbook:
    """The upload of a batch; formulas that were never computed say so. Raises SheetRefused, FileNotFoundError."""
    path = store.path_of(batch.path)
    return open_sheet(path, original_name=batch.original_name, limits=LIMITS, formulas=True)
