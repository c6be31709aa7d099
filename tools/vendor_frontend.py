#!/usr/bin/env python3
"""Copy the few front-end files we ship out of their npm packages, with licences and checksums.

Run by a developer when a version changes, never at install or run time:

    python tools/vendor_frontend.py

Needs npm. Writes `linli/ui/static/ui/vendor/`, `linli/ui/static/ui/icons.svg` and, for tests only,
`linli/ui/tests/vendor/axe.min.js`. Nothing in the shipped files may name a host (checked at the end).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

UI = Path(__file__).resolve().parent.parent / "linli" / "ui"
VENDOR = UI / "static" / "ui" / "vendor"
SPRITE = UI / "static" / "ui" / "icons.svg"
TEST_VENDOR = UI / "tests" / "vendor"

HTMX, LEAFLET, TABLER, AXE = "htmx.org", "leaflet", "@tabler/icons", "axe-core"
VERSIONS = {HTMX: "2.0.11", LEAFLET: "1.9.4", TABLER: "3.51.0", AXE: "4.14.1"}

#: (package, path in the package, path below VENDOR)
FILES = [
    (HTMX, "dist/htmx.min.js", "htmx.min.js"),
    (HTMX, "LICENSE", "licences/htmx.txt"),
    (LEAFLET, "dist/leaflet.js", "leaflet/leaflet.js"),
    (LEAFLET, "dist/leaflet.css", "leaflet/leaflet.css"),
    (LEAFLET, "dist/images/layers.png", "leaflet/images/layers.png"),
    (LEAFLET, "dist/images/layers-2x.png", "leaflet/images/layers-2x.png"),
    (LEAFLET, "dist/images/marker-icon.png", "leaflet/images/marker-icon.png"),
    (LEAFLET, "dist/images/marker-icon-2x.png", "leaflet/images/marker-icon-2x.png"),
    (LEAFLET, "dist/images/marker-shadow.png", "leaflet/images/marker-shadow.png"),
    (LEAFLET, "LICENSE", "licences/leaflet.txt"),
    (TABLER, "LICENSE", "licences/tabler-icons.txt"),
]

ICON_NAMES = """
    accessible ad-2 adjustments alert-triangle archive arrow-back-up arrow-down arrow-left arrow-right arrow-up
    arrows-exchange ballpen barrier-block bell book briefcase building building-community bulb calendar
    calendar-event camera car chart-bar check chevron-down chevron-left chevron-right chevron-up circle-check
    circle-x click clipboard-list clock copy corner-up-left current-location dots dots-vertical download droplet
    elevator external-link eye eye-off file file-spreadsheet file-text filter flag flame git-merge hand-stop
    heart heart-handshake help history home hourglass id inbox info-circle key language layout-dashboard link list
    list-check list-details lock login logout mail map map-2 map-pin menu-2 message message-circle messages
    microphone mood-happy mood-neutral mood-sad mood-smile moon note old paperclip parking paw pencil phone
    photo pin player-pause player-play plus point printer progress qrcode receipt refresh report-analytics road
    route scale search send settings share shield-check shield-lock shovel sitemap sort-ascending
    sort-descending speakerphone star sun tag thumb-up tools trash tree typography upload user user-check
    user-plus users video volume wallet wifi-off world x
"""

#: An address may stay when it only names an XML namespace, a licence or a project in a comment.
HARMLESS = re.compile(r"https?://(www\.w3\.org|leafletjs\.com|htmx\.org)\b")


def install(folder: Path) -> Path:
    """Install the pinned packages below `folder` without running their scripts; return node_modules."""
    wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
    npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
    subprocess.run([*npm, *wanted], check=True, stdout=sys.stderr)
    return folder / "node_modules"


def clean(path: Path) -> bytes:
    """The file's bytes, text files without source map comments, trailing blanks and addresses of hosts."""
    raw = path.read_bytes()
    if path.suffix not in {".js", ".css"}:
        return raw
    text = raw.decode("utf-8")
    text = re.sub(r"(?m)^\s*(//|/\*)[#@]\s*sourceMappingURL=.*$", "", text)
    if path.suffix == ".css":  # its comments cite browser bugs by address
        text = re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"[ \t]+\n", "\n", text).rstrip() + "\n"
    # Leaflet's attribution prefix links to its own site; our maps switch it off, the address goes as well.
    text = text.replace('<a href="https://leafletjs.com" ', '<a href="#" ')
    return text.encode("utf-8")


def sprite(icons: Path) -> str:
    """One SVG of <symbol>s, named as in Tabler, stroke and colour left to our style sheet."""
    symbols = []
    for name in sorted(ICON_NAMES.split()):
        source = (icons / f"{name}.svg").read_text(encoding="utf-8")
        body = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if body is None:
            raise SystemExit(f"{name}.svg has no <svg> element")
        shapes = re.sub(r'<path stroke="none"[^>]*/>', "", body.group(1))
        shapes = re.sub(r"\s+", " ", shapes).strip().replace(" />", "/>").replace("> <", "><")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def hosts(folder: Path) -> Iterator[str]:
    """Every address in the scripts and style sheets below `folder` that is not harmless."""
    for path in sorted([*folder.rglob("*.js"), *folder.rglob("*.css")]):
        for match in re.finditer(r"https?://[\w.-]+", path.read_text(encoding="utf-8")):
            if not HARMLESS.match(match.group()):
                yield f"{path.name}: {match.group()}"


def sources(modules: Path) -> str:
    """SOURCES.md: which package each file comes from, under which licence, and its SHA-256."""
    lines = [
        "# Where these files come from",
        "",
        "Copied by `tools/vendor_frontend.py` out of npm packages; do not edit by hand. Source map comments are cut.",
        "`../icons.svg` is a sprite of outline icons of @tabler/icons.",
        "",
        "| package | version | licence |",
        "| --- | --- | --- |",
    ]
    for name, version in VERSIONS.items():
        if name != AXE:
            licence = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))["license"]
            lines.append(f"| {name} | {version} | {licence} |")
    lines += ["", "| file | SHA-256 |", "| --- | --- |"]
    shipped = sorted(p for p in VENDOR.rglob("*") if p.is_file() and p.name != "SOURCES.md")
    for path in [SPRITE, *shipped]:
        shown = path.relative_to(VENDOR) if path.is_relative_to(VENDOR) else Path("..") / path.name
        lines.append(f"| {shown.as_posix()} | {hashlib.sha256(path.read_bytes()).hexdigest()} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Replace the vendored files by those of the pinned versions."""
    with tempfile.TemporaryDirectory() as temporary:
        modules = install(Path(temporary))
        shutil.rmtree(VENDOR, ignore_errors=True)
        for package, source, target in FILES:
            to = VENDOR / target
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(clean(modules / package / source))
        SPRITE.write_text(sprite(modules / TABLER / "icons" / "outline"), encoding="utf-8")
        TEST_VENDOR.mkdir(parents=True, exist_ok=True)
        (TEST_VENDOR / "axe.min.js").write_bytes(clean(modules / AXE / "axe.min.js"))
        (VENDOR / "SOURCES.md").write_text(sources(modules), encoding="utf-8")
    left = list(hosts(VENDOR))
    if left:
        raise SystemExit("addresses in shipped files:\n" + "\n".join(left))
    print(f"{len(FILES)} files, {len(ICON_NAMES.split())} icons ({SPRITE.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
