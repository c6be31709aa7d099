"""Days as people write them in sheets."""

import re
from datetime import date, timedelta
from typing import Final

from linli.lib.chinese import fold

#: Longer than any day; such text is not looked at.
LONGEST: Final = 40
EARLIEST: Final = date(1850, 1, 1)
#: Day 0 of spreadsheets. Their 29 February 1900, which never was, makes it 30 December from March 1900 on.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_NUMERALS: Final = str.maketrans("〇零○ＯO一二三四五六七八九", "00000123456789")
_TENS = re.compile("([1-9]?)十([1-9]?)")
_SEPARATED = re.compile(r"([0-9]{4}|[0-9]{2})\s*[-/.,、年]\s*([0-9]{1,2})\s*[-/.,、月]\s*([0-9]{1,2})\s*[日号]?")
_REVERSED = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SIX = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(
    r"(?:[T\s]+|(?<=[日号]))(?:上午|下午)?\s*[0-9]{1,2}[:时点][0-9]{1,2}(?:[:分][0-9]{1,2}(?:\.[0-9]+)?)?[秒分]?"
    r"\s*(?:Z|[AaPp][Mm]|[+-][0-9]{2}:?[0-9]{2})?$"
)
_FILLING = re.compile(
    r"^['‘’`\s]+|[\s。.;；,，生出]+$|\s*(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?|[(（](?:公历|阳历)[)）])\s*$"
)
_LUNAR = re.compile("农历|阴历|旧历|闰")


def read_day(text: str, *, today: date) -> date | None:
    """Read a day in whatever form it was typed, or return None where it is none or may be several.

    Read are 1958-03-02, 1958/3/2, 1958.3.2, 1958年3月2日, 19580302, 一九五八年三月二日, full-width digits, a time
    of day behind it, 25/3/1958 (only where it can be one day alone, whatever comes first), two-digit years (58.3.2,
    580302: the latest year that is not after `today`) and the day numbers of spreadsheets (21246: five digits, from
    May 1927 to `today`). None are a month without a day (1958年3月, and 200103, which may be one), days that
    do not exist, lunar days, and years before 1850 or after 2199.
    """
    if not text or len(text) > LONGEST:
        return None
    found = _EIGHT.fullmatch(text)
    if found is None:
        even = fold(text)
        if _LUNAR.search(even):
            return None
        even = _CLOCK.sub("", _FILLING.sub("", _arabic(even)))
        return _read(even.strip(), today)
    return _day(int(found[1]), int(found[2]), int(found[3]))


def _arabic(text: str) -> str:
    """Chinese numerals as digits: 一九五八年十二月二十日 becomes 1958年12月20日."""
    digits = text.translate(_NUMERALS).replace("廿", "2十").replace("卅", "3十")
    return _TENS.sub(lambda found: f"{found[1] or '1'}{found[2] or '0'}", digits)


def _read(text: str, today: date) -> date | None:
    if text.endswith(".0") and text[:-2].isdecimal():  # a number that passed through other hands
        text = text[:-2]
    found = _SEPARATED.fullmatch(text) or _EIGHT.fullmatch(text)
    if found is not None:
        year = int(found[1])
        if len(found[1]) == 2:
            return _short(year, int(found[2]), int(found[3]), today)
        return _day(year, int(found[2]), int(found[3]))
    found = _REVERSED.fullmatch(text)
    if found is not None:
        return _either(int(found[1]), int(found[2]), int(found[3]))
    found = _SIX.fullmatch(text)
    if found is not None:
        if 1900 <= int(text[:4]) <= today.year and 1 <= int(text[4:]) <= 12:
            return None  # 200103 is March 2001 to some, 3 January 2020 to others
        return _short(int(found[1]), int(found[2]), int(found[3]), today)
    if len(text) == 5 and text.isascii() and text.isdecimal():
        day = _SERIAL_ZERO + timedelta(days=int(text))
        return day if day <= today else None
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found >= EARLIEST and year < 2200 else None


def _short(year: int, month: int, day: int, today: date) -> date | None:
    """A two-digit year: of this century if that is not in the future, else of the last one."""
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        found = _day(century + year, month, day)
        if found is not None and found <= today:
            return found
    return None


def _either(one: int, other: int, year: int) -> date | None:
    """Day and month in an unknown order: only if one of them can be no month, or both are the same."""
    if one == other:
        return _day(year, one, other)
    if one > 12:
        return _day(year, other, one)
    return _day(year, one, other) if other > 12 else None
