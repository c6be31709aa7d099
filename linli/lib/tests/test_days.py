"""Days as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.days import EARLIEST, read_day

TODAY = date(2026, 3, 1)
DAYS = st.dates(EARLIEST, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "1958-03-02",
        "1958-3-2",
        "1958/3/2",
        "1958.3.2",
        "1958. 3. 2",
        "1958、3、2",
        "19580302",
        "19580302.0",
        "1958年3月2日",
        "1958年03月02号",
        "1958 年 3 月 2 日",
        "一九五八年三月二日",
        "一九五八年三月二",
        "１９５８年３月２日",
        "１９５８／３／２",
        "58.3.2",
        "58-03-02",
        "580302",
        "58年3月2日",
        "21246",
        "21246.0",
        "1958-03-02 00:00:00",
        "1958-03-02T08:30:00",
        "1958-03-02T08:30:00.000Z",
        "1958-03-02T08:30:00+08:00",
        "1958/3/2 8:30",
        "1958年3月2日8时30分",
        "1958年3月2日 上午8:30",
        "1958年3月2日（星期日）",
        "1958.3.2生",
        "1958年3月2日出生",
        "'1958-03-02",
        " 1958-03-02。",
        "１９５８-0３-0２",
    ],
)
def test_every_usual_form_is_read(text):
    assert read_day(text, today=TODAY) == date(1958, 3, 2)


def test_chinese_numerals_count_tens_and_zeros():
    assert read_day("二〇〇八年十二月三十一日", today=TODAY) == date(2008, 12, 31)
    assert read_day("二○一○年十月二十日", today=TODAY) == date(2010, 10, 20)
    assert read_day("二零零一年十一月廿五日", today=TODAY) == date(2001, 11, 25)


def test_two_digit_years_are_never_in_the_future():
    assert read_day("26.2.28", today=TODAY) == date(2026, 2, 28)
    assert read_day("26.3.2", today=TODAY) == date(1926, 3, 2)
    assert read_day("00.2.29", today=TODAY) == date(2000, 2, 29)
    assert read_day("990101", today=TODAY) == date(1999, 1, 1)


def test_day_and_month_in_front_count_only_where_there_is_one_reading():
    assert read_day("25/3/1958", today=TODAY) == date(1958, 3, 25)
    assert read_day("3/25/1958", today=TODAY) == date(1958, 3, 25)
    assert read_day("3/3/1958", today=TODAY) == date(1958, 3, 3)
    assert read_day("3/2/1958", today=TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "不详",
        "1958年3月",
        "1958-03",
        "195803",
        "200103",
        "1958",
        "1958-02-29",
        "1958-13-01",
        "1958-00-10",
        "农历1958年3月2日",
        "1958年闰3月2日",
        "1849-12-31",
        "2200-01-01",
        "99999",
        "60",
        "320105195803020018",
        "13912345678",
        "1958-03-02-04",
        "9" * 200,
        "十十十年十月十日",
    ],
)
def test_what_is_no_day_is_none(text):
    assert read_day(text, today=TODAY) is None


@given(DAYS)
def test_what_is_written_is_read(day):
    for text in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.isoformat()} 13:05:59",
    ):
        assert read_day(text, today=TODAY) == day


@given(st.dates(date(1927, 5, 18), TODAY))
def test_numbers_of_days_are_read(day):
    assert read_day(str((day - date(1899, 12, 30)).days), today=TODAY) == day


@given(st.dates(TODAY - timedelta(days=36_000), TODAY))
def test_short_years_within_a_century_are_read(day):
    assert read_day(f"{day:%y}.{day.month}.{day.day}", today=TODAY) == day


@given(st.text(max_size=45) | st.text("0123456789年月日-/.十二三〇 :", max_size=45))
def test_no_text_breaks_it(text):
    found = read_day(text, today=TODAY)
    assert found is None or EARLIEST <= found < date(2200, 1, 1)
