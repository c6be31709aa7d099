"""`linli keys`: a new key for everything that is sealed, and the old ones off the ring when nothing needs them."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from linli.foundation import vault
from linli.foundation.accounts.actors import SYSTEM
from linli.foundation.audit import actions as audit
from linli.foundation.vault import rotation
from linli.foundation.vault.columns import NO_KEY
from linli.lib.errors import Refusal


class Command(BaseCommand):
    """Works while Linli is being used; can be stopped and started again at any moment."""

    help = (
        "Rotate the key of sealed values. `rotate` makes a new key and seals everything with it, while people go on "
        "working; stopped half-way, `rotate --resume` goes on. `retire` then takes old keys off the ring: keep a copy "
        "of the key file as it was with every older backup, which opens with it alone. The key of the blind indexes "
        "is not rotated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        rotate = acts.add_parser("rotate", help="make a new key, and seal everything with it")
        rotate.add_argument("--resume", action="store_true", help="no new key: go on with the current one")
        rotate.add_argument("--status", action="store_true", help="change nothing; show which key seals how much")
        acts.add_parser("status", help="show how many values each key seals in each column")
        retire = acts.add_parser("retire", help="take the keys off the ring that seal nothing any more")
        retire.add_argument(
            "--at-once",
            action="store_true",
            help="do not wait a day after the rotation: every process of Linli was stopped or started anew since",
        )

    def handle(self, *, act: str, **options: Any) -> None:
        try:
            if act == "retire":
                self._retire(at_once=options["at_once"])
            elif act == "status" or options["status"]:
                self._status()
            else:
                self._rotate(resume=options["resume"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None

    def _rotate(self, *, resume: bool) -> None:
        if not resume:
            ring = rotation.begin()
            self._note("keys.rotated", ring.current)
            self.stdout.write(f"New key {ring.current}. Copy {settings.LINLI_KEYRING} to where its copies are kept.")
        with tqdm(total=rotation.waiting(), unit=" values", disable=None) as bar:

            def told(column: object, count: int) -> None:
                bar.set_postfix_str(str(column), refresh=False)
                bar.update(count)

            done = rotation.reseal(told)
        self.stdout.write(f"{done.moved} values sealed anew.")
        for column, row in done.broken:
            self.stderr.write(f"{column}: the value of row {row} does not open; it was left as it is.")
        if done.left > 0:
            self.stdout.write(f"{done.left} values are held by somebody else just now. Run: linli keys rotate --resume")
        if done.broken or done.left > 0:
            raise CommandError("Some values are still sealed with older keys.")
        self.stdout.write("Everything is sealed with the current key. After a day: linli keys retire")

    def _status(self) -> None:
        ring = vault.keyring(look=True)
        self.stdout.write(
            f"current key: {ring.current}; old keys: {', '.join(sorted(set(ring.keys) - {ring.current})) or 'none'}"
        )
        for column, found in rotation.status().items():
            told = ", ".join(f"{key or 'not sealed'} {n}" for key, n in sorted(found.items())) or "empty"
            self.stdout.write(f"{column}: {told}")
            unknown = set(found) - set(ring.keys) - {NO_KEY}
            if unknown:
                self.stderr.write(f"{column}: {', '.join(sorted(unknown))} not on the ring: these values do not open.")

    def _retire(self, *, at_once: bool) -> None:
        gone = rotation.retire(at_once=at_once)
        if gone:
            self._note("keys.retired", ", ".join(gone))
        self.stdout.write(f"Taken off the ring: {', '.join(gone)}." if gone else "There are no old keys.")

    def _note(self, action: str, keys: str) -> None:
        """Ids are no secrets: they stand in front of every sealed value."""
        audit.record(by=SYSTEM, action=action, subject_kind="keys", subject_id=keys, now=timezone.now())
