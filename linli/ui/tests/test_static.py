"""What we ship to browsers: no foreign hosts, no features above the floor, every icon in the sprite."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from linli.ui import icons

UI = Path(__file__).resolve().parent.parent
LINLI = UI.parent
STATIC = UI / "static" / "ui"
SCRIPTS = sorted(STATIC.glob("*.js"))
TEMPLATES = sorted(LINLI.rglob("templates/**/*.html"))
CSS = (STATIC / "linli.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [*SCRIPTS, *STATIC.rglob("vendor/**/*.js"), *STATIC.rglob("*.css")], ids=lambda p: p.name
)
def test_no_shipped_file_names_a_foreign_host(path):
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"""https?://[\w.-]+|["'(]//[a-z][\w.-]+\.[a-z]{2,}""", text))
    assert {name for name in named if "www.w3.org" not in name} <= {"https://leafletjs.com"}
    assert "sourceMappingURL" not in text


def test_leaflets_own_address_stands_only_in_its_opening_comment():
    text = (STATIC / "vendor" / "leaflet" / "leaflet.js").read_text(encoding="utf-8")
    assert text.count("https://leafletjs.com") == 1
    assert text.index("https://leafletjs.com") < text.index("*/")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_own_scripts_need_no_eval_and_no_inline_handlers(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|document\.write|\?\.|\?\?", text)


def test_the_style_sheet_stays_below_the_browser_floor():
    code = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    for feature in (
        ":has(",
        "@layer",
        "color-mix",
        "oklch",
        "@container",
        ":is(",
        "inset:",
        "aspect-ratio",
        "&",
        "dvh",
    ):
        assert feature not in code, feature


def test_every_colour_token_of_the_dark_theme_stands_in_both_places():
    blocks = re.findall(r"color-scheme: dark;(.*?)\}", CSS, flags=re.DOTALL)
    assert len(blocks) == 2
    first, second = (dict(re.findall(r"(--[\w-]+): ([^;]+);", block)) for block in blocks)
    assert first == second


def test_budgets_hold():
    assert len(gzip.compress(CSS.encode(), 9)) < 9500
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in SCRIPTS) < 14500
    assert len(gzip.compress(icons.SPRITE.read_bytes(), 9)) < 8000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(LINLI)))
def test_every_icon_named_in_a_template_is_in_the_sprite(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"""\{% icon ["']([\w-]+)["']""", text) + re.findall(r"""\bicon=["']([\w-]+)["']""", text)
    assert set(named) <= icons.names()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(LINLI)))
def test_templates_have_no_inline_style_script_or_handler(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""\sstyle=["']|\son[a-z]+=["']|<style|hx-on|<script(?![^>]*\ssrc=)""", text)


def test_every_icon_named_in_python_is_in_the_sprite():
    named = {
        name
        for path in LINLI.rglob("*.py")
        if "migrations" not in path.parts and "tests" not in path.parts
        for name in re.findall(r"""["']icon["']: ["']([\w-]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert named <= icons.names()


def test_vendored_files_match_their_checksums():
    vendor = STATIC / "vendor"
    rows = re.findall(
        r"^\| (\S+) \| ([0-9a-f]{64}) \|$", (vendor / "SOURCES.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) > 10
    for name, checksum in rows:
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == checksum, name
