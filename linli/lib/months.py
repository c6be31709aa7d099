"""Counting in months."""

import calendar
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, the last of the month where it has no such day.

    Raises ValueError past the year 9999 and before the year 1.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if not 1 <= year <= 9999:
        raise ValueError("no such year")
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
