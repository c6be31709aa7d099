"""The names in the icon sprite, and what to do with one that is not there."""

import os
import re
from functools import cache
from pathlib import Path

from django.conf import settings

SPRITE = Path(__file__).resolve().parent / "static" / "ui" / "icons.svg"
FALLBACK = "point"


@cache
def names() -> frozenset[str]:
    """Every icon of the sprite (add one in tools/vendor_frontend.py)."""
    return frozenset(re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text(encoding="utf-8")))


def checked(name: str) -> str:
    """`name` if the sprite has it. Otherwise LookupError while developing or testing, and a plain dot in service."""
    if name in names():
        return name
    if settings.DEBUG or "PYTEST_VERSION" in os.environ:
        raise LookupError(f"no icon named {name!r} in icons.svg; add it to tools/vendor_frontend.py")
    return FALLBACK
