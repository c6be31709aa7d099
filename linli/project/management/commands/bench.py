"""`linli bench`: measure this machine beside its raw limits, in a database of its own."""

import json
import platform
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from linli.foundation.rules.models import RuleSet
from linli.project.bench import admission, register, runs
from linli.project.bench.runs import Bench, Result
from linli.project.bench.seed import Seeder
from linli.project.demo.load import load_district
from linli.register.people.models import Person
from linli.spine.cases.models import Case, Event


class Command(BaseCommand):
    help = (
        "Measure intake, queue, case page, board and point-to-grid beside their raw limits. "
        "Needs an empty home and database: LINLI_HOME=/tmp/bench [DATABASE_URL=…] linli bench --cases 1000000. "
        "With --communities 1300: the check of tasks, handing down and the burden page of a city. "
        "With --residents 1000000: import, sheets, export, figures, search and pages of the register (PostgreSQL)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=10_000, help="cases in the database (default 10,000)")
        parser.add_argument("--residents", type=int, help="measure the register with so many residents instead")
        parser.add_argument("--communities", type=int, help="measure tasks in a city of so many communities instead")
        parser.add_argument("--seconds", type=float, default=8.0, help="how long each load lasts (default 8)")
        parser.add_argument("--connections", type=int, default=8, help="connections at once (default 8)")
        parser.add_argument("--json", type=Path, help="also write the figures to this file")
        parser.add_argument("--seed-only", action="store_true", help="make the database and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        call_command("migrate", interactive=False, verbosity=0)
        if Case.objects.exists() and not RuleSet.objects.filter(source="linli bench").exists():
            raise CommandError(
                "This database holds cases that people need. Give the bench a home and database of its own."
            )
        if options["residents"] is not None:
            self._register(now, options)
            return
        if options["communities"] is not None:
            self._tasks(options)
            return
        load_district(now=now)
        runs.without_brake(now)
        self._seed(options["cases"])
        if options["seed_only"]:
            return
        results = [runs.point_to_grid()]
        with runs.server() as port:
            bench = Bench(port, connections=options["connections"], seconds=options["seconds"])
            results += bench.all()
        self._print(results, options["connections"])
        if options["json"]:
            options["json"].write_text(json.dumps(_plain(results), indent=1, ensure_ascii=False), encoding="utf-8")
        failed = sum(one.ours.failed for one in results)
        if failed:
            raise CommandError(f"{failed} requests were not answered as expected; the figures do not count.")

    def _register(self, now: datetime, options: dict[str, Any]) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("The register is measured on PostgreSQL, beside its COPY: set DATABASE_URL.")
        if Person.objects.exists():
            raise CommandError("This database holds people. Give the bench an empty home and database of its own.")
        load_district(now=now)
        runs.without_brake(now)
        found = register.run(
            options["residents"],
            connections=options["connections"],
            seconds=options["seconds"],
            say=lambda line: self.stdout.write(line),
        )
        if options["json"]:
            options["json"].write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
        if found["failed"]:
            raise CommandError(f"{found['failed']} requests were not answered as expected; the figures do not count.")

    def _tasks(self, options: dict[str, Any]) -> None:
        call_command("collectstatic", interactive=False, verbosity=0)
        settings.ALLOWED_HOSTS = ["*"]
        found = admission.run(options["communities"], say=lambda line: self.stdout.write(line))
        if options["json"]:
            options["json"].write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")

    def _seed(self, wanted: int) -> None:
        missing = wanted - Case.objects.count()
        if missing <= 0:
            return
        if Case.objects.exists():
            raise CommandError("There are fewer cases than wanted; start with an empty database.")
        with tqdm(total=missing, desc="Cases", unit=" cases") as bar:
            Seeder(missing, timezone.now()).run(lambda done: bar.update(done) and None)

    def _print(self, results: list[Result], connections: int) -> None:
        database = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
        self.stdout.write(
            f"{database}, {Case.objects.count():,} cases, {Event.objects.count():,} events, {connections} connections, "
            f"Python {sys.version.split()[0]}, {platform.machine()}, version {settings.LINLI_VERSION}"
        )
        self.stdout.write(f"{'what':28}{'ours/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'raw/s':>11}{'ours : raw':>12}")
        for one in results:
            raw = f"{one.raw.per_second:11,.0f}" if one.raw else f"{'':>11}"
            ratio = f"1 : {1 / one.ratio:.1f}" if one.ratio else ""
            self.stdout.write(
                f"{one.name:28}{one.ours.per_second:10,.0f}{one.ours.p50:9.3f}{one.ours.p99:9.3f}{raw}{ratio:>12}"
            )


def _plain(results: list[Result]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "ours": vars(one.ours), "raw": vars(one.raw) if one.raw else None, "ratio": one.ratio}
        for one in results
    ]
