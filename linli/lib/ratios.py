"""Shares and percentages, exact: no float decides whether a target was met."""

from decimal import Decimal
from fractions import Fraction

NO_VALUE = "–"


def ratio(n: int, d: int) -> Fraction | None:
    """Return n out of d exactly, or None when there is nothing to measure (a zero denominator is not 100 %).

    Source: domain.md §3.4 and §16 "zero denominators → null".
    """
    return Fraction(n, d) if d else None


def percent(fraction: Fraction | None, places: int = 1) -> str:
    """Write a share as a percentage, rounded half up from the exact value; None becomes an en dash."""
    if fraction is None:
        return NO_VALUE
    scale: int = 10**places
    whole, rest = divmod(abs(fraction.numerator) * 100 * scale, fraction.denominator)
    if 2 * rest >= fraction.denominator:
        whole += 1
    number = Decimal(whole if fraction >= 0 else -whole).scaleb(-places)
    return f"{number:f}%"
