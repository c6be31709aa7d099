"""What every page of admission does first and last."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from linli.foundation.areas.models import Area
from linli.lib.chinese import clip, tidy
from linli.ui.links import Option

MOST: Final = 2**31 - 1
LONGEST_WORDS: Final = 60


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of admission."""
    return TemplateResponse(request, f"admission/{template}", dict(context), status=status)


def crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Where one is: the name and address of each step; the last is the page itself, without an address."""
    return [{"label": label, "url": url} for label, url in steps[:-1]] + [{"label": steps[-1][0], "url": ""}]


def address(name: str, *args: object) -> str:
    """The address of a page of admission."""
    return reverse(f"admission:{name}", args=args)


def words_of(request: HttpRequest) -> str:
    """The words of the search field."""
    return clip(tidy(request.GET.get("q", "")), LONGEST_WORDS)


def number_of(text: str) -> int | None:
    """A key from the address; None for anything that is none."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
    return found if 0 < found <= MOST else None


def month_of(text: str) -> date | None:
    """The first day of a month from the address, 2026-11; None for what is none, or what no record can be of."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2100 else None


def options(choices: Mapping[str, Any], chosen: str) -> list[Option]:
    """The entries of a drop-down."""
    return [Option(value, str(label), value == chosen) for value, label in choices.items()]


def area_options(areas: list[Area], chosen: str) -> list[Option]:
    """Areas as the entries of a drop-down."""
    return [Option(area.pk, area.name, area.pk == chosen) for area in areas]
