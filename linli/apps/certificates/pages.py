"""What the pages of certificates share."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.template.response import TemplateResponse

from linli.lib.chinese import clip, tidy

PAGE: Final = 50
LONGEST_WORDS: Final = 60
MOST: Final = 2**31 - 1


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> TemplateResponse:
    """A whole page of certificates."""
    return TemplateResponse(request, f"certificates/{template}", dict(context), status=status)


def words_of(request: HttpRequest, name: str = "q") -> str:
    """The words of a search field in the address."""
    return clip(tidy(request.GET.get(name, "")), LONGEST_WORDS)


def number_of(text: str) -> int | None:
    """A key from the address; None for anything that is none."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else 0
    return found if 0 < found <= MOST else None
