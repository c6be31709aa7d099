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


class PartialDay(date):
    """A day of which only the year or the month is known: a birth “1958” or “1958年3月”.

    As a day it is the last that it can be (not after the day it was read on), so that nobody is counted as old, or
    given what age gives, before that is certain. `known` is "year" or "month"; show it by `day_words`, never as a day.
    """

    known: str

    @classmethod
    def of(cls, year: int, month: int | None, *, today: date) -> "PartialDay | None":
        """The last day of a year or month, today at most; None where it lies in the future or is none."""
        try:
            first = date(year, month or 1, 1)
        except ValueError:
            return None
        if first > today or first < EARLIEST:
            return None
        after = date(year + 1, 1, 1) if month is None else date(year + month // 12, month % 12 + 1, 1)
        last = min(after - timedelta(days=1), today)
        made = cls(last.year, last.month, last.day)
        made.known = "year" if month is None else "month"
        return made


def precision_of(day: date | None) -> str:
    """How much of a day is known: "year", "month", or "" for all of it."""
    return day.known if isinstance(day, PartialDay) else ""


def day_words(day: date | None, precision: str = "") -> str:
    """A day as far as it is known: 1958, 1958-03, 1958-03-02; "" for none. `precision` as `precision_of` says it."""
    if day is None:
        return ""
    known = precision or precision_of(day)
    return f"{day.year:04d}" if known == "year" else f"{day:%Y-%m}" if known == "month" else day.isoformat()


def as_known(day: date | None, precision: str) -> date | None:
    """A day with how much of it is known, as it was stored: day and `precision_of` apart."""
    if day is None or not precision:
        return day
    made = PartialDay(day.year, day.month, day.day)
    made.known = precision
    return made


def day_of_words(text: str, *, today: date) -> date | None:
    """The day that `day_words` wrote; None for nothing."""
    if not text:
        return None
    return read_partial_day(text, today=today) or date.fromisoformat(text)


def fits(day: date, partial: date, precision: str) -> bool:
    """Whether a day lies in a year or month of which no more is known."""
    return day.year == partial.year and (precision == "year" or day.month == partial.month)


_YEAR_MONTH = re.compile(
    r"([0-9]{4}|[0-9]{2}(?=\s*年))\s*[-/.,、年]\s*([0-9]{1,2})\s*(?:[-/.,、月]\s*(?:00?|[?？xX*]{1,2})?)?\s*[日号]?"
)
_YEAR = re.compile(
    r"([0-9]{4}|[0-9]{2}(?=\s*年))\s*年?(?:\.0)?\s*(?:[-/.](?:00?|[?？xX*]{1,2})(?:[-/.](?:00?|[?？xX*]{1,2}))?)?"
)
_NO_DAY = re.compile(r"([0-9]{4})(0[1-9]|1[0-2]|00)00")
_ABOUT = re.compile(r"^[约大概]+|(?:年)?(?:左右|前后|上下|大概|大约|份)$|生$|出生$")


def read_partial_day(text: str, *, today: date) -> PartialDay | None:
    """Read a year or a month without a day (1958, 1958年, 1958-03, 1958.03, 58年3月, 约1958, 1958-00-00), or None.

    None where it may be something else: 195803 may be a day of two digits each, 1958.1 the tenth month without its 0.
    """
    if not text or len(text) > LONGEST:
        return None
    even = _arabic(fold(text)).replace(" ", "")
    if _LUNAR.search(even):
        return None
    for _turn in range(3):
        even = _ABOUT.sub("", _FILLING.sub("", even))
    found = _NO_DAY.fullmatch(even)
    if found is not None:
        return PartialDay.of(int(found[1]), int(found[2]) or None, today=today)
    found = _YEAR.fullmatch(even)
    if found is not None:
        return PartialDay.of(_whole_year(found[1], today), None, today=today)
    found = _YEAR_MONTH.fullmatch(even)
    if found is None or re.fullmatch(r"[0-9]{4}\.1", even):
        return None
    month = int(found[2])
    return PartialDay.of(_whole_year(found[1], today), month or None, today=today)


def _whole_year(digits: str, today: date) -> int:
    """A year of two digits is the latest that is not after today."""
    year = int(digits)
    if len(digits) == 4:
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year else century - 100 + year
