from datetime import date

import pytest

from linli.lib.months import months_later


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 26), 2, date(2027, 1, 26)),
        (date(2026, 11, 26), 24, date(2028, 11, 26)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, later):
    assert months_later(day, months) == later


def test_there_is_no_year_ten_thousand():
    with pytest.raises(ValueError, match="no such year"):
        months_later(date(9999, 12, 1), 1)
