"""The register at full size: import, sheets, export, figures, search and pages, each beside its raw limit.

On PostgreSQL only: its COPY is the limit that the import is held against.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from linli.project.bench import exporting, figures, forms, importing, searching, sheets
from linli.project.bench.runs import Bench, server

MOST_SHEET = 200_000


def run(residents: int, *, connections: int, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Import so many residents, measure everything over them; returns the figures for machines."""
    sheet_rows = min(residents, MOST_SHEET)
    say(f"Import of {residents:,} residents")
    imported = importing.measure(residents, say=lambda line: say(f"  {line}"))
    say(
        f"  ours {imported.ours:.1f} s, COPY {imported.raw:.1f} s: {imported.ratio:.1f} ×; memory {imported.memory} MB,"
    )
    say(f"  a child {imported.memory_of_child} MB; {imported.counts}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sheet = sheets.measure(sheet_rows)
    say(f"Excel of {sheet.rows:,} rows, read and checked: {_beside(sheet.checked, 'calamine', sheet.raw)}")
    say(f"  sealed and staged as well: {_beside(sheet.ours, 'calamine', sheet.raw)}")
    export = exporting.measure(sheet_rows)
    say(f"Workbook of {export.rows:,} rows: {_beside(export.ours, 'XlsxWriter', export.raw)}")
    form = forms.measure(residents)
    say(f"Form of {forms.COLUMNS} columns, {form.rows:,} rows: {_beside(form.ours, 'XlsxWriter', form.raw)}")
    say(f"Figures of {figures.people(importing.DISTRICT):,} people")
    timed = figures.measure(importing.DISTRICT, today=timezone.localdate())
    for one in timed:
        say(f"  {one.name}: {one.milliseconds:.0f} ms")
    with server() as port:
        searched = searching.measure(port)
        pages = Bench(port, connections=connections, seconds=seconds).register()
    say("Search while typing: middle, slowest in a hundred, slowest (ms); a bare look-up")
    for two in searched:
        bare = f"  {two.raw_p50:.2f}" if two.raw_p50 else ""
        say(f"  {two.name:28}{two.p50:8.1f}{two.p99:8.1f}{two.most:8.1f}{bare}")
    say(f"Pages over {connections} connections: a second, p50, p99 (ms), a bare page a second")
    for page in pages:
        raw = f"{page.raw.per_second:8.0f}  1 : {1 / page.ratio:.1f}" if page.raw and page.ratio else ""
        say(f"  {page.name:28}{page.ours.per_second:8.0f}{page.ours.p50:8.1f}{page.ours.p99:8.1f}{raw}")
    failed = sum(page.ours.failed for page in pages)
    return {
        "import": vars(imported) | {"ours": imported.ours, "ratio": imported.ratio},
        "sheet": vars(sheet) | {"ratio": sheet.ratio, "whole_ratio": sheet.whole_ratio},
        "export": vars(export) | {"ratio": export.ratio},
        "form": vars(form) | {"ratio": form.ratio},
        "figures": [vars(one) for one in timed],
        "search": [vars(two) for two in searched],
        "pages": [{"name": page.name, "ours": vars(page.ours), "ratio": page.ratio} for page in pages],
        "failed": failed,
    }


def _beside(ours: float, name: str, raw: float) -> str:
    return f"ours {ours:.1f} s, {name} {raw:.1f} s: {ours / raw:.1f} ×"
