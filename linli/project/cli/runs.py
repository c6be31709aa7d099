"""What each subcommand does. Imports that need Django happen inside: `linli --help` does not load it."""

import argparse
import os
import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

from linli.project.cli.loading import load_django
from linli.project.cli.outcome import GOOD, TROUBLE, Trouble, say

if TYPE_CHECKING:
    from linli.project.serve import Server


def demo(options: argparse.Namespace) -> int:
    """Load the demo district once, say where it is and who may sign in, and serve it."""
    load_django(demo=True)
    from django.utils import timezone

    from linli.project.demo import load, welcome

    server = _server(options)
    if not options.load_only:
        server.check_address()
    _end_on_sigterm()
    given = {"residents": options.residents, "district_id": options.district, "seed": options.seed}
    load(now=timezone.now(), **{name: value for name, value in given.items() if value is not None})
    if options.load_only:
        return GOOD
    text = welcome(server.address)  # here: the thread that says it does not know the language of the terminal
    return server.run(ready=lambda: print(text, flush=True))


def serve(options: argparse.Namespace) -> int:
    """Serve an installation that has been set up."""
    load_django()
    from linli.project.doctor import waiting_migrations

    server = _server(options)
    server.check_address()
    _end_on_sigterm()
    waiting = waiting_migrations()
    if waiting:
        raise Trouble(f"The database is not up to date ({len(waiting)} steps are missing). Run: linli manage migrate")
    return server.run(ready=lambda: print(f"{server.address}  (Ctrl-C stops it)", flush=True))


def _server(options: argparse.Namespace) -> "Server":
    from linli.project.serve import Server

    return Server(
        host=options.host,
        port=options.port,
        workers=options.workers,
        threads=options.threads,
        with_worker=not options.no_worker,
    )


def _end_on_sigterm() -> None:
    """Until the server takes over: what a service manager sends ends us like Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)


def worker(options: argparse.Namespace) -> int:
    """Run the background worker until told to stop."""
    load_django()
    from django.core.management import call_command

    if options.parent:
        _end_with(options.parent)
    call_command("worker", once=options.once)
    return GOOD


def _end_with(parent: int) -> None:
    """End softly once the process that started us is gone, however it went (kill -9 included)."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="linli-parent-watch", daemon=True).start()


def doctor(options: argparse.Namespace) -> int:
    """Say what is wrong, and what to do about it."""
    load_django()
    from django.utils import timezone

    from linli.project.doctor import examine

    findings = examine(now=timezone.now())
    for finding in findings:
        print(finding)
    return TROUBLE if any(finding.is_error for finding in findings) else GOOD


def audit_verify(options: argparse.Namespace) -> int:
    """Check the histories; name every break."""
    load_django()
    from linli.spine.cases.chain import verify
    from linli.spine.cases.models import Case

    if options.number and not Case.objects.filter(number=options.number).exists():
        raise Trouble(f"There is no case {options.number}.")
    breaks = 0
    for found in verify(options.number):
        breaks += 1
        print(f"{found.number}/{found.seq}: {found.what}")
    if breaks:
        say(f"{breaks} breaks found.")
        return TROUBLE
    count = 1 if options.number else Case.objects.count()
    print(f"{count} cases checked: every history is whole.")
    return GOOD


def _write_groups() -> None:
    from django.utils import timezone

    from linli.register.people.actions import computed

    now = timezone.now()
    changed = computed.refresh_everybody(on=timezone.localdate(now), now=now)
    print(f"{changed} groups written anew.")


def recount(options: argparse.Namespace) -> int:
    """Compare the kept figures with a full recount; print every difference.

    With `--groups`, the groups that follow from facts (高龄, 独居, 空巢, 党员) are first written as today's rules tell
    them: what an older version wrote may be told otherwise by now.
    """
    load_django()
    if options.groups:
        _write_groups()
    from linli.apps.admission import tally as tasks
    from linli.insight.population.recount import prove, prove_groups
    from linli.spine.cases import tally

    kept, counted = tally.kept(), tally.recount()
    differences = 0
    for key in sorted({*kept, *counted}):
        old, new = kept.get(key, {}), counted.get(key, {})
        for facet in tally.FACETS:
            if old.get(facet, 0) != new.get(facet, 0):
                differences += 1
                month, area, event_class = key
                print(
                    f"{month:%Y-%m} {area} {event_class} {facet}: kept {old.get(facet, 0)}, counted {new.get(facet, 0)}"
                )
    for difference in (*prove(), *tasks.prove(), *prove_groups()):
        differences += 1
        print(difference)
    if differences:
        say(f"{differences} figures differ from the recount.")
        return TROUBLE
    print(f"{len(counted)} rows recounted: every figure is right.")
    return GOOD
