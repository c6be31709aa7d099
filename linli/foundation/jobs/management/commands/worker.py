"""`worker`: run periodic jobs and queued tasks until told to stop."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from linli.foundation.jobs import worker


class Command(BaseCommand):
    """SIGTERM or Ctrl+C ends it after the job in hand; a second signal ends it at once."""

    help = "Run periodic jobs and queued tasks. Ends in good order on SIGTERM or Ctrl+C; a second signal ends at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, then end.")

    def handle(self, *, once: bool, **options: Any) -> None:
        stop = threading.Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()
            signal.signal(number, signal.SIG_DFL)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask_to_stop)
        worker.run(stop=stop, once=once)
