"""linli manage rules FILE: keep the rules of a place, from a file like those that ship (docs/adr/0009)."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from linli.foundation.rules import actions
from linli.lib.errors import Refusal

KEYS = ("domain", "area_code", "source", "params")


class Command(BaseCommand):
    """Publish rule sets: all of a file, or none when one cannot be."""

    help = "Keep the rule sets of a JSON file: [{domain, area_code, source, effective_from, effective_to, params}]."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Read, publish, and say what was kept."""
        try:
            rows = json.loads(options["file"].read_text("utf-8"))
            for row in rows:
                until = row.get("effective_to")
                made = actions.publish(
                    **{key: row[key] for key in KEYS},
                    effective_from=date.fromisoformat(row["effective_from"]),
                    effective_to=date.fromisoformat(until) if until else None,
                )
                self.stdout.write(f"{made} {made.effective_from}")
        except Refusal as refusal:
            raise CommandError("\n".join(str(text) for text in refusal.fields.values()) or str(refusal)) from refusal
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
            raise CommandError(f"{options['file']}: {trouble}") from trouble
