"""`areas import FILE`, `areas gaps [CODE]` and `areas tree CODE` on the terminal."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.foundation.areas import queries
from linli.foundation.areas.actions import BadDivisions, ImportReport, import_divisions
from linli.foundation.areas.models import Level

SHOWN = 20


class Command(BaseCommand):
    """Import divisions and look at areas. Ends with 1 and a list of problems when a list cannot be imported."""

    help = str(gettext_lazy("Import divisions, list communities without a grid, show the tree of areas."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Three subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        importing = commands.add_parser("import", help=_("Import a list of divisions (.csv or .csv.gz)."))
        importing.add_argument("file", type=Path)
        importing.add_argument("--on", type=date.fromisoformat, help=_("New areas exist from this day (YYYY-MM-DD)."))
        gaps = commands.add_parser("gaps", help=_("List the communities without a grid; exit with 1 if there are any."))
        gaps.add_argument("area", nargs="?", default="")
        tree = commands.add_parser("tree", help=_("Show an area and everything in it."))
        tree.add_argument("area")
        tree.add_argument("--level", choices=Level.values, default=Level.COMMUNITY.value)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand."""
        now = timezone.now()
        today = timezone.localdate(now)
        if options["command"] == "import":
            try:
                report = import_divisions(source=options["file"], now=now, on=options["on"])
            except BadDivisions as refusal:
                lines = [str(refusal).partition("\n")[0], *(str(problem) for problem in refusal.problems)]
                raise CommandError("\n".join(lines)) from None
            self._report(report)
        elif options["command"] == "gaps":
            self._gaps(options["area"], today)
        else:
            self._tree(options["area"], Level(options["level"]), today)

    def _report(self, report: ImportReport) -> None:
        self.stdout.write(
            _("%(new)s new, %(renamed)s renamed, %(missing)s missing, %(unchanged)s unchanged.")
            % {
                "new": len(report.new),
                "renamed": len(report.renamed),
                "missing": len(report.missing),
                "unchanged": report.unchanged,
            }
        )
        for change in report.renamed[:SHOWN]:
            self.stdout.write(f"  {change.area_id}  {change.before} → {change.after}")
        tops = report.missing_tops[:SHOWN]
        names = queries.path_names(tops)
        if tops:
            self.stdout.write(_("Held here but not in the list, and left as they are:"))
        for area_id in tops:
            self.stdout.write(f"  {area_id}  {''.join(names[area_id])}")
        if len(report.missing_tops) > SHOWN or len(report.renamed) > SHOWN:
            self.stdout.write(_("Only the first %(shown)s of each kind are shown.") % {"shown": SHOWN})

    def _gaps(self, area_id: str, today: date) -> None:
        missing = queries.gaps(area_id, today)
        names = queries.path_names([area.id for area in missing])
        for area in missing:
            self.stdout.write(f"{area.id}  {''.join(names[area.id])}")
        if missing:
            raise CommandError(_("Communities without a grid: %(count)s.") % {"count": len(missing)})
        self.stdout.write(_("Every community has a grid."))

    def _tree(self, area_id: str, deepest: Level, today: date) -> None:
        top = queries.tree(area_id, today, deepest)
        if top is None:
            raise CommandError(_("There is no area %(code)s.") % {"code": area_id})
        self._branch(top, 0)

    def _branch(self, node: queries.Node, depth: int) -> None:
        self.stdout.write(f"{'  ' * depth}{node.id}  {node.name}")
        for child in node.children:
            self._branch(child, depth + 1)
