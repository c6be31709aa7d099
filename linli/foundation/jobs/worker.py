"""The worker's loop: periodic jobs that are due, then the queue of tasks, then a short sleep."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from linli.foundation.jobs import actions, schedule
from linli.foundation.jobs.models import Schedule

logger = logging.getLogger(__name__)

SLEEP = 2.0  # seconds between two turns with nothing to do
LONGEST_WAIT = 30.0  # seconds between two tries while the database is away
BEAT_EVERY = 10.0  # seconds
TASKS_A_TURN = 20  # so that a long queue does not keep periodic jobs waiting
# A loop that has not turned for this long is stuck: its pulse stops, so that others take over and an alarm can ring.
STUCK_AFTER = 1800.0


def worker_name() -> str:
    """A name that no other worker has, and that tells an operator where to look (at most 64 characters)."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{get_random_string(6)}"


class Queue(Worker):
    """The task queue of django-tasks-db, drained a few tasks at a time, and stopped from outside."""

    def __init__(self, *, name: str, stop: threading.Event, pulse: "Pulse") -> None:
        super().__init__(
            queue_names=["*"],
            interval=0.2,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=TASKS_A_TURN,
            worker_id=name,
            excluded_queue_names=[],
        )
        self.stop = stop
        self.pulse = pulse

    @property
    def running(self) -> bool:
        """Between tasks the loop of the library asks this."""
        return not self.stop.is_set()

    @running.setter
    def running(self, value: bool) -> None:
        if not value:
            self.stop.set()

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        """Run one task, with a note of which it is."""
        self.pulse.turn(db_task_result.task_path)
        super().run_task(db_task_result)

    def drain(self) -> int:
        """Run at most `TASKS_A_TURN` tasks; returns how many ran."""
        # The library locks the whole of SQLite to look; a plain look first lets the web process write meanwhile.
        if not DBTaskResult.objects.ready().filter(backend_name=self.backend_name).exists():
            return 0
        self._run_tasks = 0
        self.run()
        return self._run_tasks


class Pulse:
    """Says that the worker lives, from a thread of its own, so that a long task does not look like a dead worker."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._ended = threading.Event()
        self._doing = ""
        self._turned = time.monotonic()

    def turn(self, doing: str = "") -> None:
        """The loop moved on, to `doing`."""
        self._turned, self._doing = time.monotonic(), doing

    def beat(self) -> None:
        """One sign of life."""
        actions.beat(name=self.name, now=timezone.now(), detail=self._doing)

    def _run(self) -> None:
        try:
            while not self._ended.wait(BEAT_EVERY):
                if time.monotonic() - self._turned > STUCK_AFTER:
                    continue
                try:
                    self.beat()
                except DatabaseTrouble:
                    # The loop meets the same trouble and reports it; here only the connection needs renewing.
                    connections.close_all()
        finally:
            connections.close_all()

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat until the block ends."""
        thread = threading.Thread(target=self._run, name="linli-pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(timeout=5)


def run(*, stop: threading.Event, once: bool = False) -> None:
    """Work until `stop` is set, or with `once` until nothing is due and the queue is empty.

    The database may go away and come back: the loop waits longer and longer (up to 30 s) and says so once.
    With `once` a database error is raised instead.
    """
    schedule.discover()
    pulse = Pulse(worker_name())
    queue = Queue(name=pulse.name, stop=stop, pulse=pulse)
    with pulse.beating():
        if once:
            while _turn(queue, pulse, stop) and not stop.is_set():
                pass
        else:
            _loop(queue, pulse, stop)
    _retire(pulse.name)


def _loop(queue: Queue, pulse: Pulse, stop: threading.Event) -> None:
    wait = SLEEP
    while not stop.is_set():
        try:
            busy = _turn(queue, pulse, stop)
        except DatabaseTrouble as trouble:
            if wait == SLEEP:
                logger.warning("The database does not answer; the worker waits for it: %s", trouble)
            wait = min(wait * 2, LONGEST_WAIT)
            connections.close_all()
            stop.wait(wait)
            continue
        if wait != SLEEP:
            logger.warning("The database answers again; the worker goes on.")
            wait = SLEEP
        if not busy:
            stop.wait(SLEEP)


def _turn(queue: Queue, pulse: Pulse, stop: threading.Event) -> bool:
    """Beat, run what is due, run some tasks; returns whether there may be more to do at once."""
    close_old_connections()
    pulse.turn()
    pulse.beat()
    _run_due(pulse, stop)
    return queue.drain() >= TASKS_A_TURN


def _run_due(pulse: Pulse, stop: threading.Event) -> None:
    known = dict(Schedule.objects.values_list("name", "last_started_at"))
    missing = [job.name for job in schedule.jobs() if job.name not in known]
    if missing:
        actions.list_jobs(names=missing)
    for job in schedule.jobs():
        if stop.is_set():
            return
        now, last = timezone.now(), known.get(job.name)
        if last is not None and now - job.every < last <= now:
            continue  # Not due: spare the database the write. The claim decides when it may be.
        if actions.claim(name=job.name, every=job.every, worker=pulse.name, now=now):
            pulse.turn(job.name)
            _run_job(job, pulse.name)


def _run_job(job: schedule.Periodic, worker: str) -> None:
    """Run one claimed job; its failure is noted and never stops the others."""
    summary = error = ""
    try:
        summary = job.run(timezone.now())
    except Exception as failure:
        logger.exception("The periodic job %s failed.", job.name)
        error = f"{type(failure).__name__}: {failure}"
    actions.finish(name=job.name, worker=worker, now=timezone.now(), summary=summary, error=error)


def _retire(name: str) -> None:
    try:
        actions.retire(name=name)
    except DatabaseTrouble:
        logger.info("The database was away when the worker ended; its claims are free in two minutes.")
