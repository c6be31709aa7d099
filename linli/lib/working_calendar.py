"""The Chinese working calendar, and terms that run on it.

Days off and make-up workdays (调休) are decided each autumn for the next year by the State Council's office; they
are data (`data/calendar_cn.csv`). All sums are in the calendar's own zone, whatever zone a moment comes in.
"""

import csv
import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from importlib import resources
from typing import Literal, NamedTuple, cast, get_args
from zoneinfo import ZoneInfo

Span = tuple[time, time]
DayKind = Literal["holiday", "make_up"]
Unit = Literal["minutes", "hours", "working_hours", "working_days", "calendar_days"]

CHINA = ZoneInfo("Asia/Shanghai")
# [design] The usual office hours; a street that keeps others has its own calendar.
OFFICE_HOURS: tuple[Span, ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))
# Days off by law in every year, as (month, day), for years whose calendar is not announced yet:
# 全国年节及纪念日放假办法 (2024 revision) art. 2. The festivals of the lunar calendar wait for the announcement.
LAWFUL_DAYS_OFF = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
SATURDAY = 5
LAST_SECOND = time(23, 59, 59)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


class SpecialDay(NamedTuple):
    """One date that differs from the plain week: a day off, or a weekend day that is worked."""

    date: date
    kind: DayKind
    name: str


class _Year(NamedTuple):
    workdays: tuple[date, ...]
    before: tuple[int, ...]  # how many workdays of the year lie before its nth day


