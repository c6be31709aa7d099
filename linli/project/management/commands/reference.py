"""`reference`: write docs/reference from the code, or check that it is up to date."""

import difflib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linli.project import reference


class Command(BaseCommand):
    """Works in a checkout; an installed package carries no docs."""

    help = "Write the pages under docs/reference from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail when a page is out of date.")

    def handle(self, *, check: bool, **options: Any) -> None:
        docs = reference.PACKAGE.parent / "docs"
        if not docs.is_dir():
            raise CommandError("There is no docs folder beside the package: run this in a checkout.")
        folder = docs / "reference"
        pages = reference.pages()
        if not check:
            folder.mkdir(exist_ok=True)
            for name, text in pages.items():
                (folder / name).write_text(text, encoding="utf-8")
            return
        differences = [line for name, text in pages.items() for line in self._difference(folder / name, text)]
        if differences:
            self.stdout.write("\n".join(differences))
            raise CommandError("docs/reference is out of date. Run: make reference")

    def _difference(self, path: Path, text: str) -> list[str]:
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
        name = f"docs/reference/{path.name}"
        return list(difflib.unified_diff(kept.splitlines(), text.splitlines(), name, f"{name} (new)", lineterm="", n=1))
