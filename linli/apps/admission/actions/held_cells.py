"""How many cells of a task's form were held: kept once with the task and in the counts of its place."""

from datetime import datetime

from django.db import transaction

from linli.apps.admission import tally
from linli.apps.admission.models import Task


@transaction.atomic
def keep(*, task_id: int, cells: int, held: int, now: datetime) -> bool:
    """Keep what was measured as of `now`; False where it was kept before, or is more than was measured."""
    task = Task.objects.select_related("case", "handing").select_for_update(of=("self",)).get(pk=task_id)
    if not 0 <= held <= cells or task.held_at is not None:
        return False
    before = tally.facets_of(task)
    task.cells, task.cells_held, task.held_at = cells, held, now
    task.save(update_fields=["cells", "cells_held", "held_at"])
    tally.count_change(before, task)
    return True
