"""What ends when somebody dies or leaves: apps above the register say here what hangs on a person.

    stops.register("visits", stop)      # in AppConfig.ready

`stop(people, event, now)` ends what it owns for these people inside the event's transaction, and returns one line for
each thing it ended, as (person id, words to show).
"""

from collections.abc import Callable, Collection
from datetime import date, datetime

from linli.register.people.models import PopulationEvent

Stopped = tuple[int, str]
Stop = Callable[[Collection[int], PopulationEvent, datetime], list[Stopped]]
Restart = Callable[[Collection[int], PopulationEvent, datetime], None]
Seen = Callable[[int], date | None]

_register: dict[str, tuple[Stop, Restart | None]] = {}
_seen: dict[str, Seen] = {}


def register(name: str, stop: Stop, restart: Restart | None = None, seen: Seen | None = None) -> None:
    """Add what ends; `restart` puts it back when the event is taken back. `seen`: when somebody was last met."""
    _register[name] = (stop, restart)
    if seen is not None:
        _seen[name] = seen


def last_seen(person_id: int) -> date | None:
    """The last day on which somebody met this person, as far as anything above the register knows."""
    return max((day for seen in _seen.values() if (day := seen(person_id)) is not None), default=None)


def stop_all(people: Collection[int], event: PopulationEvent, now: datetime) -> list[Stopped]:
    """End everything that hangs on these people."""
    return [line for stop, _restart in _register.values() for line in stop(people, event, now)]


def restart_all(people: Collection[int], event: PopulationEvent, now: datetime) -> None:
    """Put back what `event` had ended."""
    for _stop, restart in _register.values():
        if restart is not None:
            restart(people, event, now)
