"""The register of periodic jobs: what runs how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.module_loading import autodiscover_modules

Job = Callable[[datetime], str]


@dataclass(frozen=True)
class Periodic:
    """A job that is due when `every` has passed since its last start."""

    name: str
    every: timedelta
    run: Job


_register: dict[str, Periodic] = {}


def periodic(*, every: timedelta, name: str) -> Callable[[Job], Job]:
    """Mark `(now) -> summary` as a periodic job.

    `name` is stable (it is the key of the job's row), "app.verb". The function must be safe to run again after a
    crash in the middle, and says in one short line what it did ("" for nothing).
    """
    if every <= timedelta(0):
        raise ValueError(f"periodic job {name}: `every` must be positive")

    def register(run: Job) -> Job:
        known = _register.get(name)
        if known is not None and (known.run.__module__, known.run.__qualname__) != (run.__module__, run.__qualname__):
            raise ValueError(f"two periodic jobs are called {name}")
        _register[name] = Periodic(name=name, every=every, run=run)
        return run

    return register


def jobs() -> tuple[Periodic, ...]:
    """All registered jobs, by name."""
    return tuple(_register[name] for name in sorted(_register))


def discover() -> None:
    """Import `tasks` of every installed app, so that its jobs and tasks are known."""
    autodiscover_modules("tasks")
