"""Walks every address of a URLconf, so that no view can forget to say who may open it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def views(urlconf: str | None = None) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(route, view) of every pattern. Use it over the whole project and assert how many it found at least."""
    yield from _walk(get_resolver(urlconf), "")


def unmarked(urlconf: str | None = None) -> list[str]:
    """The routes of views that carry no mark of accounts.access."""
    return [route for route, view in views(urlconf) if getattr(view, "access", None) is None]


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback
