"""Money and points in templates: sums are kept in fen and shown in yuan, means are exact and shown to one place."""

from collections.abc import Mapping
from fractions import Fraction

from django import template

from linli.lib.money import yuan as in_yuan

register = template.Library()


@register.filter
def yuan(amount: int) -> str:
    """A sum in fen as people write it: 2700000 → 27,000.00."""
    return in_yuan(amount or 0)


@register.filter
def points(value: Fraction | None) -> str:
    """A mean of points to one place; a dash where there is none."""
    return "–" if value is None else f"{float(value):.1f}"


@register.filter
def of(values: Mapping[str, Fraction], key: str) -> Fraction | None:
    """The value of a key, if there is one."""
    return values.get(key)
