"""The server: granian in this process, the background worker in a child that is watched and started again."""

import contextlib
import hashlib
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from linli import __version__
from linli.lib.errors import Refusal

TARGET = "linli.project.wsgi:application"
WAIT_FOR_REQUESTS = 10  # seconds that a stopping server gives to the requests in hand
WAIT_FOR_WORKER = 20.0  # seconds that the background worker gets for the job in hand
STARTS_WITHIN = 60  # seconds
SHORTEST_LIFE = 5.0  # a worker that lived for less than this waits a moment before its next start


class DemoInPublic(Refusal):
    """Everybody knows the passwords of a demo, so others reach it only where that was said a second time."""

    code = "demo_in_public"


class AddressTaken(Refusal):
    """Something else listens there already."""

    code = "address_taken"


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where and how to serve. `workers` and `threads` None: what was measured best for the database."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int | None = None
    threads: int | None = None
    with_worker: bool = True

    @property
    def address(self) -> str:
        """The address that a person types."""
        named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - shown, not bound
        return f"http://{named}:{self.port}"

    def check_address(self) -> None:
        """Find out early whether we may listen there, and can. Raises DemoInPublic or AddressTaken with what to do."""
        if settings.LINLI_DEMO and not settings.LINLI_DEMO_PUBLIC and not _is_own(self.host):
            words = (
                f"Everybody knows the passwords of a demo, and {self.host} can be reached from outside. "
                "Listen on 127.0.0.1, or set LINLI_DEMO_PUBLIC=1 if no true data is in it."
            )
            raise DemoInPublic(words)
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                words = (
                    f"Cannot listen on {self.host}:{self.port} ({error.strerror}). Choose another: PORT={self.port + 1}"
                )
                raise AddressTaken(words) from error

    def run(self, *, ready: Callable[[], None]) -> int:
        """Serve until SIGTERM or Ctrl-C; returns the exit code. `ready` is called once pages are answered."""
        collect_static()
        # Each server process opens its own; one shared over a fork would mix two conversations.
        connections.close_all()
        # Fresh processes instead of forks: threads and open connections do not survive a fork.
        multiprocessing.set_start_method("spawn", force=True)
        server = Granian(
            TARGET,
            address=self.host,
            port=self.port,
            interface=Interfaces.WSGI,
            # Pages are Python's work: two processes use two cores, and more threads in each only wait for one
            # another. SQLite has one writer, so its processes have one thread (measured: docs/adr/0003).
            workers=self.workers or 2,
            blocking_threads=self.threads or (1 if settings.LINLI_SQLITE else 2),
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=WAIT_FOR_REQUESTS,
            log_level=LogLevels.warning,
        )
        threading.Thread(target=self._tell_when_ready, args=(ready,), name="linli-ready", daemon=True).start()
        with background_worker(wanted=self.with_worker):
            try:
                server.serve()
            except SystemExit:
                # Ctrl-C in a terminal reaches the server processes as well; that they ended first is no failure.
                if not server.interrupt_signal:
                    raise
        return 0

    def _tell_when_ready(self, ready: Callable[[], None]) -> None:
        address = urlsplit(self.address)
        assert address.hostname is not None
        for _try in range(STARTS_WITHIN * 5):
            time.sleep(0.2)
            with contextlib.closing(
                HTTPConnection(address.hostname, address.port, timeout=STARTS_WITHIN)
            ) as connection:
                try:
                    connection.request("GET", "/healthz")
                    if connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR:
                        ready()
                        return
                except (OSError, HTTPException):
                    continue


def _is_own(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def background_worker(*, wanted: bool = True) -> Iterator[None]:
    """Keep one `linli worker` running inside the block, started again when it dies, stopped softly at the end."""
    if not wanted:
        yield
        return
    watch = _Watch()
    watch.start()
    try:
        yield
    finally:
        watch.stop()


class _Watch(threading.Thread):
    """Starts the worker, waits for it, starts it again."""

    def __init__(self) -> None:
        super().__init__(name="linli-worker-watch", daemon=True)
        self._stopping = threading.Event()
        self._child = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches us alone, and we tell the worker when it is its turn.
        command = [
            sys.executable,
            "-m",
            "linli.project.cli",
            "worker",
            "--parent",
            str(os.getpid()),
        ]
        return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command, no input

    def run(self) -> None:
        started = time.monotonic()
        while True:
            self._child.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - started < SHORTEST_LIFE and self._stopping.wait(SHORTEST_LIFE):
                return
            started = time.monotonic()
            self._child = self._spawn()

    def stop(self) -> None:
        """Ask the worker to end after the job in hand; end it when it takes too long."""
        self._stopping.set()
        self._child.terminate()
        try:
            self._child.wait(WAIT_FOR_WORKER)
        except subprocess.TimeoutExpired:
            self._child.kill()
        self.join(timeout=1)


def collect_static() -> bool:
    """Gather and compress the static files when they or the version have changed; returns whether it had to."""
    stamp = settings.LINLI_HOME / "static.stamp"
    wanted = _static_mark()
    if settings.STATIC_ROOT.is_dir() and stamp.is_file() and stamp.read_text("ascii") == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted, "ascii")
    return True


def _static_mark() -> str:
    """A mark that changes with the version, the storage, and the path, size or time of any static file."""
    mark = hashlib.sha256(f"{__version__} {staticfiles_storage.__class__.__qualname__}".encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            about = f"\0{path}\0{storage.size(path)}\0{storage.get_modified_time(path).timestamp()}"
            mark.update(about.encode())
    return mark.hexdigest()
