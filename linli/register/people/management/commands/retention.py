"""`linli manage retention`: erase now what the nightly job would erase, or only count it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from linli.register.people.actions import retention


class Command(BaseCommand):
    """The same as the nightly job "people.retention"."""

    help = "Erase what may be kept no longer of people who left or died, by the rule set “retention”."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; say what would be erased.")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        done = retention.run(now=timezone.now(), dry_run=dry_run)
        self.stdout.write(f"{'would erase' if dry_run else 'erased'}: {done}" if str(done) else "nothing is due")
