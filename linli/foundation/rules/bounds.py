"""Rules that a place may make stricter and never looser: asked whenever a rule set is kept.

    bounds.bind("admission.citation", citation.looser)      # in AppConfig.ready of the floor that knows the domain

Whoever reads such rules keeps to the bound, too: a row may have come another way.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from linli.foundation.rules import queries

#: In what some rules would allow more than those of the whole country.
Looser = Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]

_bounds: dict[str, Looser] = {}


def bind(domain: str, looser: Looser) -> None:
    """Say how the rules of a domain are compared with those of the whole country."""
    _bounds[domain] = looser


def exceeded(domain: str, params: Mapping[str, Any], on: date) -> list[str]:
    """Where these rules are looser than the country's on their first day; nothing for a domain without a bound."""
    looser = _bounds.get(domain)
    return looser(params, queries.national(domain, on)) if looser is not None else []