def _span_length(span: Span) -> timedelta:
    start, end = span
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days and hours are worked.

    `known_from` and `known_until` bound the announced years. Outside them Monday to Friday are workdays, except
    that after `known_until` the fixed days off by law already count.
    """

    holidays: frozenset[date]
    make_up_days: frozenset[date]
    spans: tuple[Span, ...] = OFFICE_HOURS
    tz: tzinfo = CHINA
    known_from: date = date.min
    known_until: date = date.max
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)
    _day_length: timedelta = field(default=NOTHING, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(a >= b for a, b in itertools.pairwise(edges)):
            raise ValueError("working hours must be in order and must not touch or overlap")
        length = sum((_span_length(span) for span in self.spans), NOTHING)
        object.__setattr__(self, "_day_length", length)

    def knows(self, day: date) -> bool:
        """Tell whether the official calendar of this day's year has been announced and loaded."""
        return self.known_from <= day <= self.known_until

    def is_workday(self, day: date) -> bool:
        """Tell whether offices work on this date."""
        if day in self.make_up_days:
            return True
        if day in self.holidays or day.weekday() >= SATURDAY:
            return False
        return day <= self.known_until or (day.month, day.day) not in LAWFUL_DAYS_OFF

    def closing(self, day: date) -> datetime:
        """Return the end of business on this date."""
        return datetime.combine(day, self.spans[-1][1], self.tz)

    def workday_from(self, day: date) -> date:
        """Return this date if it is a workday, else the next workday."""
        return self._nth(day, 0)

    def add_working_days(self, start: datetime, n: int) -> datetime:
        """Return the end of business on the nth workday after the day of `start`, which is not counted.

        Source: Civil Code art. 201 (期间开始的当日不计入) and 203 (有业务时间的，停止业务活动的时间为截止时间).
        """
        if n < 1:
            raise ValueError("a term has at least one day")
        return self.closing(self._nth(self._local(start).date() + timedelta(days=1), n - 1))

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """Return the earliest moment by which so many minutes have been worked since `start`."""
        return self.add_working_time(start, minutes * MINUTE)

    def add_working_time(self, start: datetime, length: timedelta) -> datetime:
        """Return the earliest moment by which `length` has been worked since `start` (exact to the microsecond)."""
        if length < NOTHING:
            raise ValueError("working time only runs forward")
        local = self._local(start)
        if not length:
            return local
        today = local.date()
        worked = self._worked_by(local.time()) if self.is_workday(today) else NOTHING
        days, rest = divmod(worked + length, self._day_length)
        if not rest:  # It ends with a day, not before the first minute of the next one.
            days, rest = days - 1, self._day_length
        return self._moment_worked(self._nth(today, days), rest)

    def working_minutes_between(self, a: datetime, b: datetime) -> int:
        """Return the whole minutes worked from `a` to `b`; zero when `b` is not later."""
        return self.working_time_between(a, b) // MINUTE

    def working_time_between(self, a: datetime, b: datetime) -> timedelta:
        """Return the time worked from `a` to `b`; zero when `b` is not later."""
        start, end = self._local(a), self._local(b)
        if end <= start:
            return NOTHING
        first, last = start.date(), end.date()
        total = self._workdays_between(first, last) * self._day_length
        if self.is_workday(last):
            total += self._worked_by(end.time())
        if self.is_workday(first):
            total -= self._worked_by(start.time())
        return total

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self.tz)

    def _worked_by(self, clock: time) -> timedelta:
        """Return how much of a workday is over at this time of day."""
        done = NOTHING
        for start, end in self.spans:
            if clock <= start:
                break
            done += _span_length((start, min(clock, end)))
        return done

    def _moment_worked(self, day: date, length: timedelta) -> datetime:
        """Return the moment of a workday at which this much of it is over."""
        rest = length
        for span in self.spans:
            if rest <= _span_length(span):
                return datetime.combine(day, span[0], self.tz) + rest
            rest -= _span_length(span)
        raise AssertionError("longer than a working day")

    def _year(self, year: int) -> _Year:
        table = self._years.get(year)
        if table is None:
            day = date(year, 1, 1)
            workdays: list[date] = []
            before: list[int] = []
            for n in range(date(year, 12, 31).timetuple().tm_yday):
                before.append(len(workdays))
                if self.is_workday(day + timedelta(days=n)):
                    workdays.append(day + timedelta(days=n))
            # Two threads may both build it: the tables are equal.
            table = self._years[year] = _Year(tuple(workdays), tuple(before))
        return table

    def _workdays_before(self, day: date) -> int:
        """Return how many workdays of its year lie before this date."""
        return self._year(day.year).before[day.toordinal() - date(day.year, 1, 1).toordinal()]

    def _workdays_between(self, first: date, last: date) -> int:
        """Return how many workdays lie from `first` on and before `last`."""
        whole_years = sum(len(self._year(year).workdays) for year in range(first.year, last.year))
        return whole_years + self._workdays_before(last) - self._workdays_before(first)

    def _nth(self, day: date, n: int) -> date:
        """Return the workday with number n (from 0) counted from this date, itself included."""
        index, year = self._workdays_before(day) + n, day.year
        while index >= len(workdays := self._year(year).workdays):
            index -= len(workdays)
            year += 1
        return workdays[index]


