"""Messages shown once, with "Undo" where a move can be taken back (ux.md §10 rule 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_UNDO = "undo="


@dataclass(frozen=True, slots=True)
class Toast:
    """What the template draws: `kind` is success or error."""

    text: str
    kind: str
    undo_url: str = ""


def toast(request: HttpRequest, text: StrOrPromise, *, undo_url: str = "") -> None:
    """Say `text` on the next page; with `undo_url` offer to take the move back (a POST without fields)."""
    messages.add_message(request, messages.SUCCESS, str(text), extra_tags=_UNDO + undo_url if undo_url else "")


def toast_error(request: HttpRequest, text: StrOrPromise) -> None:
    """Say on the next page what did not work; it stays until closed."""
    messages.add_message(request, messages.ERROR, str(text))


def from_message(level: int, text: str, extra_tags: str) -> Toast:
    """The Toast of one Django message."""
    undo = next((tag.removeprefix(_UNDO) for tag in extra_tags.split() if tag.startswith(_UNDO)), "")
    return Toast(text=text, kind="error" if level >= messages.ERROR else "success", undo_url=undo)
