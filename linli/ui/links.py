"""Lists in the URL: options, chips, and addresses that keep the rest of the query."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Option:
    """One entry of a drop-down."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    value: str
    remove_url: str


def without(request: HttpRequest, *names: str) -> str:
    """The page's query without some parameters, and from its first page."""
    query = request.GET.copy()
    for name in (*names, "after"):
        query.pop(name, None)
    return "?" + query.urlencode()


def from_page(request: HttpRequest, after: str) -> str:
    """The page's query at the cursor `after`; "" when there is none."""
    if not after:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return "?" + query.urlencode()