#: A term longer than a century is a slip of the keyboard.
LONGEST: dict[Unit, int] = {
    "minutes": 52_560_000,
    "hours": 876_000,
    "working_hours": 175_000,
    "working_days": 25_000,
    "calendar_days": 36_500,
}


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take, as the rule states it: 15 working days, 2 hours, 60 calendar days."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"unknown unit of a term: {self.unit}")
        if not 1 <= self.amount <= LONGEST[self.unit]:
            raise ValueError(f"a term in {self.unit} is between 1 and {LONGEST[self.unit]}")

    @property
    def works(self) -> bool:
        """Whether the term runs only while offices work."""
        return self.unit in ("working_hours", "working_days")

    def due(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """Return the last moment in time of a term that begins at `start`.

        Terms in hours and minutes run from the moment itself. Terms in days do not count the day of `start`
        (Civil Code art. 201). Working days end with business; calendar days end with the day, and when that day
        is no workday, with the next workday (art. 203).
        """
        match self.unit:
            case "minutes":
                return start.astimezone(calendar.tz) + self.amount * MINUTE
            case "hours":
                return start.astimezone(calendar.tz) + timedelta(hours=self.amount)
            case "working_hours":
                return calendar.add_working_minutes(start, self.amount * 60)
            case "working_days":
                return calendar.add_working_days(start, self.amount)
            case "calendar_days":
                last = start.astimezone(calendar.tz).date() + timedelta(days=self.amount)
                return datetime.combine(calendar.workday_from(last), LAST_SECOND, calendar.tz)

    def remaining(self, due: datetime, now: datetime, calendar: WorkingCalendar) -> int:
        """Return the whole minutes left, negative when late, in working minutes if the term runs on those.

        Late by less than a working minute (say, on the evening of the last day) is 0 or -1: whether it is late at
        all is `due < now`.
        """
        if not self.works:
            return (due - now) // MINUTE
        left, late = calendar.working_time_between(now, due), calendar.working_time_between(due, now)
        return (left - late) // MINUTE

    def shift(self, due: datetime, pause_start: datetime, pause_end: datetime, calendar: WorkingCalendar) -> datetime:
        """Return the deadline after a pause: as much is left when it ends as was left when it began.

        Working terms move by the working time paused, others by the time elapsed. A deadline in calendar days that
        lands on a day off moves on to the end of the next workday (Civil Code art. 203). A pause that begins after
        the deadline does not undo lateness, and one that ends before it begins moves nothing.
        """
        if pause_start >= due or pause_end <= pause_start:
            return due.astimezone(calendar.tz)
        if self.works:
            return calendar.add_working_time(due, calendar.working_time_between(pause_start, pause_end))
        moved = due.astimezone(calendar.tz) + (pause_end.astimezone(UTC) - pause_start.astimezone(UTC))
        if self.unit == "calendar_days" and not calendar.is_workday(moved.date()):
            return datetime.combine(calendar.workday_from(moved.date()), LAST_SECOND, calendar.tz)
        return moved


def read_days(lines: Iterable[str]) -> tuple[SpecialDay, ...]:
    """Read the special days of a CSV with the columns date (ISO), kind (holiday or make_up) and name.

    Raises ValueError, naming the line, when a date or kind cannot be read or a date comes twice.
    """
    days: dict[date, SpecialDay] = {}
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            day, kind = date.fromisoformat((row.get("date") or "").strip()), (row.get("kind") or "").strip()
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if kind not in get_args(DayKind):
            raise ValueError(f"line {number}: the kind must be holiday or make_up, not {kind!r}")
        if day in days:
            raise ValueError(f"line {number}: {day} comes twice")
        days[day] = SpecialDay(day, cast(DayKind, kind), (row.get("name") or "").strip())
    return tuple(days[day] for day in sorted(days))


def calendar_of(days: Iterable[SpecialDay], *, spans: tuple[Span, ...] = OFFICE_HOURS) -> WorkingCalendar:
    """Make a calendar of special days; it knows whole years, from that of the first day to that of the last."""
    listed = tuple(days)
    if not listed:
        raise ValueError("a calendar needs at least one year of special days")
    return WorkingCalendar(
        holidays=frozenset(day.date for day in listed if day.kind == "holiday"),
        make_up_days=frozenset(day.date for day in listed if day.kind == "make_up"),
        spans=spans,
        known_from=date(min(day.date for day in listed).year, 1, 1),
        known_until=date(max(day.date for day in listed).year, 12, 31),
    )


@functools.cache
def official_days() -> tuple[SpecialDay, ...]:
    """Return the announced special days that ship with Linli, in order of date."""
    path = resources.files("linli.lib") / "data" / "calendar_cn.csv"
    return read_days(path.read_text(encoding="utf-8").splitlines())


@functools.cache
def load_official_calendar() -> WorkingCalendar:
    """Return the calendar of the announced years that ship with Linli, with the usual office hours."""
    return calendar_of(official_days())
