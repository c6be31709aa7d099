from collections.abc import Iterator

import pytest

from linli.foundation.jobs import schedule
from linli.foundation.jobs.tests import sample_tasks


@pytest.fixture
def register(monkeypatch) -> Iterator[dict[str, schedule.Periodic]]:
    """An empty register of periodic jobs, and no jobs found in the installed apps."""
    empty: dict[str, schedule.Periodic] = {}
    monkeypatch.setattr(schedule, "_register", empty)
    monkeypatch.setattr(schedule, "discover", lambda: None)
    sample_tasks.ran.clear()
    return empty
