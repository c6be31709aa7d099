"""Money in templates: kept in fen, shown in yuan."""

from django import template

from linli.lib.money import yuan as in_yuan

register = template.Library()


@register.filter
def yuan(amount: int) -> str:
    """A sum in fen as people write it: 2700000 → 27,000.00."""
    return in_yuan(amount or 0)
